"""How far a run is, on a terminal and elsewhere."""

from __future__ import annotations

import sys

import pytest

from onsets.cli import progress


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    update, close = progress.progress_bar(True)
    update(1, 2, "XX.A.")
    close()
    assert capsys.readouterr() == ("", "")


def test_a_line_a_minute_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    update, close = progress.progress_bar(False)
    update(10, 100, "2024-01-01/XX.A.")
    clock[0] += 30
    update(20, 100, "2024-01-01/XX.B.")
    assert capsys.readouterr().err == ""
    clock[0] += 40
    update(80, 100, "2024-01-01/XX.C.")
    close()
    said = capsys.readouterr().err
    assert said == "80 of 100 station-days, 3600 an hour, 20 s left  2024-01-01/XX.C.\n"


def test_a_short_run_shows_no_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    update, close = progress.progress_bar(False)
    for done in range(5):
        update(done, 4, "XX.A.")
    close()
    assert capsys.readouterr().err == ""
