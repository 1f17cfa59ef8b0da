"""The book of a run: an SQLite ledger that says what became of each unit, also after a kill."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from onsets.errors import ConfigError, OnsetsError
from onsets.pipeline.plan import StationDay
from onsets.pipeline.result import PickRun
from onsets.tables import Detections, LedgerRow, Picks
from onsets.types import Problem

__all__ = ["VERSION", "Book", "LedgerError"]

VERSION = 1
"""Of the ledger's tables; another version is refused."""
_SCHEMA = """
CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE units (
    name TEXT PRIMARY KEY, day INTEGER NOT NULL, station TEXT NOT NULL, stamp TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')), attempts INTEGER NOT NULL,
    seconds REAL, picks INTEGER, detections INTEGER, rows TEXT, problems TEXT, reason TEXT
);
CREATE TABLE steps (name TEXT PRIMARY KEY, inputs TEXT NOT NULL, told TEXT NOT NULL);
"""
_WAIT_S = 2.0


class LedgerError(OnsetsError, OSError):
    """The ledger of a run cannot be used: locked, damaged, of another version, or the disk is full."""


class Book:
    """Open ledger of one run; one process writes it.

    Parameters
    ----------
    path : str or Path
        ``ledger.sqlite`` of a run folder.

    Raises
    ------
    LedgerError
        If it is locked by another run, damaged, or of another version.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if self.path.stat().st_size == 0:
            raise LedgerError(f"{path} is empty: it was truncated; remove the folder and start again")
        with self._told():
            self._base = sqlite3.connect(self.path, timeout=_WAIT_S, isolation_level=None)
            self._base.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._base.execute("PRAGMA synchronous=FULL")
            version = self._base.execute("PRAGMA user_version").fetchone()[0]
            if version != VERSION:
                self._base.close()
                raise LedgerError(
                    f"{path} is a ledger of version {version}, this onsets writes version {VERSION}; "
                    "finish it with the onsets that began it, or remove the folder and start again"
                )
            self._base.execute("BEGIN EXCLUSIVE")  # from here on no other run can write it
            self._base.execute("COMMIT")

    @classmethod
    def create(cls, path: str | Path, config: Mapping[str, Any]) -> Book:
        """Make a ledger, whole or not at all, and open it.

        Parameters
        ----------
        path : str or Path
        config : mapping
            What the run depends on, as JSON can hold it.
        """
        final = Path(path)
        draft = final.with_name(f".onsets-{secrets.token_hex(6)}.tmp")
        with _named(final):
            base = sqlite3.connect(draft, isolation_level=None)
            base.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
            base.execute("INSERT INTO run VALUES ('config', ?)", [json.dumps(config, sort_keys=True)])
            base.close()
            os.replace(draft, final)
        return cls(final)

    @contextmanager
    def _told(self) -> Iterator[None]:
        with _named(self.path):
            yield

    def close(self) -> None:
        """Let go of the ledger."""
        self._base.close()

    def check(self, config: Mapping[str, Any]) -> None:
        """Refuse a ledger that belongs to another configuration.

        Raises
        ------
        ConfigError
            Names each key that differs.
        """
        with self._told():
            text = self._base.execute("SELECT value FROM run WHERE key = 'config'").fetchone()[0]
        before, now = json.loads(text), json.loads(json.dumps(config))
        differ = [
            f"{key} was {before.get(key)!r}, is now {now.get(key)!r}"
            for key in sorted(before.keys() | now.keys())
            if before.get(key) != now.get(key)
        ]
        if differ:
            raise ConfigError(
                f"{self.path.parent} belongs to a run of another configuration: {'; '.join(differ)}; "
                "go on with the old one, or choose another output"
            )

    def expect(self, units: Iterable[StationDay]) -> set[str]:
        """Write down the units of a plan, and return the names of those that are done.

        A unit whose files have changed waits again, and so does one that failed.

        Raises
        ------
        ConfigError
            If the ledger holds units that the plan has not: their files are gone.
        """
        planned = {unit.name: unit for unit in units}
        with self._told():
            self._base.execute("BEGIN IMMEDIATE")
            known = dict(self._base.execute("SELECT name, stamp || ' ' || state FROM units"))
            gone = sorted(known.keys() - planned.keys())
            if gone:
                self._base.execute("ROLLBACK")
                raise ConfigError(
                    f"{self.path.parent} holds {len(gone)} station-days that are no longer in the archive, "
                    f"the first {gone[0]}; bring their files back, or start again in another folder"
                )
            done = {name for name, text in known.items() if text == f"{planned[name].stamp} done"}
            self._base.executemany(
                "INSERT OR REPLACE INTO units (name, day, station, stamp, state, attempts) "
                "VALUES (?, ?, ?, ?, 'waiting', 0)",
                [
                    (name, unit.day, unit.station, unit.stamp)
                    for name, unit in planned.items()
                    if name not in done
                ],
            )
            self._base.execute("COMMIT")
        return done

    def done(self, unit: StationDay, run: PickRun, seconds: float, attempts: int) -> None:
        """Write down that a unit is done; its picks must be on the disk."""
        rows = json.dumps([asdict(row) for row in run.ledger])
        problems = json.dumps([asdict(problem) for problem in run.problems])
        values = ("done", attempts, seconds, len(run.picks), len(run.detections), rows, problems, "")
        self._update(unit.name, values)

    def failed(self, unit: StationDay, reason: str, attempts: int) -> None:
        """Write down that a unit failed for good."""
        self._update(unit.name, ("failed", attempts, None, 0, 0, "[]", "[]", reason))

    def _update(self, name: str, values: tuple[Any, ...]) -> None:
        with self._told():
            self._base.execute(
                "UPDATE units SET state = ?, attempts = ?, seconds = ?, picks = ?, detections = ?, rows = ?, "
                "problems = ?, reason = ? WHERE name = ?",
                (*values, name),
            )

    def days(self) -> list[tuple[int, list[str]]]:
        """Return each day that has picks or detections, with the names of its units in order."""
        with self._told():
            found = self._base.execute(
                "SELECT day, name FROM units WHERE state = 'done' AND picks + detections > 0 "
                "ORDER BY day, station"
            ).fetchall()
        days: dict[int, list[str]] = {}
        for day, name in found:
            days.setdefault(day, []).append(name)
        return list(days.items())

    def summary(self) -> PickRun:
        """Return the rows and problems of all units, without their picks."""
        with self._told():
            found = self._base.execute(
                "SELECT state, station, day, rows, problems, reason, name FROM units ORDER BY day, station"
            )
            parts = [_part(*row) for row in found]
        return PickRun.join(parts)

    def counts(self) -> dict[str, int]:
        """Return how many units are in each state."""
        with self._told():
            return dict(self._base.execute("SELECT state, COUNT(*) FROM units GROUP BY state ORDER BY state"))

    def step(self, name: str) -> tuple[str, dict[str, Any]] | None:
        """Return what a finished step was made from and what it told, or None."""
        with self._told():
            found = self._base.execute("SELECT inputs, told FROM steps WHERE name = ?", [name]).fetchone()
        return None if found is None else (found[0], json.loads(found[1]))

    def step_done(self, name: str, inputs: str, told: Mapping[str, Any]) -> None:
        """Write down that a step is finished."""
        with self._told():
            self._base.execute(
                "INSERT OR REPLACE INTO steps VALUES (?, ?, ?)", [name, inputs, json.dumps(told)]
            )


def _part(
    state: str, station: str, day: int, rows: str | None, problems: str | None, reason: str | None, name: str
) -> PickRun:
    """Return what the ledger says of one unit."""
    if state == "failed":
        return PickRun.failed(name, station, day, reason or "")
    return PickRun(
        Picks.of([]),
        Detections.of([]),
        [LedgerRow(**row) for row in json.loads(rows or "[]")],
        [Problem(**problem) for problem in json.loads(problems or "[]")],
    )


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn what SQLite says into an error that names the file and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        said = str(error)
        if "locked" in said:
            what = "is in use; is another onsets run writing in this folder? wait for it, or stop it"
        elif "full" in said:
            what = "cannot be written: the disk is full; make room and go on with --resume"
        elif "readonly" in said or "unable to open" in said:
            what = f"cannot be written ({said}); check the permissions of its folder"
        else:
            what = f"is damaged ({said}); remove the folder and start again"
        raise LedgerError(f"{path} {what}") from error
    except OSError as error:
        if isinstance(error, OnsetsError):
            raise
        raise LedgerError(f"{path} cannot be used: {error.strerror or error}") from error
