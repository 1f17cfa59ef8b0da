"""Gaps, lost and exchanged components, clipping."""

from __future__ import annotations

import pytest
import torch

from onsets.augment import Clip, DropComponents, Gap, SwapComponents, augment


def test_a_gap_is_where_it_may_be_and_takes_its_arrivals(waves, draw) -> None:
    one = waves(events=300, noise=0)
    p = one.arrivals[:, 0, 0].clone()
    out = augment(one, [Gap(start=(0.1, 0.5), end=0.8, longest=0.3)], draw())
    empty = (out.data == 0).all(dim=1)
    length = empty.sum(dim=1)
    assert length.max() <= 301 and length.max() > 200 and length.float().std() > 30
    first = empty.float().argmax(dim=1)[length > 0]
    assert first.min() >= 100 and first.max() <= 501 and not empty[:, 801:].any()
    lost = empty[torch.arange(300), p.long()]
    assert torch.equal(out.arrivals[:, 0, 0].isinf(), lost) and lost.any() and not lost.all()
    assert torch.equal(out.arrivals[~lost, 0, 0], p[~lost])


def test_each_component_is_kept_with_a_chance_of_one_half_but_never_none(waves, draw) -> None:
    out = augment(waves(events=4000, noise=0, samples=420), [DropComponents(rescale=True)], draw())
    live = out.data.abs().amax(dim=2) > 0
    assert live.any(dim=1).all()
    assert live.float().mean() == pytest.approx(15 / 24, abs=0.02)  # of 8 ways, none counts as all
    assert live[:, 0].float().mean() == pytest.approx(float(live[:, 2].float().mean()), abs=0.03)


def test_what_is_kept_is_scaled_as_eqtransformer_does(waves, draw) -> None:
    one = waves(events=100, noise=0)
    before = one.data.clone()
    out = augment(one, [DropComponents(rescale=True)], draw())
    kept = out.data.abs().amax(dim=2) > 0
    factor = (3 / kept.sum(dim=1)).float()
    torch.testing.assert_close(out.data, before * kept[..., None] * factor[:, None, None])


def test_few_loses_one_or_both_horizontals(waves, draw) -> None:
    out = augment(waves(events=1000, noise=0, samples=420), [DropComponents(kind="few")], draw())
    live = (out.data.abs().amax(dim=2) > 0).int().tolist()
    patterns = [(1, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]
    shares = {pattern: live.count(list(pattern)) / 1000 for pattern in patterns}
    assert shares[1, 0, 0] == pytest.approx(1 / 2, abs=0.05)
    assert all(shares[key] == pytest.approx(1 / 6, abs=0.04) for key in shares if key != (1, 0, 0))


def test_a_record_of_one_component_keeps_it(waves, draw) -> None:
    one = waves(events=100, noise=0)
    one.data[:, 0] = 0
    one.data[:, 2] = 0
    for kind in ("each", "few"):
        out = augment(one, [DropComponents(kind=kind)], draw())
        assert (out.data[:, 1].abs().amax(dim=1) > 0).all()


def test_swapped_components(waves, draw) -> None:
    one = waves()
    before = one.data.clone()
    assert torch.equal(augment(waves(), [SwapComponents()], draw()).data, before[:, [0, 2, 1]])
    out = augment(one, [SwapComponents(kind="any")], draw())
    torch.testing.assert_close(out.data.sum(dim=1), before.sum(dim=1))
    assert not torch.equal(out.data, before)


def test_clipping_leaves_what_is_below_the_level(waves, draw) -> None:
    one = waves()
    before = one.data.clone()
    out = augment(one, [Clip(level=(0.25, 0.5))], draw())
    ratio = out.data.abs().amax((1, 2)) / before.abs().amax((1, 2))
    assert ratio.min() >= 0.25 and ratio.max() <= 0.5
    level = out.data.abs().amax((1, 2), keepdim=True)
    torch.testing.assert_close(out.data, before.clamp(-level, level))
