"""Foreign weights into one of our networks: read without running anything, fill without guessing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from onsets.errors import SpecError

SHOWN = 6  # names in a message
WIDEST = 256  # width an importer builds; published networks have 4 to 16


def read_state(path: str | Path) -> dict[str, Tensor]:
    """Read a file of ``torch.save`` that holds tensors by name, and nothing else.

    Raises
    ------
    SpecError
        If it is missing or broken, or holds anything but tensors: code in it is refused, not run.
    """
    if not Path(path).is_file():
        raise SpecError(f"no weights file {path}")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever the bytes make the reader stumble over
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise SpecError(f"{path} is no whole file of plain tensors and was not loaded: {first}") from error
    if not isinstance(state, Mapping):
        raise SpecError(f"{path} holds a {type(state).__name__}, expected tensors by name")
    for key, value in state.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise SpecError(f"{path}: {key!r} is a {type(value).__name__}, expected a tensor under a name")
        held = value.layout == torch.strided and value.device.type == "cpu" and not value.is_quantized
        if not held or value.numel() * value.element_size() > value.untyped_storage().nbytes():
            raise SpecError(f"{path}: {key!r} is no plain tensor with a number for each of its places")
    return dict(state)


def check_names(got: Collection[str], wanted: Collection[str], where: str, network: str) -> None:
    """Raise a SpecError that names layers which are missing, or which the network has not."""
    said = []
    for what, names in (
        ("is missing", sorted(set(wanted) - set(got))),
        ("does not know", sorted(set(got) - set(wanted))),
    ):
        if names:
            rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            said.append(f"{network} {what} " + ", ".join(names[:SHOWN]) + rest)
    if said:
        raise SpecError(f"{where} holds no {network}: " + "; ".join(said))


def check_width(width: int, where: str, network: str) -> None:
    """Raise a SpecError before memory is taken for a network that nobody can have trained."""
    if not 1 <= width <= WIDEST:
        raise SpecError(f"{where} has width {width}, expected a {network} of 1 to {WIDEST}")


def fill(network: nn.Module, tensors: Mapping[str, Tensor], names: Mapping[str, str], where: str) -> None:
    """Copy tensors into a network whose every parameter and statistic they must cover.

    Parameters
    ----------
    network : Module
        Filled in place and put into evaluation mode; unchanged on an error.
    tensors : mapping
        By our names, with our axes.
    names : mapping
        Our name -> the name in the file, for messages.
    where : str
        The file, for messages.

    Raises
    ------
    SpecError
        If a shape or type differs, a value is not finite, or a variance is negative.
    """
    fitting = {}
    for key, own in network.state_dict().items():
        if key not in tensors:
            if key.endswith("num_batches_tracked"):
                continue
            raise SpecError(f"{where}: nothing for {key}")
        value, theirs = tensors[key], names.get(key, key)
        if value.shape != own.shape:
            raise SpecError(f"{where}: {theirs} has shape {tuple(value.shape)}, expected {tuple(own.shape)}")
        if value.is_floating_point() != own.is_floating_point():
            raise SpecError(f"{where}: {theirs} is {value.dtype}, expected {own.dtype}")
        if not bool(value.isfinite().all()):
            raise SpecError(f"{where}: {theirs} has values that are not finite")
        if key.endswith("running_var") and bool((value < 0).any()):
            raise SpecError(f"{where}: {theirs} has a negative variance")
        fitting[key] = value.to(own.dtype)
    network.load_state_dict({**network.state_dict(), **fitting})
    network.eval()
