import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from onsets.augment import batch as room  # noqa: E402
from onsets.augment import (  # noqa: E402
    cut_shifted,
    drop_components,
    flip_polarity,
    insert_gap,
    mix,
    rotate_horizontal,
)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def waves(batch=64, samples=200, seed=1):
    return torch.randn(batch, 3, samples, generator=generator(seed))


RANDOM = {
    "drop_components": lambda x, g: drop_components(x, 0.5, g),
    "flip_polarity": flip_polarity,
    "insert_gap": lambda x, g: insert_gap(x, 0.5, 60, g),
    "mix": lambda x, g: mix(x, waves(seed=2), 0.5, 0.0, 20.0, g),
    "rotate_horizontal": lambda x, g: rotate_horizontal(x, 0.5, g),
}


def test_every_augmentation_is_tested():
    assert set(room.__all__) == {*RANDOM, "cut_shifted"}


@pytest.mark.parametrize("name", RANDOM)
def test_shape_type_and_input_are_kept(name):
    x = waves()
    before = x.clone()
    out = RANDOM[name](x, generator())
    assert out.shape == x.shape
    assert out.dtype == torch.float32
    assert torch.equal(x, before)
    assert not torch.equal(out, x)


@pytest.mark.parametrize("name", RANDOM)
def test_a_seed_repeats_itself_and_another_does_not(name):
    one, two, other = (RANDOM[name](waves(), generator(seed)) for seed in (5, 5, 6))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("name", RANDOM)
def test_the_global_random_state_is_not_touched(name):
    before = torch.get_rng_state()
    RANDOM[name](waves(), generator())
    assert torch.equal(torch.get_rng_state(), before)


def cut_at(store, start, factor=1.0, samples=50, index=0):
    pick = torch.tensor([index])
    start, factor = (torch.tensor([value], dtype=torch.float64) for value in (start, factor))
    return cut_shifted(store, pick, start, factor, samples)[0]


def test_a_whole_start_is_a_plain_cut():
    store = waves(3, 120)
    assert torch.equal(cut_at(store, 17.0, index=2), store[2, :, 17:67])


def test_the_whole_record_is_kept_to_its_last_sample():
    store = waves(1, 50)
    assert torch.equal(cut_at(store, 0.0), store[0])


def test_outside_the_record_are_zeros():
    store = waves(1, 120)
    before, after = cut_at(store, -10.0), cut_at(store, 100.0)
    assert not before[:, :10].any()
    assert torch.equal(before[:, 10:], store[0, :, :40])
    assert torch.equal(after[:, :20], store[0, :, 100:])
    assert not after[:, 20:].any()
    assert not cut_at(store, 1e6).any()
    assert not cut_at(store, -1e6).any()


def test_between_samples_it_is_linear():
    ramp = torch.arange(100.0)[None, None].repeat(1, 3, 1)
    expected = 3.25 + 1.5 * torch.arange(50)
    torch.testing.assert_close(cut_at(ramp, 3.25, 1.5), expected.repeat(3, 1))


@pytest.mark.parametrize("factor", [0.625, 1.0, 1.6])
@pytest.mark.parametrize("place", [0.0, 7.0, 33.0, 49.0])
def test_a_spike_lands_where_the_arithmetic_of_training_says(factor, place):
    store = torch.zeros(2, 3, 400)
    arrival = 200.0
    store[1, :, 200] = 1.0
    window = cut_at(store, arrival - place * factor, factor, index=1)
    torch.testing.assert_close(window[:, int(place)], torch.ones(3))
    assert int(window[0].argmax()) == int(place)


def test_the_mix_reaches_the_ratio_that_was_asked_for():
    x, other = waves(seed=3) * 40, waves(seed=4) * 1e-3
    for low in (-6.0, 0.0, 20.0):
        out = mix(x, other, 1.0, low, low, generator())
        added = (out - x).abs().amax(dim=(1, 2))
        ratio_db = 20 * torch.log10(x.abs().amax(dim=(1, 2)) / added)
        torch.testing.assert_close(ratio_db, torch.full((64,), low), atol=0.02, rtol=0)


def test_the_mix_adds_the_shape_of_the_other():
    x, other = waves(4, seed=3), waves(4, seed=4)
    added = mix(x, other, 1.0, 0.0, 10.0, generator()) - x
    scale = added / other
    torch.testing.assert_close(scale, scale[:, :1, :1].expand_as(scale), rtol=1e-2, atol=1e-4)


def test_ratios_fill_their_range():
    x, other = waves(512, seed=3), waves(512, seed=4)
    added = (mix(x, other, 1.0, 0.0, 30.0, generator()) - x).abs().amax(dim=(1, 2))
    ratio_db = 20 * torch.log10(x.abs().amax(dim=(1, 2)) / added)
    assert -0.1 < ratio_db.min() < 3
    assert 27 < ratio_db.max() < 30.1
    assert 12 < ratio_db.mean() < 18


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_the_share_that_is_changed(probability):
    x, other = waves(1000, 20, seed=3), waves(1000, 20, seed=4)
    changed = {
        "mix": mix(x, other, probability, 0.0, 0.0, generator()),
        "drop": drop_components(x, probability, generator()),
        "gap": insert_gap(x, probability, 19, generator()),
        "rotate": rotate_horizontal(x, probability, generator()),
    }
    for out in changed.values():
        share = (out != x).flatten(1).any(dim=1).float().mean().item()
        # a gap of which less than a sample lies in the window changes nothing
        assert probability - 0.1 <= share <= probability + 0.06


@pytest.mark.parametrize("quiet", [0, 1])
def test_a_mix_with_silence_stays_finite(quiet):
    pair = [waves(8), waves(8, seed=9)]
    pair[quiet] = torch.zeros(8, 3, 200)
    assert mix(*pair, 1.0, 0.0, 0.0, generator()).isfinite().all()


def test_both_horizontals_or_one_component_are_dropped():
    x = waves(2000, 4)
    alive = (drop_components(x, 1.0, generator()).abs().amax(dim=2) > 0).long()
    kinds, counts = np.unique(alive.numpy(), axis=0, return_counts=True)
    found = {tuple(kind): count / 2000 for kind, count in zip(kinds.tolist(), counts, strict=True)}
    assert found.keys() == {(1, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)}
    assert found[1, 0, 0] == pytest.approx(1 / 2, abs=0.05)
    assert found[0, 1, 1] == pytest.approx(1 / 6, abs=0.04)


def test_the_only_component_is_never_dropped():
    x = waves(400, 4)
    x[:, 1:] = 0
    assert (drop_components(x, 1.0, generator()).abs().amax(dim=(1, 2)) > 0).all()
    x = waves(400, 4)
    x[:, 0] = 0
    assert (drop_components(x, 1.0, generator()).abs().amax(dim=(1, 2)) > 0).all()


def test_polarity_is_that_of_all_components_at_once():
    x = waves(1000, 4)
    sign = flip_polarity(x, generator()) / x
    assert torch.equal(sign, sign[:, :1, :1].expand_as(sign))
    assert sign.unique().tolist() == [-1.0, 1.0]
    assert sign.mean().item() == pytest.approx(0, abs=0.1)


def test_rotation_keeps_the_vertical_and_the_horizontal_energy():
    x = waves()
    out = rotate_horizontal(x, 1.0, generator())
    assert torch.equal(out[:, 0], x[:, 0])
    torch.testing.assert_close(out[:, 1:].square().sum(dim=1), x[:, 1:].square().sum(dim=1))
    cross = out[:, 1] * x[:, 2] - out[:, 2] * x[:, 1]
    angle = torch.atan2(cross.sum(dim=1), (out[:, 1:] * x[:, 1:]).sum(dim=(1, 2)))
    assert angle.min() < -0.8 * math.pi
    assert angle.max() > 0.8 * math.pi


def test_a_gap_is_one_stretch_through_all_components():
    x = waves(300) + 10
    gone = insert_gap(x, 1.0, 60, generator()) == 0
    assert torch.equal(gone, gone[:, :1].expand_as(gone))
    length = gone[:, 0].sum(dim=1)
    edges = (gone[:, 0, 1:] != gone[:, 0, :-1]).sum(dim=1)
    assert int(edges.max()) <= 2
    assert 40 < int(length.max()) <= 60
