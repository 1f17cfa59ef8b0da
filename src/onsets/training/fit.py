"""The loop: update after update, epoch after epoch, from wherever it was left."""

from __future__ import annotations

import contextlib
import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer

from onsets.errors import OnsetsError
from onsets.spec import Spec
from onsets.training.average import Average
from onsets.training.batches import Batch, Batches, seed_of
from onsets.training.checkpoint import Progress
from onsets.training.losses import curve_loss, l1_norm, network_loss
from onsets.training.options import Optimiser
from onsets.training.recipe import Recipe
from onsets.training.schedule import momentum_at, rate_at
from onsets.training.scores import f1, probabilities, window_counts
from onsets.training.teacher import TeacherNetwork, added
from onsets.training.world import World

__all__ = ["Judged", "Report", "Session", "fit", "judge", "make_optimiser"]

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


@dataclass(frozen=True, slots=True)
class Judged:
    """How a network does on a part: mean loss, and F1 of P and S by one pick a window."""

    loss: float
    f1_p: float
    f1_s: float

    @property
    def f1(self) -> float:
        """Mean of both."""
        return (self.f1_p + self.f1_s) / 2


@dataclass(frozen=True, slots=True)
class Report:
    """What is told after an update (``judged`` is None) or an epoch.

    Attributes
    ----------
    step, steps : int
        Updates done, and in all.
    epoch : int
        From 1.
    loss : float
        Of the update, or the mean of the epoch.
    rate : float
        Learning rate.
    windows_s : float
        Windows a second since this run began.
    left_s : float
        Seconds that are left at this speed.
    judged : dict of str to Judged, or None
        By part.
    """

    step: int
    steps: int
    epoch: int
    loss: float
    rate: float
    windows_s: float
    left_s: float
    judged: dict[str, Judged] | None = None


@dataclass(slots=True, eq=False)
class Session:
    """What changes while a network is trained.

    Attributes
    ----------
    network : Module
        On the device.
    spec : Spec
    recipe : Recipe
    world : World
    optimiser : Optimizer
    quiet : list of Module
        Frozen parts.
    teacher : TeacherNetwork or None
    average : Average or None
    best : Module
        The weights that did best so far.
    progress : Progress
    """

    network: nn.Module
    spec: Spec
    recipe: Recipe
    world: World
    optimiser: Optimizer
    quiet: list[nn.Module] = field(default_factory=list)
    teacher: TeacherNetwork | None = None
    average: Average | None = None
    best: nn.Module = field(init=False)
    progress: Progress = field(default_factory=Progress)
    _shared: nn.Module = field(init=False)
    _scaler: torch.amp.GradScaler = field(init=False)

    def __post_init__(self) -> None:
        self._shared = self.world.shared(self.network)
        if self.recipe.run.average:
            self.average = Average(self.network, self.recipe.run.average)
        self.best = copy.deepcopy(self.network).eval()
        half = self.recipe.run.precision == "float16"
        self._scaler = torch.amp.GradScaler(self.world.device.type, enabled=half)

    @property
    def candidate(self) -> nn.Module:
        """What is judged and kept: the average where there is one."""
        return self.network if self.average is None else self.average.network

    @property
    def modules(self) -> dict[str, nn.Module]:
        """What a checkpoint holds."""
        found = {"network": self.network, "best": self.best}
        return found if self.average is None else {**found, "average": self.average.network}

    def resumed(self, progress: Progress) -> None:
        """Go on from a progress whose weights are loaded."""
        self.progress = progress
        if progress.scale:
            self._scaler.load_state_dict(dict(progress.scale))

    def autocast(self) -> contextlib.AbstractContextManager[Any]:
        """Return the context in which a network runs in the recipe's precision."""
        kind = PRECISIONS[self.recipe.run.precision]
        if kind is torch.float32:
            return contextlib.nullcontext()
        return torch.autocast(self.world.device.type, dtype=kind)

    def update(self, batch: Batch, rate: float, momentum: float) -> float:
        """Do one update and return its loss, the mean over all processes."""
        step, run = self.progress.step, self.recipe.run
        torch.manual_seed(seed_of(run.seed, "dropout", step, self.world.rank))
        self._shared.train()
        for module in self.quiet:
            module.eval()
        for group in self.optimiser.param_groups:
            group["lr"] = rate
            if "betas" in group:
                group["betas"] = (momentum, group["betas"][1])
        with self.autocast():
            outputs = self._shared(batch.inputs)
        loss = self._loss(_float(outputs), batch)
        self.optimiser.zero_grad()
        self._scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        if self.recipe.optimiser.clip:
            self._scaler.unscale_(self.optimiser)
            nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.optimiser.clip)
        self._scaler.step(self.optimiser)
        self._scaler.update()
        if self.average is not None:
            self.average.follow(self.network, step)
        value = float(self.world.sum(loss.detach().clone())) / self.world.size
        if not math.isfinite(value) and not self._scaler.is_enabled():
            raise OnsetsError(
                f"the loss is {value} at update {step + 1}; lower optimiser.rate or set optimiser.clip"
            )
        self.progress.step += 1
        self.progress.epoch_loss += value
        self.progress.scale = {k: float(v) for k, v in self._scaler.state_dict().items()}
        return value

    def _loss(self, outputs: Tensor | tuple[Tensor, ...], batch: Batch) -> Tensor:
        table, teacher, targets = self.recipe.loss, self.recipe.teacher, batch.targets
        curves = None if self.teacher is None else self.teacher.curves(batch.windows)
        if curves is not None and teacher.blend == "max":
            targets = added(targets, curves, self.spec)
        loss = network_loss(outputs, targets, self.spec, table)
        if curves is not None and teacher.blend == "mean":
            first = outputs[0] if isinstance(outputs, tuple) else outputs
            soft = curve_loss(first, curves, torch.ones_like(targets.weight), self.spec, table)
            share = 0.5 if teacher.share is None else teacher.share
            loss = (1 - share) * loss + share * soft
        if table.l1:
            loss = loss + table.l1 * l1_norm(self.network, table)
        return loss


def _float(outputs: Tensor | tuple[Tensor, ...]) -> Tensor | tuple[Tensor, ...]:
    return tuple(out.float() for out in outputs) if isinstance(outputs, tuple) else outputs.float()


def make_optimiser(network: nn.Module, table: Optimiser) -> Optimizer:
    """Return the optimiser of what is not frozen."""
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    if table.kind == "sgd":
        return SGD(trained, table.rate, momentum=table.betas[0], weight_decay=table.weight_decay)
    kind = AdamW if table.kind == "adamw" else Adam
    return kind(trained, table.rate, betas=table.betas, weight_decay=table.weight_decay)


@torch.no_grad()
def judge(session: Session, batches: Batches, count: int) -> Judged:
    """Say how the candidate does on a part, all processes together.

    Parameters
    ----------
    session : Session
    batches : Batches
        The same ones each time.
    count : int
        How many of them each process takes.
    """
    network, spec = session.candidate.eval(), session.spec
    sums = torch.zeros(8, dtype=torch.float64)
    for batch in batches.stream(0, count, session.recipe.run.workers):
        with session.autocast():
            raw = network(batch.inputs)
        outputs = _float(raw)
        first = outputs[0] if isinstance(outputs, tuple) else outputs
        offset = outputs[1] if isinstance(outputs, tuple) and batch.targets.offsets is not None else None
        loss = network_loss(outputs, batch.targets, spec, session.recipe.loss)
        counts = window_counts(probabilities(first, spec), offset, batch.arrivals, spec)
        sums += torch.cat(
            [torch.stack([loss.double(), torch.ones_like(loss).double()]), counts.flatten()]
        ).cpu()
    sums = session.world.sum(sums.to(session.world.device)).cpu()
    p, s, _ = f1(sums[2:].reshape(2, 3))
    return Judged(float(sums[0] / sums[1]), p, s)


def fit(
    session: Session,
    train: Batches,
    judges: dict[str, tuple[Batches, int]],
    *,
    tell: Callable[[Report], None],
    keep: Callable[[], None],
) -> None:
    """Train until the epochs are over or the rule to stop says so.

    Parameters
    ----------
    session : Session
        Changed; goes on from its progress.
    train : Batches
    judges : dict
        Part -> its batches and how many; ``dev`` and, if there is one, ``generalisation``.
    tell : callable
        Called after every update and epoch.
    keep : callable
        Saves a checkpoint.
    """
    recipe, progress = session.recipe, session.progress
    run = recipe.run
    per_epoch = run.epoch_steps or train.epoch_steps
    steps = run.epochs * per_epoch
    began, from_step = time.monotonic(), progress.step
    options = {"epoch_steps": per_epoch, "steps": steps}

    def report(loss: float, rate: float, judged: dict[str, Judged] | None) -> None:
        speed = (progress.step - from_step) / max(time.monotonic() - began, 1e-9)
        left = (steps - progress.step) / max(speed, 1e-9)
        epoch = (progress.step - 1) // per_epoch + 1
        tell(Report(progress.step, steps, epoch, loss, rate, speed * run.batch, left, judged))

    while progress.step < steps and not progress.done:
        end = (progress.step // per_epoch + 1) * per_epoch
        rate = recipe.optimiser.rate
        for batch in train.stream(progress.step, end, run.workers):
            rate = rate_at(
                recipe.schedule, recipe.optimiser, progress.step, reductions=progress.reductions, **options
            )
            momentum = momentum_at(recipe.schedule, recipe.optimiser, progress.step, steps=steps)
            report(session.update(batch, rate, momentum), rate, None)
            if run.checkpoint_steps and progress.step % run.checkpoint_steps == 0 and progress.step < end:
                keep()
        session.world.agree(session.candidate)
        judged = {part: judge(session, batches, count) for part, (batches, count) in judges.items()}
        mean, progress.epoch_loss = progress.epoch_loss / per_epoch, 0.0
        _decide(session, judged)
        report(mean, rate, judged)
        keep()


def _decide(session: Session, judged: dict[str, Judged]) -> None:
    """Keep the best weights, stop after patience is over, lower the rate on a plateau."""
    stop, schedule, progress = session.recipe.stop, session.recipe.schedule, session.progress
    one = judged[stop.part]
    value = one.loss if stop.measure == "loss" else -one.f1
    if value < progress.best:
        progress.best, progress.best_step, progress.waited = value, progress.step, 0
        session.best.load_state_dict(session.candidate.state_dict())
    else:
        progress.waited += 1
    progress.done = 0 < stop.patience <= progress.waited
    if one.loss < progress.lowest:
        progress.lowest, progress.flat = one.loss, 0
    else:
        progress.flat += 1
    if schedule.plateau_factor < 1 and progress.flat >= schedule.plateau_patience:
        progress.reductions, progress.flat = progress.reductions + 1, 0
