"""Windows whose arrivals can be seen in the data, to check that both move together."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Generator

from onsets.augment import Draw, Waves

INF = math.inf


@pytest.fixture
def waves() -> Callable[..., Waves]:
    """Return a function that makes events and noise: faint noise, spikes at P (Z) and S (N and E)."""

    def make(events: int = 6, noise: int = 2, samples: int = 1000, seed: int = 0) -> Waves:
        generator = Generator().manual_seed(seed)
        batch = events + noise
        data = 0.01 * torch.randn(batch, 3, samples, generator=generator)
        p = torch.randint(200, 300, (batch,), generator=generator).double()
        s = p + torch.randint(50, 100, (batch,), generator=generator)
        for k in range(events):
            data[k, 0, int(p[k])] = 5.0
            data[k, 1:, int(s[k])] = 8.0
        arrivals = torch.stack([p, s], dim=1)[:, None]
        arrivals[events:] = INF
        coda = s + 60
        coda[events:] = 0
        snr = torch.full((batch,), 20.0)
        snr[events:] = math.nan
        return Waves(data, arrivals, torch.full((batch,), samples), coda, snr)

    return make


@pytest.fixture
def draw() -> Callable[..., Draw]:
    """Return a function that makes a Draw from a seed."""

    def make(seed: int = 0, samples: int = 1000, noise: torch.Tensor | None = None) -> Draw:
        return Draw(Generator().manual_seed(seed), samples, 100.0, noise)

    return make


@pytest.fixture
def seen() -> Callable[..., None]:
    """Return a check that spikes stand where the arrivals of an event say."""

    def check(waves: Waves, rows: list[int], tolerance: int = 0, event: int = 0, least: float = 0.4) -> None:
        checked = 0
        for k in rows:
            for column, component in ((0, 0), (1, 1)):
                at = float(waves.arrivals[k, event, column])
                if 0 <= at < waves.samples:
                    lo, hi = round(at) - tolerance, round(at) + tolerance + 1
                    assert waves.data[k, component, max(0, lo) : hi].abs().max() > least, (k, column, at)
                    checked += 1
        assert checked

    return check


@pytest.fixture(autouse=True, scope="package")
def one_thread() -> Iterator[None]:
    """The machine stays free for others."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
