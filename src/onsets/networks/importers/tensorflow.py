"""Read TensorFlow checkpoint bundles without TensorFlow.

A bundle is ``NAME.index`` and ``NAME.data-00000-of-00001`` (or several of the latter). The index is
a sorted table in the layout of LevelDB: blocks of entries whose keys share a prefix with the entry
before, each block followed by its checksum, a block that lists the blocks, and a footer. Keys are
names of variables; values are small protocol buffers that say type, shape, place and checksum. The
data file holds the bare numbers.

Every length and offset is checked against the file before it is used and every checksum is verified,
so that a cut or altered file is an error and never a wrong weight.
"""

from __future__ import annotations

import glob
import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.errors import SpecError
from onsets.networks.importers._crc32c import masked_crc32c
from onsets.networks.importers._sstable import BrokenError, fields_of, table

__all__ = ["Variable", "bundle_files", "read_index", "read_variables"]

DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 4: "u1", 5: "<i2", 6: "i1", 9: "<i8", 10: "?", 19: "<f2"}


@dataclass(frozen=True, slots=True)
class Variable:
    """Where one variable lies.

    Attributes
    ----------
    dtype : int
        TensorFlow's number of the type.
    shape : tuple of int
    shard, offset, size : int
        Which data file, first byte, bytes.
    crc32c : int
        Masked checksum of those bytes.
    """

    dtype: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc32c: int


def bundle_files(path: str | Path) -> tuple[Path, ...]:
    """Return the index and data files of a bundle.

    Parameters
    ----------
    path : str or Path
        The bundle's name (``model_95.ckpt``), or one of its files, or a folder with one bundle.

    Returns
    -------
    tuple of Path
        The index, then the data files in order.

    Raises
    ------
    SpecError
        If there is no bundle, more than one, or a data file is missing.
    """
    given = Path(path)
    if given.is_dir():
        found = sorted(given.glob("*.index"))
        if len(found) != 1:
            names = ", ".join(file.name for file in found) or "none"
            raise SpecError(f"{given} holds {names} as TensorFlow index, expected one; name the bundle")
        given = found[0]
    name = given.name
    for end in (".index", ".meta"):
        name = name.removesuffix(end)
    name = name.split(".data-")[0]
    index = given.with_name(name + ".index")
    if not index.is_file():
        raise SpecError(f"no TensorFlow checkpoint at {path}: {index.name} is not there")
    data = sorted(given.parent.glob(glob.escape(name) + ".data-?????-of-?????"))
    wanted = [f"{name}.data-{k:05d}-of-{len(data):05d}" for k in range(len(data))]
    if not data or [file.name for file in data] != wanted:
        got = ", ".join(file.name for file in data) or "none"
        raise SpecError(f"TensorFlow checkpoint {path}: data files are {got}; copy the whole checkpoint")
    return (index, *data)


def read_index(path: str | Path) -> dict[str, Variable]:
    """Read which variables a bundle holds.

    Parameters
    ----------
    path : str or Path
        As for :func:`bundle_files`.

    Returns
    -------
    dict of str to Variable
        In the order of the table.

    Raises
    ------
    SpecError
        If the index is cut, altered, compressed or no table, or the data files do not fit it.
    """
    index, *data = bundle_files(path)
    try:
        rows = list(table(index.read_bytes()))
        if not rows or rows[0][0] != b"":
            raise BrokenError("no header")
        header = fields_of(rows[0][1])
        if _one(header, 1, 0) != len(data):
            raise BrokenError(f"it names {_one(header, 1, 0)} data files, {len(data)} are there")
        if _one(header, 2, 0) != 0:
            raise BrokenError("its numbers are big-endian, only little-endian ones can be read")
        return {key.decode(): _variable(value) for key, value in rows[1:]}
    except (BrokenError, UnicodeDecodeError) as error:
        raise SpecError(
            f"{index} is no whole TensorFlow index: {error}; copy the checkpoint again"
        ) from error


def read_variables(path: str | Path, names: Iterable[str]) -> dict[str, npt.NDArray[Any]]:
    """Read variables of a bundle and verify their checksums.

    Parameters
    ----------
    path : str or Path
        As for :func:`bundle_files`.
    names : iterable of str
        Keys of :func:`read_index`.

    Returns
    -------
    dict of str to ndarray
        In the stored type and shape.

    Raises
    ------
    SpecError
        As :func:`read_index`; for a name that is not there; if a checksum differs.
    """
    _, *data = bundle_files(path)
    index = read_index(path)
    out = {}
    for name in names:
        if name not in index:
            raise SpecError(f"{path} has no variable {name!r}")
        try:
            out[name] = _values(index[name], data)
        except BrokenError as error:
            raise SpecError(f"{path}, variable {name!r}: {error}; copy the checkpoint again") from error
    return out


def _values(variable: Variable, data: list[Path]) -> npt.NDArray[Any]:
    if variable.dtype not in DTYPES:
        raise BrokenError(f"type {variable.dtype} of TensorFlow cannot be read")
    kind = np.dtype(DTYPES[variable.dtype])
    if math.prod(variable.shape) * kind.itemsize != variable.size:
        raise BrokenError(f"{variable.size} bytes do not hold {kind} of shape {variable.shape}")
    if variable.shard >= len(data):
        raise BrokenError(f"it lies in data file {variable.shard}, there are {len(data)}")
    file = data[variable.shard]
    if variable.offset + variable.size > file.stat().st_size:
        raise BrokenError(f"{file.name} ends before it")
    with open(file, "rb") as handle:
        handle.seek(variable.offset)
        raw = handle.read(variable.size)
    if masked_crc32c(raw) != variable.crc32c:
        raise BrokenError(f"checksum is {masked_crc32c(raw):#010x}, expected {variable.crc32c:#010x}")
    return np.frombuffer(raw, dtype=kind).reshape(variable.shape)


def _one(fields: dict[int, list[int | bytes]], number: int, default: Any) -> Any:
    """Return the last value of a field, of the kind of the default."""
    value = fields.get(number, [default])[-1]
    if not isinstance(value, type(default)):
        raise BrokenError(f"field {number} is of another kind")
    return value


def _variable(raw: bytes) -> Variable:
    fields = fields_of(raw)
    if 7 in fields:
        raise BrokenError("a variable is stored in slices, only whole ones can be read")
    shape = fields_of(_one(fields, 2, b""))
    sizes = [_one(fields_of(dim), 1, 0) for dim in shape.get(2, []) if isinstance(dim, bytes)]
    crc = _one(fields, 6, b"\0\0\0\0")
    if len(crc) != 4 or any(size >= 1 << 40 for size in sizes):
        raise BrokenError("a variable's size or checksum cannot be")
    dtype, shard, offset, size = (_one(fields, number, 0) for number in (1, 3, 4, 5))
    return Variable(dtype, tuple(sizes), shard, offset, size, struct.unpack("<I", crc)[0])
