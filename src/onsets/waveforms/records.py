"""Files to records in one call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from onsets.errors import WaveformError
from onsets.types import Problem, Record
from onsets.waveforms.gather import gather
from onsets.waveforms.read import read_traces

__all__ = ["read", "read_records"]


def read_records(paths: Sequence[str | Path]) -> tuple[list[Record], list[Problem]]:
    """Read files, folders and glob patterns, and gather every station.

    Parameters
    ----------
    paths : sequence of str or Path

    Returns
    -------
    records : list of Record
    problems : list of Problem
        What could not be used.

    Raises
    ------
    ConfigError
        If a path does not exist.
    """
    traces, faults = read_traces([str(path) for path in paths])
    records, rejected = gather(traces)
    return records, [*faults, *rejected]


def read(path: str | Path) -> Record:
    """Read the one record of a file or folder.

    Parameters
    ----------
    path : str or Path
        Holds one station without a gap of more than five minutes; use :func:`read_records` otherwise.

    Raises
    ------
    ConfigError
        If the path does not exist.
    WaveformError
        If it holds no record, several, or anything in it was lost.
    """
    records, problems = read_records([path])
    if lost := [problem for problem in problems if problem.fatal]:
        raise WaveformError(f"{lost[0].where}: {lost[0].reason}")
    if len(records) != 1:
        found = ", ".join(sorted({f"{r.station_id}{r.channel_prefix}" for r in records})) or "none"
        raise WaveformError(f"{path} holds {len(records)} records ({found}), expected 1; use read_records")
    return records[0]
