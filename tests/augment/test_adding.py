"""Noise at a wanted ratio, second events, and MSNet's overlay."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from onsets.augment import Noise, Overlay, SecondEvent, augment
from onsets.errors import ConfigError


def added(waves, draw, step, noise=None) -> tuple[torch.Tensor, torch.Tensor]:
    """Windows before, and what the step added to them."""
    one = waves(events=30, noise=0)
    before = one.data.clone()
    return before, augment(one, [step], draw(noise=noise)).data - before


def rms(x: torch.Tensor, axes: tuple[int, ...] = (1, 2)) -> torch.Tensor:
    return x.square().mean(dim=axes).sqrt()


@pytest.mark.parametrize("kind", ["white", "coloured", "recorded"])
def test_noise_has_the_wanted_ratio(waves, draw, kind) -> None:
    recorded = torch.randn(3, 3, 1000) * 1e4
    step = Noise(kind=kind, snr_db=(12.0, 12.0), signal="rms", noise="rms")
    signal, noise = added(waves, draw, step, recorded)
    ratio = 20 * torch.log10(rms(signal) / rms(noise))
    torch.testing.assert_close(ratio, torch.full((30,), 12.0), atol=0.01, rtol=0)
    peaks = added(waves, draw, Noise(kind=kind, snr_db=(-3.0, 20.0)), recorded)
    ratio = 20 * torch.log10(peaks[0].abs().amax((1, 2)) / peaks[1].abs().amax((1, 2)))
    assert ratio.min() >= -3.01 and ratio.max() <= 20.01 and ratio.std() > 2


def test_eqtransformer_s_noise_is_a_share_of_each_channel_s_peak(waves, draw) -> None:
    step = Noise(share=(0.01, 0.15), noise="rms", per="component")
    signal, noise = added(waves, draw, step)
    share = rms(noise, (2,)) / signal.abs().amax(dim=2)
    assert share.min() >= 0.0099 and share.max() <= 0.1501 and (share[:, 0] != share[:, 1]).all()


def test_yu_s_noise_of_variance_up_to_a_fifth(waves, draw) -> None:
    step = Noise(share=(0.0, math.sqrt(0.2)), signal="rms", noise="rms")
    signal, noise = added(waves, draw, step)
    assert ((rms(noise) / rms(signal)) ** 2).max() <= 0.2001


@pytest.mark.parametrize("slope", [0.0, 2.0])
def test_coloured_noise_has_the_wanted_spectrum(waves, draw, slope) -> None:
    _, noise = added(waves, draw, Noise(kind="coloured", snr_db=(0.0, 0.0), slope=(slope, slope)))
    power = np.abs(np.fft.rfft(noise.numpy().reshape(-1, 1000))) ** 2
    f = np.arange(5, 400)
    fitted = np.polyfit(np.log(f), np.log(power.mean(axis=0)[f]), 1)[0]
    assert fitted == pytest.approx(-slope, abs=0.1)


def test_components_that_were_not_recorded_get_no_noise(waves, draw) -> None:
    one = waves()
    one.data[0, 1:] = 0
    out = augment(one, [Noise(snr_db=(0.0, 0.0))], draw())
    assert not out.data[0, 1:].any() and out.data[0, 0].all()


def test_recorded_noise_must_be_there(waves, draw) -> None:
    with pytest.raises(ConfigError, match="recorded noise"):
        augment(waves(), [Noise(kind="recorded", snr_db=(0.0, 1.0))], draw())


def test_the_second_event_is_the_first_once_more_after_its_coda(waves, draw, seen) -> None:
    one = waves(events=60)
    coda = one.coda.clone()
    out = augment(one, [SecondEvent()], draw())
    assert out.arrivals.shape == (62, 2, 2)
    first, second = out.arrivals[:60, 0], out.arrivals[:60, 1]
    assert (second[:, 0] >= coda[:60]).all() and (second[:, 1] < 1000 - 20).all()
    torch.testing.assert_close(second[:, 1] - second[:, 0], first[:, 1] - first[:, 0])
    seen(out, list(range(60)), event=1)  # 5/9 at least
    heights = {round(5 / float(out.data[k, 0, int(second[k, 0])])) for k in range(60)}
    assert heights <= set(range(1, 10)) and len(heights) > 5
    assert out.arrivals[60:, 1].isinf().all()


def test_without_room_or_without_s_there_is_no_second_event(waves, draw) -> None:
    one = waves(events=2, noise=0)
    one.arrivals[0, 0, 1] = math.nan
    one.coda[1] = 930
    before = one.data.clone()
    out = augment(one, [SecondEvent()], draw())
    assert torch.equal(out.data, before) and out.arrivals[:, 1].isinf().all()


def test_another_event_of_the_batch(waves, draw, seen) -> None:
    one = waves(events=40, noise=10)
    peak = one.data.abs().amax((1, 2))
    before = one.data.clone()
    out = augment(one, [SecondEvent(source="other", snr_db=(6.0, 6.0))], draw())
    with_event = out.arrivals[:, 1, 0].isfinite()
    assert 30 <= int(with_event.sum()) <= 40
    extra = (out.data - before).abs().amax((1, 2))
    torch.testing.assert_close(
        extra[with_event] / peak[with_event], torch.full((int(with_event.sum()),), 0.5012), atol=1e-3, rtol=0
    )
    assert not extra[~with_event].any()
    seen(out, with_event[:40].nonzero().flatten().tolist(), event=1, least=1.5)


def test_events_that_are_too_near_are_not_added(waves, draw) -> None:
    out = augment(waves(events=40, noise=0), [SecondEvent(source="other", apart_s=0.5)], draw())
    apart = (out.arrivals[:, 1, 0] - out.arrivals[:, 0, 0]).abs()
    assert ((apart >= 50) | apart.isinf()).all() and apart.isinf().any() and apart.isfinite().any()


def test_the_overlay_adds_the_shifted_record_with_its_labels(waves, draw, seen) -> None:
    out = augment(waves(events=60), [Overlay(longest=0.4)], draw())
    shift = out.arrivals[:60, 1] - out.arrivals[:60, 0]
    torch.testing.assert_close(shift[:, 0], shift[:, 1])
    assert shift.abs().max() <= 400 and shift.min() < -200 and shift.max() > 200
    seen(out, list(range(60)), event=0, least=4)
    seen(out, list(range(60)), event=1, least=4)


def test_what_the_overlay_continues_is_smooth_and_holds_no_arrival(waves, draw) -> None:
    one = waves(events=20, noise=0)
    one.data[:] = one.data.sign() * one.data.abs().clamp(max=10)
    out = augment(one, [Overlay(longest=0.9)], draw())
    spikes = (out.data[:, 0] > 4).sum(dim=1)
    inside = ((out.arrivals[:, :, 0] >= 0) & (out.arrivals[:, :, 0] < 1000)).sum(dim=1)
    assert torch.equal(spikes, inside)  # none without a label
