"""Records a second to training batches: read, augment as EQTransformer, label, normalise, batch.

    python benchmarks/dataloading.py [--records 2000] [--seconds 20] [--workers 2] [-o OUT.json]

Made-up records of 3 x 6000 samples are written by SeisBench, in its format, into a temporary folder.
Both sides read that same folder, take turns on the same cores in one run, and do the same to each
record with the same probabilities: shift .99, second event .6, noise .3, drop components .5 (events),
drop .5 and gap .2 (noise records), detection and Gaussian P and S labels, mean and deviation of each
component, batches of 200. SeisBench runs its generator in a DataLoader of as many worker processes as
we have threads; it has no second event, so the step here is written for it. ``ours_store`` is ours from
our own store, as ``onsets data convert`` writes it. The rate of each side is the median of its turns.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from onsets import networks
from onsets.augment import DropComponents, Gap, Noise, SecondEvent, Shift
from onsets.datasets import open_dataset, write_shards
from onsets.labels import Labels
from onsets.training.batches import Batches, Sampling
from onsets.training.pool import pool_of_dataset

SAMPLES, BATCH, TURNS = 6000, 200, 3
P, S = "trace_p_arrival_sample", "trace_s_arrival_sample"


def write_records(folder: Path, count: int, rng: np.random.Generator) -> None:
    """Write events and noise, half of each, by SeisBench's own writer."""
    from seisbench.data import WaveformDataWriter

    folder.mkdir()
    noise = rng.normal(size=(16, 3, SAMPLES)).astype(np.float32)
    t = np.arange(SAMPLES) / 100
    with WaveformDataWriter(folder / "metadata.csv", folder / "waveforms.hdf5") as writer:
        writer.data_format = {"dimension_order": "CW", "component_order": "ZNE", "sampling_rate": 100}
        for k in range(count):
            data, event = noise[k % 16] * rng.uniform(0.5, 2), k % 2 == 0
            row: dict[str, Any] = {
                "trace_start_time": str(np.datetime64("2020-01-01T00:00:00") + 600 * k),
                "station_network_code": "XX",
                "station_code": f"S{k % 50:02d}",
                "trace_sampling_rate_hz": 100,
                "trace_category": "earthquake_local" if event else "noise",
            }
            if event:
                p = int(rng.integers(500, 1500))
                s = p + int(rng.integers(100, 900))
                pulse = 40 * np.exp(-t / 2) * np.sin(2 * np.pi * 6 * t)
                data = data.copy()
                data[:, p:] += pulse[: SAMPLES - p]
                data[:, s:] += 2 * pulse[: SAMPLES - s]
                row |= {P: p, S: s, "source_id": f"e{k}", "trace_coda_end_sample": s + 2 * (s - p)}
                row |= {f"trace_{c}_snr_db": 25.0 for c in "ZNE"}
            writer.add_trace(row, data)


class SecondEventForSeisBench:
    """EQTransformer's second event, in the manner of SeisBench's augmentations."""

    def __call__(self, state: dict[str, Any]) -> None:
        """Add the record from its P on once more, after its coda."""
        x, row = state["X"]
        p, s, coda = row.get(P, np.nan), row.get(S, np.nan), row.get("trace_coda_end_sample", np.nan)
        row["p2"] = row["s2"] = np.nan
        if np.isnan(p) or np.isnan(s) or np.random.rand() >= 0.6 or row["trace_Z_snr_db"] < 10:
            return
        p, s, coda = int(p), int(s), int(coda)
        if SAMPLES - (s - p) - 21 - coda <= 20:
            return
        start = np.random.randint(coda, SAMPLES - (s - p) - 21)
        x[:, start:] += x[:, p : p + SAMPLES - start] / np.random.randint(1, 10)
        row["p2"], row["s2"] = start, start + s - p


def seisbench_batches(folder: Path, workers: int) -> Iterator[Any]:
    """Yield batches of SeisBench's generator for ever."""
    import seisbench.generate as sbg
    from seisbench.data import WaveformDataset
    from torch.utils.data import DataLoader

    generator = sbg.GenericGenerator(WaveformDataset(folder))

    def sometimes(step: Any, share: float) -> Any:
        return sbg.OneOf([step, sbg.NullAugmentation()], [share, 1 - share])

    def for_noise(state: dict[str, Any]) -> None:
        if state["X"][1]["trace_category"] == "noise" and np.random.rand() < 0.2:
            gap(state)

    def for_events(state: dict[str, Any]) -> None:
        if state["X"][1]["trace_category"] != "noise" and np.random.rand() < 0.3:
            white(state)

    gap, white = sbg.AddGap(), sbg.GaussianNoise(scale=(0.01, 0.15))
    generator.add_augmentations(
        [
            sbg.ChangeDtype(np.float32),
            SecondEventForSeisBench(),
            sbg.ProbabilisticLabeller(
                label_columns={P: "P", S: "S", "p2": "P", "s2": "S"}, model_labels="PSN", sigma=10, dim=0
            ),
            sbg.DetectionLabeller(P, S, factor=0.4, key=("X", "detections")),
            sometimes(sbg.RandomArrayRotation(["X", "y", "detections"]), 0.99),
            for_events,
            sometimes(sbg.ChannelDropout(), 0.5),
            for_noise,
            sbg.Normalize(demean_axis=-1, amp_norm_axis=-1, amp_norm_type="std"),
            sbg.ChangeDtype(np.float32, "y"),
            sbg.ChangeDtype(np.float32, "detections"),
        ]
    )
    loader = DataLoader(generator, batch_size=BATCH, shuffle=True, num_workers=workers, drop_last=True)
    while True:
        yield from loader


def our_batches(folder: Path, workers: int) -> Iterator[Any]:
    """Yield our batches for ever."""
    spec = networks.spec("eqtransformer", components=3)
    spec = spec.from_json(spec.to_json().replace("[1.0, 45.0]", "null"))  # SeisBench filters nothing either
    steps = [
        Shift(probability=0.99),
        SecondEvent(probability=0.6, on="events", snr_above_db=10),
        Noise(
            probability=0.3, on="events", share=(0.01, 0.15), noise="rms", per="component", snr_above_db=10
        ),
        DropComponents(probability=0.5, rescale=True, snr_above_db=10),
        Gap(probability=0.2, on="noise", start=(0, 2 / 3), end=11 / 12),
    ]
    pool = pool_of_dataset(open_dataset(folder), spec, hold=False)
    batches = Batches(pool, None, steps, Labels(), Sampling(batch=BATCH))
    first = 0
    while True:
        yield from batches.stream(first, first + batches.epoch_steps, workers)
        first += batches.epoch_steps


def rate(batches: Iterator[Any], seconds: float) -> float:
    """Return records a second over some seconds, after two batches to get going."""
    for _ in range(2):
        next(batches)
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        next(batches)
        count += BATCH
    return count / (time.perf_counter() - began)


def main() -> None:
    """Write records, let the sides take turns, print and write the rates."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each side in all")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    logging.getLogger("seisbench").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as name:
        folder, store = Path(name) / "records", Path(name) / "store"
        write_records(folder, args.records, np.random.default_rng(args.seed))
        write_shards(open_dataset(folder), store)
        sides: dict[str, Callable[[], Iterator[Any]]] = {
            "seisbench": lambda: seisbench_batches(folder, args.workers),
            "ours": lambda: our_batches(folder, args.workers),
            "ours_store": lambda: our_batches(store, args.workers),
        }
        found: dict[str, list[float]] = {side: [] for side in sides}
        for _ in range(TURNS):
            for side, make in sides.items():
                found[side].append(rate(make(), args.seconds / TURNS))
    rates = {f"{side}_records_s": round(statistics.median(each), 1) for side, each in found.items()}
    rates["ratio"] = round(rates["ours_records_s"] / rates["seisbench_records_s"], 2)
    rates["ratio_store"] = round(rates["ours_store_records_s"] / rates["seisbench_records_s"], 2)
    rates |= {"workers": args.workers, "records": args.records}
    text = json.dumps(rates, indent=1)
    if args.output:
        args.output.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(f"{'side':14}{'records/s':>12}{'ratio':>8}   turns\n")
    for side, each in found.items():
        own = rates[f"{side}_records_s"]
        turns = " ".join(f"{value:.0f}" for value in each)
        sys.stdout.write(f"{side:14}{own:>12.0f}{own / rates['seisbench_records_s']:>8.2f}   {turns}\n")
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
