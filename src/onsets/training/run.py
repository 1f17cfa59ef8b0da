"""From a recipe to a trained network in a folder."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from onsets import networks
from onsets.augment import Cut, Step
from onsets.config import plain
from onsets.datasets import write_parts
from onsets.errors import ConfigError, MissingExtraError
from onsets.spec import Spec
from onsets.store.atomic import replacing
from onsets.training.average import freeze, renew
from onsets.training.batches import Batches, Sampling
from onsets.training.checkpoint import load_checkpoint, save_checkpoint
from onsets.training.fit import Report, Session, fit, make_optimiser
from onsets.training.journal import Journal, read_journal
from onsets.training.losses import l1_norm
from onsets.training.recipe import Recipe
from onsets.training.sources import Pools, open_pools
from onsets.training.teacher import load_teacher
from onsets.training.world import World, join_world
from onsets.types import Problem

__all__ = ["CHECKPOINT", "Trained", "train"]

CHECKPOINT = "checkpoint.safetensors"
MAY_CHANGE = {"device", "threads", "workers", "checkpoint_steps", "log_steps"}
"""Keys of ``run`` that a resumed training may have otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What a training left.

    Attributes
    ----------
    folder : Path
        Holds the weights, ``log.jsonl``, ``parts.csv``, ``recipe.json``, ``learning.png`` and the checkpoint.
    weights, onnx : Path
        The kept network, with its Spec.
    best_step : int
        Update whose weights were kept.
    records : dict of str to int
        Records of each part.
    problems : tuple of Problem
        Records that could not be used.
    """

    folder: Path
    weights: Path
    onnx: Path
    best_step: int
    records: dict[str, int]
    problems: tuple[Problem, ...]


def train(recipe: Recipe, *, resume: bool = False, report: Callable[[Report], None] | None = None) -> Trained:
    """Train a network by a recipe.

    Parameters
    ----------
    recipe : Recipe
    resume : bool
        Go on from the checkpoint in the output folder: updates then are those of a training that was
        not interrupted.
    report : callable, optional
        Called after every update and epoch, in the first process.

    Returns
    -------
    Trained

    Raises
    ------
    ConfigError
        If the recipe cannot be used, the folder holds another training, or a resumed one had another
        recipe.
    CatalogueError
        If the data cannot be used.
    StoreError
        If the disk is full; the last checkpoint is whole.

    Notes
    -----
    On the CPU with one thread, two runs of one recipe give the same weights to the last bit. Started by
    ``torchrun``, each process takes its turns of the records.
    """
    if recipe.run.threads:
        torch.set_num_threads(recipe.run.threads)
    spec, folder = recipe.spec(), Path(recipe.output).expanduser()
    if resume != (folder / CHECKPOINT).is_file():
        hint = (
            "nothing to resume" if resume else "a training already; go on with --resume or --set output=..."
        )
        raise ConfigError(f"{folder} holds {hint}")
    with join_world(recipe.run.device) as world:
        if recipe.run.batch % (world.size * (2 if recipe.run.twice else 1)):
            raise ConfigError(f"run.batch = {recipe.run.batch} does not divide among {world.size} processes")
        pools = open_pools(recipe.data, spec, unlabelled=bool(recipe.teacher.weights))
        session = _session(recipe, spec, world)
        training, judges = _batches(recipe, pools, world)
        saved = folder / CHECKPOINT
        if resume:
            progress, before = load_checkpoint(saved, session.modules, session.optimiser)
            _same(before, plain(recipe))
            session.resumed(progress)
        if world.first:
            _begin(folder, recipe, pools)
        journal = Journal(folder, session.progress.step) if world.first else None
        world.wait()

        def tell(told: Report) -> None:
            if journal is not None:
                _log(journal, told, recipe.run.log_steps)
                if report is not None:
                    report(told)

        def keep() -> None:
            if world.first:
                save_checkpoint(saved, session.modules, session.optimiser, session.progress, plain(recipe))
            world.wait()

        try:
            fit(session, training, judges, tell=tell, keep=keep)
        finally:
            if journal is not None:
                journal.close()
        weights, onnx = _finish(session, folder)
        if world.first:
            _write_problems(folder, pools)
        world.wait()
    records = {"train": len(pools.train), "dev": len(pools.dev)}
    best = session.progress.best_step if recipe.stop.keep == "best" else session.progress.step
    return Trained(folder, weights, onnx, best, records, pools.problems)


def _session(recipe: Recipe, spec: Spec, world: World) -> Session:
    """Build or load the network, freeze what stays, and the optimiser of the rest."""
    torch.manual_seed(recipe.run.seed)
    network = networks.build(recipe.network.name, **recipe.network.options)
    start = recipe.start
    if (start.frozen or start.fresh) and not start.weights:
        raise ConfigError("start: frozen and fresh parts need start.weights to begin with")
    if start.weights:
        known, own = networks.load(start.weights)
        try:
            fresh = {key: value.clone() for key, value in network.state_dict().items()}
            network.load_state_dict(known.state_dict())
        except RuntimeError as error:
            raise ConfigError(f"start.weights: {own.name} is not the recipe's network: {error}") from error
        renew(network, fresh, start.fresh)
    l1_norm(network, recipe.loss)
    network.to(world.device)
    quiet = freeze(network, start.frozen)
    teacher = load_teacher(recipe.teacher, spec, world.device) if recipe.teacher.weights else None
    return Session(network, spec, recipe, world, make_optimiser(network, recipe.optimiser), quiet, teacher)


def _batches(recipe: Recipe, pools: Pools, world: World) -> tuple[Batches, dict[str, tuple[Batches, int]]]:
    """Return the training batches and, by part, those that judge and how many."""
    run, data, device = recipe.run, recipe.data, world.device
    sampling = Sampling(
        batch=run.batch // world.size,
        twice=run.twice,
        noise_share=data.noise_share,
        weights=data.weights,
        seed=run.seed,
        rank=world.rank,
        world=world.size,
    )
    training = Batches(pools.train, pools.noise, recipe.steps, recipe.labels, sampling, device=device)
    plainly = dataclasses.replace(sampling, twice=False, noise_share=None, weights=None)
    judges = {}
    for part, pool in (("dev", pools.dev), ("generalisation", pools.generalisation)):
        if pool is not None:
            batches = Batches(
                pool, None, _quiet_steps(recipe), recipe.labels, plainly, name=part, device=device
            )
            judges[part] = (batches, run.dev_steps or batches.epoch_steps)
    return training, judges


def _quiet_steps(recipe: Recipe) -> Sequence[Step]:
    """Return only the cut, at true speed."""
    return [dataclasses.replace(step, jitter=1.0) for step in recipe.steps if isinstance(step, Cut)]


def _same(before: dict[str, Any], now: dict[str, Any]) -> None:
    """Refuse to go on by another recipe."""
    constant = now["schedule"]["kind"] != "one-cycle"
    for table in sorted({*before, *now} - {"output"}):
        a, b = before.get(table), now.get(table)
        if table == "run":
            a, b = (
                {k: v for k, v in x.items() if k not in MAY_CHANGE and not (k == "epochs" and constant)}
                for x in (a or {}, b or {})
            )
        if a != b:
            raise ConfigError(f"the training in this folder had another {table}: {a}, now {b}; begin another")


def _begin(folder: Path, recipe: Recipe, pools: Pools) -> None:
    """Write what is known before the first update."""
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / "recipe.json") as handle:
        handle.write((json.dumps(plain(recipe), indent=1) + "\n").encode())
    write_parts(pools.dataset, folder / "parts.csv")
    _write_problems(folder, pools)


def _write_problems(folder: Path, pools: Pools) -> None:
    if pools.problems:
        lines = [json.dumps(dataclasses.asdict(problem)) for problem in pools.problems]
        with replacing(folder / "problems.jsonl") as handle:
            handle.write(("\n".join(lines) + "\n").encode())


def _log(journal: Journal, told: Report, every: int) -> None:
    if told.judged is None:
        if told.step % every == 0:
            journal.write("step", told.step, loss=told.loss, rate=told.rate)
        return
    values = {
        f"{part}_{key}": getattr(one, key)
        for part, one in told.judged.items()
        for key in ("loss", "f1_p", "f1_s")
    }
    journal.write("epoch", told.step, epoch=told.epoch, loss=told.loss, rate=told.rate, **values)


def _finish(session: Session, folder: Path) -> tuple[Path, Path]:
    """Write weights, ONNX and the picture of learning."""
    spec, network = session.spec, session.candidate
    weights, onnx = folder / f"{spec.name}.safetensors", folder / f"{spec.name}.onnx"
    if not session.world.first:
        return weights, onnx
    if session.recipe.stop.keep == "best":
        network = session.best
    network = network.cpu().eval()
    networks.save(network, spec, weights)
    networks.to_onnx(*_stripped(network, spec), onnx)
    try:
        from onsets.plots import plot_learning

        plot_learning(read_journal(folder / "log.jsonl"), folder / "learning.png", title=spec.name)
    except MissingExtraError:
        pass  # the picture is an extra
    return weights, onnx


def _stripped(network: nn.Module, spec: Spec) -> tuple[nn.Module, Spec]:
    """Return a network without its auxiliary outputs, where it can do without."""
    if not spec.auxiliary or not hasattr(network, "strip"):
        return network, spec
    options = {**spec.options, "auxiliary": False}
    return network.strip(), dataclasses.replace(spec, auxiliary=(), options=options)  # type: ignore[operator]
