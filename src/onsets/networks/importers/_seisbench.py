"""What SeisBench's descriptions of weights have in common: the JSON file beside the tensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onsets.errors import SpecError, nearest

__all__ = [
    "STACKINGS",
    "check_keys",
    "check_wanted",
    "choose",
    "normalisation_of",
    "overlap_samples",
    "read_config",
]

STACKINGS = {"avg": "mean", "max": "max"}
MODEL_ARGS = (
    "classes",
    "component_order",
    "filter_args",
    "filter_kwargs",
    "grouping",
    "in_channels",
    "in_samples",
    "norm",
    "norm_amp_per_comp",
    "norm_detrend",
    "phases",
    "sampling_rate",
    # these do not change what the network is or reads
    "allow_padding",
    "citation",
    "default_args",
    "labels",
    "output_type",
    "pred_sample",
)
DEFAULT_ARGS = (
    "*_threshold",
    "P_threshold",
    "S_threshold",
    "blinding",
    "overlap",
    "stacking",
    # these concern SeisBench's own run only
    "batch_size",
    "copy",
    "flexible_horizontal_components",
    "strict",
    "stride",
    "zerophase_resample",
)


def read_config(path_pt: str | Path, path_json: str | Path | None = None) -> dict[str, Any]:
    """Read the JSON file that belongs to SeisBench weights.

    Parameters
    ----------
    path_pt : str or Path
        ``NAME.pt``, or ``NAME.pt.v2``.
    path_json : str or Path, optional
        Where it does not lie beside them as ``NAME.json``, or ``NAME.json.v2``.

    Raises
    ------
    SpecError
        If it is missing or no JSON object.
    """
    given = Path(path_pt)
    path = Path(path_json) if path_json is not None else given.with_name(given.name.replace(".pt", ".json"))
    if path == given or not path.is_file():
        raise SpecError(f"{given} needs its SeisBench description, no file {path}; give path_json")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SpecError(f"{path} is not JSON: {error}") from error
    if not isinstance(config, dict):
        raise SpecError(f"{path} holds a {type(config).__name__}, expected a JSON object")
    for key in ("model_args", "default_args"):
        config[key] = config.get(key) or {}
        if not isinstance(config[key], dict):
            raise SpecError(f"{path}: {key} is a {type(config[key]).__name__}, expected a JSON object")
    return config


def check_keys(
    config: Mapping[str, Any], where: str, model: tuple[str, ...] = (), default: tuple[str, ...] = ()
) -> None:
    """Refuse keys that are not known, such as a newer version's.

    Parameters
    ----------
    config : mapping
        As :func:`read_config` gives it.
    where : str
        Begins each message.
    model, default : tuple of str
        Keys of this network, beside those that all have.

    Raises
    ------
    SpecError
        Naming the nearest known key.
    """
    for table, known in (("model", MODEL_ARGS + model), ("default", DEFAULT_ARGS + default)):
        for key in config[f"{table}_args"]:
            if key not in known:
                raise SpecError(f"{where}: unknown {table} argument {key!r}; {nearest(key, known)}")


def check_wanted(model: Mapping[str, Any], where: str, wanted: Mapping[str, tuple[Any, Any]]) -> None:
    """Refuse what a network of ours cannot be.

    Parameters
    ----------
    model : mapping
        ``model_args``.
    where : str
        Begins each message.
    wanted : mapping of str to tuple
        By key what the description means, and what it must mean.

    Raises
    ------
    SpecError
        Naming the first key that differs.
    """
    ours = {
        "norm_detrend": (bool(model.get("norm_detrend")), False),
        "grouping": (model.get("grouping") or "instrument", "instrument"),
    }
    for key, (got, expected) in {**wanted, **ours}.items():
        if got != expected:
            raise SpecError(f"{where}: {key} is {model.get(key)!r}, which cannot be: {got} -> {expected}")


def choose(choices: Mapping[str, str], value: Any, where: str, what: str) -> str:
    """Translate one of a few words.

    Raises
    ------
    SpecError
        For another word.
    """
    if value not in choices:
        raise SpecError(f"{where}: {what} is {value!r}; {nearest(str(value), tuple(choices))}")
    return choices[value]


def normalisation_of(model: Mapping[str, Any], std: str, where: str) -> str:
    """Return what windows are divided by, as a Spec says it.

    Parameters
    ----------
    model : mapping
        ``model_args``.
    std : str
        What this network makes of the word ``std``.
    where : str
        Begins each message.

    Raises
    ------
    SpecError
        For another word than ``std`` and ``peak``.
    """
    peak = bool(model.get("norm_amp_per_comp"))
    words = {"std": std, "peak": "component-max"}
    return choose(words, "peak" if peak else model.get("norm", "std"), where, "norm")


def overlap_samples(value: float, samples: int, where: str) -> int:
    """Return samples of overlap; a number below 1 is a part of the window.

    Raises
    ------
    SpecError
        If windows would not move.
    """
    if not 0 <= value < samples:
        raise SpecError(
            f"{where}: overlap is {value}, expected 0 to {samples - 1} samples, or a part below 1"
        )
    return int(value * samples) if value < 1 else int(value)
