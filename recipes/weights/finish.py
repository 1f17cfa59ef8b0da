"""Go on training from weights with a teacher's curves, twice, then take the mean of all three weights.

    python recipes/weights/finish.py RECIPE BEGUN TEACHER FOLDER OUT [--parts parts/all.csv] [--updates N]

RECIPE is the first training's, BEGUN and TEACHER are weights, FOLDER holds the records. OUT/labelled and
OUT/heard get what ``onsets train`` writes, without and with records that have no labels, and a training that
was stopped there goes on. OUT gets NAME-mean.safetensors, a third begun, a third of each: on records unlike
those of the second trainings it forgets less, and errs less than each (Wortsman et al. 2022,
arXiv:2109.01903; statistics of batch-norms are averaged like weights).
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from mixture import Change, finish, hearing

from onsets import config, networks
from onsets.training import Recipe, train
from onsets.training.run import CHECKPOINT

TRAININGS: dict[str, Change] = {"labelled": lambda recipe: recipe, "heard": hearing}


def mean_of(files: Sequence[Path], out: Path) -> None:
    """Write the mean of several weights of one network, with the Spec of the last."""
    states = [networks.load(file)[0].state_dict() for file in files]
    network, spec = networks.load(files[-1])
    mean = network.state_dict()
    with torch.no_grad():
        for key, value in mean.items():
            if value.is_floating_point():
                value.copy_(torch.stack([state[key] for state in states]).mean(dim=0))
    networks.save(network, spec, out)


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", type=Path)
    parser.add_argument("begun", type=Path)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--parts", default="parts/all.csv")
    parser.add_argument("--updates", type=int, help="of each training; 3,000 if not given")
    args = parser.parse_args()
    base = finish(config.load(Recipe, args.recipe), args.begun, args.teacher)
    if args.updates:
        base = dataclasses.replace(
            base, run=dataclasses.replace(base.run, epochs=1, epoch_steps=args.updates)
        )
    data = dataclasses.replace(base.data, root=str(args.folder), parts=args.parts)
    files = [args.begun]
    for name, change in TRAININGS.items():
        folder = args.out / name
        recipe = change(dataclasses.replace(base, data=data, output=str(folder)))
        files.append(train(recipe, resume=(folder / CHECKPOINT).is_file()).weights)
    mean = args.out / f"{files[-1].stem}-mean.safetensors"
    mean_of(files, mean)
    sys.stdout.write(f"{mean}\n")


if __name__ == "__main__":
    main()
