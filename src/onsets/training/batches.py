"""Batches, each a function of its number alone: so they do not depend on who prepares them, or when."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Generator, Tensor

from onsets.augment import Cut, Draw, Noise, Step, Waves, augment
from onsets.errors import CatalogueError
from onsets.labels import Labels, Targets, make_targets
from onsets.spec import Spec
from onsets.training.feed import feed
from onsets.training.pool import Pool

__all__ = ["Batch", "Batches", "Sampling", "seed_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one update sees.

    Attributes
    ----------
    inputs : Tensor of float32, shape (batch, components, samples)
        As the network wants them.
    targets : Targets
    arrivals : Tensor of float64, shape (batch, events, 2)
        P and S, samples, as :func:`onsets.labels.make_targets` takes them.
    windows : Tensor of float32, shape (batch, 3, samples)
        Rows Z N E, not normalised.
    """

    inputs: Tensor
    targets: Targets
    arrivals: Tensor
    windows: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Which records come into which batch.

    Attributes
    ----------
    batch : int
        Windows a batch.
    twice : bool
        Each record in both halves of its batch.
    noise_share : float or None
        Chance of a window to hold only noise; None: noise as it comes.
    weights : dict
        Dataset -> relative chance.
    seed : int
    rank, world : int
        This process, and how many share the records of an epoch.
    """

    batch: int = 32
    twice: bool = False
    noise_share: float | None = None
    weights: dict[str, float] | None = None
    seed: int = 0
    rank: int = 0
    world: int = 1


def seed_of(*words: object) -> int:
    """Return a seed below 2^63 that any change of the words changes."""
    digest = hashlib.blake2b("/".join(map(str, words)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


class Batches:
    """Augmented, labelled, normalised batches of a pool.

    Parameters
    ----------
    pool : Pool
        At least one record.
    noise : Pool or None
        Noise to add, and to fill windows with where ``noise_share`` asks for it.
    steps : sequence of Step
    labels : Labels
    sampling : Sampling
    name : str
        Tells the chance of one part from that of another.
    device : device
        Where windows are augmented.

    Raises
    ------
    CatalogueError
        If there is nothing to draw, or noise is wanted and there is none.
    ConfigError
        If the labels do not fit the Spec.

    Notes
    -----
    An epoch is a random order of all records, of which the processes take turns. With weights or a
    share of noise each record is drawn by chance instead. Batch ``k`` of process ``r`` takes its
    numbers from a generator seeded by (seed, name, k, r).
    """

    def __init__(
        self,
        pool: Pool,
        noise: Pool | None,
        steps: Sequence[Step],
        labels: Labels,
        sampling: Sampling,
        *,
        name: str = "train",
        device: torch.device | str = "cpu",
    ) -> None:
        self.pool, self.noise, self.steps, self.labels = pool, noise, tuple(steps), labels
        self.sampling, self.name, self.device = sampling, name, torch.device(device)
        self.spec: Spec = pool.spec
        self.wants_noise = any(isinstance(step, Noise) and step.kind == "recorded" for step in steps)
        self.by_chance = sampling.noise_share is not None or bool(sampling.weights)
        if (self.wants_noise or sampling.noise_share) and noise is None:
            raise CatalogueError(
                "recorded noise is wanted, but the training part holds none; data.noise_windows"
            )
        make_targets(torch.full((1, 1, 2), torch.inf), self.spec, labels)  # do they fit?
        named = np.array([(sampling.weights or {}).get(name, 1.0) for name in pool.sets.tolist()])
        weight = named * ~pool.is_noise if sampling.noise_share is not None else named
        if not len(pool) or weight.sum() == 0:
            raise CatalogueError(f"part {name!r} holds no record that can be drawn")
        self._chance = weight / weight.sum()
        self._order: tuple[int, npt.NDArray[np.int64]] = (-1, np.zeros(0, np.int64))

    @property
    def records(self) -> int:
        """Different records in a batch of this process."""
        return self.sampling.batch // (2 if self.sampling.twice else 1)

    @property
    def epoch_steps(self) -> int:
        """Batches that see each record about once, at least 1."""
        return max(1, len(self.pool) // (self.records * self.sampling.world))

    def batch(self, number: int) -> Batch:
        """Make the batch of a number; the same every time.

        Parameters
        ----------
        number : int
            From 0 over all epochs.
        """
        s = self.sampling
        seed = seed_of(s.seed, self.name, number, s.rank)
        chance = np.random.default_rng(seed)
        waves = self._records(number, chance)
        draw = Draw(
            Generator().manual_seed(seed),
            self.spec.samples,
            self.spec.rate_hz,
            self._stretches(chance).to(self.device) if self.wants_noise else None,
        )
        if s.twice:
            waves = waves.take(torch.arange(len(waves)).repeat(2))
        waves = augment(waves.to(self.device), self.steps, draw)
        targets = make_targets(waves.arrivals, self.spec, self.labels)
        return Batch(feed(waves.data, self.spec), targets, waves.arrivals, waves.data)

    def stream(self, first: int, last: int, workers: int = 1) -> Iterator[Batch]:
        """Yield the batches from one number to before another, prepared ahead by threads."""
        with ThreadPoolExecutor(workers, thread_name_prefix="onsets-batches") as threads:
            ahead: deque[Future[Batch]] = deque()
            try:
                for number in range(first, last):
                    ahead.append(threads.submit(self.batch, number))
                    if len(ahead) > 2 * workers:
                        yield ahead.popleft().result()
                while ahead:
                    yield ahead.popleft().result()
            finally:
                for future in ahead:
                    future.cancel()

    def _records(self, number: int, chance: np.random.Generator) -> Waves:
        s = self.sampling
        if not self.by_chance:
            return self.pool.waves(self._from_order(number))
        index = chance.choice(len(self.pool), size=self.records, p=self._chance)
        quiet = chance.random(self.records) < (s.noise_share or 0.0)
        waves = self.pool.waves(index)
        if self.noise is None or not quiet.any():
            return waves
        rows = np.flatnonzero(quiet)
        other = self.noise.waves(chance.integers(len(self.noise), size=len(rows)))
        return _replaced(waves, other, torch.from_numpy(rows))

    def _from_order(self, number: int) -> npt.NDArray[np.int64]:
        """Return this process's turn in the epoch's order, going round where it ends."""
        s = self.sampling
        epoch, place = divmod(number, self.epoch_steps)
        made, order = self._order
        if made != epoch:
            order = np.random.default_rng(seed_of(s.seed, self.name, "order", epoch)).permutation(
                len(self.pool)
            )
            self._order = (epoch, order)
        first = (place * s.world + s.rank) * self.records
        return order[np.arange(first, first + self.records) % len(order)]

    def _stretches(self, chance: np.random.Generator) -> Tensor:
        """Return windows of recorded noise, a quarter as many as windows."""
        if self.noise is None:
            raise CatalogueError("there is no recorded noise")
        count = max(1, self.sampling.batch // 4)
        waves = self.noise.waves(chance.integers(len(self.noise), size=count))
        draw = Draw(Generator().manual_seed(seed_of(*chance.integers(2**62, size=2))), self.spec.samples)
        return Cut().change(waves, draw).data


def _replaced(waves: Waves, part: Waves, rows: Tensor) -> Waves:
    """Put records in the place of others, padding the shorter with zeros."""
    length = max(waves.samples, part.samples)
    grown = [
        Waves(
            torch.nn.functional.pad(each.data, (0, length - each.samples)),
            each.arrivals,
            each.length,
            each.coda,
            each.snr_db,
        )
        for each in (waves, part)
    ]
    return grown[0].put(rows, grown[1])
