import dataclasses

import pytest

from onsets.evaluation import pick_rates, record_of
from onsets.picking import load

from .conftest import sample_of


def test_picks_per_hour_of_each_station_and_of_all():
    picker = load("sta-lta")
    records = [record_of(sample_of(k, station_id=f"XX.{'AB'[k]}.")) for k in range(2)]
    rows = pick_rates(records, picker)
    assert [row["station_id"] for row in rows] == ["XX.A.", "XX.B.", "all"]
    assert rows[2]["hours"] == pytest.approx(60 / 3600)
    p = int((picker.pick(records[0]).phase == "P").sum())
    assert p >= 1 and rows[0]["picks_p"] == p
    assert rows[0]["p_per_hour"] == pytest.approx(p * 120)
    assert rows[2]["picks_s"] == rows[0]["picks_s"] + rows[1]["picks_s"]


def test_hours_without_data_do_not_count():
    record = record_of(sample_of())
    valid = record.valid.copy()
    valid[:, 1500:] = False
    rows = pick_rates([dataclasses.replace(record, data=record.data * valid, valid=valid)], load("sta-lta"))
    assert rows[0]["hours"] == pytest.approx(15 / 3600)


def test_the_share_that_association_kept():
    picker = load("sta-lta")
    records = [record_of(sample_of(k, station_id=f"XX.{'AB'[k]}.")) for k in range(2)]
    mine = picker.pick(records[0])
    rows = pick_rates(records, picker, mine)
    assert [row["p_reserved"] for row in rows[:2]] == [1.0, 0.0] and rows[1]["s_reserved"] in (0.0, None)
    assert rows[2]["p_reserved"] == pytest.approx(rows[0]["picks_p"] / rows[2]["picks_p"])
    assert "p_reserved" not in pick_rates(records, picker)[0]


def test_nothing_gives_nothing():
    assert pick_rates([], load("sta-lta")) == []
