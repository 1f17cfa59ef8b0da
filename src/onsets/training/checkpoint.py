"""Checkpoints: one safetensors file with a JSON state, there whole or not at all; no pickle."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from onsets.errors import ConfigError, MissingExtraError
from onsets.store.atomic import replacing

__all__ = ["Progress", "load_checkpoint", "save_checkpoint"]

FORMAT = "onsets-checkpoint"
VERSION = 1


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far a training is.

    Attributes
    ----------
    step : int
        Updates done.
    epoch_loss : float
        Sum of the losses of this epoch's updates so far.
    best : float
        Best value of the measure that stops, infinite before the first epoch.
    best_step : int
        Updates done when it was found.
    waited : int
        Epochs since.
    lowest : float
        Lowest loss, for the plateau rule.
    flat : int
        Epochs since, or since the last reduction.
    reductions : int
        Of the learning rate.
    scale : dict
        State of the loss's scale, in half precision.
    done : bool
        Whether the rule to stop has ended it.
    """

    step: int = 0
    epoch_loss: float = 0.0
    best: float = float("inf")
    best_step: int = 0
    waited: int = 0
    lowest: float = float("inf")
    flat: int = 0
    reductions: int = 0
    scale: dict[str, float] = field(default_factory=dict)
    done: bool = False


def save_checkpoint(
    path: str | Path,
    modules: dict[str, nn.Module],
    optimiser: Optimizer,
    progress: Progress,
    recipe: dict[str, Any],
) -> None:
    """Write all that is needed to go on as if nothing had happened.

    No state of chance is among it: batches and dropout take theirs from the number of the update.

    Parameters
    ----------
    path : str or Path
    modules : dict of str to Module
        By name: the network, its average, the best so far.
    optimiser : Optimizer
    progress : Progress
    recipe : dict
        Plain.

    Raises
    ------
    StoreError
        If it cannot be written, such as on a full disk; a checkpoint of that name is as it was.
    """
    from safetensors.torch import save

    tensors = {
        f"{name}/{key}": v for name, module in modules.items() for key, v in module.state_dict().items()
    }
    for index, values in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser/{index}/{key}": v for key, v in values.items() if isinstance(v, Tensor)}
    state = {"format": FORMAT, "version": VERSION, "progress": asdict(progress), "recipe": recipe}
    own = {key: value.detach().cpu().contiguous().clone() for key, value in tensors.items()}
    with replacing(path) as handle:
        handle.write(save(own, metadata={"state": json.dumps(state)}))


def load_checkpoint(
    path: str | Path, modules: dict[str, nn.Module], optimiser: Optimizer
) -> tuple[Progress, dict[str, Any]]:
    """Put everything back as :func:`save_checkpoint` found it.

    Parameters
    ----------
    path : str or Path
    modules : dict of str to Module
        Filled in place.
    optimiser : Optimizer
        Filled in place.

    Returns
    -------
    progress : Progress
    recipe : dict
        Plain, as it was then.

    Raises
    ------
    ConfigError
        If there is no checkpoint, it is broken, or belongs to another network.
    """
    state, tensors = _read(path)
    try:
        for name, module in modules.items():
            module.load_state_dict(_part(tensors, name))
        slots: dict[int, dict[str, Tensor]] = {}
        for key, value in _part(tensors, "optimiser").items():
            index, _, slot = key.partition("/")
            slots.setdefault(int(index), {})[slot] = value
        optimiser.load_state_dict({**optimiser.state_dict(), "state": slots})
    except (RuntimeError, ValueError, KeyError) as error:
        raise ConfigError(f"{path} does not fit this recipe's network: {error}") from error
    return Progress(**state["progress"]), state["recipe"]


def _part(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    return {key.removeprefix(f"{name}/"): v for key, v in tensors.items() if key.startswith(f"{name}/")}


def _read(path: str | Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError as error:
        raise MissingExtraError("safetensors", "train", f"reading {path}") from error
    if not Path(path).is_file():
        raise ConfigError(f"no checkpoint {path}; begin without --resume")
    try:
        with safe_open(str(path), framework="pt") as file:
            state = json.loads((file.metadata() or {}).get("state", "null"))
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is no whole checkpoint: {error}") from error
    if not isinstance(state, dict) or (state.get("format"), state.get("version")) != (FORMAT, VERSION):
        raise ConfigError(f"{path} is no checkpoint of this program; begin without --resume")
    return state, tensors
