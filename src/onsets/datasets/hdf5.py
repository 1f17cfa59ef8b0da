"""HDF5 files of waveforms from strangers: read plain arrays, follow nothing out of the file.

External and soft links, external storage, virtual arrays, foreign filters, arrays that claim to be
far larger than a record and chunks that inflate to more than they claim are refused before memory
is taken.
"""

from __future__ import annotations

import math
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onsets.errors import CatalogueError, ConfigError, MissingExtraError, WaveformError
from onsets.networks.importers.hdf5 import FILTERS
from onsets.types import COMPONENTS

__all__ = [
    "MOST_SAMPLES",
    "Array",
    "component_rows",
    "find_array",
    "open_file",
    "read_word",
    "walk",
]

MOST_SAMPLES = 10_000_000
"""Of one record; a day at 100 Hz has 8.64 million."""

MOST_CHUNK_BYTES = 64 * 2**20
"""Of one chunk after inflating; HDF5 takes that much memory at once."""

MOST_INFLATION = 1032
"""Bytes that deflate can make of one at most."""

MOST_WORDS, MOST_WORD_BYTES = 16, 1024


def open_file(path: str | Path) -> Any:
    """Open a file for reading, without a lock where it cannot be had.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    h5py.File

    Raises
    ------
    ConfigError
        If there is no such file.
    CatalogueError
        If it is no whole HDF5 file.
    MissingExtraError
        Without h5py.
    """
    try:
        import h5py
    except ImportError as error:
        raise MissingExtraError("h5py", "train", f"reading {path}") from error
    if not Path(path).is_file():
        raise ConfigError(f"no waveforms file {path}")
    try:
        with suppress(OSError):
            return h5py.File(path, "r")
        return h5py.File(path, "r", locking=False)
    except (OSError, RuntimeError) as error:
        raise CatalogueError(f"{path} is no whole HDF5 file: {error}") from error


def walk(file: Any, name: str) -> Any | None:
    """Return the identifier of the group under ``a/b``, or None if a part is missing.

    Raises
    ------
    WaveformError
        If a part is a soft or external link, or no group.
    """
    import h5py

    here = file["/"].id
    for part in name.split("/"):
        where = f"{file.filename}: {name}"
        if not here.links.exists(part.encode()):
            return None
        _refuse_link(here, part.encode(), where)
        here = h5py.h5o.open(here, part.encode())
        if not isinstance(here, h5py.h5g.GroupID):
            raise WaveformError(f"{where} is no group")
    return here


def read_word(file: Any, group: str, name: str) -> str | None:
    """Return a single text or number, or the letters of a short list, as text; None if missing.

    Raises
    ------
    WaveformError
        If it is more than that or lies in another file.
    """
    import h5py

    here, key, where = walk(file, group), name.encode(), f"{file.filename}: {group}/{name}"
    if here is None or not here.links.exists(key):
        return None
    _refuse_link(here, key, where)
    data = h5py.h5o.open(here, key)
    if not isinstance(data, h5py.h5d.DatasetID) or math.prod(data.shape) > MOST_WORDS:
        raise WaveformError(f"{where} is no single word")
    plan = data.get_create_plist()
    if plan.get_layout() == h5py.h5d.VIRTUAL or plan.get_external_count() or plan.get_nfilters():
        raise WaveformError(f"{where} is no plain word in this file")
    if data.get_type().get_size() > MOST_WORD_BYTES:
        raise WaveformError(f"{where} is no single word")
    values = np.atleast_1d(h5py.Dataset(data)[()]).tolist()
    return "".join(each.decode() if isinstance(each, bytes) else str(each) for each in values)


def _refuse_link(group: Any, name: bytes, where: str) -> None:
    import h5py

    kind = group.links.get_info(name).type
    if kind != h5py.h5l.TYPE_HARD:
        word = {h5py.h5l.TYPE_SOFT: "a soft link", h5py.h5l.TYPE_EXTERNAL: "an external link"}
        raise WaveformError(f"{where} is {word.get(kind, 'a link of a user')}; links are not followed")


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """An array that may be read.

    Attributes
    ----------
    data : h5py.h5d.DatasetID
    shape : tuple of int
    offset : int
        Where in the file its values begin as little-endian float32 in one piece; -1 if they do not, so
        that only HDF5 can read them.
    """

    data: Any
    shape: tuple[int, ...]
    offset: int


def find_array(group: Any, name: str, where: str) -> Array:
    """Return an array in a group whose values are plain numbers in this file and of honest size.

    Parameters
    ----------
    group : h5py.h5g.GroupID
    name : str
        Of a member, not a path.
    where : str
        For messages.

    Raises
    ------
    WaveformError
        If it is missing, a link or no array; keeps its values elsewhere, holds no numbers, was never
        written, needs a filter other than shuffle, gzip and checksum, or has chunks that are too large
        or lie about their size.
    """
    import h5py

    key = name.encode()
    if "/" in name or name in ("", "."):
        raise WaveformError(f"{where} is no name of an array")
    try:
        _refuse_link(group, key, where)
        data = h5py.h5d.open(group, key)
    except (KeyError, RuntimeError) as error:
        reason = "is no array" if group.links.exists(key) else "is missing"
        raise WaveformError(f"{where} {reason}") from error
    kind, shape = data.get_type(), tuple(data.shape)
    if kind.get_class() not in (h5py.h5t.FLOAT, h5py.h5t.INTEGER):
        raise WaveformError(f"{where} holds no plain numbers")
    whole = data.get_storage_size() >= math.prod(shape) * kind.get_size()
    place = data.get_offset()
    if whole and place is not None:  # one piece of this file: nothing else can be wrong
        return Array(data, shape, place if kind.equal(h5py.h5t.IEEE_F32LE) else -1)
    _check_pieces(data, whole, where)
    return Array(data, shape, -1)


def _check_pieces(data: Any, whole: bool, where: str) -> None:
    """Refuse an array that is not one piece of this file, unless its chunks are honest or it is compact."""
    import h5py

    plan = data.get_create_plist()
    layout = plan.get_layout()
    if layout == h5py.h5d.CHUNKED:
        _check_chunks(data, plan, where)
    elif layout == h5py.h5d.VIRTUAL or plan.get_external_count():
        raise WaveformError(f"{where} keeps its values in another file, which is not read")
    elif not whole:
        raise WaveformError(f"{where} has shape {data.shape} but no values; the file was never finished")


def _check_chunks(data: Any, plan: Any, where: str) -> None:
    """Refuse filters we do not know and chunks that take more memory than they should."""
    filters = [plan.get_filter(k)[0] for k in range(plan.get_nfilters())]
    if unknown := [number for number in filters if number not in FILTERS]:
        raise WaveformError(f"{where} needs the HDF5 filter {unknown[0]}, only {', '.join(FILTERS.values())}")
    if filters != [number for number in (2, 1, 3) if number in filters]:
        raise WaveformError(f"{where} has its HDF5 filters {filters} twice or out of order")
    size = math.prod(plan.get_chunk()) * data.get_type().get_size()
    if size > MOST_CHUNK_BYTES:
        raise WaveformError(f"{where} has chunks of {size:,} bytes, at most {MOST_CHUNK_BYTES:,} are read")
    count = data.get_num_chunks()
    if not count and math.prod(data.shape):
        raise WaveformError(f"{where} has shape {data.shape} but no values; the file was never finished")
    if 1 not in filters:
        return
    for info in (data.get_chunk_info(k) for k in range(count)):
        if info.size * MOST_INFLATION <= MOST_CHUNK_BYTES:
            continue
        mask, raw = data.read_direct_chunk(info.chunk_offset)
        inflate = zlib.decompressobj()
        inflate.decompress(raw, size + 1) if not mask & (1 << filters.index(1)) else b""
        if inflate.unconsumed_tail:
            raise WaveformError(f"{where} has a chunk that inflates to more than its {size:,} bytes")


def component_rows(order: str, where: str) -> tuple[int, ...]:
    """Return which row of a file is Z, N and E; -1 for one that is missing.

    Parameters
    ----------
    order : str
        Such as ``ENZ``; ``1`` and ``2`` stand for N and E where those are absent.
    where : str
        For messages.

    Raises
    ------
    CatalogueError
        If a letter is unknown or comes twice.

    Examples
    --------
    >>> component_rows("ENZ", "stead"), component_rows("Z", "one")
    ((2, 1, 0), (0, -1, -1))
    """
    letters = order.upper()
    for digit, letter in (("1", "N"), ("2", "E"), ("3", "Z")):
        letters = letters if letter in letters else letters.replace(digit, letter)
    if not letters or set(letters) - set(COMPONENTS) or len(set(letters)) != len(letters):
        raise CatalogueError(f"{where}: component order {order!r}, expected an order of Z, N and E")
    return tuple(letters.find(letter) for letter in COMPONENTS)
