"""Groups of labelled records that weights are judged on, and how: whole records, unmatched picks false.

    python recipes/weights/judging.py WEIGHTS FOLDER --parts parts/without-nz.csv --part test [--thresholds .3 .3]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from parts import named

from onsets.datasets import Dataset, read_parts
from onsets.evaluation import Case, judge_samples, record_of, score_cases
from onsets.picking import Picker, load
from onsets.types import Sample

TOLERANCE_S = 0.5
GRID = tuple(round(0.05 * k, 2) for k in range(1, 20))
LEAD_S, LENGTH_S = 30.0, 90.0
"""What is kept of long records: from before P."""
STRETCHES = (2.0, 4.0)
NORDIC, NORDIC_HZ = "nordic_tphasenet_regional_40hz", 100.0
SETS = {"NCEDC": "ncedc_phasenet", "NCEDC, second set": "ncedc_phasenet_testdata", "NZ": "nz_dfdp_eqcorrscan"}
TAUGHT = "taught-iquique_deepphasepick"


def played(sample: Sample, slower: float) -> Sample:
    """Return a record as if it had been played slower, cut to 90 s around its arrivals."""
    rate = sample.rate_hz / slower
    first = round(max(0.0, min(sample.arrivals.values()) - LEAD_S * rate))
    data = sample.data[:, first : first + round(LENGTH_S * rate)]
    arrivals = {phase: at - first for phase, at in sample.arrivals.items() if at - first < data.shape[1]}
    return dataclasses.replace(sample, data=data, rate_hz=rate, arrivals=arrivals)


def both(samples: Sequence[Sample]) -> list[Sample]:
    """Return the records with P and S, where an unmatched pick can be called false."""
    return [sample for sample in samples if {"P", "S"} <= sample.arrivals.keys()]


def groups_of(root: Path, parts: str, part: str) -> dict[str, list[Sample]]:
    """Return the records of a part, group by group; groups without records are missing."""

    def some(name: str) -> list[Sample]:
        data: Dataset = read_parts(named(root, name), root / parts)
        index = np.flatnonzero(data.rows["split"] == part)
        return [_named(sample, event) for sample, event in zip(
            data.read(index), data.rows["event_id"][index].tolist(), strict=True
        )]

    groups = {title: both(some(name)) for title, name in SETS.items()}
    near = [sample for some_of in groups.values() for sample in some_of]
    for factor in STRETCHES:
        groups[f"these, {factor:g} times slower"] = both([played(sample, factor) for sample in near])
    nordic = [dataclasses.replace(sample, rate_hz=NORDIC_HZ) for sample in some(NORDIC)]
    groups["Nordic, 40 Hz as 100 Hz"] = both([played(s, 1.0) for s in nordic if _ordered(s)])
    taught = [sample for sample in some("taught") if sample.dataset == TAUGHT]
    groups["Iquique, taught"] = both(taught)
    groups["synthetic"] = both(some("synthetic"))
    return {title: samples for title, samples in groups.items() if samples}


def _named(sample: Sample, event: str) -> Sample:
    return dataclasses.replace(sample, event_id=event)


def _ordered(sample: Sample) -> bool:
    return bool(sample.arrivals) and sample.arrivals.get("S", np.inf) > sample.arrivals.get("P", -np.inf)


def cases_of(picker: Picker, groups: dict[str, list[Sample]]) -> dict[str, list[Case]]:
    """Pick all records at every threshold of the grid."""
    grid = {
        phase: tuple(sorted({*GRID, picker.thresholds[phase]})) for phase in "PS" if phase in picker.thresholds
    }
    return {title: judge_samples(samples, picker, grid) for title, samples in groups.items()}


def figures(cases: Sequence[Case], phase: str, threshold: float) -> dict[str, float]:
    """Return F1 at a threshold, the best there is, and residuals."""
    at = score_cases(cases, phase, threshold, TOLERANCE_S)
    every = {t: score_cases(cases, phase, t, TOLERANCE_S).f1 for t in GRID}
    best = max(every, key=lambda t: every[t])
    r = at.residuals_s
    return {
        "labels": at.true_positives + at.false_negatives,
        "precision": at.precision,
        "recall": at.recall,
        "f1": at.f1,
        "best_f1": every[best],
        "best_threshold": best,
        "median_abs_s": float(np.median(np.abs(r))) if len(r) else float("nan"),
        "bias_s": float(np.median(r)) if len(r) else float("nan"),
    }


def thresholds_of(cases: dict[str, list[Case]]) -> dict[str, float]:
    """Return the threshold of each phase with the highest mean F1 over all groups alike."""
    found = {}
    for phase in "PS":
        mean = [np.mean([score_cases(c, phase, t, TOLERANCE_S).f1 for c in cases.values()]) for t in GRID]
        found[phase] = GRID[int(np.argmax(mean))]
    return found


def quiet_rates(picker: Picker, root: Path) -> dict[str, float]:
    """Return picks an hour on the quiet stretches that are kept away from training, and the hours there are."""
    data = read_parts(named(root, "taught"), root / "parts/all.csv")
    index = np.flatnonzero((data.rows["split"] == "") & (data.rows["category"] == "noise"))
    counts, seconds = {"P": 0, "S": 0}, 0.0
    for sample in data.read(index):
        record = record_of(sample)
        recorded = np.flatnonzero(sample.data.any(axis=0))
        record = dataclasses.replace(
            record, data=record.data[:, : recorded[-1] + 1], valid=record.valid[:, : recorded[-1] + 1]
        )
        seconds += record.samples / record.rate_hz
        for phase in picker.pick(record).phase.tolist():
            counts[phase] += 1
    return {phase: 3600 * n / seconds for phase, n in counts.items()} | {"hours": seconds / 3600}


def table(cases: dict[str, list[Case]], thresholds: dict[str, float]) -> list[dict[str, Any]]:
    """Return a row for each group and phase."""
    return [
        {"group": title, "phase": phase, **figures(some, phase, thresholds[phase])}
        for title, some in cases.items()
        for phase in "PS"
    ]


def show(rows: list[dict[str, Any]]) -> str:
    """Return rows as lines of text."""
    lines = [f"{'group':28} ph    n  prec   rec    F1  best @thr  |r|    bias"]
    lines += [
        f"{r['group']:28} {r['phase']}  {r['labels']:4d} {r['precision']:5.3f} {r['recall']:5.3f} {r['f1']:5.3f} "
        f"{r['best_f1']:5.3f} {r['best_threshold']:4.2f} {r['median_abs_s']:6.3f} {r['bias_s']:+6.3f}"
        for r in rows
    ]
    return "\n".join(lines)


def main() -> None:
    """Judge one file of weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--parts", default="parts/all.csv")
    parser.add_argument("--part", default="dev")
    parser.add_argument("--thresholds", type=float, nargs=2, help="P and S; chosen on the dev part if not given")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    picker = load(args.weights, thresholds={"P": 0.3, "S": 0.3}, threads=1)
    if args.thresholds:
        thresholds = dict(zip("PS", args.thresholds, strict=True))
    else:
        thresholds = thresholds_of(cases_of(picker, groups_of(args.folder, args.parts, "dev")))
        sys.stdout.write(f"thresholds by the dev part: {thresholds}\n")
    picker = dataclasses.replace(picker, thresholds=thresholds)
    rows = table(cases_of(picker, groups_of(args.folder, args.parts, args.part)), thresholds)
    quiet = quiet_rates(picker, args.folder)
    sys.stdout.write(show(rows) + "\n")
    sys.stdout.write("quiet: " + ", ".join(f"{key} {value:.2f}" for key, value in quiet.items()) + "\n")
    if args.json:
        args.json.write_text(json.dumps({"thresholds": thresholds, "rows": rows, "quiet": quiet}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
