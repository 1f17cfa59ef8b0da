"""Find waveform files and read them, whatever format each is in."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path

from onsets.errors import ConfigError, nearest
from onsets.types import Problem, Trace
from onsets.waveforms._parts import Head
from onsets.waveforms.deferred import defer
from onsets.waveforms.formats import read_other
from onsets.waveforms.mseed import is_mseed, read_mseed

__all__ = ["find_files", "find_named", "like_mseed", "read_file", "read_traces", "trace_order"]

_NO_WAVEFORMS = re.compile(
    r"\.(bib|bmp|c|cfg|conf|css|csv|dataless|db|docx?|eps|feather|geojson|gif|h|h5|hdf5|html?|ini|ipynb"
    r"|jpe?g|js|jsonl?|kml|lock|log|lst|m|md|npy|npz|ods|onnx|parquet|part|pdf|pha|pickle|pkl|png|pptx?|ps"
    r"|pth?|pyc?|qml|quakeml|rst|safetensors|sh|shp|sqlite3?|svg|tex|tmp|toml|tsv|txt|xlsx?|xml|ya?ml)",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"\.(lst|log|part|tmp|txt)", re.IGNORECASE
)  # may hold SLIST and the like: tried when named
_NO_WAVEFORM_NAMES = re.compile(
    r"authors|changelog|contributing|copying|license|makefile|readme", re.IGNORECASE
)
_MSEED = re.compile(r"\.(mini)?seed|\.ms(eed)?[23d]?", re.IGNORECASE)
_SDS_NAME = re.compile(r"[^.]*\.[^.]+\.[^.]*\.[^.]+\.[A-Z]\.\d{4}\.\d{3}")
_OTHER = re.compile(r"\.(ah|gcf|gse[12]?|pdas|sac|seg2|segy|sg2|sgy|slist|su|tspair|win)", re.IGNORECASE)

_Files = dict[str, tuple[Path, bool]]  # by real path: the path, and whether it was named itself


def find_files(paths: str | Path | Iterable[str | Path]) -> tuple[list[Path], list[Problem]]:
    """List the files behind paths, folders and patterns.

    Folders are walked to the bottom, through links as well, each real folder once. Hidden files,
    and those whose suffix says that they hold something else than waveforms (``.csv``, ``.png``),
    are left out unless they are named themselves or hold miniSEED all the same.

    Parameters
    ----------
    paths : str, Path, or iterable of them
        Files, folders or glob patterns (``**`` for any depth).

    Returns
    -------
    files : list of Path
        Sorted, each real file once.
    problems : list of Problem
        Folders that cannot be listed or hold no waveform file, links to nothing.

    Raises
    ------
    ConfigError
        If there is no path, one does not exist, or a pattern matches nothing.
    """
    named, problems = find_named(paths)
    return sorted(named), problems


def read_traces(
    paths: str | Path | Iterable[str | Path], *, deferred: bool = False
) -> tuple[list[Trace], list[Problem]]:
    """Read the waveforms of files, folders and patterns.

    The content says what a file is, not its name: miniSEED goes to :func:`read_mseed` (also
    when its beginning is damaged), the rest to ObsPy.

    Parameters
    ----------
    paths : str, Path, or iterable of them
        As in :func:`find_files`.
    deferred : bool
        Leave the samples of large sound miniSEED files where they are until a slice of them is taken
        (:class:`onsets.waveforms.deferred.Deferred`), so that memory does not grow with the files.

    Returns
    -------
    traces : list of Trace
        By station, channel, time and samples: neither the order of files nor their names play a part.
    problems : list of Problem
        One or more for each file that could not be read whole.

    Raises
    ------
    ConfigError
        If there is no path, one does not exist, or a pattern matches nothing.
    """
    named, problems = find_named(paths)
    traces: list[Trace] = []
    for path in sorted(named):
        found, faults = read_file(path, named[path], deferred)
        traces += found
        problems += faults
    return sorted(traces, key=trace_order), problems


def trace_order(trace: Trace) -> tuple[str, str, int, float, int, Head]:
    """Return the key by which traces are sorted, the same whatever order they came in."""
    head = Head(trace)
    return (trace.station_id, trace.channel, trace.start_ns, trace.rate_hz, len(trace.data), head)


def like_mseed(path: Path) -> bool:
    """Say whether a name is that of a miniSEED file."""
    return bool(_MSEED.fullmatch(path.suffix) or _SDS_NAME.fullmatch(path.name))


def read_file(path: Path, named: bool, deferred: bool = False) -> tuple[list[Trace], list[Problem]]:
    """Read one file; something unknown that was only met in a folder is no failure."""
    try:
        if like_mseed(path) or is_mseed(path) or path.stat().st_size == 0:
            traces = defer(path) if deferred else None
            return read_mseed(path) if traces is None else (traces, [])
    except OSError as error:
        return [], [Problem(str(path), f"cannot be read: {error.strerror or error}", fatal=True)]
    if _NO_WAVEFORMS.fullmatch(path.suffix) and not _TEXT.fullmatch(path.suffix):
        reason = f"is no waveform file, by its name ({path.suffix}); leave it out"
        return [], [Problem(str(path), reason, fatal=True)]
    return read_other(path, sure=named or _OTHER.fullmatch(path.suffix) is not None)


def find_named(paths: str | Path | Iterable[str | Path]) -> tuple[dict[Path, bool], list[Problem]]:
    """Return files, each with whether it was named itself, and what went wrong."""
    listed = [paths] if isinstance(paths, str | Path) else list(paths)
    if not listed:
        raise ConfigError("no files named; give files, folders or patterns such as 'day/*.mseed'")
    files: _Files = {}
    problems: list[Problem] = []
    for path in sorted({os.fspath(one) for one in listed}):
        if os.path.isdir(path):
            _enter(path, files, problems)
        elif os.path.lexists(path):
            _add(path, True, files, problems)
        elif glob.has_magic(path):
            _match(path, files, problems)
        else:
            raise ConfigError(f"{path} does not exist{_hint(Path(path))}")
    return dict(files.values()), problems


def _hint(path: Path) -> str:
    """Name the file beside that may be meant."""
    try:
        hint = nearest(path.name, os.listdir(path.parent))
    except OSError:
        return ""
    return f"; {hint}" if hint.startswith("did") else ""


def _match(pattern: str, files: _Files, problems: list[Problem]) -> None:
    """Add what a glob pattern matches."""
    matches = sorted(glob.glob(pattern, recursive=True))
    if not matches:
        raise ConfigError(f"{pattern} matches no file")
    known, faults = dict(files), len(problems)
    for path in matches:
        if os.path.isdir(path):
            _enter(path, files, problems)
        elif _wanted(path):
            _add(path, False, files, problems)
    if (
        files == known
        and len(problems) == faults
        and not any(os.path.realpath(one) in files for one in matches)
    ):
        problems.append(Problem(pattern, "matches no waveform file", fatal=True))


def _add(path: str, named: bool, files: _Files, problems: list[Problem]) -> None:
    """Add one file, unless it is a link to nothing, a pipe or a device."""
    if not os.path.isfile(path):
        what = "is a link to nothing" if os.path.islink(path) else "is neither file nor folder"
        problems.append(Problem(path, what, fatal=named))
        return
    real = os.path.realpath(path)
    if named or real not in files:
        files[real] = (Path(path), named)


def _enter(top: str, files: _Files, problems: list[Problem]) -> None:
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
            if _leads_to_folder(entry):
                waiting.append(entry.path)
            elif entry.is_symlink() or not entry.is_file():
                met += 1
                _add(entry.path, False, files, problems)
            elif _wanted(entry.path):
                met += 1
                files.setdefault(os.path.join(real, entry.name), (Path(entry.path), False))
    if not met and len(problems) == faults:
        problems.append(Problem(top, "holds no waveform file", fatal=True))


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    """Say whether an entry is a folder or a link to one; a circle of links is not."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _wanted(path: str) -> bool:
    """Say whether a file met in a folder is worth reading: by its name, or because it is miniSEED."""
    stem, suffix = os.path.splitext(os.path.basename(path))
    if not _NO_WAVEFORMS.fullmatch(suffix) and not (_NO_WAVEFORM_NAMES.fullmatch(stem) and not suffix):
        return True
    try:
        return is_mseed(path)
    except OSError:
        return False
