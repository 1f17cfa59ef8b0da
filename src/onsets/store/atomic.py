"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from onsets.errors import OnsetsError

__all__ = ["StoreError", "replacing", "sweep"]


class StoreError(OnsetsError, OSError):
    """A table cannot be written: no space, no permission, a folder gone."""


@contextmanager
def replacing(path: str | Path) -> Iterator[IO[bytes]]:
    """Open a draft beside ``path`` that takes its place when the block ends without an error.

    Readers see the old file or the whole new one. A link is followed, so that its target is replaced.

    Parameters
    ----------
    path : str or Path
        The file to write.

    Yields
    ------
    binary file
        The draft, open for writing.

    Raises
    ------
    StoreError
        If the draft cannot be made, filled or moved; the draft is removed, an old file unchanged.
    """
    final = Path(os.path.realpath(path))
    draft = final.with_name(f"{_mark(final)}-{secrets.token_hex(4)}.tmp")
    try:
        with open(draft, "xb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(draft, final)
        _sync_folder(final.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{path} cannot be written: {reason}; a file of that name, if any, is as it was"
        raise StoreError(message) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def sweep(path: str | Path) -> list[Path]:
    """Remove the drafts of a file that killed processes left; return what was removed.

    Only drafts of this very file go. Nobody else may be writing it.
    """
    final = Path(os.path.realpath(path))
    left = []
    with suppress(OSError):  # no such folder
        left = [one for one in final.parent.iterdir() if one.match(f"{_mark(final)}-????????.tmp")]
    for draft in left:
        with suppress(OSError):
            draft.unlink()
    return [draft for draft in left if not draft.exists()]


def _mark(final: Path) -> str:
    """Return how the names of a file's drafts begin."""
    return f".onsets-{zlib.crc32(final.name.encode()):08x}"


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder last through a power cut, where the system can."""
    with suppress(OSError):  # no folder can be opened on Windows, nor synced on some network disks
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
