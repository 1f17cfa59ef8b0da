"""HDF5 files of waveforms from strangers: read plain arrays, follow nothing out of the file.

External and soft links, external storage, virtual arrays, foreign filters, arrays that claim to be
far larger than a record and chunks that inflate to more than they claim are refused before memory
is taken.
"""

from __future__ import annotations

import math
import os
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.errors import CatalogueError, ConfigError, MissingExtraError, WaveformError
from onsets.networks.importers.hdf5 import FILTERS
from onsets.types import COMPONENTS, Float32

__all__ = ["MOST_SAMPLES", "Hdf5Waveforms", "check_array", "component_rows", "open_file", "read_word", "walk"]

MOST_SAMPLES = 10_000_000
"""Of one record; a day at 100 Hz has 8.64 million."""

MOST_CHUNK_BYTES = 64 * 2**20
"""Of one chunk after inflating; HDF5 takes that much memory at once."""

MOST_INFLATION = 1032
"""Bytes that deflate can make of one at most."""

MOST_WORDS, MOST_WORD_BYTES = 16, 1024
OPEN_BLOCKS = 32


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


def check_array(data: Any, where: str) -> tuple[int, ...]:
    """Return the shape of an array whose values are plain numbers in this file and of honest size.

    Parameters
    ----------
    data : h5py.h5d.DatasetID
    where : str
        For messages.

    Raises
    ------
    WaveformError
        If it keeps its values elsewhere, holds no numbers, was never written, needs a filter other
        than shuffle, gzip and checksum, or has chunks that are too large or lie about their size.
    """
    import h5py

    plan, kind = data.get_create_plist(), data.get_type()
    if kind.get_class() not in (h5py.h5t.FLOAT, h5py.h5t.INTEGER):
        raise WaveformError(f"{where} holds no plain numbers")
    layout, shape = plan.get_layout(), data.shape
    if layout == h5py.h5d.CHUNKED:
        _check_chunks(data, plan, where)
    elif layout == h5py.h5d.VIRTUAL or plan.get_external_count():
        raise WaveformError(f"{where} keeps its values in another file, which is not read")
    elif (size := math.prod(shape)) and data.get_storage_size() < size * kind.get_size():
        raise WaveformError(f"{where} has shape {shape} but no values; the file was never finished")
    return tuple(shape)


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


class Hdf5Waveforms:
    """Records in HDF5 files, each an array of its own or a place in a block of many.

    Parameters
    ----------
    files : sequence of Path
    groups : sequence of str
        Group of each file that holds the arrays.
    file : ndarray of int, shape (n,)
        Which file each record is in.
    names : ndarray of str, shape (n,)
        Array of each record.
    forms : sequence of (str, str)
        Axes (``CW`` components first, ``WC`` samples first) and component order that occur.
    form : ndarray of int, shape (n,)
        Which form each record has.
    slabs : ndarray of int64, shape (n, 5), optional
        Block index, first and last component, first and last sample (the last excluded); -1 means
        no block, or to the end. Whole arrays if not given.

    Notes
    -----
    Files are opened when first read, and anew in a forked process.
    """

    finite = False

    def __init__(
        self,
        files: Sequence[Path],
        groups: Sequence[str],
        file: npt.NDArray[Any],
        names: npt.NDArray[np.str_],
        forms: Sequence[tuple[str, str]],
        form: npt.NDArray[Any],
        slabs: npt.NDArray[np.int64] | None = None,
    ) -> None:
        self.files, self.groups, self.file, self.names = tuple(files), tuple(groups), file, names
        self.form, self.slabs = form, slabs
        self.forms = [(axes, component_rows(order, str(files[0]))) for axes, order in forms]
        self._opened: dict[int, Any] = {}
        self._blocks: dict[tuple[int, str], Any] = {}
        self._pid = os.getpid()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_opened": {}, "_blocks": {}, "_pid": -1}

    def read_one(self, k: int) -> Float32:
        """Return record ``k``, shape (3, samples), rows Z N E.

        Raises
        ------
        WaveformError
            If it is missing, refused by :func:`check_array`, or longer than :data:`MOST_SAMPLES`.
        """
        name, number = str(self.names[k]), int(self.file[k])
        where = f"{self.files[number]}: {self.groups[number]}/{name}"
        slab = (-1, 0, -1, 0, -1) if self.slabs is None else tuple(self.slabs[k].tolist())
        axes, rows = self.forms[int(self.form[k])]
        try:
            values = _read(self._array(number, name, slab[0] >= 0, where), slab, axes, where)
        except (OSError, RuntimeError, KeyError, ValueError, MemoryError) as error:
            if isinstance(error, WaveformError | ConfigError | CatalogueError):
                raise
            raise WaveformError(f"{where} cannot be read: {error}") from error
        if len(values) != sum(row >= 0 for row in rows):
            raise WaveformError(f"{where} has {len(values)} components, its order has {len(rows)}")
        out = np.zeros((len(COMPONENTS), values.shape[1]), dtype=np.float32)
        for component, row in enumerate(rows):
            if row >= 0:
                out[component] = values[row]
        return out

    def lengths(self, which: Iterable[int]) -> tuple[npt.NDArray[np.int64], dict[int, str]]:
        """Return the samples of records by asking their arrays, and why some have none.

        Parameters
        ----------
        which : iterable of int
            Records.

        Returns
        -------
        lengths : ndarray of int64
            In the order asked; 0 where there is a reason.
        reasons : dict
            Record -> why its array cannot be read.
        """
        lengths, reasons = [], {}
        for k in which:
            number, name = int(self.file[k]), str(self.names[k])
            where = f"{self.files[number]}: {self.groups[number]}/{name}"
            try:
                block = self.slabs is not None and self.slabs[k, 0] >= 0
                shape = self._array(number, name, bool(block), where).shape
                axes = self.forms[int(self.form[k])][0]
                lengths.append(int(shape[-1 if axes == "CW" else -2]))
            except (WaveformError, IndexError) as error:
                lengths.append(0)
                reasons[k] = str(error)
        return np.array(lengths, dtype=np.int64), reasons

    def _array(self, number: int, name: str, keep: bool, where: str) -> Any:
        """Return a checked array, opened once when it is a block."""
        import h5py

        if self._pid != os.getpid():
            self._opened, self._blocks, self._pid = {}, {}, os.getpid()
        if keep and (number, name) in self._blocks:
            return self._blocks[number, name]
        if number not in self._opened:
            file = open_file(self.files[number])
            group = walk(file, self.groups[number])
            if group is None:
                raise WaveformError(f"{self.files[number]} has no group {self.groups[number]}")
            self._opened[number] = (file, group)
        group, key = self._opened[number][1], name.encode()
        if "/" in name or name in ("", "."):
            raise WaveformError(f"{where} is no name of an array")
        try:
            _refuse_link(group, key, where)
            found = h5py.h5d.open(group, key)
        except (KeyError, RuntimeError) as error:
            reason = "is no array" if group.links.exists(key) else "is missing"
            raise WaveformError(f"{where} {reason}") from error
        check_array(found, where)
        if keep:
            if len(self._blocks) >= OPEN_BLOCKS:
                self._blocks.pop(next(iter(self._blocks)))
            self._blocks[number, name] = found
        return found


def _read(data: Any, slab: tuple[int, ...], axes: str, where: str) -> Float32:
    """Return one record of an array, components first, of at most MOST_SAMPLES."""
    import h5py

    block, *edges = slab
    shape = data.shape
    if len(shape) != (2 if block < 0 else 3):
        raise WaveformError(f"{where} has shape {shape}, expected {'(block, ' * (block >= 0)}{axes}")
    sides = shape[-2:] if axes == "CW" else shape[:-3:-1]
    (c0, c1), (w0, w1) = edges[:2], edges[2:]
    c1, w1 = c1 if c1 >= 0 else sides[0], w1 if w1 >= 0 else sides[1]
    if not (0 <= c0 < c1 <= sides[0] and 0 <= w0 <= w1 <= sides[1] and block < shape[0]):
        raise WaveformError(f"{where} has shape {shape}, the place {slab} lies outside")
    if c1 - c0 > len(COMPONENTS) or w1 - w0 > MOST_SAMPLES:
        raise WaveformError(
            f"{where} is a record of {c1 - c0} x {w1 - w0:,}, at most 3 x {MOST_SAMPLES:,} are read"
        )
    start, count = [c0, w0], [c1 - c0, w1 - w0]
    if axes == "WC":
        start, count = start[::-1], count[::-1]
    out = np.empty(count, dtype=np.float32)
    if block < 0 and count == list(shape):
        data.read(h5py.h5s.ALL, h5py.h5s.ALL, out)
    elif out.size:
        space = data.get_space()
        lead = [] if block < 0 else [(block, 1)]
        space.select_hyperslab(
            tuple([b for b, _ in lead] + start), tuple([n for _, n in lead] + count), None, None
        )
        data.read(h5py.h5s.create_simple(tuple(count)), space, out)
    return out if axes == "CW" else out.T
