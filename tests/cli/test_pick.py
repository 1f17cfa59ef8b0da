"""``onsets pick``: columns, formats, exit codes, messages."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from onsets.tables import LEDGER_COLUMNS, PICK_COLUMNS

from .conftest import Run


def test_csv_on_standard_output_has_the_columns_and_the_onsets(run: Run, mseed: Path) -> None:
    done = run("pick", mseed)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert done.stdout.splitlines()[0] == ",".join(PICK_COLUMNS)
    p = [row["time"] for row in rows if row["phase"] == "P"]
    assert any("2024-01-01T00:00:39.8" <= time <= "2024-01-01T00:00:40.2" for time in p), done.stdout
    assert "station-day" in done.stderr


@pytest.mark.parametrize("model", ["sta-lta", "aic", "kurtosis", "baer"])
def test_every_classical_picker_finds_the_p(run: Run, mseed: Path, model: str) -> None:
    done = run("pick", mseed, "-m", model, "--json")
    times = [row["time"] for row in json.loads(done.stdout)["picks"] if row["phase"] == "P"]
    assert any("2024-01-01T00:00:39.8" <= time <= "2024-01-01T00:00:40.3" for time in times), times


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet", ".xml"])
def test_formats_follow_the_suffix(run: Run, mseed: Path, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"picks{suffix}"
    done = run("pick", mseed, "-o", target)
    assert done.returncode == 0, done.stderr
    assert target.stat().st_size > 100 and done.stdout == ""


def test_ledger_and_json(run: Run, mseed: Path, tmp_path: Path) -> None:
    done = run("pick", mseed, "--json", "--ledger", tmp_path / "why.csv", "--p-threshold", "0.999")
    said = json.loads(done.stdout)
    assert said["pick_count"] == len(said["picks"])
    assert said["ledger"][0]["day"] == "2024-01-01"
    header = (tmp_path / "why.csv").read_text().splitlines()[0]
    assert header == ",".join(LEDGER_COLUMNS)


def test_rate_as_scales_time(run: Run, mseed: Path) -> None:
    done = run("pick", mseed, "-m", "sta-lta", "--rate-as", "50", "--json")
    times = [row["time"] for row in json.loads(done.stdout)["picks"]]
    assert any("2024-01-01T00:00:39.5" <= time <= "2024-01-01T00:00:40.5" for time in times), times


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--p-treshold", "0.3"], "--p-threshold"),
        (["-m", "defualt"], "did you mean 'default'?"),
        (["-o", "picks.cvs"], ".csv"),
        (["--p-threshold", "1.5"], "between 0 and 1"),
        (["--start", "2024-01-01"], "--sds"),
        (["--rate-as", "-3"], "rate_as"),
        (["-o", "no/such/folder/picks.csv"], "folder"),
    ],
)
def test_wrong_usage_stops_at_once_with_a_hint(
    run: Run, mseed: Path, arguments: list[str], hint: str
) -> None:
    done = run("pick", mseed, *arguments)
    assert done.returncode == 2
    assert hint in done.stderr and "Traceback" not in done.stderr
    assert done.stdout == ""


def test_no_path_and_missing_path_are_wrong_usage(run: Run) -> None:
    assert run("pick").returncode == 2
    done = run("pick", "nowhere.mseed")
    assert done.returncode == 2 and "nowhere.mseed" in done.stderr


def test_a_broken_file_beside_a_good_one_is_exit_code_one(run: Run, mseed: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.mseed").write_bytes(b"")
    done = run("pick", mseed, tmp_path / "broken.mseed")
    assert done.returncode == 1
    assert "broken.mseed" in done.stderr and len(done.stdout.splitlines()) > 1


def test_a_station_without_a_pick_says_why(run: Run, mseed: Path) -> None:
    done = run("pick", mseed, "-m", "sta-lta", "--p-threshold", "1e6", "--s-threshold", "1e6")
    assert done.returncode == 0
    assert "no pick: XX.ABC. 2024-01-01: highest P" in done.stderr


def test_sds_needs_a_span(run: Run, tmp_path: Path) -> None:
    done = run("pick", "--sds", tmp_path, "--start", "2024-01-02", "--end", "2024-01-01")
    assert done.returncode == 2 and "--start" in done.stderr
