"""Weights: safetensors files that carry their Spec, with a sha256 that is shown and checked."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from onsets.errors import MissingExtraError, SpecError
from onsets.networks import registry
from onsets.spec import Spec

if TYPE_CHECKING:
    from torch import nn

__all__ = ["load", "read_spec", "save", "sha256"]


def sha256(path: str | Path) -> str:
    """Return the hexadecimal sha256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save(network: nn.Module, spec: Spec, path: str | Path) -> str:
    """Write parameters and statistics with the Spec; nothing half-written is left on failure.

    Returns
    -------
    str
        sha256 of the file.
    """
    from safetensors.torch import save as serialise

    tensors = {key: value.detach().cpu().contiguous() for key, value in network.state_dict().items()}
    target = Path(path)
    temporary = target.with_name(target.name + ".part")
    try:
        temporary.write_bytes(serialise(tensors, metadata={"spec": spec.to_json()}))
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return sha256(target)


def read_spec(path: str | Path) -> Spec:
    """Read only the Spec of a weights file; needs no torch.

    Raises
    ------
    SpecError
        If the file is missing, no safetensors file, truncated, or has no Spec.
    """
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError as error:
        raise MissingExtraError("safetensors", "train", f"reading {path}") from error
    if not Path(path).is_file():
        raise SpecError(f"no weights file {path}")
    try:
        with safe_open(str(path), framework="np") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError, ValueError) as error:
        raise SpecError(f"{path} is no whole safetensors file: {error}") from error
    if "spec" not in metadata:
        raise SpecError(f"{path} carries no Spec; import it first: onsets weights import {path} --from ...")
    return Spec.from_json(metadata["spec"])


def load(path: str | Path, *, expected_sha256: str | None = None) -> tuple[nn.Module, Spec]:
    """Rebuild a network from a weights file, in evaluation mode.

    Parameters
    ----------
    path : str or Path
        A file written by :func:`save`.
    expected_sha256 : str, optional
        Refuse the file if its hash differs.

    Raises
    ------
    SpecError
        If the hash differs, the file is broken, or its tensors do not fit its Spec.
    MissingExtraError
        Without torch.
    """
    spec = read_spec(path)
    if expected_sha256 is not None and sha256(path) != expected_sha256:
        raise SpecError(f"{path} has sha256 {sha256(path)}, expected {expected_sha256}; fetch it again")
    network = registry.build(spec.network, **spec.options)
    from safetensors.torch import load_file

    try:
        network.load_state_dict(load_file(str(path)))
    except RuntimeError as error:
        raise SpecError(f"{path} does not fit network {spec.network!r} {spec.options}: {error}") from error
    return network.eval(), spec
