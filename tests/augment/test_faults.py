"""Glitches and steps on one component."""

from __future__ import annotations

import torch

from onsets.augment import Glitch, Offset, augment


def added(waves, draw, step) -> tuple[torch.Tensor, torch.Tensor]:
    """Largest values before, and what was added."""
    one = waves(events=50, noise=0)
    before = one.data.clone()
    return before.abs().amax((1, 2)), augment(one, [step], draw()).data - before


def test_a_glitch_jumps_and_dies_away_on_one_component(waves, draw) -> None:
    peak, extra = added(waves, draw, Glitch(height=(0.5, 1.0), decay_s=(0.1, 0.1)))
    hit = extra.abs().amax(2) > 1e-6
    assert hit.sum(dim=1).eq(1).all() and hit.any(dim=0).all()
    size = extra.abs().amax((1, 2)) / peak
    assert size.min() > 0.45 and size.max() < 1.01 and (extra.amax((1, 2)) < 1e-5).any()
    row = extra[0, hit[0]][0]
    at = int(row.abs().argmax())
    assert not row[:at].any()
    if at + 10 < 1000:
        torch.testing.assert_close(row[at + 10] / row[at], torch.tensor(1 / torch.e), atol=1e-3, rtol=0)


def test_an_offset_stays(waves, draw) -> None:
    peak, extra = added(waves, draw, Offset(height=(0.2, 0.4)))
    for k in range(50):
        (row,) = extra[k][extra[k].abs().amax(1) > 1e-6]
        at = int((row.abs() > 1e-6).int().argmax())
        torch.testing.assert_close(row[at:], row[-1].expand(1000 - at), atol=1e-4, rtol=0)
        assert 0.19 < float(row[-1].abs() / peak[k]) < 0.41


def test_only_live_components_are_hit(waves, draw) -> None:
    one = waves(events=40, noise=0)
    one.data[:, 1:] = 0
    assert not augment(one, [Glitch(), Offset()], draw()).data[:, 1:].any()
