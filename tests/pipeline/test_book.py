"""The ledger: states that last, and named errors for whatever else it may be."""

from __future__ import annotations

import dataclasses
import sqlite3
from pathlib import Path

import pytest

from onsets.errors import ConfigError
from onsets.pipeline import LedgerError, PickRun, StationDay
from onsets.pipeline.book import Book
from onsets.tables import Detections, LedgerRow, Picks
from onsets.types import Pick, Problem

CONFIG = {"model": "default", "thresholds": {"P": 0.3}}


def unit(day: int = 19723, station: str = "XX.A.", stamp: str = "s") -> StationDay:
    return StationDay(station, day, day, day + 1, ("f",), (), 10, stamp, True)


def result() -> PickRun:
    row = LedgerRow(station_id="XX.A.", day="2024-01-01", picks_p=1)
    problem = Problem("f", "broken", "XX.A.", 3, True, 5)
    return PickRun(Picks.of([Pick("XX.A.", "HH", "P", 1)]), Detections.of([]), [row], [problem])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Book.create(tmp_path / "ledger.sqlite", CONFIG).close()
    return tmp_path / "ledger.sqlite"


def test_states_last(path: Path) -> None:
    book = Book(path)
    assert book.expect([unit(), unit(19724), unit(19725)]) == set()
    book.done(unit(), result(), 1.5, 1)
    book.failed(unit(19724), "its process died", 2)
    book.close()
    book = Book(path)
    assert book.counts() == {"done": 1, "failed": 1, "waiting": 1}
    told = book.summary()
    assert told.ledger[0] == result().ledger[0] or told.ledger[0].row() == result().ledger[0].row()
    assert told.problems[0] == result().problems[0]
    assert told.problems[1].fatal and "died" in told.problems[1].reason
    assert book.days() == [(19723, ["2024-01-01/XX.A."])]
    book.close()


def test_only_what_changed_or_failed_is_done_again(path: Path) -> None:
    book = Book(path)
    book.expect([unit(), unit(19724), unit(19725)])
    for day in (19723, 19724):
        book.done(unit(day), result(), 1.0, 1)
    book.failed(unit(19725), "no", 2)
    assert book.expect([unit(), unit(19724, stamp="other"), unit(19725)]) == {"2024-01-01/XX.A."}
    assert book.counts() == {"done": 1, "waiting": 2}
    book.close()


def test_units_that_are_gone_are_refused(path: Path) -> None:
    book = Book(path)
    book.expect([unit(), unit(19724)])
    with pytest.raises(ConfigError, match=r"no longer in the archive, the first 2024-01-02/XX\.A\."):
        book.expect([unit()])
    book.close()


def test_another_configuration_is_refused_with_what_differs(path: Path) -> None:
    book = Book(path)
    book.check(dict(CONFIG))
    with pytest.raises(ConfigError, match=r"model was 'default', is now 'sta-lta'; rate_as was"):
        book.check({**CONFIG, "model": "sta-lta", "rate_as": 3})
    book.close()


def test_a_locked_ledger(path: Path) -> None:
    first = Book(path)
    with pytest.raises(LedgerError, match="is in use; is another onsets run"):
        Book(path)
    first.close()
    Book(path).close()


@pytest.mark.parametrize("size", [0, 10, 5000])
def test_a_truncated_ledger(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(LedgerError, match=r"truncated|damaged"):
        Book(path).expect([unit()])


def test_noise_instead_of_a_ledger(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(LedgerError, match="damaged"):
        Book(path)


@pytest.mark.parametrize("version", [0, 2])
def test_a_ledger_of_another_version(path: Path, version: int) -> None:
    base = sqlite3.connect(path)
    base.execute(f"PRAGMA user_version = {version}")
    base.commit()
    base.close()
    with pytest.raises(LedgerError, match=f"of version {version}, this onsets writes version 1"):
        Book(path)


def test_a_full_disk(path: Path) -> None:
    book = Book(path)
    book.expect([unit(day) for day in range(19723, 19730)])
    book._base.execute(f"PRAGMA max_page_count = {path.stat().st_size // 4096}")
    big = dataclasses.replace(result(), problems=[Problem("f", "x" * 200_000)])
    with pytest.raises(LedgerError, match="the disk is full; make room and go on with --resume"):
        book.done(unit(), big, 1.0, 1)
    assert book.counts() == {"waiting": 7}
    book.close()


def test_steps_last(path: Path) -> None:
    book = Book(path)
    assert book.step("pick") is None
    book.step_done("pick", "abc", {"files": ["a"]})
    assert book.step("pick") == ("abc", {"files": ["a"]})
    book.close()
