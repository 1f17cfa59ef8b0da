"""Write the page of the weights and its pictures from what was judged.

python recipes/weights/page.py OUT SHARED BUNDLED DOCS

DOCS gets weights.md and the folder weights; BUNDLED holds the bundles.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from ablation import show as ablation_table
from bundle import rows_of, trainings_of, trust_of, updates_of
from judging import NORDIC_TITLE, TITLE_ICELAND, TITLE_TAUGHT
from make import COMPARED, HERE, OURS, PLACES
from reliability import floor_of, pooled

from onsets import networks
from onsets.plots import save_figure
from onsets.plots.canvas import look_of, panels, titled

GROUPS = {
    "NCEDC": "ncedc",
    "NZ": "nz",
    NORDIC_TITLE: "north",
    TITLE_ICELAND: "north",
    TITLE_TAUGHT: "iquique",
}
"""What is shown of each region."""
LABELLED = {**PLACES, "north": "Nordic", "iquique": TITLE_TAUGHT}
"""Whose labels probabilities are held against."""
NAMES = (*OURS, *COMPARED)
NEIGHBOUR = "iquique_deepphasepick/CX.PB01.20140501_12h.mseed"
"""Recorded beside the quiet stretches."""
TITLES = {
    "phasenet": "PhaseNet",
    "phasenet-dense": "PhaseNet, dense windows",
    "lppn-8-16": "LPPN 8-16",
    "lppn-16-16": "LPPN 16-16",
}
PAGE = """# The weights of the wheel

`default` and `tiny` are networks of our own, [onsets-net](../src/onsets/networks/onsets_net.py), trained
by [recipes/weights](../recipes/weights); `make weights` does all of it again. Their cards:
[default](../src/onsets/bundled/default.md), [tiny](../src/onsets/bundled/tiny.md).

Everything below is measured on records of regions that the network was not trained on: the recipe is run
again without them. Thresholds, calibration and the scale of uncertainties come from the other regions, and
there from what runs without each of those pick: from records of regions unseen as well. (Those runs were
trained on the region that is judged; none of its records was picked for this.) Whole records are searched
and every pick further than 0.5 s from the label is false. Published weights are judged on the same records
with a threshold of 0.3; PhaseNet was trained on Northern California, so its NCEDC rows are at home, and it
has taught ours there. "Iquique, taught" has no analyst's labels but those of our teachers, PhaseNet and a
first student: it shows what far events (S-P of 15 s) of a region left out are worth to a network, not who
is better. "Iceland, automatic" are a location program's picks that fit its hypocentres; its records hold
others too.

`lppn-mixture` and `leqnet-mixture` are other networks from the same mixture, without NCEDC, for comparison
only ({compared}).
LPPN went on with PhaseNet's curves as ours did; LEQNet also learns detection, which PhaseNet cannot teach.
Their thresholds have the best F1 on development records, for their probabilities are not calibrated.

## F1 against cost

![F1 against multiply-adds](weights/frontier.png)

{frontier}

## Regions left out

{regions}

![Residuals](weights/residuals.png)

## By S-P

{near}

## Probabilities and uncertainties

![Reliability](weights/reliability.png)

{trust}

Iquique's labels are teachers' and of clear onsets only, so that its picks are right more often than they
say; "all analysts' labels" are NCEDC, NZ and Nordic together, each from the network that never saw it.

## Quiet stretches

Stretches of 40 s and more of a day and station kept away from training (CX.PB02, 2014-05-01) in which
neither teacher sees anything.

{quiet}

The bundled `default`, trained on other days of that station: {neighbours}.

## NZ: labels that can be seen

Analysts' picks of this set are about 0.08 s early, and some lie in noise. Visible: between 2 and 20 Hz
the second after the label has twice the RMS of the two seconds before. `default` trained without NZ:

{visible}

## Fast records

A borehole string at 2 kHz (three events, twenty receivers) and the same resampled. No analyst picked
them: the share of receivers with a P and with a later S, and how far the P lie from a parabola over the
string. `default`:

{fast}

No network for microseismic records is bundled: there is nothing labelled to show that it would be
better.

## What each part of the mixture is worth

`tiny`, 600 updates, no NCEDC record, mean and standard deviation over seeds. Thresholds come from each run's
own development records, none of them from NCEDC, whose best F1 (mean of P and S and of NZ, Nordic, Iquique
and synthetic) is the first column. Short runs: the rows compare with each other, not with the tables above.
The last four learn PhaseNet's curves, too (it has seen NCEDC): half and half with the labels; the mean of
its curves at its own and at half its rate; of label and that mean whichever is higher; and the same of
continuous data that nobody labelled, as in the two second trainings of the bundled networks, which leave
the synthetics out. Far synthetics help P of slowed events and cost S; MSNet's overlay and a detection
output change little. None of these three is in the mixture.

{ablation}

"""


def load(path: Path) -> dict[str, Any]:
    """Read JSON."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def ours(out: Path) -> dict[str, dict[str, Any]]:
    """Return what was judged of our own, by name and region; those not yet judged are missing."""
    found: dict[str, dict[str, Any]] = {}
    for name in NAMES:
        for region in PLACES:
            path = out / f"{name}-without-{region}" / "judged.json"
            if path.is_file():
                found.setdefault(name, {})[region] = load(path)
    return found


def f1_of(rows: list[dict[str, Any]], title: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a group by phase."""
    return {r["phase"]: r for r in rows if r["group"] == title}


def points(out: Path) -> dict[str, tuple[float, dict[str, dict[str, dict[str, Any]]]]]:
    """Return multiply-adds a day and rows by group and phase, of ours and of published weights."""
    found = {}
    for name, judged in ours(out).items():
        weights = next((out / f"{name}-without-{r}" / f"{name}-calibrated.safetensors") for r in judged)
        cost = networks.measure(*networks.load(weights))["macs_day"] / 1e9
        found[name] = (
            cost,
            {title: f1_of(judged[r]["rows"], title) for title, r in GROUPS.items() if r in judged},
        )
    for path in sorted((out / "published").glob("*.json")):
        said = load(path)
        rows = {title: f1_of(said["rows"], title) for title in GROUPS}
        found[TITLES[path.stem]] = said["macs_day"] / 1e9, rows
    return found


def judged_groups(found: dict[str, Any]) -> list[str]:
    """Return the groups on which ours were judged."""
    return [title for title in GROUPS if any(title in found[name][1] for name in NAMES if name in found)]


def draw_frontier(found: dict[str, Any], path: Path) -> None:
    """Draw F1 of P and S against cost, a panel a group."""
    names, titles = list(found), judged_groups(found)
    forms = {name: "s" if name in TITLES.values() else "o" for name in names}
    figure, axes = panels(-(-len(titles) // 2), 2, names, title="", markers=tuple(forms.values()))
    places = [ax for row in axes for ax in row]
    for ax, title in zip(places, titles, strict=False):
        for k, (name, (cost, rows)) in enumerate(found.items()):
            if rows.get(title):
                for phase, fill in (("P", "full"), ("S", "none")):
                    colour = look_of(k)["color"]
                    ax.plot(
                        cost,
                        rows[title][phase]["f1"],
                        forms[name],
                        color=colour,
                        fillstyle=fill,
                        markersize=7,
                    )
        ax.set_xscale("log")
        ax.set_xlim(8, 600)
        ax.set_xticks([10, 20, 50, 100, 200, 500], ["10", "20", "50", "100", "200", "500"])
        ax.minorticks_off()
        ax.set_ylim(0, 1)
        titled(ax, title, "G multiply-adds a day (squares: published)", "F1 (P filled, S open)")
    for ax in places[len(titles) :]:
        ax.set_visible(False)
    save_figure(figure, path)


def draw_reliability(judged: dict[str, Any], path: Path) -> None:
    """Draw the share of right picks against their probability, a panel a phase."""
    figure, axes = panels(1, 2, [LABELLED[region] for region in judged], title="")
    for ax, phase in zip(axes[0], "PS", strict=True):
        ax.plot([0, 1], [0, 1], color="#8C8C8C", linewidth=0.8)
        for k, said in enumerate(judged.values()):
            p, share, count = np.array(said["trust"][f"recorded, {phase}"]["bins"]).T
            colour = look_of(k)["color"]
            ax.plot(p, share, color=colour, linewidth=1)
            ax.scatter(p, share, s=4 + 2 * count, color=colour)
        titled(ax, f"{phase}, default, region left out", "probability", "share of picks that are right")
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1.02)
    save_figure(figure, path)


def draw_residuals(judged: dict[str, Any], path: Path) -> None:
    """Draw how far right picks lie from their labels, a panel a phase."""
    titles = [title for title, region in GROUPS.items() if region in judged]
    figure, axes = panels(1, 2, titles, title="")
    edges = np.linspace(-0.5, 0.5, 41)
    for ax, phase in zip(axes[0], "PS", strict=True):
        for k, title in enumerate(titles):
            r = np.array(judged[GROUPS[title]]["residuals"][title][phase])
            share = np.histogram(r, edges)[0] / max(1, len(r))
            ax.stairs(share, edges, color=look_of(k)["color"], linewidth=1.2)
        titled(ax, f"{phase}, default, region left out", "pick - label, s", "share of right picks")
        ax.set_xlim(-0.5, 0.5)
        ax.axvline(0, color="#8C8C8C", linewidth=0.8)
    save_figure(figure, path)


def together(judged: dict[str, Any]) -> dict[str, Any]:
    """Return the trust in the picks of all regions together, each by the network that never saw it."""
    said: dict[str, Any] = {}
    for phase in "PS":
        own = [one["trust"][f"recorded, {phase}"] for one in judged.values()]
        bins, ece = pooled([one["bins"] for one in own])
        count = sum(one["picks"] for one in own)
        held = {key: sum(o[key] * o["picks"] for o in own) / count for key in ("once", "three_times")}
        said[f"recorded, {phase}"] = {"ece": ece, "by_chance": floor_of(bins), "picks": count, **held}
    return {"trust": said}


def frontier_table(found: dict[str, Any]) -> str:
    """Return F1 by group, at the threshold and at best."""
    titles = judged_groups(found)
    heads = " | ".join(f"{title}, P / S | best" for title in titles)
    lines = [f"| network | G multiply-adds a day | {heads} |", "|---" * (2 + 2 * len(titles)) + "|"]
    for name, (cost, rows) in found.items():
        cells = []
        for title in titles:
            pair = rows.get(title)
            for key in ("f1", "best_f1"):
                cells.append(f"{pair['P'][key]:.3f} / {pair['S'][key]:.3f}" if pair else "")
        lines.append(f"| {name} | {cost:.1f} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def quiet_table(out: Path) -> str:
    """Return picks an hour in quiet stretches."""
    lines = ["| network | P an hour | S an hour | hours |", "|---" * 4 + "|"]
    rows = {
        f"{n}, without {PLACES[r]}": said for n, judged in ours(out).items() for r, said in judged.items()
    }
    rows |= {TITLES[path.stem]: load(path) for path in sorted((out / "published").glob("*.json"))}
    for name, said in rows.items():
        quiet = said["quiet"]
        lines.append(f"| {name} | {quiet['P']:.2f} | {quiet['S']:.2f} | {quiet['hours']:.1f} |")
    return "\n".join(lines)


def said_by(script: str, *words: Path) -> str:
    """Return the table that another script prints."""
    command = [sys.executable, str(HERE / script), *map(str, words)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def neighbours_of(bundled: Path, data: Path, shared: Path) -> str:
    """Return what is said of picks in quiet stretches."""
    neighbour = shared / "data" / "continuous" / NEIGHBOUR
    return said_by("quiet.py", bundled / "default.safetensors", data, neighbour)


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("shared", type=Path)
    parser.add_argument("bundled", type=Path)
    parser.add_argument("docs", type=Path)
    args = parser.parse_args()
    subprocess.run([sys.executable, str(HERE / "published.py"), str(args.out), str(args.shared)], check=True)
    judged, found = ours(args.out), points(args.out)
    pictures = args.docs / "weights"
    pictures.mkdir(parents=True, exist_ok=True)
    draw_frontier(found, pictures / "frontier.png")
    draw_reliability(judged["default"], pictures / "reliability.png")
    draw_residuals(judged["default"], pictures / "residuals.png")
    regions, near = [], []
    for name, by_region in judged.items():
        for region, said in by_region.items():
            regions += [{**r, "group": f"{name}, {r['group']}"} for r in said["rows"]]
            if name in OURS:
                near += [{**r, "group": f"{name}, {PLACES[region]}, {r['group']}"} for r in said["near"]]
    lengths = {
        name: sum(map(updates_of, trainings_of(args.out / f"{name}-without-ncedc")))
        for name in COMPARED
        if name in judged
    }
    without_nz = args.out / "default-without-nz" / "default-calibrated.safetensors"
    ablation = args.out / "ablation" / "ablation.json"
    trust = {f"{name}, {LABELLED[r]}": said for name in OURS for r, said in judged[name].items()}
    analysts = {name: {r: s for r, s in judged[name].items() if r != "iquique"} for name in OURS}
    trust |= {f"{name}, all analysts' labels": together(analysts[name]) for name in OURS}
    page = PAGE.format(
        frontier=frontier_table(found),
        compared=", ".join(f"{name}: {count:,} updates" for name, count in lengths.items()),
        regions=rows_of(regions, "network, left out"),
        near=rows_of(near, "network, left out, S-P"),
        trust=trust_of(trust),
        quiet=quiet_table(args.out),
        neighbours=neighbours_of(args.bundled, args.out / "data", args.shared),
        visible=said_by("visible.py", without_nz, args.out / "data"),
        fast=said_by("microseismic.py", args.bundled / "default.safetensors", args.shared),
        ablation=ablation_table(json.loads(ablation.read_text(encoding="utf-8"))).strip()
        if ablation.is_file()
        else "Not measured yet.",
    )
    (args.docs / "weights.md").write_text(page, encoding="utf-8")
    sys.stdout.write(page)


if __name__ == "__main__":
    main()
