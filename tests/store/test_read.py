"""What was written is read, and a fault is named with its file and line."""

import datetime
import json
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from onsets.errors import CatalogueError, ConfigError, MissingExtraError
from onsets.store import read_picks, write_picks
from onsets.tables import PICK_COLUMNS, Picks
from onsets.types import Pick

from .conftest import assert_equal, pick_tables, rounded

SUFFIXES = ("csv", "jsonl", "parquet")
HEADER = ",".join(PICK_COLUMNS)
GOOD = "XX.ABC.,HH,P,2020-01-01T00:00:00Z,0.5,,,,U,m,"


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(table=pick_tables)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_round_trip(suffix, table, tmp_path):
    path = tmp_path / f"a.{suffix}"
    write_picks(table, path)
    assert_equal(read_picks(path), rounded(table, digits=suffix != "parquet"))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_and_much(suffix, tmp_path):
    path = tmp_path / f"a.{suffix}"
    write_picks(Picks.of([]), path)
    assert_equal(read_picks(path), Picks.of([]))
    random = np.random.default_rng(1)
    times = random.integers(0, 2**60, 10_000) // 1000 * 1000
    many = Picks.of(
        [Pick(f"XX.S{t % 97}.", "HH", "PS"[t % 2], int(t), round(t % 1001 / 1001, 4)) for t in times.tolist()]
    )
    write_picks(many, path)
    assert_equal(read_picks(path), many)


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("1970-01-01T00:00:01Z", 10**9),
        ("1970-01-01 00:00:01.5", 1_500_000_000),
        ("1970-01-01T00:00:00.000000001+00:00", 1),
        ("1969-12-31T23:59:59.999999Z", -1000),
        (" 1970-01-02T00:00:00+0000 ", 86_400 * 10**9),
    ],
)
def test_times(text, time_ns, tmp_path):
    (tmp_path / "a.csv").write_text(f"station_id,phase,time\nXX.A.,P,{text}\n")
    assert read_picks(tmp_path / "a.csv").time_ns.tolist() == [time_ns]


def test_only_three_columns_are_needed_and_others_are_passed_over(tmp_path):
    (tmp_path / "a.csv").write_text(
        "\ufefftime,note,phase,station_id\n2020-01-01T00:00:00Z,hello,Lg,XX.A.\n\n"
    )
    (pick,) = read_picks(tmp_path / "a.csv")
    assert (pick.station_id, pick.phase, pick.channel_prefix, pick.flags) == ("XX.A.", "Lg", "", frozenset())
    assert np.isnan([pick.probability, pick.uncertainty_s, pick.snr_db, pick.amplitude]).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"a.csv, line 1: no column 'station_id'; got nothing"),
        ("station_id,phase\nXX.A.,P\n", r"a.csv, line 1: no column 'time'; got station_id, phase"),
        (
            "station_id,phase,time,probabilty\n",
            r"line 1: unknown column 'probabilty'; did you mean 'probability'\?",
        ),
        ("station_id,phase,time,time\n", r"line 1: column 'time' comes twice"),
        (f"{HEADER}\n{GOOD}\nXX.ABC.,HH\n", r"a.csv, line 3: got 2 cells, expected 11"),
        (
            f"{HEADER}\n{GOOD.replace('2020-01-01', '2020-02-30')}\n",
            r"line 2: time is '2020-02-30T00:00:00Z', expected",
        ),
        (f"{HEADER}\n{GOOD.replace('2020', '2500')}\n", r"line 2: time is .* between 1678 and 2262"),
        (f"{HEADER}\n{GOOD.replace('00Z', '00+02:00')}\n", r"line 2: time is '2020-01-01T00:00:00\+02:00'"),
        (f"{HEADER}\n{GOOD.replace('2020-01-01T00:00:00Z', '')}\n", r"line 2: time is ''"),
        (f"{HEADER}\n\n{GOOD.replace('0.5', 'high')}\n", r"line 3: probability is 'high', expected a number"),
        (f"{HEADER}\n{GOOD.replace('XX.ABC.', '')}\n", r"line 2: station_id is empty"),
        (f"{HEADER}\n{GOOD.replace(',U,', ',up,')}\n", r"line 2: polarity is 'up', expected U, D or empty"),
        (f'{HEADER}\n"XX.AB\nC.,{GOOD}\n', r"line 3: not CSV"),
    ],
)
def test_faults_in_csv(text, message, tmp_path):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(CatalogueError, match=message):
        read_picks(tmp_path / "a.csv")


def line(**changes):
    row = {"station_id": "XX.A.", "phase": "P", "time": "2020-01-01T00:00:00Z", "probability": 0.5}
    return json.dumps({key: value for key, value in (row | changes).items() if value is not ...})


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([line(), "{"], r"a.jsonl, line 2: not JSON"),
        (["[" * 100_000], r"line 1: not JSON"),
        (["[1]"], r"line 1: got list, expected a JSON object"),
        ([line(), "", line(phase=...)], r"line 3: no column 'phase'"),
        ([line(probability=True)], r"line 1: probability is True"),
        ([line(probability=10**400)], r"line 1: probability is 10+, expected a number"),
        ([line(probability=[1])], r"line 1: probability is \[1\]"),
        ([line(time=1577836800)], r"line 1: time is 1577836800, expected ISO 8601"),
        ([line(time=None)], r"line 1: time is None"),
        ([line(model=5)], r"line 1: model is 5, expected text"),
        ([line(snr_bd=5)], r"unknown column 'snr_bd'; did you mean 'snr_db'\?"),
    ],
)
def test_faults_in_jsonl(lines, message, tmp_path):
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    with pytest.raises(CatalogueError, match=message):
        read_picks(tmp_path / "a.jsonl")


def test_faults_of_the_file(tmp_path):
    with pytest.raises(CatalogueError, match=r"no\.csv: cannot be read: No such file"):
        read_picks(tmp_path / "no.csv")
    (tmp_path / "a.csv").write_bytes(b"station_id\xff")
    with pytest.raises(CatalogueError, match="not UTF-8 at byte 10"):
        read_picks(tmp_path / "a.csv")
    (tmp_path / "a.parquet").write_bytes(b"not this")
    with pytest.raises(CatalogueError, match="not a Parquet table of picks"):
        read_picks(tmp_path / "a.parquet")
    with pytest.raises(ConfigError, match=r"unknown format '\.xlsx'; choose from \.csv, \.jsonl, \.parquet"):
        read_picks(tmp_path / "a.xlsx")


def test_parquet_made_elsewhere(tmp_path, monkeypatch):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "a.parquet"
    columns = {
        "station_id": pa.array(["XX.A.", "XX.B."]).dictionary_encode(),
        "phase": ["P", "S"],
        "time": pa.array([datetime.datetime(2020, 1, 1), datetime.datetime(2020, 1, 2)], pa.timestamp("ms")),
        "probability": pa.array([0.5, None], pa.float32()),
        "note": [1, 2],
    }
    pq.write_table(pa.table(columns), path)
    picks = read_picks(path)
    assert picks.station_id.tolist() == ["XX.A.", "XX.B."]
    assert picks.time_ns.tolist() == [1_577_836_800 * 10**9, 1_577_923_200 * 10**9]
    np.testing.assert_array_equal(picks.probability, [0.5, np.nan])
    assert picks.probability.dtype == np.float64
    pq.write_table(pa.table(columns | {"time": ["2020-01-01T00:00:00Z", "soon"]}), path)
    with pytest.raises(CatalogueError, match=r"a\.parquet, row 2: time is 'soon'"):
        read_picks(path)
    pq.write_table(pa.table(columns | {"time": pa.array([None, 1], pa.timestamp("us"))}), path)
    with pytest.raises(CatalogueError, match=r"a\.parquet, row 1: time is None"):
        read_picks(path)
    pq.write_table(pa.table({"phase": ["P"]}), path)
    with pytest.raises(CatalogueError, match="schema: no column 'station_id'"):
        read_picks(path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError):
        read_picks(path)
