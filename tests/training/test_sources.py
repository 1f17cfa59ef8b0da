"""From the table ``data`` of a recipe to pools, without leaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from onsets import networks
from onsets.datasets import write_parts
from onsets.errors import CatalogueError, ConfigError
from onsets.training.options import Data
from onsets.training.sources import open_pools

from .conftest import write_dataset

SPEC = networks.spec("lppn")
SHARES = {"train": 0.6, "dev": 0.2, "test": 0.2}


def test_parts_share_no_event_and_all_is_written(tiny: Path, tmp_path: Path) -> None:
    pools = open_pools(Data(root=str(tiny), sets=("tiny", "other"), shares=SHARES), SPEC)
    rows = pools.dataset.rows
    events = {part: set(rows["event_id"][rows["split"] == part]) - {""} for part in SHARES}
    assert (
        all(events.values()) and not events["train"] & events["test"] and not events["train"] & events["dev"]
    )
    assert len(pools.train) == (rows["split"] == "train").sum() and pools.noise is not None
    assert len(pools.noise) == int(pools.train.is_noise.sum()) and pools.generalisation is None
    write_parts(pools.dataset, tmp_path / "parts.csv")
    again = open_pools(Data(root=str(tiny), sets=("tiny", "other"), parts=str(tmp_path / "parts.csv")), SPEC)
    assert again.dataset.rows["split"].tolist() == rows["split"].tolist()
    assert len(again.train) == len(pools.train) and len(again.dev) == len(pools.dev)


def test_without_shares_the_datasets_own_parts_count(tiny: Path) -> None:
    with pytest.raises(CatalogueError, match="part 'train' is empty"):
        open_pools(Data(root=str(tiny), sets=("tiny",)), SPEC)


def test_generalisation_is_another_domain(tiny: Path) -> None:
    pools = open_pools(Data(root=str(tiny), sets=("tiny",), shares=SHARES, generalisation=("other",)), SPEC)
    assert pools.generalisation is not None and set(pools.generalisation.sets) == {"other"}
    assert len(pools.generalisation) == 48 and set(pools.train.sets) == {"tiny"}


def test_noise_windows_of_training_records_only(tiny: Path, tmp_path: Path) -> None:
    data = Data(
        root=str(tiny), sets=("tiny",), shares=SHARES, noise_windows=str(tmp_path / "noise.csv"), hold=True
    )
    lines = [f"tiny,t{k:03d},0,250,100" for k in range(36)]
    header = "dataset,trace_name,start_sample,end_sample,sampling_rate_hz"
    (tmp_path / "noise.csv").write_text("\n".join([header, *lines]) + "\n")
    pools = open_pools(data, SPEC)
    assert pools.noise is not None and pools.noise.samples.min() == 2 * SPEC.samples
    assert len(pools.noise) == len(pools.train)  # a stretch of each event, and the noise records
    (tmp_path / "noise.csv").write_text(header + "\n")
    only = open_pools(data, SPEC).noise
    assert only is not None and len(only) == int(pools.train.is_noise.sum())


def test_times_of_arrivals_tell_events_apart_where_nothing_else_does(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "timed", named=False)
    text = (folder / "metadata.csv").read_text().replace("trace_start_time", "trace_name_time")
    (folder / "metadata.csv").write_text(text)
    data = Data(root=str(tmp_path), sets=("timed",), shares=SHARES)
    with pytest.raises(CatalogueError, match="neither event nor time"):
        open_pools(data, SPEC)
    pools = open_pools(
        Data(root=str(tmp_path), sets=("timed",), shares=SHARES, name_time="trace_name_time"), SPEC
    )
    first = pools.dataset.rows["start_ns"][1] + np.timedelta64(
        round(pools.dataset.rows["p_sample"][1] * 1e7), "ns"
    )
    assert first == np.datetime64("2024-01-01T01:00:00", "ns")


def test_what_is_not_there_is_said(tiny: Path) -> None:
    with pytest.raises(ConfigError, match="no dataset at"):
        open_pools(Data(root=str(tiny), sets=("nowhere",), shares=SHARES), SPEC)
    with pytest.raises(ConfigError, match="did you mean 'manual'"):
        open_pools(Data(root=str(tiny), sets=("tiny",), shares=SHARES, filters={"manuel": {}}), SPEC)
    with pytest.raises(CatalogueError, match="keeps none"):
        open_pools(Data(root=str(tiny), sets=("tiny",), shares=SHARES, filters={"manual": {}}), SPEC)


def test_a_rate_that_records_are_said_to_have_moves_their_arrivals(tiny: Path) -> None:
    own = open_pools(Data(root=str(tiny), sets=("tiny",), shares=SHARES), SPEC).train
    said = open_pools(Data(root=str(tiny), sets=("tiny",), shares=SHARES, rate_as={"tiny": 50.0}), SPEC).train
    np.testing.assert_allclose(said.arrivals, 2 * own.arrivals)
    assert said.samples.tolist() == (2 * own.samples).tolist()
    with pytest.raises(ConfigError, match="none of the datasets"):
        open_pools(Data(root=str(tiny), sets=("tiny",), shares=SHARES, rate_as={"tinny": 50.0}), SPEC)


def test_labels_that_are_early_are_moved(tiny: Path) -> None:
    plain = open_pools(Data(root=str(tiny), sets=("tiny",), shares=SHARES), SPEC).train
    moved = open_pools(
        Data(root=str(tiny), sets=("tiny",), shares=SHARES, label_shift_s={"tiny": 0.25}), SPEC
    ).train
    np.testing.assert_allclose(moved.arrivals, plain.arrivals + 0.25 * SPEC.rate_hz)
    with pytest.raises(ConfigError, match="label_shift_s names 'tinny'"):
        open_pools(Data(root=str(tiny), sets=("tiny",), shares=SHARES, label_shift_s={"tinny": 0.1}), SPEC)
