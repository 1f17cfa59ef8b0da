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
import numpy.typing as npt
from parts import named
from quiet import quiet_of
from reliability import TOLERANCE_S, coverage, floor_of, found_in, reliability

from onsets import networks
from onsets.datasets import Dataset, open_dataset, read_parts
from onsets.evaluation import (
    Case,
    counts_by_event,
    judge_samples,
    middle_of_best,
    resampled,
    score_cases,
)
from onsets.picking import Picker, load
from onsets.spec import Spec
from onsets.types import Sample

GRID = tuple(round(0.05 * k, 2) for k in range(1, 20))
"""Thresholds among which the best is looked for."""
FINE = tuple(round(0.01 * k, 2) for k in range(5, 96))
"""Thresholds that may be chosen."""
LEAD_S, LENGTH_S = 30.0, 90.0
"""What is kept of long records: from before P."""
STRETCHES = (2.0, 4.0)
SLOWED = ("NCEDC", "NCEDC, second set")
"""Sets that are also played slower; NZ's labels are 0.1 s early, which playing multiplies."""
NORDIC, NORDIC_HZ, NORDIC_TITLE = "nordic_tphasenet_regional_40hz", 100.0, "Nordic, 40 Hz as 100 Hz"
SETS = {"NCEDC": "ncedc_phasenet", "NCEDC, second set": "ncedc_phasenet_testdata", "NZ": "nz_dfdp_eqcorrscan"}
TAUGHT, TITLE_TAUGHT = "taught-iquique_deepphasepick", "Iquique, taught"
ICELAND, TITLE_ICELAND = "taught-*.mseed", "Iceland, automatic"
"""Set of records that are trained on, and title of those that iceland.py labels for judging without it."""
INTERVALS = (("S-P < 3 s", 0.0, 3.0), ("S-P 3 to 10 s", 3.0, 10.0), ("S-P > 10 s", 10.0, np.inf))
Float64 = npt.NDArray[np.float64]


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
        return [
            _named(sample, event)
            for sample, event in zip(data.read(index), data.rows["event_id"][index].tolist(), strict=True)
        ]

    groups = {title: both(some(name)) for title, name in SETS.items()}
    near = [sample for title in SLOWED for sample in groups[title]]
    for factor in STRETCHES:
        groups[f"NCEDC, {factor:g} times slower"] = both([played(sample, factor) for sample in near])
    nordic = [dataclasses.replace(sample, rate_hz=NORDIC_HZ) for sample in some(NORDIC)]
    groups[NORDIC_TITLE] = both([played(s, 1.0) for s in nordic if _ordered(s)])
    taught = some("taught")
    groups[TITLE_TAUGHT] = both([sample for sample in taught if sample.dataset == TAUGHT])
    if part == "test" and any(sample.dataset == ICELAND for sample in taught):
        iceland = open_dataset(root / "iceland")
        groups[TITLE_ICELAND] = both(iceland.read(range(len(iceland))))
    groups["synthetic"] = both(some("synthetic"))
    return {title: samples for title, samples in groups.items() if samples}


def real(groups: dict[str, Any]) -> dict[str, Any]:
    """Return the groups that analysts have labelled, as they were recorded."""
    return {title: some for title, some in groups.items() if title in SETS or title == NORDIC_TITLE}


def recorded(groups: dict[str, Any]) -> dict[str, Any]:
    """Return the groups as they were recorded, with the labels of analysts, teachers or programs."""
    own = {title: some for title, some in groups.items() if title in (TITLE_TAUGHT, TITLE_ICELAND)}
    return {**real(groups), **own}


def slowed(groups: dict[str, Any]) -> dict[str, Any]:
    """Return the groups of records that are played slower."""
    return {title: some for title, some in groups.items() if title.endswith("slower")}


def _named(sample: Sample, event: str) -> Sample:
    return dataclasses.replace(sample, event_id=event)


def _ordered(sample: Sample) -> bool:
    return bool(sample.arrivals) and sample.arrivals.get("S", np.inf) > sample.arrivals.get("P", -np.inf)


def cases_of(picker: Picker, groups: dict[str, list[Sample]]) -> dict[str, list[Case]]:
    """Pick all records at every threshold that may be chosen."""
    grid = {
        phase: tuple(sorted({*FINE, picker.thresholds[phase]}))
        for phase in "PS"
        if phase in picker.thresholds
    }
    return {title: judge_samples(samples, picker, grid) for title, samples in groups.items()}


def figures(cases: Sequence[Case], phase: str, threshold: float) -> dict[str, float]:
    """Return F1 at a threshold with its 95 % interval by event, the best there is, and residuals."""
    at = score_cases(cases, phase, threshold, TOLERANCE_S)
    every = [score_cases(cases, phase, t, TOLERANCE_S).f1 for t in GRID]
    r = at.residuals_s
    low, high = resampled(counts_by_event(cases, phase, threshold, TOLERANCE_S))["f1"]
    return {
        "labels": at.true_positives + at.false_negatives,
        "precision": at.precision,
        "recall": at.recall,
        "f1": at.f1,
        "f1_low": low,
        "f1_high": high,
        "best_f1": max(every),
        "best_threshold": middle_of_best(GRID, every),
        "median_abs_s": float(np.median(np.abs(r))) if len(r) else float("nan"),
        "bias_s": float(np.median(r)) if len(r) else float("nan"),
    }


def thresholds_of(cases: dict[str, list[Case]]) -> dict[str, float]:
    """Return half of the best mean F1 over all groups alike, to 0.01, for each phase.

    That is the threshold of the highest F1 where probabilities are what they say (Lipton et al. 2014,
    doi:10.1007/978-3-662-44851-9_15). It hardly depends on which records are at hand, as a threshold with the
    best F1 on them does.
    """
    return {phase: min(FINE, key=lambda t: abs(t - max(mean) / 2)) for phase, mean in _mean_f1(cases).items()}


def best_thresholds(cases: dict[str, list[Case]]) -> dict[str, float]:
    """Return the thresholds with the best mean F1, for networks whose probabilities are not calibrated."""
    return {phase: middle_of_best(GRID, mean) for phase, mean in _mean_f1(cases).items()}


def _mean_f1(cases: dict[str, list[Case]]) -> dict[str, list[float]]:
    """Return the mean F1 over all groups alike at every threshold, by phase."""
    return {
        phase: [
            float(np.mean([score_cases(c, phase, t, TOLERANCE_S).f1 for c in cases.values()])) for t in GRID
        ]
        for phase in "PS"
    }


def table(cases: dict[str, list[Case]], thresholds: dict[str, float]) -> list[dict[str, Any]]:
    """Return a row for each group and phase."""
    return [
        {"group": title, "phase": phase, **figures(some, phase, thresholds[phase])}
        for title, some in cases.items()
        for phase in "PS"
    ]


def by_distance(cases: dict[str, list[Case]], thresholds: dict[str, float]) -> list[dict[str, Any]]:
    """Return the rows of records with S-P in three intervals, recorded or played slower."""
    rows = []
    kinds = {"as recorded": recorded(cases), "played slower": slowed(cases)}
    for title, low, high in INTERVALS:
        for kind, groups in kinds.items():
            every = [case for some in groups.values() for case in some]
            own = [case for case in every if low <= case.labels["S"] - case.labels["P"] < high]
            if own:
                rows += table({f"{title}, {kind}": own}, thresholds)
    return rows


def residuals(
    cases: dict[str, list[Case]], thresholds: dict[str, float]
) -> dict[str, dict[str, list[float]]]:
    """Return what right picks lie after their labels, s, of records as they were recorded."""
    return {
        title: {
            phase: np.round(score_cases(some, phase, thresholds[phase], TOLERANCE_S).residuals_s, 4).tolist()
            for phase in "PS"
        }
        for title, some in recorded(cases).items()
    }


def trust(cases: dict[str, list[Case]], spec: Spec) -> dict[str, Any]:
    """Return reliability and coverage by phase, of records as they were recorded and of all.

    By analysts' labels where there are any: teachers' labels are of clear onsets only.
    """
    said: dict[str, Any] = {}
    for title, some in (("recorded", real(cases) or recorded(cases)), ("all", cases)):
        for phase in "PS":
            bins, ece = reliability(found_in(some, phase))
            said[f"{title}, {phase}"] = {"bins": bins, "ece": ece, "by_chance": floor_of(bins)}
            if phase in spec.uncertainty_widths:
                factor = spec.uncertainty_widths[phase]
                said[f"{title}, {phase}"] |= coverage(some, phase, spec.thresholds[phase], factor)
    return said


def show(rows: list[dict[str, Any]]) -> str:
    """Return rows as lines of text."""
    lines = [f"{'group':28} ph    n  prec   rec    F1  best @thr  |r|    bias"]
    lines += [
        f"{r['group']:28} {r['phase']}  {r['labels']:4d} {r['precision']:5.3f} {r['recall']:5.3f} "
        f"{r['f1']:5.3f} {r['best_f1']:5.3f} {r['best_threshold']:4.2f} "
        f"{r['median_abs_s']:6.3f} {r['bias_s']:+6.3f}"
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
    parser.add_argument("--thresholds", type=float, nargs=2, help="P and S; those of the Spec if not given")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    low = dict.fromkeys("PS", GRID[0])
    picker = load(args.weights, thresholds=low, threads=1)
    spec = networks.load(args.weights)[1]
    thresholds = dict(zip("PS", args.thresholds, strict=True)) if args.thresholds else spec.thresholds
    cases = cases_of(picker, groups_of(args.folder, args.parts, args.part))
    rows = table(cases, thresholds)
    quiet = quiet_of(picker, args.folder)
    rates = {phase: quiet.rate(phase, thresholds[phase]) for phase in "PS"}
    sys.stdout.write(show(rows) + "\n")
    near = by_distance(cases, thresholds)
    sys.stdout.write(show(near) + "\n")
    trusted = trust(cases, spec)
    for title, one in trusted.items():
        held = (
            f", within once {one['once']:.2f}, three times {one['three_times']:.2f}" if "once" in one else ""
        )
        sys.stdout.write(f"{title}: ECE {one['ece']:.3f}{held}\n")
    told = ", ".join(f"{phase} {rate:.2f}" for phase, rate in rates.items())
    sys.stdout.write(f"thresholds {thresholds}; picks an hour in {quiet.hours:.1f} quiet hours: {told}\n")
    if args.json:
        said = {
            "thresholds": thresholds,
            "rows": rows,
            "near": near,
            "trust": trusted,
            "residuals": residuals(cases, thresholds),
            "quiet": rates | {"hours": quiet.hours},
        }
        args.json.write_text(json.dumps(said, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
