"""The folder of a run: its ledger, and the picks of each station-day, so that a kill loses nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from onsets.errors import ConfigError
from onsets.pipeline.book import Book
from onsets.pipeline.plan import StationDay
from onsets.pipeline.result import PickRun
from onsets.store import (
    check_target,
    read_detections,
    read_picks,
    write_detections,
    write_picks,
)
from onsets.tables import Detections, Picks

__all__ = ["RunFolder"]

_LEDGER = "ledger.sqlite"
_PARTS = ("picks", "detections")


class RunFolder:
    """Picks and detections as Parquet by day, and the ledger that says which are whole.

    A station-day's picks go to ``picks/day=2024-01-31/NET.STA.LOC.parquet``, written whole or not at
    all, and only then does the ledger call it done. The folders are read as one table by what knows
    partitions (pandas, DuckDB, Spark).

    Parameters
    ----------
    path : str or Path
        Made if it is not there.
    config : mapping
        What the picks depend on, as JSON can hold it.
    resume : bool
        Go on with what is there.

    Raises
    ------
    ConfigError
        If there is a run already and ``resume`` is False, or it had another configuration.
    LedgerError
        If the ledger is locked, damaged or of another version.
    MissingExtraError
        If pyarrow is not installed.
    """

    def __init__(self, path: str | Path, config: Mapping[str, Any], *, resume: bool = False) -> None:
        self.path = Path(path)
        ledger = self.path / _LEDGER
        if ledger.exists() and not resume:
            raise ConfigError(
                f"{path} holds a run already; go on with it by --resume, or remove the folder first"
            )
        if not ledger.exists() and self.path.exists() and any(map(_foreign, self.path.iterdir())):
            raise ConfigError(f"{path} holds something else than a run; choose another output")
        try:
            self.path.mkdir(exist_ok=True)
        except OSError as error:
            raise ConfigError(f"cannot make the folder {path}: {error.strerror or error}") from error
        check_target(self.path / "picks.parquet", "picks")
        self.book = Book(ledger) if ledger.exists() else Book.create(ledger, config)
        try:
            self.book.check(config)
            for draft in self.path.rglob(".onsets-*.tmp"):
                draft.unlink(missing_ok=True)
        except BaseException:
            self.book.close()
            raise

    def keep(self, unit: StationDay, run: PickRun, seconds: float, attempts: int) -> None:
        """Write a unit's picks and detections, then that it is done.

        Raises
        ------
        StoreError, LedgerError
            If the disk is full or cannot be written; the unit then counts as not done.
        """
        for kind in _PARTS:
            table = run.picks if kind == "picks" else run.detections
            target = self._part(kind, unit.name)
            if len(table) == 0:
                target.unlink(missing_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(table, Picks):
                write_picks(table, target)
            else:
                write_detections(table, target)
        self.book.done(unit, run, seconds, attempts)

    def picks(self) -> Iterator[Picks]:
        """Yield the picks of each day, by time."""
        for _, names in self.book.days():
            yield Picks.concat(map(read_picks, self._there("picks", names))).sorted()

    def detections(self) -> Iterator[Detections]:
        """Yield the detections of each day, by time."""
        for _, names in self.book.days():
            yield Detections.concat(map(read_detections, self._there("detections", names))).sorted()

    def close(self, *, remove: bool = False) -> None:
        """Let go of the ledger; remove the folder if it is no longer needed."""
        self.book.close()
        if remove:
            (self.path / _LEDGER).unlink()  # first: without it the rest counts as nothing
            shutil.rmtree(self.path, ignore_errors=True)

    def _part(self, kind: str, name: str) -> Path:
        day, station = name.split("/", 1)
        return self.path / kind / f"day={day}" / f"{quote(station, safe='')}.parquet"

    def _there(self, kind: str, names: Iterable[str]) -> list[Path]:
        return [path for path in (self._part(kind, name) for name in names) if path.exists()]


def _foreign(path: Path) -> bool:
    """Whether something in a folder without a ledger is not left from the beginning of a run."""
    return path.name not in _PARTS and not path.name.startswith((".onsets-", _LEDGER))
