"""``onsets magnitude`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onsets.store import read_amplitudes, read_events, write_assignments, write_events

from ..pipeline.archives import write_sds
from ..pipeline.test_magnitude import GAIN, events, picks, stations, traces
from .conftest import Run


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    write_events(events(), tmp_path / "located.csv")
    write_assignments(picks(), tmp_path / "used.csv")
    rows = [f"{r['station_id']},{r['latitude']},{r['longitude']},{GAIN}" for r in stations().rows()]
    text = "\n".join(["station_id,latitude,longitude,gain_counts_m_s", *rows])
    (tmp_path / "stations.csv").write_text(text)
    for k in range(3):
        write_sds(tmp_path / "archive", traces(k, 2.5))
    return ("located.csv", "-a", "used.csv", "-s", "stations.csv", "--sds", "archive")


def test_events_get_magnitudes(run: Run, files: tuple[str, ...], tmp_path: Path) -> None:
    done = run("magnitude", *files, "-o", "sized.xml", "--amplitudes", "amplitudes.csv")
    assert done.returncode == 0, done.stderr
    assert "1 of 1 events have a magnitude (ML 2.5 to 2.5) -> sized.xml" in done.stderr
    found = read_events(tmp_path / "sized.xml")
    assert found.magnitude[0] == pytest.approx(2.5, abs=0.02) and found.magnitude_error[0] < 0.05
    assert len(read_amplitudes(tmp_path / "amplitudes.csv")) == 6


def test_json_settings_and_corrections(run: Run, files: tuple[str, ...], tmp_path: Path) -> None:
    lines = [f"XX.S{k}.,0.5" for k in range(3)]
    (tmp_path / "late.csv").write_text("\n".join(["station_id,correction", *lines]))
    done = run("magnitude", *files, "--json", "--corrections", "late.csv", "--set", "kind=local")
    told = json.loads(done.stdout)
    assert told["events"][0]["magnitude"] == pytest.approx(3.0, abs=0.02) and told["notes"] == []
    lapse = json.loads(run("magnitude", *files, "--json", "--set", "kind=duration").stdout)
    assert lapse["events"][0]["magnitude_type"] == "Md"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--set", "relation=hutton-boore"), "did you mean 'hutton-boore-1987'"),
        (("--waveforms", "archive"), "one of them"),
        (("--responses", "nothing.csv"), "nothing.csv cannot be read"),
        (("--corrections", "stations.csv"), "expected columns station_id,correction"),
        (("-o", "out.quakeml"), "unknown format"),
    ],
)
def test_wrong_use_is_told(run: Run, files: tuple[str, ...], more: tuple[str, ...], message: str) -> None:
    done = run("magnitude", *files, *more)
    assert done.returncode in (1, 2) and message in done.stderr and "Traceback" not in done.stderr


def test_a_broken_file_is_named(run: Run, files: tuple[str, ...], tmp_path: Path) -> None:
    broken = next((tmp_path / "archive").rglob("XX.S1..HHN*"))
    broken.write_bytes(b"not a record")
    done = run("magnitude", *files, "-o", "sized.csv")
    assert done.returncode == 1 and broken.name in done.stderr
    assert read_events(tmp_path / "sized.csv").magnitude[0] == pytest.approx(2.5, abs=0.02)


def test_help_shows_an_example(run: Run) -> None:
    assert "Example: onsets magnitude" in run("magnitude", "--help").stdout
