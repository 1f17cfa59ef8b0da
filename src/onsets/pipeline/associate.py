"""Picks, a station table and a velocity model, however given, to events."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onsets import association
from onsets.association import ENGINES, from_real_strings, placed
from onsets.config import make, override
from onsets.earth import LayeredModel, read_model
from onsets.errors import ConfigError, nearest
from onsets.store import read_picks, write_assignments, write_events
from onsets.tables import Assignments, Events, Picks, Stations
from onsets.types import Problem
from onsets.waveforms import read_stations

__all__ = ["Association", "associate", "association_options"]

_REAL_LETTERS = ("R", "G", "V", "S")


@dataclass(frozen=True, slots=True, eq=False)
class Association:
    """Events with their picks.

    Attributes
    ----------
    events : Events
    assignments : Assignments
    picks : Picks
        All that were given.
    stations : Stations
    problems : list of Problem
        Unknown stations and phases, each with the number of picks left out.
    """

    events: Events
    assignments: Assignments
    picks: Picks
    stations: Stations
    problems: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.events)

    def write(self, target: str | Path, assignments: str | Path | None = None) -> None:
        """Write the events, as :func:`onsets.store.write_events`.

        Parameters
        ----------
        target : str or Path
            QuakeML (``.xml``) and databases hold the picks as well.
        assignments : str or Path, optional
            File for the table of which pick is whose.
        """
        write_events(self.events, target, self.assignments, self.picks)
        if assignments is not None:
            write_assignments(self.assignments, assignments)


def association_options(method: str = "pyocto", settings: Iterable[str] = ()) -> Any:
    """Return the options of an engine.

    Parameters
    ----------
    method : str
        ``pyocto`` or ``real``.
    settings : iterable of str
        ``KEY=VALUE`` each; for ``real`` also REAL's own strings, such as ``R=0.1/20/0.04/2/5``.

    Raises
    ------
    ConfigError
        If a name or value is wrong.
    """
    if method not in ENGINES:
        raise ConfigError(f"unknown method {method!r}; {nearest(method, list(ENGINES))}")
    strings: dict[str, str] = {}
    values: dict[str, Any] = {}
    for text in settings:
        key, _, written = text.partition("=")
        if method == "real" and key.strip() in _REAL_LETTERS:
            strings[key.strip()] = written.strip()
        else:
            values = override(values, text)
    return make(ENGINES[method][0], {**from_real_strings(**strings), **values}, f"method {method}")


def associate(
    picks: Picks | Sequence[Picks] | str | Path,
    /,
    stations: Stations | str | Path,
    velocity: LayeredModel | str | Path,
    method: str = "pyocto",
    **settings: Any,
) -> Association:
    """Find the events that picks come from.

    Parameters
    ----------
    picks : Picks, a sequence of them, or a file
    stations : Stations or a file
        In any form that :func:`onsets.waveforms.read_stations` reads.
    velocity : LayeredModel or a file
        In any form that :func:`onsets.earth.read_model` reads.
    method : str
        ``pyocto`` (needs the extra ``association``) or ``real``, REAL's grid search.
    **settings
        Fields of :class:`onsets.association.PyoctoOptions` or ``RealOptions``, such as ``picks=8``.

    Returns
    -------
    Association

    Raises
    ------
    CatalogueError
        If a file cannot be read.
    ConfigError
        If a setting is unknown.
    MissingExtraError
        If the engine is not installed.

    Examples
    --------
    >>> import onsets
    >>> events = onsets.associate("picks.csv", "stations.csv", "model.csv")  # doctest: +SKIP
    >>> events.write("day.xml")  # doctest: +SKIP
    """
    if isinstance(picks, str | Path):
        picks = read_picks(picks)
    elif not isinstance(picks, Picks):
        picks = Picks.concat(picks)
    if isinstance(stations, str | Path):
        stations = read_stations(stations)
    if isinstance(velocity, str | Path):
        velocity = read_model(velocity)
    options = association_options(method)
    known = {column.name for column in dataclasses.fields(options)}
    for name in settings:
        if name not in known:
            raise ConfigError(f"method {method}: unknown setting {name!r}; {nearest(name, sorted(known))}")
    options = dataclasses.replace(options, **settings)
    events, assignments = association.associate(picks, stations, velocity, options)
    return Association(events, assignments, picks, stations, placed(picks, stations)[1])
