"""PhaseNet as SeisBench stores it: tensors in ``NAME.pt``, how to feed them in ``NAME.json``.

The tensors differ from ours in their names only. Order of components and of phases, normalisation,
filter, overlap, blinding and thresholds come from the JSON file; what it does not say is SeisBench's
default (Z N E, "NPS", deviation of each component, no filter, 1,500 samples of overlap, threshold 0.3).
What a Spec cannot say is refused, not dropped.

Windows, normalisation, stacking and decoding are SeisBench's too, so that its picks come out. A difference
that stays: it blinds both ends of a window by their own number of samples, we by the larger of them.

SeisBench's ``VariableLengthPhaseNet`` pads otherwise and ``PhaseNetLight`` has other layers: neither is
this network.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from onsets.errors import SpecError
from onsets.networks import phasenet
from onsets.networks.importers._seisbench import (
    STACKINGS,
    check_keys,
    check_wanted,
    choose,
    normalisation_of,
    overlap_samples,
    read_config,
)
from onsets.networks.importers._state import check_names, check_width, fill, read_state
from onsets.spec import Spec

__all__ = ["import_seisbench_phasenet"]

SAMPLES = 3001
# Our part -> theirs: convolution and norm; or the branch and the place of the convolution in each level.
ENDS = {"stem": ("inc", "in_bn"), "bottom": ("down_branch.4.0", "down_branch.4.1"), "head": ("out", "")}
BRANCHES = {
    "contract": ("down_branch", 0),
    "quarter": ("down_branch", 2),
    "expand": ("up_branch", 0),
    "join": ("up_branch", 2),
}
BANDPASS = {"freqmin", "freqmax"}
MODEL_ARGS = ("filter_factor",)


def import_seisbench_phasenet(
    path_pt: str | Path, path_json: str | Path | None = None
) -> tuple[nn.Module, Spec]:
    """Read a PhaseNet that SeisBench stored.

    Parameters
    ----------
    path_pt : str or Path
        The tensors.
    path_json : str or Path, optional
        The description, where it does not lie beside them under the same name.

    Returns
    -------
    network : PhaseNet
        In evaluation mode.
    spec : Spec
        Of the description, named ``phasenet-NAME``.

    Raises
    ------
    SpecError
        If a file is missing or broken, holds another network, or asks for what a Spec cannot say.
    """
    state = read_state(path_pt)
    config = read_config(path_pt, path_json)
    width, components = 8, 3
    if (stem := state.get("inc.weight")) is not None and stem.ndim == 3:
        width, components = stem.shape[0], stem.shape[1]
    check_width(width, str(path_pt), "phasenet")
    name = f"phasenet-{Path(path_pt).name.split('.pt')[0]}"
    try:
        spec = _spec(config, name, width, components, str(path_pt))
    except SpecError:
        raise
    except (AttributeError, TypeError, ValueError) as error:
        raise SpecError(f"{path_pt}: its description holds a value of the wrong kind: {error}") from error
    network = phasenet.build(**spec.options)
    names = {ours: _theirs(ours) for ours in network.state_dict()}
    check_names(state, set(names.values()), str(path_pt), "phasenet")
    fill(network, {ours: state[theirs] for ours, theirs in names.items()}, names, str(path_pt))
    return network, spec


def _theirs(ours: str) -> str:
    """Return SeisBench's name of one of our tensors."""
    part, rest = ours.split(".", 1)
    norm, word = "norm" in rest, rest.rsplit(".", 1)[-1]
    if part in ENDS:
        return f"{ENDS[part][norm]}.{word}"
    branch, first = BRANCHES[part]
    return f"{branch}.{rest.split('.')[0]}.{first + norm}.{word}"


def _spec(config: Mapping[str, Any], name: str, width: int, components: int, where: str) -> Spec:
    model, default = config["model_args"], config["default_args"]
    check_keys(config, where, MODEL_ARGS)
    outputs = tuple(model.get("phases") or "NPS")
    order = "".join(model.get("component_order") or "ZNE")
    samples = model.get("in_samples") or SAMPLES
    wanted = {
        "phases": (sorted(outputs), ["N", "P", "S"]),
        "classes": (model.get("classes", 3), 3),
        "in_channels": (model.get("in_channels", components), components),
        "filter_factor": (8 * model.get("filter_factor", width // 8), width),
        "component_order": (len(order), components),
        "in_samples": (samples, SAMPLES),
    }
    check_wanted(model, where, wanted)
    normalisation = normalisation_of(model, "component-std", where)
    every = default.get("*_threshold", 0.3)
    return dataclasses.replace(
        phasenet.spec(width, components, samples),
        name=name,
        rate_hz=float(model.get("sampling_rate") or 100.0),
        hop_samples=samples - overlap_samples(default.get("overlap", 1500), samples, where),
        components=order,
        bandpass_hz=_bandpass(model.get("filter_args"), model.get("filter_kwargs"), where),
        normalisation=normalisation,
        unbiased=normalisation.endswith("std"),
        decoding="trigger",
        window_grid="record",
        outputs=outputs,
        blinding_samples=int(max(default.get("blinding") or (0, 0))),
        stacking=choose(STACKINGS, default.get("stacking", "avg"), where, "stacking"),
        thresholds={phase: float(default.get(f"{phase}_threshold", every)) for phase in ("P", "S")},
    )


def _bandpass(args: Any, kwargs: Any, where: str) -> tuple[float, float] | None:
    """Return the corners of a filter, if it is the one a Spec can say."""
    if not args and not kwargs:
        return None
    ours = {"corners": 2, "zerophase": True}
    corners = {key: kwargs[key] for key in kwargs or {} if key not in ours}
    if list(args or ()) == ["bandpass"] and {**corners, **ours} == kwargs and set(corners) == BANDPASS:
        return float(corners["freqmin"]), float(corners["freqmax"])
    raise SpecError(
        f"{where}: filter {args!r} {kwargs!r} cannot be said in a Spec, which knows a band-pass of 2 corners "
        f"run forward and backward"
    )
