"""From a Record to a Curve: rows, gaps, odd records."""

import numpy as np
import pytest

from onsets.classical import CLASSICAL, DEFAULT_THRESHOLDS, characteristic, refine
from onsets.classical._running import highpass
from onsets.classical.curve import valid_runs
from onsets.classical.sta_lta import classic_sta_lta, delayed_sta_lta, recursive_sta_lta
from onsets.errors import ConfigError

from .conftest import RATE_HZ, record_of

LONG = 400


def noise(seed=0, samples=6000, deviation=50.0):
    return np.random.default_rng(seed).standard_normal((3, samples)) * deviation


def with_event(data, onset, strength, rows=(0, 1, 2)):
    data = data.copy()
    for row in rows:
        data[row, onset : onset + 300] *= strength
    return data


def first_strongest_crossing(values, threshold):
    """Return where the excursion that holds the highest value crosses the threshold upwards."""
    top = int(np.argmax(values))
    assert values[top] >= threshold
    below = np.flatnonzero(values[:top] < threshold)
    return int(below[-1]) + 1


@pytest.mark.parametrize("kind", CLASSICAL)
def test_curve_lies_on_the_grid_of_the_record(kind):
    record = record_of(noise(samples=2345), rate_hz=50.0)
    curve = characteristic(record, kind)
    assert curve.values.shape == (2, 2345)
    assert curve.values.dtype == np.float32
    assert (curve.station_id, curve.channel_prefix, curve.labels) == ("XX.ABC.", "HH", ("P", "S"))
    assert (curve.start_ns, curve.rate_hz, curve.kind, curve.model) == (0, 50.0, "ratio", kind)


@pytest.mark.parametrize(
    ("variant", "function"),
    [
        ("classic", classic_sta_lta),
        ("recursive", recursive_sta_lta),
        ("delayed", lambda x, short, long: delayed_sta_lta(x, short, long, windowed=True)),
    ],
)
def test_p_is_the_ratio_of_the_high_passed_vertical(variant, function):
    record = record_of(with_event(noise(), 3000, 8))
    expected = function(highpass(record.data[0].astype(np.float64), RATE_HZ, 2.0), 30, 500)
    if variant == "recursive":
        expected *= 1 - (499 / 500) ** np.arange(6000)
    curve = characteristic(record, "sta-lta", variant=variant, short_s=0.3, long_s=5.0, highpass_hz=2.0)
    np.testing.assert_allclose(curve.row("P"), expected, rtol=1e-6)


def test_aic_has_the_curve_of_sta_lta():
    record = record_of(with_event(noise(), 3000, 8))
    np.testing.assert_array_equal(
        characteristic(record, "aic").values, characteristic(record, "sta-lta").values
    )


@pytest.mark.parametrize("kind", CLASSICAL)
@pytest.mark.parametrize("strength", [20, 1000])
def test_each_phase_shows_in_its_row(kind, strength):
    """A burst on the vertical triggers P alone, one on the horizontals S alone; noise neither."""
    data = with_event(with_event(noise(), 2000, strength, (0,)), 4000, strength, (1, 2))
    curve = characteristic(record_of(data), kind)
    for label, onset in (("P", 2000), ("S", 4000)):
        threshold = DEFAULT_THRESHOLDS[kind][label]
        above = np.flatnonzero(curve.row(label) >= threshold)
        assert onset - 20 <= above.min() <= onset + 20
        assert above.max() <= onset + 800


@pytest.mark.parametrize("kind", CLASSICAL)
def test_nothing_triggers_at_starts_and_gap_edges(kind):
    """Noise on a large offset with gaps of many lengths on each component stays below half."""
    data = noise(samples=20_000) + np.array([[1e5], [-3e4], [7e3]])
    valid = np.ones(data.shape, bool)
    for row in range(3):
        for first, length in ((3000, 1), (5000 + 7 * row, 500), (9000, 30), (9350, 2000), (19_900, 100)):
            valid[row, first : first + length] = False
    record = record_of(data, valid)
    curve = characteristic(record, kind)
    for label in ("P", "S"):
        assert curve.row(label).max() < DEFAULT_THRESHOLDS[kind][label] / 2
    assert not curve.row("P")[~valid[0]].any()
    assert not curve.row("S")[~(valid[1] | valid[2])].any()
    for first, last in valid_runs(valid[0]):
        assert not curve.row("P")[first : min(first + LONG - 1, last)].any()


@pytest.mark.parametrize("kind", CLASSICAL)
def test_an_event_soon_after_a_gap_is_seen(kind):
    data = with_event(noise(), 3600, 20, (0,))
    valid = np.ones(data.shape, bool)
    valid[:, 2500:3000] = False
    row = characteristic(record_of(data, valid), kind).row("P")
    assert not row[:3580].max() >= DEFAULT_THRESHOLDS[kind]["P"]
    assert row[3580:3700].max() >= DEFAULT_THRESHOLDS[kind]["P"]


@pytest.mark.parametrize("kind", CLASSICAL)
def test_one_component_alone_gives_p_alone(kind):
    for row in range(3):
        data = np.zeros((3, 6000))
        data[row] = with_event(noise(), 3000, 20)[row]
        curve = characteristic(record_of(data), kind)
        assert curve.row("P").max() >= DEFAULT_THRESHOLDS[kind]["P"]
        assert not curve.row("S").any()


@pytest.mark.parametrize("kind", CLASSICAL)
def test_one_horizontal_serves_where_the_other_is_masked(kind):
    data = with_event(noise(), 3000, 20, (1, 2))
    data[2] = data[1]
    both = characteristic(record_of(data), kind).row("S")
    data[2] = 0
    np.testing.assert_allclose(characteristic(record_of(data), kind).row("S"), both, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("kind", CLASSICAL)
@pytest.mark.parametrize("samples", [0, 1, 3, 50, 399])
def test_short_records_give_zeros(kind, samples):
    record = record_of(noise(samples=samples), np.ones((3, samples), bool))
    values = characteristic(record, kind).values
    assert values.shape == (2, samples)
    assert not values.any()


@pytest.mark.parametrize("kind", CLASSICAL)
@pytest.mark.parametrize("value", [0.0, 1.0, -123456.7])
def test_constants_give_zeros(kind, value):
    record = record_of(np.full((3, 3000), value), np.ones((3, 3000), bool))
    assert not characteristic(record, kind).values.any()


@pytest.mark.parametrize("kind", CLASSICAL)
@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_values_are_finite_and_never_negative(kind, scale):
    data = with_event(noise(), 3000, 1e6) * scale
    data[0, 5000:] = 0
    data[1, :2000] = 0
    values = characteristic(record_of(data, np.ones(data.shape, bool)), kind).values
    assert np.isfinite(values).all()
    assert values.min() >= 0
    assert values.max() > 1


@pytest.mark.parametrize("kind", CLASSICAL)
@pytest.mark.parametrize("rate_hz", [1.0, 20.0, 250.0])
def test_any_rate(kind, rate_hz):
    samples = int(90 * rate_hz)
    record = record_of(noise(samples=samples), rate_hz=rate_hz)
    values = characteristic(record, kind).values
    assert values.shape == (2, samples)
    assert np.isfinite(values).all()


@pytest.mark.parametrize("kind", CLASSICAL)
def test_p_of_the_example_earthquake(kind, rjob, ar_pick_p_s):
    """The strongest crossing, refined, lies within 0.05 s of ObsPy's ar_pick; coarse within 0.2 s."""
    coarse = first_strongest_crossing(characteristic(rjob, kind).row("P"), DEFAULT_THRESHOLDS[kind]["P"])
    assert coarse / RATE_HZ == pytest.approx(ar_pick_p_s, abs=0.2)
    refined = refine(rjob, [coarse], "P", kind)
    assert refined[0] / RATE_HZ == pytest.approx(ar_pick_p_s, abs=0.2 if kind == "sta-lta" else 0.05)


def test_wrong_options_are_refused():
    record = record_of(noise(samples=10))
    with pytest.raises(ConfigError, match="unknown classical picker 'bear'; did you mean 'baer'"):
        characteristic(record, "bear")
    with pytest.raises(ConfigError, match="unknown option 'window' of kurtosis; did you mean 'window_s'"):
        characteristic(record, "kurtosis", window=3.0)


def test_valid_runs():
    assert list(valid_runs(np.array([], bool))) == []
    assert list(valid_runs(np.array([1, 1, 0, 1, 0, 0, 1], bool))) == [(0, 2), (3, 4), (6, 7)]
