"""Find waveform files and read them, whatever format each is in."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path

from onsets.errors import ConfigError
from onsets.types import Problem, Trace
from onsets.waveforms.formats import read_other
from onsets.waveforms.mseed import is_mseed, read_mseed

__all__ = ["find_files", "read_traces"]

_NO_WAVEFORMS = re.compile(
    r"\.(bib|bmp|c|cfg|conf|css|csv|db|docx?|eps|gif|h|h5|hdf5|html?|ini|ipynb|jpe?g|js|json|kml|lock|lst"
    r"|m|md|npy|npz|onnx|parquet|pdf|pha|pickle|pkl|png|pptx?|ps|pt|pth|py|pyc|qml|quakeml|rst|safetensors"
    r"|sh|sqlite|svg|tex|tmp|toml|tsv|txt|xlsx?|xml|ya?ml)",
    re.IGNORECASE,
)
_MSEED = re.compile(r"\.(mini)?seed[23]?|\.ms(eed)?[23d]?", re.IGNORECASE)
_OTHER = re.compile(r"\.(ah|gcf|gse[12]?|pdas|sac|seg2|segy|sg2|sgy|slist|su|tspair|win)", re.IGNORECASE)
_SDS_NAME = re.compile(r"[^.]*\.[^.]+\.[^.]*\.[^.]+\.[A-Z]\.\d{4}\.\d{3}")


def find_files(paths: str | Path | Iterable[str | Path]) -> tuple[list[Path], list[Problem]]:
    """List the files behind paths, folders and patterns.

    Folders are walked to the bottom, through links as well, each real folder once. Hidden files,
    and those whose suffix says that they hold something else than waveforms (``.csv``, ``.png``),
    are left out unless they are named themselves.

    Parameters
    ----------
    paths : str, Path, or iterable of them
        Files, folders or glob patterns (``**`` for any depth).

    Returns
    -------
    files : list of Path
        Sorted, each real file once.
    problems : list of Problem
        Folders that cannot be listed or hold no waveform file.

    Raises
    ------
    ConfigError
        If a path does not exist, or a pattern matches nothing.
    """
    named, problems = _find(paths)
    return sorted(named), problems


def read_traces(paths: str | Path | Iterable[str | Path]) -> tuple[list[Trace], list[Problem]]:
    """Read the waveforms of files, folders and patterns.

    The content says what a file is, not its name: miniSEED goes to :func:`read_mseed` (also
    when its beginning is damaged), the rest to ObsPy.

    Parameters
    ----------
    paths : str, Path, or iterable of them
        As in :func:`find_files`.

    Returns
    -------
    traces : list of Trace
        Ordered by station, channel, start and file: the order of ``paths`` plays no part.
    problems : list of Problem
        One or more for each file that could not be read whole.

    Raises
    ------
    ConfigError
        If a path does not exist, or a pattern matches nothing.
    """
    named, problems = _find(paths)
    traces: list[Trace] = []
    for path in sorted(named):
        found, faults = _read(path, named[path])
        traces += found
        problems += faults
    traces.sort(
        key=lambda one: (one.station_id, one.channel, one.start_ns, one.rate_hz, len(one.data), one.source)
    )
    return traces, problems


def _read(path: Path, named: bool) -> tuple[list[Trace], list[Problem]]:
    """Read one file; something unknown that was only met in a folder is no failure."""
    like_mseed = _MSEED.fullmatch(path.suffix) or _SDS_NAME.fullmatch(path.name)
    try:
        if like_mseed or is_mseed(path) or path.stat().st_size == 0:
            return read_mseed(path)
    except OSError as error:
        return [], [Problem(str(path), f"cannot be read: {error.strerror or error}", fatal=True)]
    if _NO_WAVEFORMS.fullmatch(path.suffix):
        return [], [Problem(str(path), f"is no waveform file ({path.suffix}); leave it out", fatal=True)]
    return read_other(path, sure=named or _OTHER.fullmatch(path.suffix) is not None)


def _find(paths: str | Path | Iterable[str | Path]) -> tuple[dict[Path, bool], list[Problem]]:
    """Return files, each with whether it was named itself, and what went wrong."""
    files: dict[str, tuple[Path, bool]] = {}
    problems: list[Problem] = []
    listed = [paths] if isinstance(paths, str | Path) else list(paths)
    for path in sorted({os.fspath(one) for one in listed}):
        if os.path.isdir(path):
            _enter(path, files, problems)
        elif os.path.lexists(path):
            files[os.path.realpath(path)] = (Path(path), True)
        else:
            _match(path, files, problems)
    return dict(files.values()), problems


def _match(pattern: str, files: dict[str, tuple[Path, bool]], problems: list[Problem]) -> None:
    """Add what a glob pattern matches."""
    matches = sorted(glob.glob(pattern, recursive=True)) if glob.has_magic(pattern) else []
    if not matches:
        what = "matches no file" if glob.has_magic(pattern) else "does not exist"
        raise ConfigError(f"{pattern!r} {what}; expected a file, a folder or a pattern such as 'day/*.mseed'")
    before = len(files)
    for path in matches:
        if os.path.isdir(path):
            _enter(path, files, problems)
        elif not _is_foreign(path):
            files.setdefault(os.path.realpath(path), (Path(path), False))
    if len(files) == before and all(_is_foreign(path) for path in matches):
        problems.append(Problem(pattern, "matches no waveform file", fatal=True))


def _enter(top: str, files: dict[str, tuple[Path, bool]], problems: list[Problem]) -> None:
    """Add the files of a folder and of all below; a folder without any is a Problem."""
    waiting, seen = [top], set()
    met, faults = 0, len(problems)
    while waiting:
        folder = waiting.pop()
        real = os.path.realpath(folder)
        if real in seen:
            continue
        seen.add(real)
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            reason = f"folder cannot be listed: {error.strerror or error}"
            problems.append(Problem(folder, reason, fatal=True))
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                waiting.append(entry.path)
            elif not _is_foreign(entry.name):
                met += 1
                key = os.path.realpath(entry.path) if entry.is_symlink() else os.path.join(real, entry.name)
                files.setdefault(key, (Path(entry.path), False))
    if not met and len(problems) == faults:
        problems.append(Problem(top, "folder holds no waveform file", fatal=True))


def _is_foreign(path: str) -> bool:
    """Say whether a file's suffix tells that it holds something else than waveforms."""
    return _NO_WAVEFORMS.fullmatch(os.path.splitext(path)[1]) is not None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Say whether an entry leads to a folder; a link that leads nowhere does not."""
    try:
        return entry.is_dir()
    except OSError:
        return False
