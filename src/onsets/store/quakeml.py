"""QuakeML 1.2 (BED): picks for ObsPy, SeisComP and other catalogue software.

Written by the standard library alone, so that the base install can do it. QuakeML has no place for
a pick outside an event, so a file holds one event without origin and type that only contains the
picks; a comment says so. With no picks there is no event.

==================  ====================================================================================
QuakeML             from
==================  ====================================================================================
publicID            ``smi:local/onsets/pick/`` + hash of the row: equal rows give equal ids
time                time to the microsecond; ``uncertainty`` where it is known and finite
waveformID          codes of station_id; channel is channel_prefix + ``Z`` for P, + ``N`` for S (also where
                    the horizontals are called 1 and 2: a pick does not know), + ``Z`` where flagged 1C;
                    no channelCode without a prefix
methodID            ``smi:local/onsets/model/`` + model, characters an id cannot hold made ``_``
phaseHint           phase
polarity            ``positive`` for U, ``negative`` for D, else absent
evaluationMode      ``automatic``
comment             one JSON object: model, probability, snr_db, amplitude, flags; unknown ones left out
==================  ====================================================================================

References: Euchner, F. and Schorlemmer, D. (editors), QuakeML 1.2 Basic Event Description, 2013.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import numpy as np

from onsets.errors import CatalogueError
from onsets.store.atomic import replacing
from onsets.store.sheet import iso_times, printable
from onsets.store.text import short
from onsets.tables import Picks
from onsets.types import Pick

__all__ = ["pick_element", "write_quakeml"]

_ROOT = "smi:local/onsets"
_CODE_LENGTH = 8
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2">
  <eventParameters publicID="{root}/picks/{digest}">
"""
_EVENT = """    <event publicID="{root}/event/{digest}">
      <comment>
        <text>Container of automatic picks that are not associated: no origin, no event.</text>
      </comment>
"""
_TAIL = """  </eventParameters>
</q:quakeml>
"""


def write_quakeml(picks: Picks, path: str | Path) -> None:
    """Write picks as QuakeML 1.2, whole or not at all; the same picks give the same bytes.

    Parameters
    ----------
    picks : Picks
        In the order given; the document is never whole in memory.
    path : str or Path
        File to make or replace.

    Raises
    ------
    CatalogueError
        If a station_id is no NET.STA.LOC or a code is longer than the eight characters of QuakeML.
    StoreError
        If the file cannot be written.

    Notes
    -----
    Control characters become blanks. What goes where: see the module.
    """
    times = iso_times(picks.time_ns)
    codes = {name: _codes(name) for name in set(picks.station_id.tolist())}
    digests = _digests(picks, times)
    whole = _digest("\n".join(digests))
    with replacing(path) as handle:
        handle.write(_HEAD.format(root=_ROOT, digest=whole).encode())
        if digests:
            handle.write(_EVENT.format(root=_ROOT, digest=whole).encode())
            for pick, time, digest in zip(picks, times, digests, strict=True):
                element = _pick(pick, time, codes[pick.station_id], digest)
                ET.indent(element, level=3)
                handle.write(b"      " + ET.tostring(element, encoding="utf-8") + b"\n")
            handle.write(b"    </event>\n")
        handle.write(_TAIL.encode())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:20]


def _digests(picks: Picks, times: list[str]) -> list[str]:
    """Return a digest a row; a row that comes again gets a number behind it."""
    seen: Counter[str] = Counter()
    out = []
    for pick, time in zip(picks, times, strict=True):
        numbers = (pick.probability, pick.uncertainty_s, pick.snr_db, pick.amplitude)
        words = (pick.station_id, pick.channel_prefix, pick.phase, time, pick.polarity, pick.model)
        digest = _digest(repr((words, [short(number) for number in numbers], sorted(pick.flags))))
        seen[digest] += 1
        out.append(digest if seen[digest] == 1 else f"{digest}-{seen[digest]}")
    return out


def _codes(station_id: str) -> dict[str, str]:
    parts = printable(station_id).split(".")
    if len(parts) != 3:
        raise CatalogueError(
            f"station_id {station_id!r} cannot go into QuakeML: got {len(parts)} codes, "
            "expected NET.STA.LOC; correct it or write .csv or .parquet"
        )
    for code in parts:
        if len(code) > _CODE_LENGTH:
            raise CatalogueError(
                f"station_id {station_id!r} cannot go into QuakeML: {code!r} has {len(code)} characters, "
                f"expected at most {_CODE_LENGTH}; write .csv or .parquet"
            )
    return dict(zip(("networkCode", "stationCode", "locationCode"), parts, strict=True))


def _channel(pick: Pick) -> str:
    component = "N" if pick.phase.startswith("S") and "1C" not in pick.flags else "Z"
    code = printable(pick.channel_prefix) + component
    if len(code) > _CODE_LENGTH:
        raise CatalogueError(
            f"channel_prefix {pick.channel_prefix!r} of {pick.station_id} cannot go into QuakeML: "
            f"expected at most {_CODE_LENGTH - 1} characters; write .csv or .parquet"
        )
    return code


def _comment(pick: Pick) -> str:
    """Return what QuakeML has no element for, as JSON."""
    values: dict[str, object] = {"model": printable(pick.model)} if pick.model else {}
    for key in ("probability", "snr_db", "amplitude"):
        value = getattr(pick, key)
        if not math.isnan(value):
            values[key] = float(short(value)) if math.isfinite(value) else str(value)
    if pick.flags:
        values["flags"] = [printable(flag) for flag in sorted(pick.flags)]
    return json.dumps(values, ensure_ascii=False) if values else ""


def pick_element(pick: Pick, digest: str) -> ET.Element:
    """Return the element of one pick.

    Parameters
    ----------
    pick : Pick
    digest : str
        End of its publicID, unique in the file.

    Raises
    ------
    CatalogueError
        If a code does not fit QuakeML.
    """
    return _pick(pick, iso_times(np.array([pick.time_ns]))[0], _codes(pick.station_id), digest)


def _pick(pick: Pick, time: str, codes: dict[str, str], digest: str) -> ET.Element:
    element = ET.Element("pick", publicID=f"{_ROOT}/pick/{digest}")
    holder = ET.SubElement(element, "time")
    ET.SubElement(holder, "value").text = time
    if math.isfinite(pick.uncertainty_s):
        ET.SubElement(holder, "uncertainty").text = short(pick.uncertainty_s)
    channel = {"channelCode": _channel(pick)} if pick.channel_prefix else {}
    ET.SubElement(element, "waveformID", {**codes, **channel})
    if pick.model:
        ET.SubElement(element, "methodID").text = f"{_ROOT}/model/" + re.sub(
            r"[^\w.-]", "_", pick.model, flags=re.A
        )
    ET.SubElement(element, "phaseHint").text = printable(pick.phase)
    polarity = {"U": "positive", "D": "negative"}.get(pick.polarity)
    if polarity:
        ET.SubElement(element, "polarity").text = polarity
    ET.SubElement(element, "evaluationMode").text = "automatic"
    comment = _comment(pick)
    if comment:
        ET.SubElement(ET.SubElement(element, "comment"), "text").text = comment
    return element
