"""HypoDD's control file ``hypoDD.inp``: what double difference is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from onsets.earth import LayeredModel, hypodd_layers, model_text
from onsets.errors import CatalogueError
from onsets.store.atomic import replacing
from onsets.store.phase_text import text_lines

__all__ = ["HypoddControl", "read_control", "write_control"]

_FILES = ("cc", "ct", "events", "stations", "loc", "reloc", "sta", "res", "src")


@dataclass(frozen=True, slots=True)
class HypoddControl:
    """A control file.

    Attributes
    ----------
    files : dict of str to str
        Names of the files ``cc, ct, events, stations, loc, reloc, sta, res, src``; empty where not given.
    data, phases : int
        1 correlated, 2 catalogue, 3 both differences; 1 P, 2 S, 3 both phases.
    max_station_km : float
    min_links_cc, min_links_ct : int
    drop_air : bool
        Whether events above the ground are removed (version 2; true in version 1).
    sets : tuple of tuple of float
        ``iterations, cc P, cc S, cc residual, cc distance, ct P, ct S, ct residual, ct distance, damping``.
    model : LayeredModel
    """

    files: dict[str, str]
    data: int
    phases: int
    max_station_km: float
    min_links_cc: int
    min_links_ct: int
    drop_air: bool
    sets: tuple[tuple[float, ...], ...]
    model: LayeredModel


def read_control(path: str | Path) -> HypoddControl:
    """Read ``hypoDD.inp`` of version 1 or 2 with a layered model.

    Raises
    ------
    CatalogueError
        If the file cannot be read or a line does not hold the numbers expected.
    ConfigError
        If the model is of another kind or impossible.
    """
    cards = [line for line in text_lines(path) if not line.startswith("*")]
    second = bool(cards) and cards[0].startswith("hypoDD_2")
    cards = cards[1:] if second else cards
    try:
        names = [(card.split() or [""])[0] for card in cards[:9]]
        data, phases, reach = _numbers(cards[9], 3)
        links = _numbers(cards[10], 2)
        solution = _numbers(cards[11], 4 if second else 3)
        count = int(solution[-1])
        sets = tuple(tuple(_numbers(card, 10)) for card in cards[12 : 12 + count])
        if len(sets) < count:
            raise ValueError(f"{len(sets)} sets of weights, expected {count}")
    except (ValueError, IndexError) as error:
        raise CatalogueError(f"{path} is no hypoDD.inp: {error}") from error
    return HypoddControl(
        dict(zip(_FILES, names, strict=True)),
        int(data),
        int(phases),
        reach,
        int(links[0]),
        int(links[1]),
        bool(solution[2]) if second else True,
        sets,
        hypodd_layers(cards[12 + count :], second),
    )


def _numbers(card: str, count: int) -> list[float]:
    words = card.split()[:count]
    if len(words) < count:
        raise ValueError(f"line {card.strip()!r} has {len(words)} numbers, expected {count}")
    return [float(word) for word in words]


def write_control(control: HypoddControl, path: str | Path) -> None:
    """Write a control file of version 2 (IMOD 1).

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    lines = ["hypoDD_2", *(f"{control.files.get(name, '')}" for name in _FILES)]
    lines.append(f"{control.data} {control.phases} {control.max_station_km:g}")
    lines.append(f"{control.min_links_cc} {control.min_links_ct} -999 -999 -999")
    lines.append(f"2 2 {int(control.drop_air)} {len(control.sets)}")
    lines += [_joined(one) for one in control.sets]
    lines += [model_text(control.model, "hypodd"), "0", ""]
    with replacing(path) as handle:
        handle.write("\n".join(lines).encode())


def _joined(numbers: Sequence[float]) -> str:
    return " ".join(f"{number:g}" for number in numbers)
