"""One door to every kind of dataset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from onsets.datasets.catalogue import PICKS, open_catalogue
from onsets.datasets.dataset import Dataset
from onsets.datasets.diting import PART, find_diting, open_diting
from onsets.datasets.layout import find_layout, open_layout
from onsets.datasets.shards import open_shards, read_index
from onsets.datasets.stead import find_stead, open_stead
from onsets.errors import ConfigError, nearest

__all__ = ["KINDS", "kind_of", "open_dataset"]

KINDS: dict[str, Callable[[str | Path], Dataset]] = {
    "shards": open_shards,
    "stead": open_stead,
    "diting": open_diting,
    "seisbench": open_layout,
    "mseed-catalogue": open_catalogue,
}
"""Kind of dataset -> how it is opened."""


def kind_of(path: str | Path) -> str:
    """Return the kind of a dataset, by the files that are there.

    Raises
    ------
    ConfigError
        If there is nothing, or nothing that is known.
    """
    root = Path(path)
    if not root.exists():
        raise ConfigError(f"no dataset at {root}")
    if root.is_file():
        if root.suffix in (".csv", ".hdf5"):
            return "diting" if PART.fullmatch(root.stem) else "stead"
    elif read_index(root) is not None:
        return "shards"
    elif find_stead(root):
        return "stead"
    elif find_diting(root):
        return "diting"
    elif find_layout(root):
        return "seisbench"
    elif (root / PICKS).is_file():
        return "mseed-catalogue"
    raise ConfigError(
        f"{root} holds no dataset that is known; expected dataset.json (shards), merge.csv or chunk1.csv "
        f"(stead), DiTing330km_part_0.csv (diting), metadata.csv (seisbench), or {PICKS} beside miniSEED"
    )


def open_dataset(path: str | Path, kind: str = "auto") -> Dataset:
    """Open a dataset of any kind; waveforms are read when asked for.

    Parameters
    ----------
    path : str or Path
    kind : str
        One of :data:`KINDS`, or ``auto`` to see by the files.

    Returns
    -------
    Dataset

    Raises
    ------
    ConfigError
        If there is none, or the kind is unknown.
    CatalogueError
        If its tables or files cannot be used.
    """
    if kind == "auto":
        kind = kind_of(path)
    if kind not in KINDS:
        raise ConfigError(f"unknown kind of dataset {kind!r}; {nearest(kind, list(KINDS))}")
    return KINDS[kind](path)
