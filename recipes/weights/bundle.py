"""Put calibrated weights into the package: safetensors, ONNX, card, index entry.

    python recipes/weights/bundle.py WEIGHTS TRAINING FOLDER OUT --without REGION=JUDGED.json [...]

WEIGHTS are calibrated and carry their name; TRAINING is the folder that `onsets train` wrote; FOLDER holds
the records; each JUDGED.json was written by judging.py of the same recipe trained without that region. The
card is made from these.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from judging import groups_of, real
from quiet import quiet_of

from onsets import networks
from onsets.evaluation import mode_rows, mode_table
from onsets.picking import load

CARD = """# {name}

An {network} of {parameters:,} parameters, {macs:.1f} G multiply-adds a station-day as run (windows of
{window:.0f} s every {hop:.0f} s, an answer every {step:.0f} ms).

**Trained on** {trained} records: {labelled} that analysts picked (Northern California as shared with
PhaseNet and DeepDenoiser, the Alpine Fault as shared with EQcorrscan, Nordic arrays as shared with
TPhaseNet, 40 Hz played as 100), {taught} cut from continuous data of Chile, Puerto Rico, Iceland,
Turkey and California where the published PhaseNet and a first student agree, or where neither sees
anything, and {synthetic} synthetics. Every window is played at a quarter to 1.7 times its speed. No
published weight is in it. {updates:,} updates of {batch} windows, seed {seed}{curves}.

**Thresholds** P {p:.2f}, S {s:.2f}: half of the best F1 on regions left out (near, far, played slower),
each picked by the same recipe trained without it, which is where F1 is highest when probabilities are
calibrated. **Probabilities** are calibrated on the same picks: of those that say 0.8 about 80 % are
right. **Uncertainty** of a pick: the width of its peak times {wp:.2f} (P) or {ws:.2f} (S), which held
68 % of the residuals there; three times as much should hold 95 %.

**Scores on regions left out**: the same recipe was trained again without any record of the region and
of its events, and calibrated and given thresholds on the other regions, each left out in turn. Whole
records are searched; every pick further than 0.5 s from the label is false, although records hold
arrivals without one. Teachers were not kept from regions: PhaseNet was trained on Northern California,
the first student on NZ.

{regions}

By S-P, the same runs together; "played slower" are near records at a half and a quarter of their speed,
for lack of far ones:

{near}

**How far to trust it** on regions left out: expected calibration error of probabilities (ECE) beside
what exact ones would show with so few picks, and the share of right picks within once and three times
their uncertainty; by analysts' labels where there are any, Iquique's are teachers' and of clear onsets
only:

{trust}

NZ's labels are early by more than any of these uncertainties. In {quiet_hours:.0f} hours of one station
in Chile that were kept away from training, in stretches where neither teacher sees anything, it picks
{quiet:.1f} times an hour.

{modes}

These are the labelled records kept for development, as recorded.

**Where it fails**

{fails}

"""


COMPARED = """# {name}

Not for use but for comparison with `default`: {network}, {parameters:,} parameters, {macs:.1f} G
multiply-adds a station-day as run (windows of {window:.0f} s every {hop:.0f} s), from the same records and
augmentation without any of Northern California. {updates:,} updates of {batch} windows, seed {seed}{curves};
no published weight is in it. Thresholds P {p:.2f}, S {s:.2f} have the best F1 on records kept for
development. Its probabilities are not calibrated, and its picks have no uncertainty.

**Scores** on Northern California, which it never saw; whole records are searched, every pick further than
0.5 s from the label is false:

{regions}

"""


def rows_of(rows: list[dict[str, Any]], first: str) -> str:
    """Return judged groups as a Markdown table."""
    heads = "phase | labels | precision | recall | F1 (95 %, by event) | median abs. residual s | residual s"
    lines = [f"| {first} | {heads} |", "|---" * 8 + "|"]
    for r in rows:
        f1 = f"{r['f1']:.3f} ({r['f1_low']:.2f} to {r['f1_high']:.2f})"
        times = f"{r['median_abs_s']:.3f} | {r['bias_s']:+.3f}"
        lines.append(
            f"| {r['group']} | {r['phase']} | {r['labels']} | {r['precision']:.3f} | {r['recall']:.3f} "
            f"| {f1} | {times} |"
        )
    return "\n".join(lines)


def trust_of(judged: dict[str, dict[str, Any]]) -> str:
    """Return calibration and coverage as a Markdown table."""
    lines = [
        "| left out | phase | ECE | by chance (95 %) | within once | within three times | picks |",
        "|---" * 7 + "|",
    ]
    for region, said in judged.items():
        for phase in "PS":
            one = said["trust"][f"recorded, {phase}"]
            chance, most = one["by_chance"]
            lines.append(
                f"| {region} | {phase} | {one['ece']:.3f} | {chance:.3f} ({most:.3f}) | {one['once']:.2f} "
                f"| {one['three_times']:.2f} | {one['picks']} |"
            )
    return "\n".join(lines)


def trained_on(training: Path) -> Counter[str]:
    """Count training records by kind, of a training and of those it went on from."""
    seen: set[tuple[str, str]] = set()
    for folder in trainings_of(training):
        with open(folder / "parts.csv", newline="", encoding="utf-8") as handle:
            rows = [row for row in csv.DictReader(handle) if row["split"] == "train"]
        seen |= {(row["dataset"], row["name"]) for row in rows}
    kinds = [dataset.split("-")[0] for dataset, _ in seen]
    return Counter(kind if kind in ("taught", "heard", "synthetic") else "labelled" for kind in kinds)


def compared_of(weights: Path, training: Path, judged: dict[str, dict[str, Any]]) -> str:
    """Return the card of a network that is only compared with."""
    return COMPARED.format(
        **_sizes(weights, training),
        regions=rows_of([r for said in judged.values() for r in said["rows"]], "group"),
    )


CURVES = """; then twice {finish:,} more, without
the synthetics and once with {heard} pieces of continuous data that nobody labelled, in which a value is to
be as high as its label or as PhaseNet's curve, whichever is higher, the mean of its curves at {rates} times
its own rate. The weights are the mean of those three trainings"""


def trainings_of(folder: Path) -> list[Path]:
    """Return the folders of one training, or several side by side, after those they went on from."""
    own = (folder / "recipe.json").is_file()
    last = [folder] if own else sorted(path.parent for path in folder.glob("*/recipe.json"))
    begun = recipe_of(last[0])["start"]["weights"]
    return [*(trainings_of(Path(begun).parent) if begun else []), *last]


def recipe_of(folder: Path) -> dict[str, Any]:
    """Return the recipe of a training."""
    recipe: dict[str, Any] = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    return recipe


def updates_of(folder: Path) -> int:
    """Return how many updates the recipe of a training asks for."""
    run = recipe_of(folder)["run"]
    return int(run["epochs"] * run["epoch_steps"])


def _sizes(weights: Path, training: Path) -> dict[str, Any]:
    """Return what every card says of size, training and thresholds."""
    network, spec = networks.load(weights)
    cost = networks.measure(network, spec)
    folders = trainings_of(training)
    last = recipe_of(folders[-1])
    taught = ""
    if last["teacher"]["weights"]:
        rates = " and ".join(f"{rate:g}" for rate in last["teacher"]["rates"])
        taught = CURVES.format(
            finish=updates_of(folders[-1]), rates=rates, heard=trained_on(training)["heard"]
        )
    return {
        "name": spec.name,
        "network": spec.network,
        "parameters": cost["parameters"],
        "macs": cost["macs_day"] / 1e9,
        "window": spec.samples / spec.rate_hz,
        "hop": spec.hop_samples / spec.rate_hz,
        "updates": updates_of(folders[0]),
        "batch": last["run"]["batch"],
        "seed": recipe_of(folders[0])["run"]["seed"],
        "curves": taught,
        "p": spec.thresholds["P"],
        "s": spec.thresholds["S"],
    }


def card_of(
    weights: Path, training: Path, folder: Path, judged: dict[str, dict[str, Any]], fails: str
) -> str:
    """Return the card's text."""
    groups = real(groups_of(folder, "parts/all.csv", "dev"))
    kept = [sample for some in groups.values() for sample in some]
    quiet = quiet_of(load(str(weights), threads=1), folder)
    spec = networks.read_spec(weights)
    kinds = trained_on(training)
    regions = [r for said in judged.values() for r in said["rows"]]
    near = [
        {**r, "group": f"{region}, {r['group']}"} for region, said in judged.items() for r in said["near"]
    ]
    return CARD.format(
        **_sizes(weights, training),
        step=1000 * spec.segment_samples / spec.rate_hz,
        trained=sum(kinds.values()) - kinds["heard"],
        **{kind: kinds[kind] for kind in ("labelled", "taught", "synthetic")},
        wp=spec.uncertainty_widths["P"],
        ws=spec.uncertainty_widths["S"],
        regions=rows_of(regions, "left out"),
        near=rows_of(near, "S-P"),
        trust=trust_of(judged),
        quiet_hours=quiet.hours,
        quiet=sum(quiet.rate(phase, 0.0) for phase in "PS"),
        modes=mode_table(mode_rows(str(weights), kept)),
        fails=fails,
    )


def write(weights: Path, card: str, out: Path) -> None:
    """Write the files of a bundle and its entry in the index."""
    network, spec = networks.load(weights)
    files = {
        "safetensors": f"{spec.name}.safetensors",
        "onnx": f"{spec.name}.onnx",
        "card": f"{spec.name}.md",
    }
    out.mkdir(parents=True, exist_ok=True)
    networks.save(network, spec, out / files["safetensors"])
    networks.to_onnx(network, spec, out / files["onnx"])
    (out / files["card"]).write_text(card, encoding="utf-8")
    place = out / "index.json"
    index = json.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}
    hashes = {kind: networks.sha256(out / files[kind]) for kind in ("onnx", "safetensors")}
    index[spec.name] = {**files, "sha256": hashes, "figures": networks.measure(network, spec)}
    place.write_text(json.dumps(index, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main() -> None:
    """Bundle one file of weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument("training", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--without", action="append", default=[], help="REGION=FILE")
    parser.add_argument("--fails", type=Path, default=Path(__file__).with_name("fails.md"))
    args = parser.parse_args()
    pairs = [one.split("=", 1) for one in args.without]
    judged = {region: json.loads(Path(file).read_text(encoding="utf-8")) for region, file in pairs}
    fails = args.fails.read_text(encoding="utf-8").strip()
    if networks.read_spec(args.weights).uncertainty_widths:
        card = card_of(args.weights, args.training, args.folder, judged, fails)
    else:
        card = compared_of(args.weights, args.training, judged)
    write(args.weights, card, args.out)
    sys.stdout.write(card)


if __name__ == "__main__":
    main()
