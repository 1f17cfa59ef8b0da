"""From a recipe's table ``data`` to the pools that windows are drawn from."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onsets.datasets import (
    Dataset,
    check_parts,
    chosen,
    join,
    open_dataset,
    read_noise_windows,
    read_parts,
    split_dataset,
)
from onsets.errors import CatalogueError, ConfigError
from onsets.spec import Spec
from onsets.training.options import Data
from onsets.training.pool import Pool, pool_of_dataset, pool_of_samples
from onsets.types import Problem

__all__ = ["Pools", "open_pools"]


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """What a training draws from.

    Attributes
    ----------
    dataset : Dataset
        All records with their parts.
    train, dev : Pool
    generalisation : Pool or None
        Of another domain.
    noise : Pool or None
        Noise of the training part.
    """

    dataset: Dataset
    train: Pool
    dev: Pool
    generalisation: Pool | None
    noise: Pool | None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All records that are not trained on, with the reason."""
        pools = [pool for pool in (self.train, self.dev, self.generalisation) if pool is not None]
        # each pool repeats what its dataset said
        said = [problem for pool in pools for problem in (*pool.problems, *pool.lost.values())]
        return tuple(dict.fromkeys(said))


def open_pools(data: Data, spec: Spec, *, unlabelled: bool = False) -> Pools:
    """Open the datasets of a recipe, split them, and check that nothing leaks.

    Parameters
    ----------
    data : Data
    spec : Spec
    unlabelled : bool
        Train on records without labels, too.

    Raises
    ------
    ConfigError
        If a dataset or table is not there or an option cannot be used.
    CatalogueError
        If a part is empty, an event stands in two parts, or nothing can be trained on.
    """
    whole = join([_open(data, name) for name in data.sets])
    for name, limits in data.filters.items():
        whole = chosen(whole, name, **{key: _pair(value) for key, value in limits.items()})
    if data.parts:
        whole = read_parts(whole, Path(data.root).expanduser() / data.parts)
    elif data.shares:
        whole = split_dataset(whole, data.shares, data.by, data.split_seed)
    else:
        check_parts(whole)
    train = pool_of_dataset(whole.part("train"), spec, hold=data.hold, unlabelled=unlabelled)
    noise = _noise(data, whole, spec) if data.noise_windows else train.select(np.flatnonzero(train.is_noise))
    other = join([_open(data, name) for name in data.generalisation]) if data.generalisation else None
    for key, named in (("rate_as", data.rate_as), ("label_shift_s", data.label_shift_s)):
        if strange := set(named) - set(data.sets):
            raise ConfigError(f"data.{key} names {sorted(strange)[0]!r}, which is none of the datasets")
    unknown = set(data.weights) - set(whole.rows["dataset"].tolist())
    if unknown:
        raise ConfigError(f"data.weights names {sorted(unknown)[0]!r}, which is none of the datasets")
    return Pools(
        whole,
        train,
        pool_of_dataset(whole.part("dev"), spec, hold=data.hold),
        None if other is None else pool_of_dataset(other, spec, hold=data.hold),
        noise if len(noise) else None,
    )


def _pair(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _open(data: Data, name: str) -> Dataset:
    folder = Path(data.root).expanduser() / name
    dataset = open_dataset(folder)
    if name in data.label_shift_s:
        late = data.label_shift_s[name] * dataset.rows["rate_hz"]
        dataset = dataset.assign(**{key: dataset.rows[key] + late for key in ("p_sample", "s_sample")})
    if name in data.rate_as:
        dataset = dataset.assign(rate_hz=np.full(len(dataset), data.rate_as[name]))
    table = folder / "metadata.csv"
    return _timed(dataset, table, data.name_time) if data.name_time and table.is_file() else dataset


def _timed(dataset: Dataset, table: Path, column: str) -> Dataset:
    """Give records without a time that of their first arrival, less what comes before it."""
    with open(table, newline="", encoding="utf-8") as handle:
        texts = {row["trace_name"]: row.get(column) or "" for row in csv.DictReader(handle)}
    start = dataset.rows["start_ns"].copy()
    lead = np.fmin(dataset.rows["p_sample"], dataset.rows["s_sample"]) / dataset.rows["rate_hz"]
    for i, name in enumerate(dataset.rows["name"].tolist()):
        if np.isnat(start[i]) and (text := texts.get(name, "")):
            try:
                moment = np.datetime64(text.removesuffix("Z"), "ns")
            except ValueError as error:
                raise CatalogueError(
                    f"{table}: {name}: {column} is {text[:40]!r}, expected a time"
                ) from error
            start[i] = moment - np.timedelta64(round(float(np.nan_to_num(lead[i])) * 1e9), "ns")
    return dataset.assign(start_ns=start)


def _noise(data: Data, whole: Dataset, spec: Spec) -> Pool:
    """Return the noise stretches of training records, lengthened to two windows, beside noise records."""
    part = whole.part("train")
    samples = part.read(np.arange(len(part)), rate_hz=spec.rate_hz)
    found = read_noise_windows(Path(data.root).expanduser() / data.noise_windows, samples)
    records = [sample for sample, kind in zip(samples, part.rows["category"], strict=True) if kind == "noise"]
    if not found and not records:
        raise CatalogueError(f"{data.noise_windows} names no stretch of a training record")
    return pool_of_samples([*found, *records], spec, shortest=2 * spec.samples)
