"""The page stands alone."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from onsets.report import Contents, page, write_page
from onsets.tables import Assignments, Events, Stations
from onsets.types import Problem

pytest.importorskip("matplotlib")


def contents(n=2) -> Contents:
    events = Events.of(
        {
            "event_id": str(i),
            "time_ns": i * 10**11,
            "latitude": 42.0 + 0.01 * i,
            "longitude": 13.0,
            "depth_km": 5.0,
            "picks": 8,
        }
        for i in range(n)
    )
    mine = Assignments.of(
        [{"event_id": "0", "station_id": "IV.A.", "phase": "P", "residual_s": 0.25}] * bool(n)
    )
    stations = Stations.of([{"station_id": "IV.A.", "latitude": 42.0, "longitude": 13.1}])
    return Contents(
        "A <day>",
        events,
        mine,
        stations,
        {"pickers": 1},
        [("pick", "10 picks")],
        [Problem("XX.B.", "unknown & odd")],
    )


def test_nothing_is_loaded_and_words_are_escaped():
    text = page(contents())
    assert "A &lt;day&gt;" in text and "unknown &amp; odd" in text
    sources = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert len(sources) == 2 and all(one.startswith("data:image/png;base64,") for one in sources)
    assert "<script" not in text and "http" not in text and "@import" not in text
    assert page(contents()) == text


def test_numbers_of_a_column_have_the_same_decimals():
    given = contents()
    events = given.events.replace(
        magnitude=np.array([2.0, np.nan]),
        magnitude_type=np.array(["ML", ""]),
        magnitude_error=np.array([0.125, np.nan]),
        rms_s=np.array([0.1, 0.12]),
    )
    text = page(dataclasses.replace(given, events=events))
    cells = re.findall(
        r"<td class=n>([^<]*)</td>", text[text.index("<h2>Events") : text.index("<h2>Stations")]
    )
    first, second = cells[: len(cells) // 2], cells[len(cells) // 2 :]
    assert first == ["42.0000", "13.0000", "5.00", "ML 2.00 \u00b1 0.12", "8", "0.100", "", ""]
    assert second == ["42.0100", "13.0000", "5.00", "", "8", "0.120", "", ""]
    assert "magnitude" not in page(given)[page(given).index("<h2>Events") :]


def test_an_empty_catalogue_has_a_page(tmp_path):
    write_page(contents(0), tmp_path / "r.html")
    assert "No event was found" in (tmp_path / "r.html").read_text()
