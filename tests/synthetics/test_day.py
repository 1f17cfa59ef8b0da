from __future__ import annotations

import numpy as np
import pytest

from onsets import load
from onsets.datasets import open_dataset
from onsets.errors import ConfigError
from onsets.evaluation import match
from onsets.store import read_picks
from onsets.synthetics import DayOptions, Seismicity, make_day, write_day
from onsets.waveforms import gather, read_traces

TWO_HOURS = DayOptions(hours=2.0, seed=3, seismicity=Seismicity(background_per_day=300.0))


@pytest.fixture(scope="module")
def made():
    return make_day(TWO_HOURS)


def record_of(made):
    return gather(made.traces)[0][0]


@pytest.mark.parametrize("name", ["default", "sta-lta"])
def test_pickers_find_strong_arrivals(made, name):
    strong = made.picks.take((made.picks.phase == "P") & (made.picks.snr_db > 25))
    assert len(strong) >= 5
    picks = load(name).pick(record_of(made))
    found = match(picks.time_ns[picks.phase == "P"] / 1e9, strong.time_ns / 1e9, 0.3)
    assert len(found) >= 0.7 * len(strong)


def test_files_hold_what_was_made(made, tmp_path):
    told = []
    write_day(TWO_HOURS, tmp_path, lambda done, total: told.append((done, total)))
    assert told[-1] == (len(made.sources), len(made.sources))
    (file,) = tmp_path.glob("*.mseed")
    traces = read_traces(file)[0]
    for trace in made.traces:
        stored = next(one for one in traces if one.channel == trace.channel)
        np.testing.assert_array_equal(stored.data, trace.data)
        assert stored.start_ns == trace.start_ns
    picks = read_picks(tmp_path / "picks.csv")
    assert len(picks) == len(made.picks)
    assert sorted(picks.time_ns // 1000) == sorted((made.picks.time_ns + 500) // 1000)
    assert open_dataset(tmp_path).rows["event_id"][0].startswith("syn")  # a dataset as it stands


def test_same_seed_same_bytes(tmp_path):
    short = DayOptions(hours=0.2, seed=5)
    for name in ("a", "b"):
        write_day(short, tmp_path / name)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(names) == 3
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    write_day(DayOptions(hours=0.2, seed=6), tmp_path / "c")
    assert (tmp_path / "c" / names[-1]).read_bytes() != (tmp_path / "a" / names[-1]).read_bytes()


def test_impossible_options():
    with pytest.raises(ConfigError, match="expected a time"):
        DayOptions(start="yesterday")
    with pytest.raises(ConfigError, match="hours"):
        DayOptions(hours=0.0)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="name another"):
        write_day(DayOptions(hours=0.1), tmp_path / "file")
