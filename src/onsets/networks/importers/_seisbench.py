"""What SeisBench's descriptions of weights have in common: the JSON file beside the tensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from onsets.errors import SpecError, nearest

__all__ = ["STACKINGS", "check_known", "choose", "overlap_samples", "read_config"]

STACKINGS = {"avg": "mean", "max": "max"}


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


def check_known(values: Mapping[str, Any], known: tuple[str, ...], where: str, what: str) -> None:
    """Refuse keys that are not known, such as a newer version's.

    Raises
    ------
    SpecError
        Naming the nearest known key.
    """
    for key in values:
        if key not in known:
            raise SpecError(f"{where}: unknown {what} {key!r}; {nearest(key, known)}")


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
