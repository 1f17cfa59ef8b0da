"""Go on training from weights with a teacher's curves, then take the mean of both weights.

    python recipes/weights/finish.py RECIPE BEGUN TEACHER FOLDER OUT [--parts parts/all.csv]

RECIPE is the first training's, BEGUN and TEACHER are weights, FOLDER holds the records. OUT gets what
``onsets train`` writes, and a training that was stopped there goes on; and NAME-mean.safetensors, half begun,
half finished: on records unlike those of the second training it forgets less (Wortsman et al. 2022,
arXiv:2109.01903; statistics of batch-norms are averaged like weights).
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

import torch
from mixture import finish

from onsets import config, networks
from onsets.training import Recipe, train
from onsets.training.run import CHECKPOINT


def mean_of(begun: Path, finished: Path, out: Path) -> None:
    """Write the mean of two weights of one network, with the Spec of the second."""
    (one, _), (other, spec) = networks.load(begun), networks.load(finished)
    mean = other.state_dict()
    with torch.no_grad():
        for key, value in one.state_dict().items():
            if value.is_floating_point():
                mean[key].lerp_(value, 0.5)
    networks.save(other, spec, out)


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
    args = parser.parse_args()
    recipe = finish(config.load(Recipe, args.recipe), args.begun, args.teacher)
    data = dataclasses.replace(recipe.data, root=str(args.folder), parts=args.parts)
    recipe = dataclasses.replace(recipe, data=data, output=str(args.out))
    trained = train(recipe, resume=(args.out / CHECKPOINT).is_file())
    mean = trained.weights.with_name(f"{trained.weights.stem}-mean.safetensors")
    mean_of(args.begun, trained.weights, mean)
    sys.stdout.write(f"{mean}\n")


if __name__ == "__main__":
    main()
