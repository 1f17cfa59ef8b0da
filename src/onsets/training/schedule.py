"""The learning rate as a function of the update: nothing to save, nothing to resume."""

from __future__ import annotations

import math

from onsets.training.options import Optimiser, Schedule

__all__ = ["momentum_at", "rate_at"]


def rate_at(
    schedule: Schedule, optimiser: Optimiser, step: int, *, epoch_steps: int, steps: int, reductions: int = 0
) -> float:
    """Return the learning rate of an update.

    Parameters
    ----------
    schedule : Schedule
    optimiser : Optimiser
        Its rate is what others are derived from.
    step : int
        Number of the update, from 0.
    epoch_steps, steps : int
        Updates of an epoch and of the whole training.
    reductions : int
        Plateaus met so far.

    Returns
    -------
    float

    Notes
    -----
    ``by-epoch`` is EQTransformer's: an entry (20, 1e-4) holds for epochs after the 20th, counted from 0
    as Keras does, so from the 22nd on. Its program also has a plateau rule, which the table overrides
    at the start of each epoch and which so never acts. ``decay`` is PhaseNet's staircase. ``one-cycle``
    rises from 1/25 of the rate along a cosine and falls to 1/250,000 of it.

    References
    ----------
    Smith, L. N., Topin, N. (2019). Super-convergence. doi:10.1117/12.2520589
    """
    rate = optimiser.rate
    if schedule.kind == "by-epoch":
        epoch = step // epoch_steps
        for after, value in schedule.table:
            rate = value if epoch > after else rate
    elif schedule.kind == "decay":
        rate *= schedule.factor ** (step // schedule.steps)
    elif schedule.kind == "one-cycle":
        rate = _cycle(rate / 25, rate, rate / 25e4, step, steps, schedule.warm)
    if reductions:
        rate = max(min(rate, schedule.plateau_floor), rate * schedule.plateau_factor**reductions)
    return rate


def momentum_at(schedule: Schedule, optimiser: Optimiser, step: int, *, steps: int) -> float:
    """Return the first beta of an update: it falls to 0.85 while a one-cycle rate rises from 0.95."""
    if schedule.kind != "one-cycle":
        return optimiser.betas[0]
    return _cycle(0.95, 0.85, 0.95, step, steps, schedule.warm)


def _cycle(start: float, top: float, end: float, step: int, steps: int, warm: float) -> float:
    """Go from start to top over a share of the updates, then to the end, both along half a cosine."""
    turn = warm * steps - 1
    if step <= turn:
        a, b, share = start, top, step / max(turn, 1e-9)
    else:
        a, b, share = top, end, (step - turn) / max(steps - 1 - turn, 1e-9)
    return b + (a - b) * (1 + math.cos(math.pi * min(share, 1.0))) / 2
