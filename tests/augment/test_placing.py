"""Cut, shift and rate jitter: arrivals move with the waveform."""

from __future__ import annotations

import math

import pytest
import torch

from onsets.augment import Cut, RateJitter, Shift, augment
from onsets.errors import ConfigError


@pytest.mark.parametrize("anchor", ["first", "P", "S", "any"])
@pytest.mark.parametrize("jitter", [1.0, 1.5])
def test_a_cut_puts_its_anchor_where_it_says(waves, draw, seen, anchor, jitter) -> None:
    out = augment(waves(events=50), [Cut(anchor=anchor, place=(0.2, 0.4), jitter=jitter)], draw(samples=400))
    assert out.data.shape[2] == 400 and out.length.eq(400).all()
    pair = out.arrivals[:50, 0]
    placed = {"first": pair[:, 0], "P": pair[:, 0], "S": pair[:, 1]}.get(anchor)
    if placed is None:
        inside = (pair >= 80) & (pair <= 160)
        assert inside.any(dim=1).all() and inside[:, 0].any() and inside[:, 1].any()
    else:
        assert placed.min() >= 79 and placed.max() <= 161
    seen(out, list(range(50)), tolerance=1, least=0.4 if jitter > 1 else 4)


def test_a_cut_that_reaches_beyond_reads_zeros(waves, draw) -> None:
    one = waves(events=1, noise=0)
    out = augment(one, [Cut(anchor="P", place=(0.9, 0.9))], draw(samples=1000))
    lead = round(900 - float(one.arrivals[0, 0, 0]))
    assert not out.data[0, :, :lead].any() and out.data[0, :, lead:].all()


def test_a_record_without_the_anchor_takes_its_first_and_noise_is_cut_anywhere(waves, draw) -> None:
    one = waves(events=1, noise=200)
    one.arrivals[0, 0, 1] = math.nan
    marks = torch.arange(1000.0).expand(201, 3, 1000) + 1
    one = type(one)(marks.clone(), one.arrivals, one.length, one.coda, one.snr_db)
    out = augment(one, [Cut(anchor="S", place=(0.5, 0.5))], draw(samples=400))
    assert out.arrivals[0, 0, 0] == pytest.approx(200, abs=1)
    starts = out.data[1:, 0, 0] - 1
    assert starts.min() >= 0 and starts.max() <= 600 and starts.std() > 100


def test_the_start_of_a_record(waves, draw) -> None:
    one = waves()
    before = one.data.clone()
    out = augment(one, [Cut(anchor="start", place=(0.0, 0.0))], draw(samples=600))
    assert torch.equal(out.data, before[:, :, :600])


def test_a_shift_moves_later_and_keeps_the_coda(waves, draw, seen) -> None:
    one = waves(events=100)
    p, before = one.arrivals[:, 0, 0].clone(), one.data.clone()
    out = augment(one, [Shift()], draw())
    moved = out.arrivals[:100, 0, 0] - p[:100]
    assert moved.min() >= 1 and out.coda[:100].max() <= 1000
    seen(out, list(range(100)), least=4)
    torch.testing.assert_close(out.data.abs().sum(2), before.abs().sum(2))  # nothing is lost


def test_an_event_whose_coda_fills_the_window_is_not_shifted(waves, draw) -> None:
    one = waves(noise=0)
    full = type(one)(one.data, one.arrivals, one.length, torch.full_like(one.coda, 1000.0), one.snr_db)
    before = full.data.clone()
    assert torch.equal(augment(full, [Shift()], draw()).data, before)


def test_rate_jitter_stretches_about_the_middle(waves, draw, seen) -> None:
    one = waves(events=40, noise=0)
    before = one.arrivals.clone()
    out = augment(one, [RateJitter(factor=1.3)], draw())
    speed = (before - 499.5) / (out.arrivals - 499.5)
    assert speed.min() >= 1 / 1.3 - 1e-6 and speed.max() <= 1.3 + 1e-6
    torch.testing.assert_close(speed[:, 0, 0], speed[:, 0, 1])
    seen(out, list(range(40)), tolerance=1)


def test_windows_before_the_anchor_are_noise(waves, draw) -> None:
    one = waves(events=300, noise=0)
    out = augment(one, [Cut(before=0.25)], draw(samples=100))
    pair = out.arrivals[:, 0]
    quiet = (pair[:, 0] >= 100) & (pair[:, 0] <= 300)
    assert quiet.float().mean() == pytest.approx(0.25, abs=0.08)
    assert (out.data[quiet].abs() < 1).all() and (out.data[quiet] != 0).all()


@pytest.mark.parametrize("speeds", [(0.25, 0.25), (0.5, 2.0), (3.0, 3.0)])
def test_a_cut_at_other_speeds_moves_arrivals_with_the_waveform(waves, draw, seen, speeds) -> None:
    out = augment(waves(events=50), [Cut(place=(0.2, 0.4), speeds=speeds)], draw(samples=400))
    assert out.data.shape[2] == 400
    assert out.arrivals[:50, 0, 0].min() >= 79 and out.arrivals[:50, 0, 0].max() <= 161
    seen(out, list(range(50)), tolerance=4, least=0.3)


def test_speeds_follow_a_sine(waves, draw) -> None:
    one = waves(events=1, noise=0)
    t = torch.arange(4000.0)
    one = type(one)(
        torch.sin(2 * math.pi * t / 40).expand(1, 3, 4000) + 3, one.arrivals, one.length, one.coda, one.snr_db
    )
    for speed in (0.3, 1.0, 1.9):
        out = augment(one, [Cut(anchor="start", place=(0, 0), speeds=(speed, speed))], draw(samples=600))
        want = torch.sin(2 * math.pi * torch.arange(600.0) * speed / 40) + 3
        error = (out.data[0, 0] - want).abs()[40:]  # what lies before the record is smoothed in
        assert float(error.max()) < (3e-3 if speed <= 1 else 0.02)


def test_what_would_be_folded_is_smoothed_away(waves, draw) -> None:
    one = waves(events=1, noise=0)
    quick = torch.cos(math.pi * torch.arange(4000.0) * 0.9)  # 0.45 of the rate, folded at half speed
    one = type(one)(quick.expand(1, 3, 4000).clone(), one.arrivals, one.length, one.coda, one.snr_db)
    out = augment(one, [Cut(anchor="start", place=(0, 0), speeds=(2.0, 2.0))], draw(samples=600))
    assert float(out.data[0, 0, 50:-50].abs().max()) < 0.02


@pytest.mark.parametrize(
    "options", [{"speeds": (0.0, 1.0)}, {"speeds": (2.0, 1.0)}, {"speeds": (1, 2), "jitter": 2}]
)
def test_impossible_speeds_are_refused(options) -> None:
    with pytest.raises(ConfigError, match=r"speeds|jitter"):
        Cut(**options)
