"""``onsets plot``: a picture a station."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run


@pytest.mark.parametrize(("suffix", "magic"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")])
def test_pictures_by_suffix(run: Run, mseed: Path, tmp_path: Path, suffix: str, magic: bytes) -> None:
    done = run("plot", mseed, "-o", tmp_path / f"x{suffix}", "--start", "2024-01-01T00:00:30")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / f"x{suffix}").read_bytes().startswith(magic)


def test_an_unknown_suffix_is_wrong_usage(run: Run, mseed: Path) -> None:
    done = run("plot", mseed, "-o", "x.jpgg")
    assert done.returncode == 2 and "x.jpgg" in done.stderr


def test_nothing_between_the_times_is_a_failure(run: Run, mseed: Path) -> None:
    done = run("plot", mseed, "--start", "2030-01-01")
    assert done.returncode == 1 and "nothing to draw" in done.stderr


def test_picks_of_a_file_can_be_drawn(run: Run, mseed: Path, tmp_path: Path) -> None:
    assert run("pick", mseed, "-o", tmp_path / "p.csv").returncode == 0
    done = run("plot", mseed, "-o", tmp_path / "x.png", "--picks", tmp_path / "p.csv")
    assert done.returncode == 0 and (tmp_path / "x.png").is_file()
