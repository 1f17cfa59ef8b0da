"""How far a run is: station-days an hour and the time that is left."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import typer

__all__ = ["clock", "pace", "progress_bar"]

_QUIET_S = 2.0
_LINE_S = 60.0
_COUNTED = {"reading headers": "files"}


def clock(seconds: float) -> str:
    """Return seconds as people say them.

    Examples
    --------
    >>> clock(42), clock(754), clock(9000)
    ('42 s', '12 min 34 s', '2 h 30 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def pace(done: float, before: float, total: float, seconds: float, counted: str = "station-days") -> str:
    """Return how much is done, how fast it goes and what is left.

    Parameters
    ----------
    done, total : float
    before : float
        What was done when the clock began.
    seconds : float
        Since then.
    counted : str
        What is counted.

    Examples
    --------
    >>> pace(30, 10, 100, 60)
    '30 of 100 station-days, 1200 an hour, 3 min 30 s left'
    >>> pace(0, 0, 100, 1)
    '0 of 100 station-days'
    """
    told = f"{int(done)} of {int(total)} {counted}"
    if done <= before or seconds <= 0:
        return told
    rate = (done - before) / seconds
    return f"{told}, {rate * 3600:.0f} an hour, {clock((total - done) / rate)} left"


def progress_bar(
    quiet: bool, counted: str = "station-days"
) -> tuple[Callable[[float, float, str], None], Callable[[], None]]:
    """Return an updater and a closer.

    On a terminal a bar appears once two seconds have passed; elsewhere a line is told every minute.
    """
    live = sys.stderr.isatty()
    bar: Any = None
    phase, began, before, told = ("", 0.0), 0.0, 0.0, 0.0

    def update(done: float, total: float, name: str) -> None:
        nonlocal bar, phase, began, before, told
        if quiet:
            return
        now = time.monotonic()
        things = _COUNTED.get(name, counted)
        if phase != (things, total):
            phase, began, before = (things, total), now, done
            told = told or now
        if now - told < (0.2 if bar else _QUIET_S if live else _LINE_S) or (
            done >= total > 0 and bar is None
        ):
            return
        told = now
        text = f"{pace(done, before, total, now - began, things)}  {name}"
        if not live:
            typer.echo(text, err=True)
            return
        if bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            bar = Progress(
                BarColumn(24), TextColumn("{task.description}"), console=Console(stderr=True), transient=True
            )
            bar.start()
            bar.add_task(text, total=total)
        bar.update(bar.task_ids[0], completed=done, total=total, description=text)

    def close() -> None:
        if bar is not None:
            bar.stop()

    return update, close
