"""Records in HDF5 files, each an array of its own or a place in a block of many."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.datasets.hdf5 import MOST_SAMPLES, Array, component_rows, find_array, open_file, walk
from onsets.errors import CatalogueError, ConfigError, WaveformError
from onsets.types import COMPONENTS, Float32

__all__ = ["Hdf5Waveforms"]

OPEN_BLOCKS = 32
DIRECT = hasattr(os, "preadv")
"""Whether this system can read bytes from a place of a file into an array."""


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
    Files are opened when first read, and anew in a forked process. Arrays of little-endian float32 that
    lie in one piece are read from that place of the file, which takes a third of the time; all others
    are read by HDF5.
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
        self._prefixes = [f"{path}: {group}/" for path, group in zip(files, groups, strict=True)]
        self._opened: dict[int, Any] = {}
        self._blocks: dict[tuple[int, str], Array] = {}
        self._pid = os.getpid()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_opened": {}, "_blocks": {}, "_pid": -1}

    def read_one(self, k: int) -> Float32:
        """Return record ``k``, shape (3, samples), rows Z N E.

        Raises
        ------
        WaveformError
            If it is missing, refused by :func:`find_array`, or longer than :data:`MOST_SAMPLES`.
        """
        name, number = str(self.names[k]), int(self.file[k])
        where = self._prefixes[number] + name
        slab = (-1, 0, -1, 0, -1) if self.slabs is None else tuple(self.slabs[k].tolist())
        axes, rows = self.forms[int(self.form[k])]
        try:
            array = self._array(number, name, slab[0] >= 0, where)
            values = _read(array, self._opened[number][2], slab, axes, where)
        except (OSError, RuntimeError, KeyError, ValueError, MemoryError) as error:
            if isinstance(error, WaveformError | ConfigError | CatalogueError):
                raise
            raise WaveformError(f"{where} cannot be read: {error}") from error
        if len(values) != sum(row >= 0 for row in rows):
            raise WaveformError(f"{where} has {len(values)} components, its order has {len(rows)}")
        if rows == (0, 1, 2) and values.flags.c_contiguous:
            return values
        out = np.empty((len(COMPONENTS), values.shape[1]), dtype=np.float32)
        for component, row in enumerate(rows):
            out[component] = values[row] if row >= 0 else 0
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
            where = self._prefixes[number] + name
            try:
                block = self.slabs is not None and self.slabs[k, 0] >= 0
                shape = self._array(number, name, bool(block), where).shape
                axes = self.forms[int(self.form[k])][0]
                lengths.append(int(shape[-1 if axes == "CW" else -2]))
            except (WaveformError, IndexError) as error:
                lengths.append(0)
                reasons[k] = str(error)
        return np.array(lengths, dtype=np.int64), reasons

    def _array(self, number: int, name: str, keep: bool, where: str) -> Array:
        """Return a checked array, opened once when it is a block."""
        if self._pid != os.getpid():
            self._opened, self._blocks, self._pid = {}, {}, os.getpid()
        if keep and (number, name) in self._blocks:
            return self._blocks[number, name]
        if number not in self._opened:
            file = open_file(self.files[number])
            group = walk(file, self.groups[number])
            if group is None:
                raise WaveformError(f"{self.files[number]} has no group {self.groups[number]}")
            handle = file.id.get_vfd_handle() if DIRECT else -1  # what HDF5 itself has open
            self._opened[number] = (file, group, handle)
        found = find_array(self._opened[number][1], name, where)
        if keep:
            if len(self._blocks) >= OPEN_BLOCKS:
                self._blocks.pop(next(iter(self._blocks)))
            self._blocks[number, name] = found
        return found


def _read(array: Array, file: int, slab: tuple[int, ...], axes: str, where: str) -> Float32:
    """Return one record of an array, components first, of at most MOST_SAMPLES."""
    block, *edges = slab
    shape = array.shape
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
    if not out.size:
        pass
    elif file >= 0 and array.offset >= 0:
        _read_bytes(array, file, (max(0, block), *start), out, where)
    else:
        _read_slab(array.data, block, start, out)
    return out if axes == "CW" else out.T


def _read_bytes(array: Array, file: int, start: tuple[int, ...], out: Float32, where: str) -> None:
    """Fill an array with the bytes of the file: at once, or row by row where rows are cut."""
    rows, width = array.shape[-2:]
    first = array.offset + 4 * ((start[0] * rows + start[1]) * width + start[2])
    pieces = [out] if out.shape[1] == width else list(out)
    for k, piece in enumerate(pieces):
        if os.preadv(file, [piece.data.cast("B")], first + 4 * k * width) != piece.nbytes:
            raise WaveformError(f"{where} cannot be read: the file ends before it")


def _read_slab(data: Any, block: int, start: list[int], out: Float32) -> None:
    """Fill an array by HDF5, which converts, inflates and gathers."""
    import h5py

    count = list(out.shape)
    if block < 0 and count == list(data.shape):
        data.read(h5py.h5s.ALL, h5py.h5s.ALL, out)
        return
    space = data.get_space()
    lead = [] if block < 0 else [(block, 1)]
    space.select_hyperslab(
        tuple([b for b, _ in lead] + start), tuple([n for _, n in lead] + count), None, None
    )
    data.read(h5py.h5s.create_simple(tuple(count)), space, out)
