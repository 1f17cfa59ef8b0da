"""Open the SeisBench layout: ``metadata.csv`` and ``waveforms.hdf5``, or such a pair for each chunk.

The names of traces are those of arrays under ``data``, or places in a block of many,
``bucket0$3,:3,:6000``. Rates and component orders may differ from trace to trace; the group
``data_format`` holds what all share.

Woollam et al. (2022). SeisBench: A Toolbox for Machine Learning in Seismology. Seismological Research
Letters 93(3), 1695-1709. doi:10.1785/0220210324
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from onsets.datasets.checks import checked
from onsets.datasets.dataset import Dataset, Rows, fill_columns, join
from onsets.datasets.hdf5 import open_file, read_word, walk
from onsets.datasets.hdf5_waveforms import Hdf5Waveforms
from onsets.datasets.table import Cells, first_number, joined_blocks, read_blocks
from onsets.errors import CatalogueError, ConfigError
from onsets.types import COMPONENTS

__all__ = ["find_layout", "open_layout"]

P_NAMES = ("p", "P", "P1", "Pg", "Pn", "Pb")
S_NAMES = ("s", "S", "S1", "Sg", "Sn", "Sb")
COMMON = ("dimension_order", "component_order", "sampling_rate")
PLACE = re.compile(r"(\d+)(?:,(\d*):(\d*))?(?:,(\d*):(\d*))?")


def find_layout(path: str | Path) -> list[str]:
    """Return the chunks of a dataset, ``[""]`` if it has one pair of files; none if this is no such.

    A file ``chunks`` names them; otherwise they are those with both files.
    """
    root = Path(path)
    if (root / "chunks").is_file():
        listed = (root / "chunks").read_text(encoding="utf-8").split("\n")
        if names := sorted(line.strip() for line in listed if line.strip()):
            return names
    if (root / "waveforms.hdf5").is_file() and (root / "metadata.csv").is_file():
        return [""]
    tables = {file.stem.removeprefix("metadata") for file in root.glob("metadata*.csv")}
    return sorted(tables & {file.stem.removeprefix("waveforms") for file in root.glob("waveforms*.hdf5")})


def open_layout(path: str | Path) -> Dataset:
    """Open a dataset in the SeisBench layout.

    Parameters
    ----------
    path : str or Path
        Folder; its name becomes that of the dataset.

    Returns
    -------
    Dataset
        Of all chunks. ``p_sample`` is ``trace_p_arrival_sample`` or, where that is unknown, the first
        of the P phases named in the table (Pn, Pg, ...); ``s_sample`` likewise. Places in blocks are
        named by ``trace_name_original`` if that is there.

    Raises
    ------
    ConfigError
        If there are no such files.
    CatalogueError
        If a table or waveforms file cannot be used.
    """
    root = Path(path)
    chunks = find_layout(root)
    if not chunks:
        raise ConfigError(f"no metadata.csv with waveforms.hdf5 in {root}; expected the SeisBench layout")
    return join([_open_chunk(root, chunk) for chunk in chunks])


def _open_chunk(root: Path, chunk: str) -> Dataset:
    table, waveforms = root / f"metadata{chunk}.csv", root / f"waveforms{chunk}.hdf5"
    common = _common(waveforms)
    axes = common.get("dimension_order", "CW")
    if axes not in ("CW", "WC"):
        raise CatalogueError(f"{waveforms}: dimension order {axes!r}, expected CW or WC")
    blocks, orders, places, faults = [], [], [], {}
    for cells in read_blocks(table, ("trace_name",)):
        blocks.append(_rows(cells, root.name, common))
        own = cells.texts("trace_component_order")
        orders += [text or common.get("component_order", COMPONENTS) for text in own]
        places += cells.texts("trace_name")
        faults.update({cells.first + i: reason for i, reason in cells.faults.items()})
    rows, kinds = joined_blocks(blocks), sorted(set(orders))
    rows["name"] = np.array(_unique(rows["name"].tolist(), places, chunk), dtype=np.str_)
    located = [_place(text, axes) for text in places]
    for i, (_, slab) in enumerate(located):
        if slab is None:
            faults.setdefault(i, f"{places[i]!r} is no place in a block, expected NAME$0,:3,:6000")
    slabs = np.array([slab or (0, 0, 0, 0, 0) for _, slab in located], dtype=np.int64).reshape(-1, 5)
    store = Hdf5Waveforms(
        [waveforms],
        ["data"],
        np.zeros(len(places), dtype=np.int8),
        np.array([array for array, _ in located], dtype=np.str_),
        [(axes, kind) for kind in kinds],
        np.array([kinds.index(order) for order in orders], dtype=np.int8),
        slabs,
    )
    rows["samples"] = slabs[:, 4] - slabs[:, 3]
    asked = np.flatnonzero(slabs[:, 4] < 0)
    lengths, missing = store.lengths(asked.tolist())
    rows["samples"][asked] = lengths - slabs[asked, 3]
    return checked(rows, store, str(table), missing | faults)


def _common(path: Path) -> dict[str, str]:
    """Return the values of the group ``data_format`` that are used here, as text."""
    with open_file(path) as file:
        if walk(file, "data") is None:
            raise CatalogueError(f"{path} has no group data; is it the SeisBench layout?")
        found = {key: read_word(file, "data_format", key) for key in COMMON}
    return {key: value for key, value in found.items() if value is not None}


def _place(name: str, axes: str) -> tuple[str, tuple[int, ...] | None]:
    """Return the array's name and its block, components and samples as for Hdf5Waveforms."""
    array, dollar, place = name.partition("$")
    if not dollar:
        return array, (-1, 0, -1, 0, -1)
    found = PLACE.fullmatch(place.replace(" ", ""))
    if found is None:
        return array, None
    first, second = [(int(found[k] or 0), int(found[k + 1]) if found[k + 1] else -1) for k in (2, 4)]
    pair = (*first, *second) if axes == "CW" else (*second, *first)
    return array, (int(found[1]), *pair)


def _names(cells: Cells) -> list[str]:
    """Return the names of the source where a trace is a place in a block."""
    names, places = cells.texts("trace_name_original"), cells.texts("trace_name")
    return [a if a and "$" in b else b for a, b in zip(names, places, strict=True)]


def _unique(names: list[str], places: list[str], chunk: str) -> list[str]:
    """Fall back on the places, and say their chunk, when names of the source come twice or not at all."""
    if len(set(names)) < len(names):
        names = places
    if chunk and any("$" in name for name in names):
        return [f"{chunk}/{name}" for name in names]
    return names


def _rates(cells: Cells, common: dict[str, str]) -> npt.NDArray[np.float64]:
    rate, step = cells.numbers("trace_sampling_rate_hz"), cells.numbers("trace_dt_s")
    with np.errstate(divide="ignore"):
        rate = np.where(np.isnan(rate), 1 / step, rate)
    if "sampling_rate" in common:
        rate = np.where(np.isnan(rate), float(common["sampling_rate"]), rate)
    return rate


def _earliest(cells: Cells, phases: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """Return the first name's label, else the earliest of the others."""
    columns = [cells.numbers(f"trace_{phase}_arrival_sample") for phase in phases]
    others = np.fmin.reduce(columns)
    return np.where(np.isnan(columns[0]), others, columns[0])


def _category(text: str) -> str:
    return next((word for word in ("earthquake", "noise") if text.lower().startswith(word)), text)


def _rows(cells: Cells, dataset: str, common: dict[str, str]) -> Rows:
    codes = [cells.texts(f"station_{key}") for key in ("network_code", "code", "location_code")]
    mean_snr, lowest_snr = cells.levels("trace_snr_db", *(f"trace_{c}_snr_db" for c in "ZNE12"))
    return fill_columns(
        {
            "name": _names(cells),
            "dataset": dataset,
            "station_id": [".".join(parts) for parts in zip(*codes, strict=True)],
            "event_id": cells.texts("source_id"),
            "category": [_category(text) for text in cells.texts("trace_category")],
            "split": cells.texts("split"),
            "rate_hz": _rates(cells, common),
            "start_ns": cells.times("trace_start_time"),
            "p_sample": _earliest(cells, P_NAMES),
            "s_sample": _earliest(cells, S_NAMES),
            "p_status": cells.texts("trace_p_status", "trace_P_status"),
            "s_status": cells.texts("trace_s_status", "trace_S_status"),
            "coda_end_sample": cells.numbers("trace_coda_end_sample", read=first_number),
            "snr_db": mean_snr,
            "lowest_snr_db": lowest_snr,
            "magnitude": cells.numbers("source_magnitude"),
            "distance_km": cells.numbers("path_ep_distance_km"),
            "depth_km": cells.numbers("source_depth_km"),
            "station_latitude": cells.numbers("station_latitude_deg"),
            "station_longitude": cells.numbers("station_longitude_deg"),
            "source_latitude": cells.numbers("source_latitude_deg"),
            "source_longitude": cells.numbers("source_longitude_deg"),
        },
        len(cells),
    )
