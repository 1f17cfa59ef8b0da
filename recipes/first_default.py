"""Train the bundled ``default``: an LPPN of width 8 and stride 8, from labelled records alone.

    python recipes/first_default.py DATA [--steps N] [--out FOLDER]

DATA holds ``labelled/NAME/{metadata.csv,waveforms.hdf5}`` in the SeisBench layout and
``labelled/noise_windows.csv``. Every event of the NCEDC sets is on one side of the split; the
thresholds come from the development part; the card is written from the test part, through the same
code that picks for users. With a fixed seed and one thread the result is the same each time.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import datetime
import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from onsets import networks
from onsets.datasets import (
    assign_events,
    check_leaks,
    read_noise_windows,
    read_seisbench,
    split_by_event,
)
from onsets.evaluation import Score, best_threshold, score
from onsets.picking import NetworkPicker
from onsets.runtime import OnnxRunner
from onsets.spec import Spec
from onsets.training import SegmentTraining, fit_segments, pack
from onsets.types import Record, Sample

DATASETS = (
    "ncedc_phasenet",
    "ncedc_phasenet_testdata",
    "ncedc_deepdenoiser_P_only",
    "nz_dfdp_eqcorrscan",
)
TESTED = "ncedc_phasenet"
TOLERANCE_S = 0.5
LOWEST = 0.1
CANDIDATES = [round(0.1 + 0.05 * k, 2) for k in range(17)]
SPLIT_SEED = 7


def first_arrival_s(row: dict[str, str], sample: Sample) -> float:
    """Return the time of the first labelled arrival, s since 1970, or NaN."""
    text = row.get("trace_start_time") or row.get("trace_name_time")
    if not text:
        return math.nan
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    # the time in a trace's name is that of its P already, to a few seconds
    lead = min(sample.arrivals.values(), default=0.0) / sample.rate_hz if row.get("trace_start_time") else 0.0
    return moment.timestamp() + lead


def read_all(root: Path, rate_hz: float) -> list[Sample]:
    """Read the datasets and name the event of every record by time."""
    samples: list[Sample] = []
    times: list[float] = []
    for name in DATASETS:
        some = read_seisbench(root / name, rate_hz)
        with open(root / name / "metadata.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        samples += some
        times += [first_arrival_s(row, sample) for row, sample in zip(rows, some, strict=True)]
    return assign_events(samples, times)


def split(samples: list[Sample]) -> dict[str, list[Sample]]:
    """Hold back events of the tested set; other sets only train and develop, without those events."""
    tested = [sample for sample in samples if sample.dataset == TESTED]
    parts = split_by_event(tested, {"train": 0.5, "development": 0.15, "test": 0.35}, SPLIT_SEED)
    side = {sample.event_id: part for part, members in parts.items() for sample in members}
    others = [s for s in samples if s.dataset != TESTED and s.event_id not in side]
    for part, members in split_by_event(others, {"train": 0.85, "development": 0.15}, SPLIT_SEED).items():
        parts[part] += members
    for sample in samples:
        if sample.dataset != TESTED and side.get(sample.event_id) in ("train", "development"):
            parts[side[sample.event_id]].append(sample)
    check_leaks(parts)
    return parts


Rows = list[tuple[Any, Any, list[float]]]
"""Pick times, probabilities and label times of each record, seconds."""


def picked(samples: list[Sample], picker: NetworkPicker) -> dict[str, Rows]:
    """Pick every record whole: per phase and record the pick times, probabilities and label times."""
    found: dict[str, Rows] = {"P": [], "S": []}
    for sample in samples:
        live = np.abs(sample.data).max(axis=1, keepdims=True) > 0
        valid = np.broadcast_to(live, sample.data.shape)
        picks = picker.pick(Record(sample.station_id, "", sample.data, valid, 0, sample.rate_hz))
        for phase, rows in found.items():
            own = picks.phase == phase
            label = [sample.arrivals[phase] / sample.rate_hz] if phase in sample.arrivals else []
            rows.append((picks.time_ns[own] / 1e9, picks.probability[own], label))
    return found


def at_threshold(rows: Rows, threshold: float) -> Score:
    """Score picks of at least this probability."""
    return score([(t[p >= threshold], labels) for t, p, labels in rows], TOLERANCE_S)


def labelled(samples: list[Sample]) -> list[Sample]:
    """Return the records with both phases labelled, where an unmatched pick can be called false."""
    return [sample for sample in samples if {"P", "S"} <= sample.arrivals.keys()]


def figures_row(title: str, phase: str, s: Score) -> str:
    """Return a line of the card's table."""
    r = s.residuals_s
    half, mean = (float(np.median(np.abs(r))), float(r.mean())) if len(r) else (math.nan, math.nan)
    labels = s.true_positives + s.false_negatives
    return (
        f"| {title} | {phase} | {labels} | {s.precision:.3f} | {s.recall:.3f} | {s.f1:.3f} "
        f"| {mean:+.3f} | {half:.3f} |"
    )


CARD = """# {name}

An LPPN of width {width} and stride {stride} ({parameters:,} parameters, {macs:.0f} G multiply-adds a
station-day): one class and one onset offset for each {segment:.0f} ms of record.

**Trained on** {trained} labelled records of {events} events: manual picks of Northern California
(as shared with PhaseNet and DeepDenoiser) and of the Alpine Fault, New Zealand (EQcorrscan), nearly
all with S-P of a few seconds (median about 2 s), and {noise} recorded noise stretches; {steps} updates
of {batch} windows, seed {seed}, on one CPU core. No published weight, synthetic seismogram or other
picker's output was used.

**Thresholds** P {p:.2f}, S {s:.2f}: best F1 on the development part ({development} records).

**Scores** at {tolerance} s, whole 90 s records searched, every unmatched pick counted as false although
the records hold arrivals without a label:

| part | phase | labels | precision | recall | F1 | mean residual s | median abs. residual s |
|---|---|---|---|---|---|---|---|
{table}

The test part is {test} NCEDC records of events that are in no other part; "new stations" are those of
them whose station gave no training record. The uncertainty of a pick ({up:.2f} s for P, {us:.2f} s
for S) is the half-width that holds 68 % of the development residuals; it is the same for every pick.

**Expect less** far from home: regional records (S-P above 10 s) and rates other than 100 Hz were not
trained on; single-component records were (by dropping components) but score lower.
"""


def bundle(name: str, network: torch.nn.Module, spec: Spec, out: Path, card: str) -> None:
    """Write weights, ONNX, card and the index entry."""
    out.mkdir(parents=True, exist_ok=True)
    files = {"safetensors": f"{name}.safetensors", "onnx": f"{name}.onnx", "card": f"{name}.md"}
    networks.save(network, spec, out / files["safetensors"])
    networks.to_onnx(network, spec, out / files["onnx"])
    (out / files["card"]).write_text(card, encoding="utf-8")
    index_file = out / "index.json"
    index = json.loads(index_file.read_text(encoding="utf-8")) if index_file.is_file() else {}
    hashes = {kind: networks.sha256(out / files[kind]) for kind in ("onnx", "safetensors")}
    index[name] = {**files, "sha256": hashes, "figures": networks.measure(network, spec)}
    index_file.write_text(json.dumps(index, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main() -> None:
    """Train, choose thresholds, score, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder that holds labelled/")
    parser.add_argument("--steps", type=int, default=2200)
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "src/onsets/bundled")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)

    spec = networks.spec("lppn", width=args.width)
    spec = dataclasses.replace(
        spec, name="default", components="ZNE", normalisation="component-std", hop_samples=768
    )
    parts = split(read_all(args.data / "labelled", spec.rate_hz))
    noise = read_noise_windows(args.data / "labelled" / "noise_windows.csv", parts["train"])
    options = SegmentTraining(steps=args.steps, seed=args.seed)
    sys.stdout.write(f"records: { {part: len(rows) for part, rows in parts.items()} }, noise {len(noise)}\n")
    began, losses = time.monotonic(), []

    def report(step: int, loss: float) -> None:
        losses.append(loss)
        if (step + 1) % 100 == 0:
            spent = time.monotonic() - began
            left = spent / (step + 1) * (options.steps - step - 1)
            sys.stdout.write(f"{step + 1:5d} loss {np.mean(losses[-100:]):7.3f}  {left:.0f} s left\n")
            sys.stdout.flush()

    network = fit_segments(
        networks.build("lppn", width=args.width),
        spec,
        pack([sample for sample in parts["train"] if sample.arrivals]),
        pack(noise, shortest=2 * spec.samples),
        options,
        report,
    )

    trial = args.out / "trial.onnx"
    args.out.mkdir(parents=True, exist_ok=True)
    networks.to_onnx(network, spec, trial)
    picker = NetworkPicker(spec, OnnxRunner(trial, threads=1), {"P": LOWEST, "S": LOWEST})
    trial.unlink()
    development = picked(labelled(parts["development"]), picker)
    thresholds = {phase: best_threshold(rows, TOLERANCE_S, CANDIDATES) for phase, rows in development.items()}
    spread = {
        phase: float(np.quantile(np.abs(at_threshold(rows, thresholds[phase]).residuals_s), 0.68))
        for phase, rows in development.items()
    }
    spec = dataclasses.replace(spec, thresholds=thresholds, uncertainty_s=spread)

    seen = {sample.station_id for sample in parts["train"]}
    groups = {
        "development": labelled(parts["development"]),
        "test": parts["test"],
        "test, three components": [s for s in parts["test"] if np.abs(s.data).max(axis=1).min() > 0],
        "test, new stations": [s for s in parts["test"] if s.station_id not in seen],
    }
    table = []
    for title, members in groups.items():
        found = picked(members, picker)
        table += [figures_row(title, phase, at_threshold(found[phase], thresholds[phase])) for phase in found]
    cost = networks.measure(network, spec)
    card = CARD.format(
        name=spec.name,
        width=args.width,
        stride=spec.segment_samples,
        parameters=cost["parameters"],
        macs=cost["macs_day"] / 1e9,
        segment=1000 * spec.segment_samples / spec.rate_hz,
        trained=len(parts["train"]),
        events=len({s.event_id for s in parts["train"]}),
        noise=len(noise),
        steps=options.steps,
        batch=options.batch,
        seed=args.seed,
        p=thresholds["P"],
        s=thresholds["S"],
        development=len(groups["development"]),
        tolerance=TOLERANCE_S,
        table="\n".join(table),
        test=len(parts["test"]),
        up=spread["P"],
        us=spread["S"],
    )
    bundle(spec.name, network, spec, args.out, card)
    sys.stdout.write(card)


if __name__ == "__main__":
    main()
