"""Records that windows are drawn from: a dataset on disk, or arrays held in memory."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from onsets.augment import Waves
from onsets.augment.waves import slices
from onsets.datasets import Dataset
from onsets.errors import CatalogueError, WaveformError
from onsets.spec import Spec
from onsets.types import Float32, Problem, Record, Sample
from onsets.waveforms import bandpass

__all__ = ["Pool", "pool_of_dataset", "pool_of_samples"]

Float64 = npt.NDArray[np.float64]
CHUNK = 16
SNR_S = 5.0
"""Length of the windows before and after the first arrival whose ratio is the SNR where none is given."""


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Records with what is known about them, at the rate of a Spec.

    Attributes
    ----------
    spec : Spec
    dataset : Dataset or None
        Where the waveforms are read from,
    held : tuple of ndarray or None
        or the waveforms, each of shape (3, samples), without their mean and filtered.
    arrivals : ndarray of float64, shape (n, 2)
        P and S, samples; NaN without label (both of an unlabelled record), infinite for noise.
    samples : ndarray of int64, shape (n,)
    coda : ndarray of float64, shape (n,)
        Where the coda ends, samples; 0 for noise.
    snr_db : ndarray of float32, shape (n,)
        The least of the components, NaN if unknown.
    sets : ndarray of str, shape (n,)
        Name of the dataset of each record.
    problems : tuple of Problem
        Records that cannot be trained on, with the reason.
    lost : dict of str to Problem
        Records that could not be read when they were wanted; grows while a training runs.
    """

    spec: Spec
    dataset: Dataset | None
    held: tuple[Float32, ...] | None
    arrivals: Float64
    samples: npt.NDArray[np.int64]
    coda: Float64
    snr_db: npt.NDArray[np.float32]
    sets: npt.NDArray[np.str_]
    problems: tuple[Problem, ...] = ()
    lost: dict[str, Problem] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)  # stores keep open files in turn

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def is_noise(self) -> npt.NDArray[np.bool_]:
        """Which records hold no arrival, shape (n,)."""
        return np.asarray(np.isinf(self.arrivals).all(axis=1))

    def select(self, index: npt.NDArray[np.int64]) -> Pool:
        """Return some of the records."""
        return dataclasses.replace(
            self,
            dataset=None if self.dataset is None else self.dataset.select(index),
            held=None if self.held is None else tuple(self.held[i] for i in index.tolist()),
            arrivals=self.arrivals[index],
            samples=self.samples[index],
            coda=self.coda[index],
            snr_db=self.snr_db[index],
            sets=self.sets[index],
        )

    def join(self, other: Pool) -> Pool:
        """Return both, which must be held in memory."""
        if self.held is None or other.held is None:
            raise CatalogueError("records on disk and in memory cannot be mixed; set data.hold = true")
        both = (self, other)
        return dataclasses.replace(
            self,
            held=(*self.held, *other.held),
            arrivals=np.concatenate([pool.arrivals for pool in both]),
            samples=np.concatenate([pool.samples for pool in both]),
            coda=np.concatenate([pool.coda for pool in both]),
            snr_db=np.concatenate([pool.snr_db for pool in both]),
            sets=np.concatenate([pool.sets for pool in both]),
        )

    def waves(self, index: npt.NDArray[np.int64]) -> Waves:
        """Read records whole, each component without its mean, padded with zeros to the longest.

        Parameters
        ----------
        index : ndarray of int64, shape (batch,)

        Returns
        -------
        Waves
            Filtered if the Spec wants a band-pass; exact zeros stay zeros. A record that cannot be read
            is zeros with arrivals that nobody knows, so that its labels do not count; it is kept in
            ``lost``.
        """
        data = torch.zeros(len(index), 3, int(self.samples[index].max()))
        arrivals = self.arrivals[index]
        for first in range(0, len(index), CHUNK):  # few at once stay in the cache
            part = data[first : first + CHUNK]
            with self._lock:
                unread = self._read(index[first : first + CHUNK], part.numpy())
            arrivals[[first + k for k in unread]] = np.nan
            if self.held is None:
                _prepare(part, self.spec)
        waves = Waves(
            data,
            torch.from_numpy(arrivals)[:, None],
            torch.from_numpy(self.samples[index]),
            torch.from_numpy(self.coda[index]),
            torch.from_numpy(self.snr_db[index]),
        )
        unknown = waves.snr_db.isnan() & waves.has_event
        if bool(unknown.any()):
            waves.snr_db[unknown] = _snr_db(waves.take(unknown.nonzero().flatten()), self.spec.rate_hz)
        return waves

    def _read(self, index: npt.NDArray[np.int64], out: Float32) -> list[int]:
        """Read records into an array of zeros and return which could not be."""
        if self.held is not None:
            for row, i in zip(out, index.tolist(), strict=True):
                row[:, : self.samples[i]] = self.held[i]
            return []
        dataset: Dataset = self.dataset  # type: ignore[assignment]
        same = (dataset.rows["rate_hz"][index] == self.spec.rate_hz).all()
        try:
            if same:
                dataset.read_block(index, out)
            else:
                for row, sample in zip(out, dataset.read(index, rate_hz=self.spec.rate_hz), strict=True):
                    width = min(row.shape[1], sample.data.shape[1])
                    row[:, :width] = sample.data[:, :width]
        except WaveformError as error:
            out[:] = 0
            if len(index) > 1:
                return [k for k in range(len(index)) if self._read(index[k : k + 1], out[k : k + 1])]
            name = f"{dataset.rows['dataset'][index[0]]}/{dataset.rows['name'][index[0]]}"
            self.lost[name] = _problem(dataset, int(index[0]), f"not trained on: {error}")
            return [0]
        return []


def pool_of_dataset(dataset: Dataset, spec: Spec, *, hold: bool, unlabelled: bool = False) -> Pool:
    """Take the records of a dataset that can be trained on; the others become problems.

    Parameters
    ----------
    dataset : Dataset
    spec : Spec
        Arrivals are given at its rate.
    hold : bool
        Read all waveforms now.
    unlabelled : bool
        Take records that are neither noise nor have a label in them, too.

    Raises
    ------
    CatalogueError
        If no record is left.

    Notes
    -----
    Left out: S not after P, and unlabelled records unless they are wanted. A label outside its record is
    taken away. Where the end of the coda is not known it is put at S + 3 (S - P), or 20 s after the only
    arrival; at the end of a record without any.
    """
    rows = dataset.rows
    scale = spec.rate_hz / rows["rate_hz"]
    samples = np.round(rows["samples"] * scale).astype(np.int64)
    arrivals = np.array(dataset.arrivals * scale[:, None])
    outside = ~((arrivals >= 0) & (arrivals < samples[:, None]))
    arrivals[outside] = np.nan
    noise = rows["category"] == "noise"
    bare = np.zeros_like(noise) if unlabelled else np.isnan(arrivals).all(axis=1) & ~noise
    order = arrivals[:, 1] <= arrivals[:, 0]
    problems = [
        _problem(dataset, i, reason)
        for mask, reason in ((bare, "left out: neither noise nor labelled"), (order, "left out: S before P"))
        for i in np.flatnonzero(mask).tolist()
    ]
    arrivals[noise] = np.inf
    coda = np.where(np.isnan(rows["coda_end_sample"]), _coda(arrivals, spec), rows["coda_end_sample"] * scale)
    lowest, mean = rows["lowest_snr_db"], rows["snr_db"]
    keep = np.flatnonzero(~(bare | order) & (samples > 0))
    if not len(keep):
        raise CatalogueError(f"none of {len(rows['name'])} records can be trained on; {problems[:1]}")
    held: list[Float32] = []
    if hold:
        keep, lost = _hold(dataset, keep, spec, held)
        problems += lost
    dataset = dataset.select(keep)
    return Pool(
        spec,
        None if hold else dataset,
        tuple(held) if hold else None,
        arrivals[keep],
        np.array([data.shape[1] for data in held]) if hold else samples[keep],
        np.where(noise, 0.0, np.clip(np.where(np.isnan(coda), samples, coda), 0, samples))[keep],
        np.where(np.isnan(lowest), mean, lowest).astype(np.float32)[keep],
        rows["dataset"][keep],
        (*dataset.problems, *problems),
    )


def pool_of_samples(samples: Sequence[Sample], spec: Spec, *, shortest: int = 0) -> Pool:
    """Take records that are in memory; one without arrivals is noise.

    Parameters
    ----------
    samples : sequence of Sample
        At the rate of the Spec.
    spec : Spec
    shortest : int
        Records shorter than this are continued by their mirror image.

    Raises
    ------
    CatalogueError
        If there is none, or one has another rate.
    """
    if not samples or any(sample.rate_hz != spec.rate_hz for sample in samples):
        rates = sorted({sample.rate_hz for sample in samples})
        raise CatalogueError(
            f"{len(samples)} records with rates {rates} Hz, expected some at {spec.rate_hz:g} Hz"
        )
    own = [_prepared(sample.data, spec) for sample in samples]
    data = [np.pad(x, ((0, 0), (0, max(0, shortest - x.shape[1]))), "symmetric") for x in own]
    pairs = [[s.arrivals.get(phase, np.nan if s.arrivals else np.inf) for phase in "PS"] for s in samples]
    arrivals, count = np.array(pairs, dtype=np.float64), np.array([d.shape[1] for d in data])
    return Pool(
        spec,
        None,
        tuple(data),
        arrivals,
        count,
        np.where(np.isinf(arrivals).all(axis=1), 0.0, np.minimum(_coda(arrivals, spec), count)),
        np.full(len(data), np.nan, dtype=np.float32),
        np.array([s.dataset for s in samples]),
    )


def _prepared(data: Float32, spec: Spec) -> Float32:
    """Return a record without its mean, filtered if the Spec wants it."""
    copy = torch.from_numpy(np.array(data, dtype=np.float32))
    _prepare(copy[None], spec)
    return copy.numpy()


def _prepare(data: Tensor, spec: Spec) -> None:
    """Take the mean of what was recorded away and filter as in picking, in place; zeros stay zeros.

    Where a few zeros lie between other samples they are samples of a filtered record too.
    """
    whole = bool(data.abs().amin() > 0)
    if whole:
        data -= data.mean(dim=2, keepdim=True)
        live = torch.ones((), dtype=torch.bool).expand(data.shape)
    else:
        live = data != 0
        data -= live * (data.sum(dim=2, keepdim=True) / live.sum(dim=2, keepdim=True).clamp_min(1))
    if spec.bandpass_hz is not None:
        recorded = live if whole else functional.max_pool1d(live.float(), 9, 1, padding=4) > 0
        for row, valid in zip(data, recorded, strict=True):
            record = Record("", "", row.numpy(), valid.numpy(), 0, spec.rate_hz)
            row.copy_(torch.from_numpy(bandpass(record, *spec.bandpass_hz).data))


def _hold(
    dataset: Dataset, index: npt.NDArray[np.int64], spec: Spec, held: list[Float32]
) -> tuple[npt.NDArray[np.int64], list[Problem]]:
    """Read records into a list and return which could be, and why others could not."""
    good, problems = [], []
    for i in index.tolist():
        try:
            held.append(_prepared(dataset.read([i], rate_hz=spec.rate_hz)[0].data, spec))
            good.append(i)
        except WaveformError as error:
            problems.append(_problem(dataset, i, f"left out: {error}"))
    if not good:
        raise CatalogueError(f"none of {len(index)} records can be read; {problems[:1]}")
    return np.array(good, dtype=np.int64), problems


def _problem(dataset: Dataset, i: int, reason: str) -> Problem:
    rows = dataset.rows
    return Problem(f"{rows['dataset'][i]}/{rows['name'][i]}", reason, str(rows["station_id"][i]), fatal=True)


def _coda(arrivals: Float64, spec: Spec) -> Float64:
    """Guess where codas end."""
    p, s = arrivals.T
    with np.errstate(invalid="ignore"):
        both = s + 3 * (s - p)
    return np.asarray(np.where(np.isnan(both), np.fmax(p, s) + 20 * spec.rate_hz, both))


def _snr_db(waves: Waves, rate_hz: float) -> Tensor:
    """Return 20 log10 of the RMS of the 5 s from the first arrival over that of the 5 s before it.

    The least of the live components; NaN where the record does not hold both.
    """
    n = round(SNR_S * rate_hz)
    first = waves.arrivals[:, 0].nan_to_num(torch.inf, torch.inf, torch.inf).amin(dim=1)
    start = first.clamp(0, waves.samples).long()
    before, after = (slices(waves.data, at, n).square().mean(dim=2) for at in (start - n, start))
    live = waves.data.abs().amax(dim=2) > 0
    ratio = 10 * torch.log10(after.clamp_min(1e-30) / before.clamp_min(1e-30))
    whole = (start >= n) & (start + n <= waves.length)
    return torch.where(whole, torch.where(live, ratio, torch.inf).amin(dim=1), torch.nan)
