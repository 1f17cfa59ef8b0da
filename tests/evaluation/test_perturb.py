import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.evaluation import PERTURBATIONS, perturbed, record_of

from .conftest import sample_of

LABELS = {"P": 10.0, "S": 15.0}


def changed(name, seed=0, **sample):
    return perturbed(record_of(sample_of(**sample)), LABELS, name, np.random.default_rng(seed))


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_the_same_seed_gives_the_same_and_the_input_is_left_alone(name):
    record = record_of(sample_of())
    before = record.data.copy()
    first, labels = perturbed(record, LABELS, name, np.random.default_rng(5))
    again, _ = perturbed(record, LABELS, name, np.random.default_rng(5))
    np.testing.assert_array_equal(first.data, again.data)
    np.testing.assert_array_equal(record.data, before)
    assert LABELS == {"P": 10.0, "S": 15.0} and set(labels) == {"P", "S"}
    assert first.data.shape == first.valid.shape and first.data.dtype == np.float32
    assert not first.data[~first.valid].any()


@pytest.mark.parametrize(("name", "share"), [("noise-0.1", 0.1), ("noise-0.3", 0.3)])
def test_noise_has_its_share_of_the_variance(name, share):
    record = record_of(sample_of())
    added = changed(name)[0].data - record.data
    np.testing.assert_allclose(added.var(axis=1), share * record.data.var(axis=1), rtol=0.1)


def test_absent_components_get_no_noise():
    sample = sample_of()
    sample.data[2] = 0
    record, _ = perturbed(record_of(sample), LABELS, "noise-0.3", np.random.default_rng(0))
    assert not record.data[2].any() and not record.valid[2].any()


@pytest.mark.parametrize("seed", range(5))
def test_gaps_stay_away_from_labels(seed):
    record, labels = changed("gaps", seed)
    missing = np.flatnonzero(~record.valid[0]) / record.rate_hz
    assert 2.0 <= len(missing) / record.rate_hz <= 6.0
    assert all(np.abs(missing - at).min() >= 0.99 for at in labels.values())


def test_components_are_taken_away():
    assert changed("vertical-only")[0].live.tolist() == [True, False, False]
    assert changed("no-vertical")[0].live.tolist() == [False, True, True]
    sample = sample_of()
    sample.data[1:] = 0
    alone, _ = perturbed(record_of(sample), LABELS, "no-vertical", np.random.default_rng(0))
    assert alone.live.tolist() == [True, False, False]  # nothing would be left


def test_half_rate_keeps_the_times():
    record, labels = changed("half-rate")
    assert record.rate_hz == 50.0 and record.samples == 1500 and labels == LABELS


def test_a_shifted_record_begins_later():
    record, labels = changed("shifted")
    cut = LABELS["P"] - labels["P"]
    assert 0 < cut <= 5 and labels["S"] - labels["P"] == pytest.approx(5.0)
    np.testing.assert_array_equal(record.data, record_of(sample_of()).data[:, round(cut * 100) :])


def test_an_unknown_one_is_refused():
    with pytest.raises(ConfigError, match="did you mean 'gaps'"):
        changed("gasp")
