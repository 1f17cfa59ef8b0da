"""Files, folders and patterns to traces."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from onsets.errors import ConfigError, nearest
from onsets.types import Problem, Trace
from onsets.waveforms.formats import read_other
from onsets.waveforms.mseed import is_mseed, read_mseed

__all__ = ["find_files", "read_traces"]

NO_WAVEFORMS = frozenset(
    ".bib .bmp .c .cfg .conf .csv .db .dataless .doc .docx .feather .geojson .gif .h .htm .html .ini .ipynb"
    " .jpeg .jpg .json .jsonl .kml .log .m .md .npy .npz .ods .onnx .parquet .pdf .png .ps .pt .py .pyc .qml"
    " .r .rst .safetensors .sh .shp .sqlite .sqlite3 .svg .tex .toml .tsv .txt .xls .xlsx .xml .yaml .yml"
    " .gz .bz2 .zip .tar .tgz .xz .7z .bak .tmp .part".split()
)
"""Suffixes that are passed over in a folder unless the content is miniSEED."""
_MAYBE_TEXT_WAVEFORMS = frozenset({".txt", ".log", ".tmp", ".part", ".bak", ".m", ".c"})
_MSEED_SUFFIXES = frozenset({".mseed", ".miniseed", ".msd", ".ms", ".mseed2", ".mseed3", ".ms3", ".seed"})


def find_files(paths: Sequence[str | Path]) -> tuple[list[Path], list[Problem]]:
    """List the files behind paths.

    Parameters
    ----------
    paths : sequence of str or Path
        Files; folders, which are searched to any depth; glob patterns (``**`` for any depth). Hidden
        files and folders are passed over in folders and patterns, and so are files whose suffix says
        that they are no waveforms (``.csv``, ``.xml``, ``.png`` ...). Links are followed, circles of
        links once.

    Returns
    -------
    files : list of Path
        Sorted, each file once.
    problems : list of Problem
        Folders that could not be opened or held no file.

    Raises
    ------
    ConfigError
        If there is no path, one does not exist, or a pattern matches nothing.
    """
    return _found([path for path, _ in _named(paths)], dict(_named(paths)))


def read_traces(paths: Sequence[str | Path]) -> tuple[list[Trace], list[Problem]]:
    """Read files, folders and glob patterns.

    miniSEED is known by its content, whatever its name; everything else is ObsPy's.

    Parameters
    ----------
    paths : sequence of str or Path
        As in :func:`find_files`. A file named as such that is no waveform is a Problem.

    Returns
    -------
    traces : list of Trace
        By station, channel and time, whatever the order of the files.
    problems : list of Problem
        Files that could not be read, and what was lost in others.

    Raises
    ------
    ConfigError
        If there is no path, one does not exist, or a pattern matches nothing.
    """
    named = dict(_named(paths))
    files, problems = _found(list(named), named)
    traces: list[Trace] = []
    for file in files:
        found, faults = _read(file)
        traces += found
        problems += faults
    return sorted(traces, key=_order), problems


def _order(trace: Trace) -> tuple[str, str, int, float, int, bytes]:
    head = np.ascontiguousarray(trace.data[:64]).tobytes()
    return (trace.station_id, trace.channel, trace.start_ns, trace.rate_hz, len(trace.data), head)


def _read(file: Path) -> tuple[list[Trace], list[Problem]]:
    suffix = file.suffix.lower()
    try:
        third = suffix in _MSEED_SUFFIXES or is_mseed(file)
    except OSError as error:
        return [], [Problem(str(file), f"cannot be read: {error.strerror or error}", fatal=True)]
    if third:
        return read_mseed(file)
    if suffix in NO_WAVEFORMS - _MAYBE_TEXT_WAVEFORMS:
        return [], [Problem(str(file), f"is no waveform file, by its name ({suffix})", fatal=True)]
    return read_other(file)


def _named(paths: Sequence[str | Path]) -> Iterator[tuple[Path, bool]]:
    """Yield paths that exist, and whether each was named itself rather than matched by a pattern."""
    if isinstance(paths, str | Path):
        paths = [paths]
    if not paths:
        raise ConfigError("no files named; give files, folders or patterns such as 'data/*.mseed'")
    for given in paths:
        path = Path(given)
        if os.path.lexists(path):
            yield path, True
            continue
        if not glob.has_magic(str(given)):
            raise ConfigError(f"{given} does not exist{_hint(path)}")
        matches = sorted(glob.glob(str(given), recursive=True))
        if not matches:
            raise ConfigError(f"{given} matches no file")
        yield from ((Path(match), False) for match in matches)


def _hint(path: Path) -> str:
    try:
        beside = sorted(os.listdir(path.parent))
    except OSError:
        return ""
    hint = nearest(path.name, beside)
    return f"; {hint}" if hint.startswith("did") else ""


def _found(paths: list[Path], named: dict[Path, bool]) -> tuple[list[Path], list[Problem]]:
    """Walk folders and drop what is named twice."""
    files: dict[str, Path] = {}
    problems: list[Problem] = []
    for path in paths:
        if path.is_dir():
            inside = list(_walk(path, problems, set()))
            if not inside and not problems:
                problems.append(Problem(str(path), "holds no waveform file", fatal=True))
        elif not path.is_file():
            what = "is a link to nothing" if path.is_symlink() else "is neither file nor folder"
            problems.append(Problem(str(path), what, fatal=True))
            continue
        else:
            inside = [path] if named[path] or _wanted(path) else []
        for file in inside:
            files.setdefault(os.path.realpath(file), file)
    return sorted(files.values()), problems


def _walk(folder: Path, problems: list[Problem], seen: set[tuple[int, int]]) -> Iterator[Path]:
    """Yield the files below a folder, sorted, each folder once."""
    try:
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in seen:
            return
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        problems.append(Problem(str(folder), f"cannot be opened: {error.strerror or error}", fatal=True))
        return
    for entry in listed:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        try:
            is_folder, is_file = entry.is_dir(), entry.is_file()
        except OSError as error:
            problems.append(Problem(str(path), f"cannot be opened: {error.strerror or error}", fatal=True))
            continue
        if is_folder:
            yield from _walk(path, problems, seen)
        elif is_file and _wanted(path):
            yield path


def _wanted(path: Path) -> bool:
    """Whether a file met in a folder is worth opening; miniSEED is under any name."""
    if path.suffix.lower() not in NO_WAVEFORMS:
        return True
    try:
        return is_mseed(path)
    except OSError:
        return False
