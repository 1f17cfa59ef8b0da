"""Leave parts of the mixture out or add some, and see what each is worth on a region never seen.

    python recipes/weights/ablation.py FOLDER OUT [--steps 600] [--seeds 3] [--teacher PHASENET.safetensors]

Each row trains ``tiny`` without any NCEDC record, with several seeds; thresholds come from its own
development part. A run whose result lies in OUT is not done again. OUT/ablation.json holds all of them.
With a teacher four rows more learn its curves besides the labels (it has seen NCEDC).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
from judging import GRID, cases_of, groups_of, table, thresholds_of
from mixture import RATES, Change, detecting, hearing, overlaid, regional, taught_by, without
from quiet import quiet_of

from onsets import config
from onsets.augment import Cut, Step
from onsets.picking import load
from onsets.training import Recipe, train

PARTS = "parts/without-ncedc.csv"
RECIPE = Path(__file__).with_name("tiny.toml")
LABELLED = ("ncedc_phasenet", "ncedc_phasenet_testdata", "ncedc_deepdenoiser_P_only", "nz_dfdp_eqcorrscan")
ADDED = ("Noise", "SecondEvent")


def steps(change: Any) -> Any:
    """Return a change of the steps of augmentation."""
    return lambda recipe: dataclasses.replace(
        recipe, augment=tuple(new for step in recipe.augment if (new := change(step)) is not None)
    )


def own_speed(step: Step) -> Step:
    """Play windows at nearly their own speed."""
    return dataclasses.replace(step, speeds=(0.9, 1.1)) if isinstance(step, Cut) else step


def bare(step: Step) -> Step | None:
    """Only cut."""
    return step if isinstance(step, Cut) else None


def unmixed(step: Step) -> Step | None:
    """Add neither noise nor other events."""
    return None if type(step).__name__ in ADDED else step


CURVES = "and PhaseNet's curves"
HALF = "and the same at half the rate"
HIGHER = "and the higher of label and curve"
UNLABELLED = "and records without labels"
ROWS: dict[str, Change] = {
    "all": lambda recipe: recipe,
    "no taught records": without("taught"),
    "no synthetics": without("synthetic"),
    "no analysts' labels": without(*LABELLED, "nordic_tphasenet_regional_40hz"),
    "own speed": steps(own_speed),
    "no noise or events added": steps(unmixed),
    "cut only": steps(bare),
    "and regional synthetics": regional,
    "and MSNet's overlay": overlaid,
    "and a detection output": detecting,
}


def taught(teacher: Path) -> dict[str, Change]:
    """Return the rows that learn a teacher's curves, too."""
    higher = taught_by(teacher, *RATES)
    return {
        CURVES: taught_by(teacher, 1.0, blend="mean"),
        HALF: taught_by(teacher, *RATES, blend="mean"),
        HIGHER: higher,
        UNLABELLED: lambda recipe: hearing(higher(recipe)),
    }


def one(row: str, change: Change, seed: int, folder: Path, out: Path, updates: int) -> dict[str, Any]:
    """Train and judge one row with one seed."""
    base: Recipe = change(config.load(Recipe, RECIPE))
    place = out / f"{row.replace(' ', '-').replace(chr(39), '')}-{seed}"
    recipe = dataclasses.replace(
        base,
        output=str(place),
        data=dataclasses.replace(base.data, root=str(folder), parts=PARTS),
        run=dataclasses.replace(base.run, seed=seed, epochs=1, epoch_steps=updates),
    )
    shutil.rmtree(place, ignore_errors=True)
    trained = train(recipe)
    picker = load(str(trained.weights), thresholds=dict.fromkeys("PS", GRID[0]), threads=1)
    dev = cases_of(picker, groups_of(folder, PARTS, "dev"))
    thresholds = thresholds_of(dev)
    quiet = quiet_of(picker, folder)
    return {
        "row": row,
        "seed": seed,
        "thresholds": thresholds,
        "dev": table(dev, thresholds),
        "test": table(cases_of(picker, groups_of(folder, PARTS, "test")), thresholds),
        "quiet": {phase: quiet.rate(phase, thresholds[phase]) for phase in "PS"},
    }


def show(results: list[dict[str, Any]]) -> str:
    """Return a Markdown table: mean and spread over seeds of F1 on records never seen."""
    titles = list(dict.fromkeys(r["group"] for r in results[0]["test"]))
    heads = ("mixture", "seeds", "development", *(f"{t}, P / S" for t in titles), "quiet, picks an hour")
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in dict.fromkeys([*ROWS, *(r["row"] for r in results)]):
        some = [r for r in results if r["row"] == row]
        if not some:
            continue
        kept = [np.mean([x["best_f1"] for x in r["dev"]]) for r in some]
        cells = [f"{np.mean(kept):.3f} ± {np.std(kept):.3f}"]
        for title in titles:
            pair = []
            for phase in "PS":
                f1 = [x["f1"] for r in some for x in r["test"] if (x["group"], x["phase"]) == (title, phase)]
                pair.append(f"{np.mean(f1):.3f} ± {np.std(f1):.3f}")
            cells.append(" / ".join(pair))
        quiet = np.mean([sum(r["quiet"].values()) for r in some])
        lines.append(f"| {row} | {len(some)} | " + " | ".join(cells) + f" | {quiet:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run what is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--teacher", type=Path, help="safetensors file of a published network")
    args = parser.parse_args()
    rows = ROWS | (taught(args.teacher) if args.teacher else {})
    args.out.mkdir(parents=True, exist_ok=True)
    file = args.out / "ablation.json"
    results: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    for seed in range(args.seeds):
        for row, change in rows.items():
            if not any((r["row"], r["seed"]) == (row, seed) for r in results):
                results.append(one(row, change, seed, args.folder, args.out, args.steps))
                file.write_text(json.dumps(results, indent=1), encoding="utf-8")
                sys.stdout.write(show(results))
                sys.stdout.flush()
    sys.stdout.write(show(results))


if __name__ == "__main__":
    main()
