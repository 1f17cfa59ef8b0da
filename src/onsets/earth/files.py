"""Velocity models from and to the files of location programs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from onsets.earth.model import LayeredModel
from onsets.errors import CatalogueError, ConfigError, nearest

__all__ = ["MODEL_KINDS", "hypodd_layers", "model_text", "read_model"]

Floats = npt.NDArray[np.float64]
_MAY_LACK = ("density_g_cm3", "qp", "qs")
_RATIO = float(np.sqrt(3.0))


class _FormError(ValueError):
    """A line that does not have the form of its format."""


def read_model(path: str | Path, kind: str = "auto") -> LayeredModel:
    """Read a velocity model.

    Parameters
    ----------
    path : str or Path
    kind : str
        ``auto`` looks at the file. ``table``: CSV with a header ``depth_km, vp_km_s, vs_km_s
        [, density_g_cm3, qp, qs]`` of layer tops, ``#`` begins a comment. ``columns``: depth, vp and vs
        without a header (GrowClust's vzmodel; vs 0 or none means vp / sqrt 3). ``hypodd``: the model of a
        ``hypoDD.inp`` (version 1, or 2 with IMOD 0 or 1). ``nonlinloc``: the ``LAYER`` lines of a control
        file. ``velest``: a ``.mod`` file, P first, then S. ``nd``: points of a TauP or Cake file.

    Returns
    -------
    LayeredModel

    Raises
    ------
    CatalogueError
        If the file cannot be read or a number is none.
    ConfigError
        If the kind is unknown, a column is unknown or missing, or the model is impossible.

    Notes
    -----
    Trap: TauP and Cake read an ``.nd`` file as velocities that change linearly between its points,
    where REAL, HypoDD and this package mean constant layers. Here a point is the top of a layer that
    keeps its velocities down to the next point, and of two points at one depth the later one counts.
    For REAL's ``itvel.nd`` the two readings differ by up to 1.2 s (P) within 150 km.
    A gradient in ``LAYER`` lines is refused: layers are constant.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "strerror", None) or error
        raise CatalogueError(f"velocity model {path} cannot be read: {what}") from error
    if kind == "auto":
        kind = _kind(Path(path), lines)
    if kind not in _READERS:
        raise ConfigError(f"unknown kind of velocity model {kind!r}; {nearest(kind, MODEL_KINDS)}")
    try:
        return _READERS[kind](lines)
    except (_FormError, IndexError) as error:
        raise CatalogueError(f"velocity model {path} ({kind}): {error}") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def _kind(path: Path, lines: Sequence[str]) -> str:
    """Say what kind of model file this is."""
    words = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    if any(one[0] == "LAYER" for one in words):
        return "nonlinloc"
    if any(one[0] == "hypoDD_2" for one in words[:1]) or sum(one[0][0] == "*" for one in words) > 5:
        return "hypodd"
    if path.suffix == ".nd":
        return "nd"
    numbers = [_is_number(one[0].rstrip(",")) for one in words]
    if all(numbers) and words:
        return "columns"
    if len(words) > 2 and not numbers[0] and numbers[1] and "," not in "".join(words[0]):
        return "velest"
    return "table"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbers(words: Sequence[str], line: int | str) -> list[float]:
    try:
        return [float(word) for word in words]
    except ValueError as error:
        raise _FormError(f"line {line}: {error}") from error


def _table(lines: Sequence[str]) -> LayeredModel:
    rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), skipinitialspace=True))
    known = [column.name for column in fields(LayeredModel)]
    named = [(name or "").strip() for name in (rows[0] if rows else {})]
    for name in named:
        if name not in known:
            raise ConfigError(f"velocity model: unknown column {name!r}; {nearest(name, known)}")
    lacking = [name for name in known if name not in named and name not in _MAY_LACK]
    if lacking:
        raise ConfigError(f"velocity model: no column {', '.join(lacking)}; expected {', '.join(known)}")
    columns: dict[str, Floats] = {}
    for name in named:
        try:
            columns[name] = np.array([float(row[name]) for row in rows])
        except (TypeError, ValueError) as error:
            raise _FormError(f"column {name} holds no number: {error}") from error
    return LayeredModel(**columns)


def _layers(rows: Sequence[Sequence[float]]) -> LayeredModel:
    """Build a model of (depth, vp, vs) rows; of two at one depth the later one counts."""
    if not rows:
        raise _FormError("holds no layer")
    last = {float(row[0]): row for row in rows}
    table = np.array([[row[0], row[1], row[2] if row[2] > 0 else row[1] / _RATIO] for row in last.values()])
    return LayeredModel(table[:, 0], table[:, 1], table[:, 2])


def _columns(lines: Sequence[str]) -> LayeredModel:
    rows = []
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            values = _numbers(line.replace(",", " ").split(), number)
            if len(values) < 2:
                raise _FormError(f"line {number}: got {line.strip()!r}, expected depth, vp and vs")
            rows.append([*values, 0.0][:3])
    return _layers(rows)


def _nd(lines: Sequence[str]) -> LayeredModel:
    rows = []
    for number, line in enumerate(lines, 1):
        words = line.split()
        if len(words) >= 3 and not line.startswith("#"):
            rows.append(_numbers(words[:3], number))
    solid = [row for row in rows if row[2] > 0]  # the outer core is of no use here
    return _layers(solid[: next((i for i, row in enumerate(solid) if i and row[0] < solid[i - 1][0]), None)])


def _nonlinloc(lines: Sequence[str]) -> LayeredModel:
    rows = []
    for number, line in enumerate(lines, 1):
        words = line.split("#")[0].split()
        if words[:1] != ["LAYER"]:
            continue
        values = _numbers(words[1:], number)
        if len(values) < 5:
            raise _FormError(f"line {number}: {len(values)} numbers, expected depth, vp, 0, vs, 0")
        if values[2] or values[4]:
            raise ConfigError(f"velocity model: line {number} has a gradient, expected constant layers")
        rows.append([values[0], values[1], values[3]])
    return _layers(rows)


def _velest(lines: Sequence[str]) -> LayeredModel:
    place = 1
    found: list[Floats] = []
    while place < len(lines) and len(found) < 2:
        words = lines[place].split()
        if not words or not words[0].isdigit():
            break
        block = lines[place + 1 : place + 1 + int(words[0])]
        if len(block) < int(words[0]):
            raise _FormError(f"line {place + 1} says {words[0]} layers, got {len(block)}")
        found.append(
            np.array([_numbers(line.split()[:2], place + 2 + i)[::-1] for i, line in enumerate(block)])
        )
        place += 1 + len(block)
    if not found:
        raise _FormError("line 2: expected the number of layers")
    p = found[0]
    s = found[1] if len(found) == 2 else p / [1.0, _RATIO]
    tops = np.unique(np.concatenate([p[:, 0], s[:, 0]]))
    speeds = [one[np.maximum(np.searchsorted(one[:, 0], tops, side="right") - 1, 0), 1] for one in (p, s)]
    return LayeredModel(tops, *speeds)


def _hypodd(lines: Sequence[str]) -> LayeredModel:
    cards = [line for line in lines if not line.startswith("*")]
    second = cards[0].startswith("hypoDD_2")
    sets = int(_numbers(cards[12 if second else 11].split()[-1:], "of ISTART")[0])
    return hypodd_layers(cards[(13 if second else 12) + sets :], second)


def hypodd_layers(cards: Sequence[str], second: bool) -> LayeredModel:
    """Read the model lines of a ``hypoDD.inp``.

    Parameters
    ----------
    cards : sequence of str
        Lines that are no comment, from the one after the last weighting set.
    second : bool
        Whether the file is of version 2, which begins with IMOD.

    Raises
    ------
    CatalogueError
        If a number is none.
    ConfigError
        If IMOD is neither 0 nor 1, or numbers of layers differ.
    """
    try:
        rows = [_numbers(card.split(), f"{card.strip()!r} of the model") for card in cards[:4]]
    except _FormError as error:
        raise CatalogueError(f"hypoDD model: {error}") from error
    if second and rows[0] and rows[0][0] not in (0, 1):
        raise ConfigError(f"velocity model: IMOD is {rows[0][0]:g}, expected 0 or 1 (layers)")
    if second and rows[0][0] == 1:
        tops, speeds, ratios = (np.array(row[: row.index(-9)] if -9 in row else row) for row in rows[1:4])
    else:
        first = 1 if second else 0
        layers, ratio = int(rows[first][0]), rows[first][1]
        tops, speeds = (np.array(row[:layers]) for row in rows[first + 1 : first + 3])
        ratios = np.full(len(speeds), ratio)
    if not len(tops) == len(speeds) == len(ratios):
        raise ConfigError(f"velocity model: {len(tops)} tops, {len(speeds)} velocities, {len(ratios)} ratios")
    return LayeredModel(tops, speeds, speeds / ratios)


_READERS: dict[str, Callable[[Sequence[str]], LayeredModel]] = {
    "table": _table,
    "columns": _columns,
    "hypodd": _hypodd,
    "nonlinloc": _nonlinloc,
    "velest": _velest,
    "nd": _nd,
}
MODEL_KINDS = tuple(_READERS)
"""Kinds of model files that are read and written."""


def model_text(model: LayeredModel, kind: str = "table") -> str:
    """Return a model as the text of a file.

    Parameters
    ----------
    model : LayeredModel
    kind : str
        As in :func:`read_model`. ``hypodd`` gives the model lines of version 2 (IMOD 1). ``nd`` writes
        each border twice, so that programs which join points by lines see constant layers too.

    Returns
    -------
    str

    Raises
    ------
    ConfigError
        If the kind is unknown.

    Examples
    --------
    >>> print(model_text(LayeredModel([0.0, 22.0], [6.1, 6.3], [3.55, 3.65]), "columns"))
    0 6.1 3.55
    22 6.3 3.65
    """
    z, vp, vs = (model.depth_km.tolist(), model.vp_km_s.tolist(), model.vs_km_s.tolist())
    density = (model.density_g_cm3 if model.density_g_cm3 is not None else np.array([])).tolist()
    rows = list(zip(z, vp, vs, density, strict=True))
    if kind == "table":
        out = ["depth_km,vp_km_s,vs_km_s,density_g_cm3", *(",".join(f"{x:.6g}" for x in row) for row in rows)]
    elif kind == "columns":
        out = [f"{a:g} {b:g} {c:g}" for a, b, c, _ in rows]
    elif kind == "nonlinloc":
        out = [f"LAYER {a:8.3f} {b:7.4f} 0.0 {c:7.4f} 0.0 {d:6.3f} 0.0" for a, b, c, d in rows]
    elif kind == "velest":
        out = ["velocity model"]
        for speeds in (vp, vs):
            out += [f"{len(z):2d}"] + [
                f"{v:5.2f}     {a:7.2f}  {1:7.3f}" for a, v in zip(z, speeds, strict=True)
            ]
    elif kind == "hypodd":
        ratios = [a / b for a, b in zip(vp, vs, strict=True)]
        out = ["1", *(" ".join(f"{x:.6g}" for x in [*row, -9]) for row in (z, vp, ratios))]
    elif kind == "nd":
        ends = [*z[1:], z[-1] + 300]
        pairs = [(depth, row) for row, end in zip(rows, ends, strict=True) for depth in (row[0], end)]
        out = [f"{a:9.3f} {row[1]:8.4f} {row[2]:8.4f} {row[3]:8.4f}" for a, row in pairs]
    else:
        raise ConfigError(f"unknown kind of velocity model {kind!r}; {nearest(kind, MODEL_KINDS)}")
    return "\n".join(out)
