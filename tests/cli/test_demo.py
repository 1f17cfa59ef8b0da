"""``onsets demo``: P and S of ObsPy's example where ObsPy's own picker and the eye see them."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from onsets.cli.demo import example_traces

from .conftest import Run

# Read by eye from the drawn record: the first swing of the vertical, and the first large swing of
# the east component. ObsPy's ar_pick agrees on P (00:20:07.70) and takes a later swing for S (09.18).
P_BY_EYE = "2009-08-24T00:20:07.71+00:00"
S_BY_EYE = "2009-08-24T00:20:08.65+00:00"


def test_the_demo_picks_p_and_s_where_a_person_sees_them(run: Run, tmp_path: Path) -> None:
    done = run("demo", "--json", "-o", tmp_path / "demo.png")
    assert done.returncode == 0, done.stderr
    picks = json.loads(done.stdout)["picks"]
    for phase, seen, tolerance in (("P", P_BY_EYE, 0.1), ("S", S_BY_EYE, 0.15)):
        times = [datetime.datetime.fromisoformat(row["time"]) for row in picks if row["phase"] == phase]
        assert len(times) == 1, picks
        assert abs((times[0] - datetime.datetime.fromisoformat(seen)).total_seconds()) <= tolerance
    assert (tmp_path / "demo.png").read_bytes().startswith(b"\x89PNG")


def test_the_example_has_three_components_of_30_s() -> None:
    traces = example_traces()
    assert [trace.channel for trace in traces] == ["EHZ", "EHN", "EHE"]
    assert {len(trace.data) for trace in traces} == {3000}
