"""Names and files to pickers."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from importlib import resources
from pathlib import Path
from typing import Any

from onsets import networks
from onsets.classical import CLASSICAL, DEFAULT_THRESHOLDS
from onsets.errors import ConfigError, SpecError, nearest
from onsets.picking.classic import ClassicalPicker
from onsets.picking.compiled import compiled
from onsets.picking.modes import MODES, in_mode
from onsets.picking.network import NetworkPicker
from onsets.picking.picker import Picker
from onsets.runtime import OnnxRunner, Runner
from onsets.spec import Spec

__all__ = ["available", "bundled", "load"]


def bundled() -> dict[str, dict[str, Any]]:
    """Return the networks that come in the wheel: name -> file, sha256 and card of each."""
    folder = resources.files("onsets").joinpath("bundled")
    found: dict[str, dict[str, Any]] = json.loads(folder.joinpath("index.json").read_text(encoding="utf-8"))
    return found


def available() -> list[str]:
    """Return every name :func:`load` takes without a weights file."""
    return [*bundled(), *CLASSICAL]


def load(
    model: str = "default",
    *,
    weights: str | Path | None = None,
    thresholds: dict[str, float] | None = None,
    rate_as: float | None = None,
    threads: int | None = None,
    mode: str = "exact",
) -> Picker:
    """Return a picker.

    Parameters
    ----------
    model : str
        A bundled name, a classical picker (``sta-lta``, ``aic``, ``kurtosis``, ``baer``), an ONNX or
        safetensors file that carries its Spec, or a network of the registry with ``weights``.
    weights : str or Path, optional
        A safetensors file for a network of the registry.
    thresholds : dict, optional
        Thresholds by label, over the model's own.
    rate_as : float, optional
        Treat records as if they had this rate (Hz), without resampling.
    threads : int, optional
        Threads of the runtime.
    mode : str
        ``exact`` or ``fast``, see :func:`onsets.picking.in_mode`; classical pickers know one mode only.

    Returns
    -------
    Picker

    Raises
    ------
    ConfigError
        For an unknown name or an impossible option.
    SpecError
        If a file is broken, altered, or of another network.

    Examples
    --------
    >>> load("defualt")
    Traceback (most recent call last):
        ...
    onsets.errors.ConfigError: unknown model 'defualt'; did you mean 'default'?
    """
    if rate_as is not None and not 0 < rate_as < math.inf:
        raise ConfigError(f"rate_as = {rate_as!r}, expected a rate above 0 Hz")
    if mode not in MODES:
        raise ConfigError(f"unknown mode {mode!r}; {nearest(mode, MODES)}")
    if model in CLASSICAL:
        if weights is not None:
            raise ConfigError(f"{model} is a classical picker and takes no weights")
        limits = _limits(DEFAULT_THRESHOLDS[model], thresholds, model, highest=float("inf"))
        return ClassicalPicker(model, limits, rate_as=rate_as)
    spec, runner = _network(model, weights, threads)
    spec = in_mode(spec, mode)
    limits = _limits(spec.thresholds, thresholds, model, highest=1.0, labels=spec.labels)
    if not limits:
        raise ConfigError(f"{model} has no thresholds of its own; give some of {', '.join(spec.labels)}")
    return NetworkPicker(spec, runner, limits, rate_as)


def _network(model: str, weights: str | Path | None, threads: int | None) -> tuple[Spec, Runner]:
    if model in networks.names():
        if weights is None:
            raise ConfigError(f"network {model!r} needs its weights: add --weights FILE.safetensors")
        spec = networks.read_spec(weights)
        if spec.network != model:
            raise SpecError(f"{weights} holds weights of {spec.network!r}, expected {model!r}")
        return compiled(weights, threads)
    if weights is not None:
        raise ConfigError(f"weights are for a network of the registry, not for {model!r}; see onsets models")
    if model in bundled():
        return _bundled(model, threads)
    path = Path(model)
    if path.suffix == ".onnx":
        runner = OnnxRunner(path, threads)
        if runner.spec is None:
            raise SpecError(f"{model} carries no Spec in its metadata; export it with onsets")
        return runner.spec, runner
    if path.suffix == ".safetensors":
        return compiled(path, threads)
    raise ConfigError(f"unknown model {model!r}; {nearest(model, [*available(), *networks.names()])}")


def _bundled(name: str, threads: int | None) -> tuple[Spec, Runner]:
    entry = bundled()[name]
    data = resources.files("onsets").joinpath("bundled", entry["onnx"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != entry["sha256"]["onnx"]:
        raise SpecError(f"bundled model {name!r} was altered (sha256 differs); install onsets again")
    runner = OnnxRunner(data, threads)
    if runner.spec is None:
        raise SpecError(f"bundled model {name!r} carries no Spec; install onsets again")
    return dataclasses.replace(runner.spec, name=name), runner


def _limits(
    own: dict[str, float],
    given: dict[str, float] | None,
    model: str,
    *,
    highest: float,
    labels: tuple[str, ...] = ("P", "S"),
) -> dict[str, float]:
    """Put given thresholds over the model's own."""
    limits = dict(own)
    for label, value in (given or {}).items():
        if label not in labels:
            raise ConfigError(f"{model} has no output {label!r}; {nearest(label, list(labels))}")
        if not 0 < value <= highest:
            wanted = "between 0 and 1" if highest == 1.0 else "above 0"
            raise ConfigError(f"threshold of {label} is {value:g}, expected {wanted} for {model}")
        limits[label] = value
    return limits
