from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.synthetics import Ground, Seismicity, Site, make_sources, ray_arrivals, record_continuously

QUIET = Site(x_km=10.0, y_km=-5.0, noise_level=0.0)


@pytest.fixture(scope="module")
def sources():
    made = make_sources(Seismicity(days=0.01, background_per_day=500, smallest=2.0), np.random.default_rng(4))
    return dataclasses.replace(made, time_s=np.linspace(30, 700, len(made)))


def test_arrivals_are_ray_times_and_the_ground_moves_then(sources):
    ground = Ground(instrument="short-period")
    made = record_continuously(sources.take(slice(0, 3)), QUIET, ground, 864.0, np.random.default_rng(0))
    some = sources.take(slice(0, 3))
    distance = np.hypot(some.x_km - 10, some.y_km + 5)
    wanted = ray_arrivals(ground.layers, some.depth_km, distance) + some.time_s[:, None]
    np.testing.assert_allclose(made.arrivals_s, wanted, atol=1e-9)
    size = np.abs(made.counts).max(axis=0)
    for p, _ in made.arrivals_s:
        at = int(np.ceil(p * 100))
        assert size[at : at + 20].max() > 5 * size[at - 100 : at - 1].max()
    assert (made.snr_db > 20).all()


def test_snr_says_how_far_an_event_stands_above_the_noise(sources):
    ground, one = Ground(), sources.take(slice(0, 1))
    loud = dataclasses.replace(QUIET, noise_level=0.6)
    ratios = [
        record_continuously(one, site, ground, 200.0, np.random.default_rng(0)).snr_db
        for site in (QUIET, loud)
    ]
    assert 20 < ratios[0][0, 0] - ratios[1][0, 0] < 50  # 0.6 of the way from the low to the high model
    silent = record_continuously(one.take(slice(0, 0)), loud, ground, 200.0, np.random.default_rng(0))
    from onsets.synthetics.continuous import _noise_rms
    from onsets.types import Record
    from onsets.waveforms import bandpass

    wave = silent.counts.astype(np.float32)
    rms = bandpass(Record("", "", wave, np.ones(wave.shape, bool), 0, 100.0), 2.0, 20.0).data.std()
    assert rms == pytest.approx(_noise_rms(loud, ground), rel=0.1)


def test_a_soft_layer_makes_it_larger_and_the_seed_is_all(sources):
    one = sources.take(slice(0, 1))
    soft = dataclasses.replace(QUIET, layer_m=20.0, layer_vs_m_s=300.0)
    rock, layer, again = (
        record_continuously(one, site, Ground(), 200.0, np.random.default_rng(7)).counts
        for site in (QUIET, soft, soft)
    )
    assert np.abs(layer[1:]).max() > 1.2 * np.abs(rock[1:]).max()
    assert layer.tobytes() == again.tobytes()


def test_events_at_the_edges_are_cut(sources):
    moved = dataclasses.replace(sources.take(slice(0, 2)), time_s=np.array([-20.0, 95.0]))
    made = record_continuously(moved, QUIET, Ground(), 100.0, np.random.default_rng(0))
    assert made.counts.shape == (3, 10_000) and made.counts.dtype == np.int32
    none = record_continuously(moved, QUIET, Ground(), 100.0, np.random.default_rng(0), waveforms=False)
    np.testing.assert_array_equal(none.arrivals_s, made.arrivals_s)
    assert none.counts.shape == (3, 0)


def test_impossible_options():
    with pytest.raises(ConfigError, match="window_s"):
        Ground(window_s=5.0)
    with pytest.raises(ConfigError, match="did you mean 'broadband'"):
        Ground(instrument="broad-band")
