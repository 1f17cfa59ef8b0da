"""HypoDD's and GrowClust's files of differential times: ``dt.ct`` and ``dt.cc``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from onsets.store.hypodd import hypodd_ids
from onsets.store.phase_text import lines_of, station_code, write_lines
from onsets.tables import Differences

__all__ = ["read_differences", "write_differences"]

_NO_CORRECTION = -990.0


def read_differences(path: str | Path, kind: str) -> Differences:
    """Read ``dt.ct`` or ``dt.cc``.

    Parameters
    ----------
    path : str or Path
        ``# id1 id2`` and ``station time1 time2 weight phase`` lines (ct), or ``# id1 id2 otc`` and
        ``station dt weight phase`` lines (cc); packed if it ends in ``.gz``.
    kind : str
        ``ct`` or ``cc``.

    Returns
    -------
    Differences
        The origin-time correction otc of a pair is taken off its ``dt``; a pair without one (-999) is
        left out, since its times hang on origin times that are not in the catalogue.

    Raises
    ------
    CatalogueError
        With file and line.
    """
    columns: dict[str, list[str]] = {name: [] for name in ("event_1", "event_2", "station_id", "phase")}
    numbers: list[tuple[float, float, float]] = []
    one = two = ""
    correction = 0.0
    with lines_of(path) as lines:
        for line in lines:
            words = line.split()
            if not words:
                continue
            if words[0][0] == "#":
                pair = words[1:] if words[0] == "#" else [words[0][1:], *words[1:]]
                one, two = pair[:2]
                correction = float(pair[2]) if kind == "cc" else 0.0
                continue
            if correction < _NO_CORRECTION:
                continue
            if kind == "ct":
                first, second, weight = (float(word) for word in words[1:4])
                numbers.append((first - second, weight, first))
            else:
                numbers.append((float(words[1]) - correction, float(words[2]), np.nan))
            for name, value in zip(columns, (one, two, f".{words[0]}.", words[-1]), strict=True):
                columns[name].append(value)
    table = np.array(numbers, np.float64).reshape(-1, 3)
    texts = {name: np.array(values, np.str_) for name, values in columns.items()}
    return Differences(
        **texts,
        dt_s=table[:, 0],
        weight=table[:, 1],
        first_s=table[:, 2],
        kind=np.full(len(table), kind),
    )


def write_differences(
    differences: Differences, path: str | Path, kind: str, ids: Mapping[str, int] | None = None
) -> None:
    """Write the differences of one kind as ``dt.ct`` or ``dt.cc`` (with origin-time correction 0).

    Parameters
    ----------
    differences : Differences
    path : str or Path
    kind : str
        ``ct`` or ``cc``; a catalogue difference without ``first_s`` is written with ``dt`` and 0.
    ids : mapping of str to int, optional
        What each event is called; by default :func:`onsets.store.hypodd.hypodd_ids` of the two columns.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    chosen = differences.take(differences.kind == kind)
    chosen = chosen.take(np.lexsort((chosen.event_2, chosen.event_1)))
    names = ids if ids is not None else hypodd_ids([*chosen.event_1.tolist(), *chosen.event_2.tolist()])

    def lines() -> Iterator[str]:
        last: tuple[str, str] | None = None
        for i in range(len(chosen)):
            pair = (str(chosen.event_1[i]), str(chosen.event_2[i]))
            if pair != last:
                yield f"# {names[pair[0]]:9d} {names[pair[1]]:9d}" + ("      0.0" if kind == "cc" else "")
                last = pair
            station, dt, weight = station_code(str(chosen.station_id[i])), chosen.dt_s[i], chosen.weight[i]
            if kind == "cc":
                yield f"{station:<7s} {dt:13.9f} {weight:7.4f} {chosen.phase[i]}"
            else:
                first = dt if np.isnan(chosen.first_s[i]) else chosen.first_s[i]
                yield f"{station:<7s} {first:9.4f} {first - dt:9.4f} {weight:7.4f} {chosen.phase[i]}"

    write_lines(path, lines())
