"""HDF5 files from strangers: read plain arrays and texts, follow nothing out of the file.

An HDF5 file can name other files (external links, external storage, virtual datasets), claim arrays
far larger than itself, and ask for filters that are loaded as programs. None of that is needed for
weights and all of it is refused, before memory is taken. Still the HDF5 library is the one that reads:
bytes altered on purpose may crash it, so take files from where you know them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.errors import MissingExtraError, SpecError

__all__ = ["open_hdf5", "read_array", "read_member", "read_names", "read_text"]

MOST_BYTES = 256 * 2**20
"""Of a file."""

MOST_VALUES = 4 * 2**20
"""Of an array, a chunk of one, or a list of names."""

FILTERS = {1: "gzip", 2: "shuffle", 3: "fletcher32"}
"""By HDF5's number; no others."""


@contextmanager
def open_hdf5(path: str | Path) -> Iterator[Any]:
    """Open a file for reading; whatever HDF5 cannot read inside the block becomes a SpecError.

    Parameters
    ----------
    path : str or Path

    Yields
    ------
    h5py.File

    Raises
    ------
    SpecError
        If it is missing, larger than 256 MiB, cut off, or no HDF5 file.
    MissingExtraError
        Without h5py.
    """
    try:
        import h5py
    except ImportError as error:
        raise MissingExtraError("h5py", "train", f"reading {path}") from error
    if not Path(path).is_file():
        raise SpecError(f"no weights file {path}")
    if (size := Path(path).stat().st_size) > MOST_BYTES:
        raise SpecError(f"{path} has {size:,} bytes, weights have at most {MOST_BYTES:,}")
    try:
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except SpecError:
        raise
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError) as error:
        raise SpecError(f"{path} is no whole HDF5 file: {error}") from error


def read_member(group: Any, name: str) -> Any:
    """Return what lies under a name such as ``a/b``, which no link leads away from.

    Parameters
    ----------
    group : h5py.Group
    name : str
        Relative; every part must be a true member.

    Raises
    ------
    SpecError
        If a part is missing or a soft or external link.
    """
    import h5py

    here = group
    for part in name.split("/"):
        where = f"{group.file.filename}: {group.name.rstrip('/')}/{name}"
        if part in ("", ".") or not isinstance(here, h5py.Group):
            raise SpecError(f"{where} is no name in a group")
        link = here.get(part, getlink=True) if part in here.keys() else None  # noqa: SIM118
        if link is None:
            raise SpecError(f"{where} is missing")
        if not isinstance(link, h5py.HardLink):
            raise SpecError(f"{where} is a link ({type(link).__name__}); links are not followed")
        here = here[part]
    return here


def read_array(group: Any, name: str) -> npt.NDArray[np.float32]:
    """Return an array of floats, after all that can be wrong with it has been asked.

    Parameters
    ----------
    group : h5py.Group
    name : str
        As for :func:`read_member`.

    Returns
    -------
    ndarray of float32

    Raises
    ------
    SpecError
        If it is no array of floats, lies outside the file, is compressed by a filter other than gzip,
        has more than 4 million values, or was never written.
    """
    import h5py

    data = read_member(group, name)
    where = f"{group.file.filename}: {group.name.rstrip('/')}/{name}"
    if not isinstance(data, h5py.Dataset):
        raise SpecError(f"{where} is a {type(data).__name__}, expected an array")
    if data.is_virtual or data.external:
        raise SpecError(f"{where} keeps its values in another file, which is not read")
    if data.dtype.kind != "f" or data.shape is None:
        raise SpecError(f"{where} holds {data.dtype}, expected floats")
    for what, shape in (("shape", data.shape), ("chunks of", data.chunks or ())):
        if math.prod(shape) > MOST_VALUES:
            raise SpecError(f"{where} has {what} {shape}, a layer has at most {MOST_VALUES:,} values")
    plan = data.id.get_create_plist()
    for number in (plan.get_filter(k)[0] for k in range(plan.get_nfilters())):
        if number not in FILTERS:
            known = ", ".join(FILTERS.values())
            raise SpecError(f"{where} needs the HDF5 filter {number}, only {known} are used")
    if data.size and data.id.get_storage_size() < (1 if data.chunks else data.nbytes):
        raise SpecError(f"{where} has shape {data.shape} but no values; the file was never finished")
    return np.asarray(data[()], dtype=np.float32)


def read_names(group: Any, attribute: str) -> list[str] | None:
    """Return a list of texts from an attribute (or its pieces ``attribute0``, ``attribute1``), or None.

    Parameters
    ----------
    group : h5py.Group
    attribute : str

    Raises
    ------
    SpecError
        If it is no list of texts.
    """
    pieces = [attribute]
    if attribute not in group.attrs:
        pieces = [f"{attribute}{k}" for k in range(len(group.attrs)) if f"{attribute}{k}" in group.attrs]
        if not pieces:
            return None
    names: list[str] = []
    for piece in pieces:
        value = _attribute(group, piece, 1)
        where = f"{group.file.filename}: {piece} of {group.name}"
        names += [_decoded(name, where) for name in value]
        if odd := [name for name in names if not name.isprintable()]:
            raise SpecError(f"{where} has the name {odd[0]!r}, which cannot be printed")
    return names


def read_text(group: Any, attribute: str) -> str | None:
    """Return one text from an attribute, or None.

    Parameters
    ----------
    group : h5py.Group
    attribute : str

    Raises
    ------
    SpecError
        If it is no text.
    """
    if attribute not in group.attrs:
        return None
    value = _attribute(group, attribute, 0)
    return _decoded(value, f"{group.file.filename}: {attribute} of {group.name}")


def _attribute(group: Any, name: str, axes: int) -> Any:
    """Return an attribute of texts with so many axes; its shape and type are asked before it is read."""
    import h5py

    where = f"{group.file.filename}: {name} of {group.name}"
    found = group.attrs.get_id(name)
    if found.shape is None or len(found.shape) != axes or math.prod(found.shape) > MOST_VALUES:
        raise SpecError(
            f"{where} has shape {found.shape}, expected {'a list of names' if axes else 'one text'}"
        )
    if found.shape == (0,):  # Keras writes no names as no floats
        return []
    if h5py.check_string_dtype(found.dtype) is None and found.dtype.kind != "S":
        raise SpecError(f"{where} holds {found.dtype}, expected texts")
    return group.attrs[name]


def _decoded(value: Any, where: str) -> str:
    try:  # a text with bytes that are no UTF-8 comes as bytes or with lone surrogates
        text = value.decode("utf-8") if isinstance(value, bytes) else str(value)
        text.encode("utf-8")
    except UnicodeError as error:
        raise SpecError(f"{where} is no UTF-8 text: {error}") from error
    return text
