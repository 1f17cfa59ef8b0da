from __future__ import annotations

import numpy as np
import pytest

from onsets.earth import LayeredModel
from onsets.errors import ConfigError
from onsets.synthetics import (
    RayOptions,
    corner_hz,
    double_couple,
    explosion,
    ray_arrivals,
    ray_records,
    velocity_model,
)

RATE = 100.0
SPACE = LayeredModel([0.0], [6.0], [3.464], [2.7])
CLEAR = RayOptions(q0=1e9, kappa_s=0.0)


def test_size_of_an_explosion_is_the_formulas():
    moment, distance, corner = 1e12, 30.0, 2.0
    made = ray_records(SPACE, 0.001, distance, 0.0, moment * explosion(), corner, (2000, RATE, 0.0), CLEAR)
    displacement = np.cumsum(made[0, 1].astype(np.float64)) / RATE  # all of it radial
    # the moment rate w^2 t exp(-w t) is highest, w / e, at 1 / w
    peak = moment * 2 * np.pi * corner / np.e * 2 / (4 * np.pi * 2700 * 6000**3 * distance * 1e3)
    assert displacement.max() == pytest.approx(peak, rel=0.01)
    assert np.argmax(displacement) / RATE == pytest.approx(distance / 6 + 1 / (2 * np.pi * corner), abs=0.02)
    assert np.abs(made[0, 2]).max() < 1e-6 * np.abs(made[0, 1]).max()


def test_radiation_of_a_vertical_strike_slip():
    tensor = 1e14 * np.repeat(double_couple(0, 90, 0)[None], 3, axis=0)
    made = ray_records(SPACE, 0.01, 50.0, [0.0, 45.0, 22.5], tensor, 2.0, (2500, RATE, 0.0), CLEAR)
    p, s = (made[:, row, a:b].__abs__().max(axis=1) for row, a, b in ((1, 800, 1100), (2, 1400, 1700)))
    assert p[0] < 1e-3 * p[1] and s[1] < 1e-3 * s[0]  # P between the planes, SH along them
    np.testing.assert_allclose([p[2] / p[1], s[2] / s[0]], np.sqrt(0.5), rtol=0.01)
    assert s[0] / p[1] == pytest.approx((6.0 / 3.464) ** 3, rel=0.03)


@pytest.mark.parametrize("name", ["crust1", "iasp91", "gil7"])
def test_nothing_moves_before_the_ray_time_and_it_moves_then(name):
    model, rng = velocity_model(name), np.random.default_rng(1)
    depth, distance = rng.uniform(2, 15, 20), rng.uniform(5, 150, 20)
    tensor = 1e15 * double_couple(
        rng.uniform(0, 360, 20), rng.uniform(30, 90, 20), rng.uniform(-180, 180, 20)
    )
    made = ray_records(model, depth, distance, rng.uniform(0, 360, 20), tensor, 5.0, (8000, RATE, 0.0))
    arrivals = ray_arrivals(model, depth, distance)
    size = np.abs(made).max(axis=1)
    for row, (p, s) in zip(size, arrivals * RATE, strict=True):
        assert row[: int(p) - 2].max() < 0.01 * row[int(p) : int(p) + 50].max()
        assert row[int(s) : int(s) + 50].max() > 2 * row[int(s) - 60 : int(s) - 10].max()


def test_a_direct_wave_follows_its_head_wave():
    model = velocity_model("crust1")
    made = np.abs(ray_records(model, 10.0, 250.0, 30.0, 1e15 * explosion(), 5.0, (8000, RATE, 0.0))).max(
        axis=(0, 1)
    )
    first, direct = ray_arrivals(model, 10.0, 250.0)[0, 0], np.hypot(250, 10) / 6.1
    assert first < direct - 1
    assert made[int(direct * RATE) :].max() > made[: int(direct * RATE) - 20].max() > 0


def test_absorption_takes_high_frequencies_and_no_time():
    tensor = 1e14 * explosion()
    clear, lossy = (
        ray_records(SPACE, 5.0, 60.0, 0.0, tensor, 20.0, (3000, RATE, 0.0), options)[0, 1]
        for options in (CLEAR, RayOptions(q0=50.0, exponent=0.0, kappa_s=0.03))
    )
    onset = np.hypot(60, 5) / 6 * RATE
    assert np.abs(lossy[: int(onset) - 2]).max() < 0.02 * np.abs(lossy).max()
    ratio = np.abs(np.fft.rfft(lossy))[[60, 300]] / np.abs(np.fft.rfft(clear))[[60, 300]]
    wanted = np.exp(-np.pi * np.array([2.0, 10.0]) * (onset / RATE / 100 + 0.03))
    np.testing.assert_allclose(ratio, wanted, rtol=0.03)


def test_corners_fall_with_moment():
    corners = corner_hz([1e12, 1e15], 3e6, 3.5)
    assert corners[0] / corners[1] == pytest.approx(10.0)
    with pytest.raises(ConfigError, match="q0"):
        RayOptions(q0=0.0)
