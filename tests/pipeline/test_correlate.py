"""Differences of waveforms in an archive, against delays put in."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.pipeline import CorrelateOptions, correlate_archive
from onsets.tables import Assignments, Events
from onsets.types import Trace
from onsets.waveforms import write_mseed

RATE_HZ, DAY_NS = 100.0, 1_700_006_400 * 10**9
LATE_S = {"a": 2.0, "b": 2.0137}


@pytest.fixture
def archive(tmp_path):
    """Ten minutes of one station: the same wavelet for two events, the second 13.7 ms later."""
    rng = np.random.default_rng(0)
    time = np.arange(60_000) / RATE_HZ
    for channel in ("HHZ", "HHN", "HHE"):
        data = rng.normal(0, 0.5, len(time))
        for number, late in enumerate(LATE_S.values()):
            t = time - (100 + 200 * number + late)
            data += 1000 * np.exp(-(((t - 0.4) / 0.25) ** 2)) * np.sin(2 * np.pi * 5 * t)
        folder = tmp_path / f"2023/XX/A/{channel}.D"
        folder.mkdir(parents=True)
        trace = Trace("XX.A.", channel, DAY_NS, RATE_HZ, data.astype(np.float32))
        write_mseed([trace], folder / f"XX.A..{channel}.D.2023.319")
    return tmp_path


EVENTS = Events.of(
    {
        "event_id": name,
        "x_km": 0.1 * i,
        "y_km": 0.0,
        "depth_km": 5.0,
        "time_ns": DAY_NS + (100 + 200 * i) * 10**9,
    }
    for i, name in enumerate(LATE_S)
)


def picks(error_s):
    return Assignments.of(
        {
            "event_id": name,
            "station_id": "XX.A.",
            "phase": "P",
            "time_ns": int(EVENTS.time_ns[i]) + round((2.0 + error_s * i) * 1e9),
            "weight": 1.0,
        }
        for i, name in enumerate(LATE_S)
    )


@pytest.mark.parametrize("error_s", [0.0, 0.08])
def test_a_delay_is_found_whatever_the_picks_say(archive, error_s):
    found, problems = correlate_archive(EVENTS, picks(error_s), archive)
    assert len(found) == 1 and not problems
    assert found.kind[0] == "cc" and found.weight[0] > 0.9
    assert found.dt_s[0] == pytest.approx(LATE_S["a"] - LATE_S["b"], abs=0.0005)


def test_picks_without_waveforms_are_counted(archive):
    late = picks(0.0).replace(time_ns=picks(0.0).time_ns + np.array([0, 10**12]))
    found, problems = correlate_archive(EVENTS, late, archive)
    assert len(found) == 0
    assert any("1 of 2 picks have no waveform" in problem.reason for problem in problems)


def test_options_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match="0 < low < high"):
        CorrelateOptions(low_hz=20.0)
    with pytest.raises(ConfigError, match="least"):
        CorrelateOptions(least=1.5)
