"""Files of other location programs as catalogues: which file is whose, and what reads and writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from onsets.errors import ConfigError, nearest
from onsets.store.growclust import read_evlist, read_growclust, write_evlist
from onsets.store.hypodd import (
    read_event_list,
    read_locations,
    read_phases,
    write_locations,
    write_phases,
)
from onsets.store.hypoinverse import read_archive, read_summary, write_archive, write_summary
from onsets.store.nonlinloc import read_hyp, read_obs, write_hyp, write_obs
from onsets.store.velest import read_cnv, write_cnv
from onsets.tables import Assignments, Events

__all__ = ["PROGRAMS", "Program", "check_written", "program_of", "read_program", "write_program"]

Read = Callable[[str | Path], tuple[Events, Assignments]]
Write = Callable[[Events, Assignments, str | Path], object]


@dataclass(frozen=True, slots=True)
class Program:
    """One form of file.

    Attributes
    ----------
    ends : tuple of str
        How names of such files end, in lower case; ``.gz`` behind it is allowed where it is read.
    read : callable
        Path -> events and assignments (none where the form holds events only).
    write : callable or None
        Events, assignments, path.
    """

    ends: tuple[str, ...]
    read: Read
    write: Write | None = None


def _bare(read: Callable[[str | Path], Events]) -> Read:
    return lambda path: (read(path), Assignments.of([]))


PROGRAMS: dict[str, Program] = {
    "hypoinverse": Program((".arc",), read_archive, write_archive),
    "hypoinverse-summary": Program(
        (".sum",), _bare(read_summary), lambda events, _, path: write_summary(events, path)
    ),
    "velest": Program((".cnv",), read_cnv, write_cnv),
    "growclust": Program(
        (".evlist", "evlist.txt"), _bare(read_evlist), lambda events, _, path: write_evlist(events, path)
    ),
    "growclust-catalogue": Program((".growclust_cat",), _bare(read_growclust)),
    "hypodd": Program((".pha",), read_phases, write_phases),
    "hypodd-events": Program((".dat", ".sel"), _bare(read_event_list)),
    "hypodd-locations": Program(
        (".reloc", ".loc"), _bare(read_locations), lambda events, _, path: write_locations(events, path)
    ),
    "nonlinloc": Program((".hyp",), read_hyp, write_hyp),
    "nonlinloc-phases": Program(
        (".obs",), lambda path: read_obs(path)[:2], lambda _, mine, path: write_obs(mine, path)
    ),
}
"""Name -> form."""


def program_of(path: str | Path) -> str:
    """Return whose file a name means, or nothing.

    Examples
    --------
    >>> program_of("catOut.sum"), program_of("IN/evlist.txt"), program_of("a.pha.gz"), program_of("a.csv")
    ('hypoinverse-summary', 'growclust', 'hypodd', '')
    """
    name = Path(str(path)).name.lower().removesuffix(".gz")
    return next((key for key, one in PROGRAMS.items() if name.endswith(one.ends)), "")


def _named(kind: str) -> Program:
    if kind not in PROGRAMS:
        raise ConfigError(f"unknown form {kind!r}; {nearest(kind, list(PROGRAMS))}")
    return PROGRAMS[kind]


def check_written(kind: str) -> Write:
    """Return what writes a form.

    Raises
    ------
    ConfigError
        If there is no form of that name, or it is only read.
    """
    write = _named(kind).write
    if write is None:
        kinds = ", ".join(name for name, one in PROGRAMS.items() if one.write)
        raise ConfigError(f"{kind} is only read; written are {kinds}")
    return write


def read_program(path: str | Path, kind: str) -> tuple[Events, Assignments]:
    """Read a file of a program.

    Raises
    ------
    ConfigError
        If there is no form of that name.
    CatalogueError
        With file and line.
    """
    return _named(kind).read(path)


def write_program(events: Events, assignments: Assignments, path: str | Path, kind: str) -> None:
    """Write a file for a program.

    Raises
    ------
    ConfigError
        If there is no form of that name, or it is only read.
    CatalogueError
        If the events do not fit the form.
    StoreError
        If it cannot be written.
    """
    check_written(kind)(events, assignments, path)
