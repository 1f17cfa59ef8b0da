"""Weights to a running network: exported to ONNX once, and kept for the next time.

Exporting needs torch, time and memory; running needs none of them. The exported file lies in the user's
cache under the hash of the weights, so that it is made once a machine however many processes pick.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from onsets import networks
from onsets.errors import SpecError
from onsets.runtime import OnnxRunner
from onsets.spec import Spec

__all__ = ["cache_folder", "compiled"]

FORM = 3
"""To be raised when exported graphs change."""


def cache_folder() -> Path:
    """Return where exported networks are kept: ``ONSETS_CACHE``, else ``onsets`` in the user's cache."""
    if given := os.environ.get("ONSETS_CACHE"):
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "onsets"


def compiled(path: str | Path, threads: int | None = None) -> tuple[Spec, OnnxRunner]:
    """Return the Spec and a runner of a weights file.

    Parameters
    ----------
    path : str or Path
        A safetensors file with its Spec.
    threads : int, optional
        Threads of the runtime.

    Raises
    ------
    SpecError
        If the file is broken or of another network.
    MissingExtraError
        Without torch or onnx, where it was not exported before.
    """
    if not Path(path).is_file():
        raise SpecError(f"no weights file {path}")
    target = cache_folder() / f"{networks.sha256(path)}-{FORM}.onnx"
    if target.is_file():
        with suppress(SpecError):  # what is broken is made again
            runner = OnnxRunner(target, threads)
            if runner.spec is not None:
                return runner.spec, runner
    network, spec = networks.load(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            made = networks.to_onnx(network, spec, Path(folder) / "network.onnx")
            os.replace(made, target)
        return spec, OnnxRunner(target, threads)
    except OSError:  # a cache that cannot be written to
        with tempfile.TemporaryDirectory() as folder:
            made = networks.to_onnx(network, spec, Path(folder) / "network.onnx")
            return spec, OnnxRunner(made.read_bytes(), threads)
