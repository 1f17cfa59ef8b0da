"""The three ratios agree with ObsPy's, start-up included."""

import numpy as np
import pytest

from onsets.classical.sta_lta import classic_sta_lta, delayed_sta_lta, recursive_sta_lta
from onsets.errors import ConfigError, WaveformError

OURS = {"classic": classic_sta_lta, "recursive": recursive_sta_lta, "delayed": delayed_sta_lta}


@pytest.fixture(scope="module")
def trigger():
    return pytest.importorskip("obspy.signal.trigger")


def check(trigger, name, x, short, long):
    expected = getattr(trigger, f"{name}_sta_lta")(np.array(x, dtype=np.float64), short, long)
    got = OURS[name](x, short, long)
    assert got.dtype == np.float64
    worst = np.max(np.abs(got - expected) / np.maximum(1, np.abs(expected)))
    assert worst < 1e-6


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize(("short", "long"), [(1, 2), (1, 10), (7, 64), (50, 400), (33, 33)])
@pytest.mark.parametrize("samples", [600, 5003])
def test_equals_obspy_on_noise(trigger, name, short, long, samples):
    x = np.random.default_rng(samples + short).standard_normal(samples) * 300
    check(trigger, name, x, short, long)


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("row", [0, 1, 2])
def test_equals_obspy_on_the_example_earthquake(trigger, name, row, rjob):
    check(trigger, name, rjob.data[row], 50, 400)


@pytest.mark.parametrize("name", ["classic", "recursive"])
def test_equals_obspy_over_a_million_samples(trigger, name):
    x = np.random.default_rng(5).standard_normal(1_000_000).cumsum() % 1000 - 500
    check(trigger, name, x, 100, 3000)


def test_windowed_delayed_equals_its_definition():
    x, short, long = np.random.default_rng(2).standard_normal(70_000), 20, 90
    got = delayed_sta_lta(x, short, long, windowed=True)
    mute = short + long + 50
    assert not got[:mute].any()
    for i in (mute, mute + 1, 40_000, len(x) - 1):
        sta = np.mean(x[i - short + 1 : i + 1] ** 2)
        assert got[i] == pytest.approx(sta / np.mean(x[i - short - long : i - short] ** 2), rel=1e-12)


def test_windowed_delayed_answers_an_onset_where_running_totals_do_not():
    x = np.random.default_rng(3).standard_normal(30_000)
    x[20_000:20_100] *= 30
    assert delayed_sta_lta(x, 50, 500, windowed=True)[20_000:20_100].max() > 500
    assert delayed_sta_lta(x, 50, 500)[20_000:20_100].max() < 60


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e150, 1e300])
def test_does_not_depend_on_the_unit(name, scale):
    x = np.random.default_rng(4).standard_normal(2000)
    np.testing.assert_allclose(OURS[name](x * scale, 20, 200), OURS[name](x, 20, 200), rtol=1e-9)


@pytest.mark.parametrize("name", ["classic", "recursive"])
def test_forgets_a_huge_amplitude(name):
    """Behind a spike of 1e8 the ratio is that of the noise, as if the spike had not been."""
    x = np.random.default_rng(6).standard_normal(60_000)
    spiked = x.copy()
    spiked[10_000] = 1e8
    np.testing.assert_allclose(
        OURS[name](spiked, 20, 200)[30_000:], OURS[name](x, 20, 200)[30_000:], rtol=1e-9
    )


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("x", [[], [1.0], np.ones(99), np.zeros(1000), np.full(1000, -7.3)])
def test_odd_input_gives_finite_ratios(name, x):
    got = OURS[name](x, 10, 100)
    assert got.shape == np.shape(x)
    assert np.isfinite(got).all()
    if len(x) < 100 or not np.any(x):
        assert not got.any()


@pytest.mark.parametrize("name", OURS)
def test_wrong_input_is_refused(name):
    for short, long in ((0, 5), (6, 5)):
        with pytest.raises(ConfigError, match="1 <= short <= long"):
            OURS[name](np.zeros(10), short, long)
    with pytest.raises(WaveformError, match="one dimension"):
        OURS[name](np.zeros((2, 10)), 1, 5)
