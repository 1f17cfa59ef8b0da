"""Travel times from a grid against the tracer, and what is cached."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.earth import LayeredModel, time_grid, travel_times
from onsets.errors import CatalogueError, ConfigError

MODEL = LayeredModel([0.0, 5.0, 30.0], [5.5, 6.2, 8.0], [3.1, 3.6, 4.6])


@pytest.mark.parametrize("phase", ["P", "S"])
def test_times_agree_with_the_tracer_and_the_error_is_stated(phase):
    grid = time_grid(MODEL, phase, 30.0, 120.0, 0.5)
    rng = np.random.default_rng(5)
    x, z, up = rng.uniform(0, 120, 3000), rng.uniform(2, 30, 3000), rng.uniform(0, 1, 3000)
    wrong = np.abs(grid.times(x, z, up) - travel_times(MODEL, phase, x, z, -up).time_s)
    assert np.percentile(wrong, 99) < 0.012
    assert wrong.max() < 0.06
    assert np.percentile(wrong, 99) < 1.5 * grid.error_s[1] + 0.002 < 0.02
    assert grid.error_s[0] < 0.06


def test_nodes_are_exact_and_outside_is_nan():
    grid = time_grid(MODEL, "P", 10.0, 20.0, 1.0)
    assert float(grid.times(7.0, 4.0)) == pytest.approx(float(travel_times(MODEL, "P", 7.0, 4.0).time_s))
    assert np.isnan(grid.times([500.0, 5.0, np.nan], [5.0, 500.0, 1.0])).all()
    assert grid.depth_km[0] == -3.0


def test_grids_are_kept_in_memory_and_in_a_folder(tmp_path):
    assert time_grid(MODEL, "P", 10.0, 20.0) is time_grid(MODEL, "P", 10.0, 20.0)
    one = time_grid(MODEL, "P", 11.0, 20.0, 1.0, tmp_path)
    other = LayeredModel([0.0, 5.0, 30.0], [5.5, 6.3, 8.0], [3.1, 3.6, 4.6])
    time_grid(other, "P", 11.0, 20.0, 1.0, tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 2
    __import__("sys").modules["onsets.earth.grid"]._cached.cache_clear()
    again = time_grid(MODEL, "P", 11.0, 20.0, 1.0, tmp_path)
    assert again is not one
    np.testing.assert_array_equal(again.time_s, one.time_s)
    assert again.error_s == one.error_s


def test_a_damaged_file_and_a_wrong_reach_are_named(tmp_path):
    time_grid(MODEL, "S", 12.0, 20.0, 1.0, tmp_path)
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(path.read_bytes()[:100])
    __import__("sys").modules["onsets.earth.grid"]._cached.cache_clear()
    with pytest.raises(CatalogueError, match="damaged"):
        time_grid(MODEL, "S", 12.0, 20.0, 1.0, tmp_path)
    with pytest.raises(ConfigError, match="does not exist"):
        time_grid(MODEL, "S", 12.0, 20.0, 1.0, tmp_path / "none")
    with pytest.raises(ConfigError, match="step 0 km"):
        time_grid(MODEL, "S", 12.0, 20.0, 0.0)
