"""The loop: what is kept, when it stops, what is told."""

from __future__ import annotations

import math

import pytest
import torch
from torch.optim import SGD, Adam, AdamW

from onsets import networks
from onsets.errors import OnsetsError
from onsets.training.fit import Judged, Session, _decide, make_optimiser
from onsets.training.options import Optimiser
from onsets.training.recipe import Recipe
from onsets.training.run import train
from onsets.training.world import World

from .conftest import Make


def session(recipe: Recipe) -> Session:
    torch.manual_seed(0)
    network = networks.build("lppn", width=1)
    world = World(0, 1, torch.device("cpu"))
    return Session(network, recipe.spec(), recipe, world, make_optimiser(network, recipe.optimiser))


def loss(value: float, f1: float = 0.0) -> dict[str, Judged]:
    return {"dev": Judged(value, f1, f1)}


def test_the_best_weights_are_kept_and_patience_ends(make: Make) -> None:
    made = session(make("stop.patience=2"))
    kept = []
    for k, value in enumerate((5.0, 3.0, 4.0, 3.5, 1.0)):
        with torch.no_grad():
            made.network.head_class.bias.fill_(k)
        made.progress.step = k
        _decide(made, loss(value))
        kept.append(float(made.best.head_class.bias[0].detach()))
        if made.progress.done:
            break
    assert kept == [0, 1, 1, 1] and made.progress.best_step == 1 and made.progress.waited == 2


def test_the_higher_f1_is_the_better(make: Make) -> None:
    made = session(make("stop.measure=f1", "stop.patience=1"))
    for f1, done in ((0.3, False), (0.5, False), (0.5, True)):
        _decide(made, loss(1.0, f1))
        assert made.progress.done is done
    assert made.progress.best == -0.5


def test_a_plateau_lowers_the_rate(make: Make) -> None:
    made = session(make("schedule.plateau_factor=0.3", "schedule.plateau_patience=2"))
    found = []
    for value in (3.0, 2.0, 2.0, 2.5, 2.1, 2.2, 1.0):
        _decide(made, loss(value))
        found.append(made.progress.reductions)
    assert found == [0, 0, 0, 1, 1, 2, 2]


def test_each_optimiser_moves_only_what_is_not_frozen() -> None:
    network = networks.build("lppn", width=1)
    network.units.requires_grad_(False)
    trained = sum(p.numel() for p in network.parameters() if p.requires_grad)
    for kind, cls in (("adam", Adam), ("adamw", AdamW), ("sgd", SGD)):
        made = make_optimiser(network, Optimiser(kind=kind, weight_decay=0.1, betas=(0.8, 0.9)))  # type: ignore
        (group,) = made.param_groups
        assert type(made) is cls and sum(p.numel() for p in group["params"]) == trained
        assert group["weight_decay"] == 0.1 and group.get("momentum", group.get("betas", [0])[0]) == 0.8


def test_a_loss_that_is_no_number_ends_with_advice(make: Make) -> None:
    with pytest.raises(OnsetsError, match=r"lower optimiser\.rate"):
        train(make("optimiser.rate=1e30", "optimiser.kind=sgd", "run.epochs=3"))


def test_the_mean_of_both_phases() -> None:
    assert Judged(1.0, 0.5, 0.7).f1 == pytest.approx(0.6)
    assert math.isfinite(Judged(1.0, 0.0, 0.0).f1)
