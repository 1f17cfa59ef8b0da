"""Station and channel codes made safe: they become parts of file names and rows of tables."""

from __future__ import annotations

import re

__all__ = ["clean_codes"]

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
UNKNOWN_STATION = "X"


def clean_codes(network: str, station: str, location: str, channel: str) -> tuple[str, str, str]:
    """Return station_id, channel and a note on what was changed.

    Blanks and NULs around a code are padding. A printable character that cannot stand in a file
    name is replaced by ``_``; control characters and everything beyond ASCII mean a damaged header.

    Parameters
    ----------
    network, station, location, channel : str
        As the file says.

    Returns
    -------
    station_id : str
        ``NET.STA.LOC``; a station without any code is called ``X``.
    channel : str
    note : str
        Empty when the codes were fine.

    Raises
    ------
    ValueError
        If a code holds a control character or one beyond ASCII.

    Examples
    --------
    >>> clean_codes("XX", "ABC  ", "", "HHZ")
    ('XX.ABC.', 'HHZ', '')
    >>> clean_codes("XX", "../A", "00", "HHZ")
    ('XX.___A.00', 'HHZ', "station code '../A' written as '___A'")
    """
    words = ("network", "station", "location", "channel")
    codes, notes = [], []
    for word, code in zip(words, (network, station, location, channel), strict=True):
        bare = code.strip(" \x00")
        if not bare.isascii() or not bare.isprintable():
            raise ValueError(f"{word} code {bare!r} holds characters that no code may hold")
        safe = _UNSAFE.sub("_", bare)
        if safe != bare:
            notes.append(f"{word} code {bare!r} written as {safe!r}")
        codes.append(safe)
    if not codes[1]:
        codes[1] = UNKNOWN_STATION
        notes.append(f"no station code: called {UNKNOWN_STATION!r}")
    return ".".join(codes[:3]), codes[3], "; ".join(notes)
