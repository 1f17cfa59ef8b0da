"""Amplitude, polarity, rotation."""

from __future__ import annotations

import pytest
import torch

from onsets.augment import Polarity, Rotate, Scale, augment


def test_scales_are_even_in_db_and_one_a_window(waves, draw) -> None:
    one = waves(events=200, noise=0)
    before = one.data.clone()
    out = augment(one, [Scale(level_db=(-20, 20))], draw())
    db = 20 * torch.log10(out.data.abs().amax(2) / before.abs().amax(2))
    torch.testing.assert_close(db[:, 0], db[:, 2], atol=1e-3, rtol=0)
    assert db.min() >= -20.01 and db.max() <= 20.01 and db.std() == pytest.approx(40 / 12**0.5, rel=0.15)
    each = augment(waves(events=200, noise=0), [Scale(per="component")], draw())
    ratio = each.data.abs().amax(2) / before.abs().amax(2)
    assert (ratio[:, 0] != ratio[:, 1]).any()


def test_polarity_turns_all_components(waves, draw) -> None:
    before = waves().data
    torch.testing.assert_close(augment(waves(), [Polarity()], draw()).data, -before)


def test_a_sensor_turned_east_sees_north_as_minus_its_second(waves, draw) -> None:
    one = waves()
    z, n, e = one.data.clone().unbind(1)
    out = augment(one, [Rotate(angle_deg=(90, 90))], draw())
    torch.testing.assert_close(out.data, torch.stack([z, e, -n], dim=1), atol=1e-5, rtol=0)


def test_rotation_keeps_the_horizontal_energy(waves, draw) -> None:
    before = waves().data
    out = augment(waves(), [Rotate()], draw()).data
    torch.testing.assert_close(
        out[:, 1:].square().sum(1), before[:, 1:].square().sum(1), rtol=1e-4, atol=1e-6
    )
    assert not torch.allclose(out[:, 1], before[:, 1])
