import numpy as np
import pytest

from onsets.datasets import read_noise_windows
from onsets.errors import CatalogueError, ConfigError
from onsets.types import Sample

from .making import waves, write_table


def record(rate_hz=200.0):
    return Sample("a", "set", "XX.ABC.", "e", waves(0, 1000), rate_hz, {"P": 700.0})


@pytest.fixture
def table(tmp_path):
    """Return a function that writes a table of one window in a record, and one in another."""

    def write(**changes):
        row = {"dataset": "set", "trace_name": "a", "start_sample": 200, "end_sample": 600}
        row |= {"sampling_rate_hz": 200} | changes
        return write_table(tmp_path / "noise.csv", [row, row | {"trace_name": "elsewhere"}])

    return write


def test_windows_follow_their_records(table):
    (noise,) = read_noise_windows(table(), [record()])
    np.testing.assert_array_equal(noise.data, waves(0, 1000)[:, 200:600])
    assert (noise.name, noise.dataset, noise.station_id) == ("a[200:600]", "set", "XX.ABC.")
    assert (noise.arrivals, noise.event_id, noise.rate_hz) == ({}, "", 200.0)


def test_windows_of_resampled_records(table):
    (noise,) = read_noise_windows(table(), [record(rate_hz=100.0)])
    np.testing.assert_array_equal(noise.data, waves(0, 1000)[:, 100:300])


@pytest.mark.parametrize("changes", [{"start_sample": -5}, {"start_sample": 9000, "end_sample": 9500}])
def test_windows_outside_their_record_are_named(table, changes):
    with pytest.raises(CatalogueError, match=r"a\[.*\] lies outside its 1000 samples"):
        read_noise_windows(table(**changes), [record()])


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"no table of noise windows .*noise\.csv"):
        read_noise_windows(tmp_path / "noise.csv", [])


def test_a_table_that_is_none_is_named(table, tmp_path):
    for changes in ({"sampling_rate_hz": 0}, {"start_sample": "early"}, {"end_sample": "nan"}):
        with pytest.raises(CatalogueError, match=r"noise\.csv, line 2: "):
            read_noise_windows(table(**changes), [record()])
    path = write_table(tmp_path / "other.csv", [{"dataset": "set", "trace_name": "a"}])
    with pytest.raises(CatalogueError, match=r"no column 'sampling_rate_hz'; expected dataset, trace_name"):
        read_noise_windows(path, [record()])
