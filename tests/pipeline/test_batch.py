"""A plan to picks: told as it goes, and one unit's failure is only its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from onsets.pipeline import Crew, PickOptions, pick_plan, plan_sds
from onsets.pipeline import workers as pool

from .archives import DAY_NS, small_archive
from .conftest import START_NS

STA_LTA = PickOptions("sta-lta", threads=1)


@pytest.mark.parametrize("workers", [1, 4])
def test_units_are_told_one_after_another(tmp_path: Path, workers: int) -> None:
    plan = plan_sds(small_archive(tmp_path, 2), START_NS, START_NS + 3 * DAY_NS)
    told: list[tuple[float, float, str]] = []
    run = pick_plan(plan, STA_LTA, Crew(workers), lambda *step: told.append(step))
    done = [step[0] for step in told]
    assert done == sorted(done) and done[0] == 0 and done[-1] == 4
    assert {step[1] for step in told} == {4} and told[0][2].startswith("2024-01-01/")
    assert [row.station_id for row in run.ledger] == ["XX.S00.", "XX.S01."] * 2


def test_one_and_four_workers_are_identical(tmp_path: Path) -> None:
    plan = plan_sds(small_archive(tmp_path, 3), START_NS, START_NS + 3 * DAY_NS)
    options = PickOptions(threads=1)
    one, four = (pick_plan(plan, options, Crew(workers)) for workers in (1, 4))
    assert len(one.picks) > 20
    assert one.picks.rows() == four.picks.rows()
    assert [row.row() for row in one.ledger] == [row.row() for row in four.ledger]


def test_a_failed_unit_is_booked_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_sds(small_archive(tmp_path, 2), START_NS, START_NS + 3 * DAY_NS)
    real = pool.pick_day

    def sometimes(unit, picker, report=None):  # type: ignore[no-untyped-def]
        if unit.station == "XX.S01." and unit.day == 19723:
            raise MemoryError("no room")
        return real(unit, picker, report)

    monkeypatch.setattr(pool, "pick_day", sometimes)
    run = pick_plan(plan, STA_LTA, Crew())
    assert [problem.where for problem in run.failures] == ["2024-01-01/XX.S01."]
    rows = {(row.station_id, row.day): row for row in run.ledger}
    assert rows["XX.S01.", "2024-01-01"].why == "the work failed"
    assert rows["XX.S01.", "2024-01-02"].picks_p > 0 and rows["XX.S00.", "2024-01-01"].picks_p > 0
