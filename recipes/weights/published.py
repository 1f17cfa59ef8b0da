"""Judge published weights on the same records: what the page compares with.

    python recipes/weights/published.py OUT SHARED

OUT/published/NAME.json is written for each, at a threshold of 0.3 and with the best there is. "dense" are
windows a quarter apart whose ends are left out, which is a teacher's best use.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from judging import GRID, by_distance, cases_of, groups_of, show, table
from parts import REGIONS
from quiet import quiet_of
from teach import dense

from onsets import networks
from onsets.picking import NetworkPicker, load

FIXED = {"P": 0.3, "S": 0.3}
FILES = {
    "phasenet": ("phasenet/model_95.ckpt", "phasenet-tf"),
    "lppn-8-16": ("lppn/8-16.wave", "lppn"),
    "lppn-16-16": ("lppn/16-16.wave", "lppn"),
}


def imported(out: Path, shared: Path, name: str) -> Path:
    """Import published weights once."""
    file, kind = FILES[name]
    made = out / "published" / f"{name}.safetensors"
    if not made.exists():
        made.parent.mkdir(parents=True, exist_ok=True)
        words = ("weights", "import", shared / "weights" / file, "--from", kind, "-o", made)
        subprocess.run([sys.executable, "-m", "onsets", *map(str, words)], check=True)
    return made


def judged(picker: NetworkPicker, folder: Path) -> dict[str, Any]:
    """Return rows on every region, as those networks are judged that were trained without it."""
    low = dataclasses.replace(picker, thresholds=dict.fromkeys("PS", GRID[0]))
    said: dict[str, Any] = {"rows": [], "near": []}
    for region in REGIONS:
        cases = cases_of(low, groups_of(folder, f"parts/without-{region}.csv", "test"))
        said["rows"] += table(cases, FIXED)
        said["near"] += [{**r, "group": f"{region}, {r['group']}"} for r in by_distance(cases, FIXED)]
    quiet = quiet_of(low, folder)
    said["quiet"] = {phase: quiet.rate(phase, FIXED[phase]) for phase in "PS"} | {"hours": quiet.hours}
    return said


def main() -> None:
    """Judge all of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("shared", type=Path)
    args = parser.parse_args()
    for name in FILES:
        weights = imported(args.out, args.shared, name)
        pickers = {name: load(str(weights), threads=1)}
        if name == "phasenet":
            pickers["phasenet dense"] = dense(str(weights))
        for title, picker in pickers.items():
            made = args.out / "published" / f"{title.replace(' ', '-')}.json"
            if made.exists() or not isinstance(picker, NetworkPicker):
                continue
            network, _ = networks.load(weights)
            said = judged(picker, args.out / "data")
            said["macs_day"] = networks.measure(network, picker.spec)["macs_day"]
            made.write_text(json.dumps(said, indent=1), encoding="utf-8")
            sys.stdout.write(f"{title}\n{show(said['rows'])}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
