"""EQTransformer as SeisBench stores it: tensors in ``NAME.pt``, how to feed them in ``NAME.json``.

Two kinds of weights: those converted from the authors' (``original_compatible``: the crop and the
epsilon of :mod:`onsets.networks.eqtransformer`, and hard gates if "conservative"), and those trained
with SeisBench, which crops on the right and adds 1e-5 to the attention's sums. Both biases of an LSTM
are added to one. Order of components and of phases, normalisation, filter, overlap, stacking, blinding
and thresholds come from the JSON file; what it does not say is SeisBench's default (Z N E, "PS", one
deviation of all components, 3,000 samples of overlap, 500 blinded, the maximum, thresholds 0.3 of
detection and 0.1). What a Spec cannot say is refused, not dropped.

Windows, normalisation, taper, stacking and decoding are SeisBench's too, so that its picks come out.
Differences that stay: its deviation counts a dead component's zeros, ours does not; we blind both ends by
the larger of its two numbers, and not at the ends of a record.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from onsets.errors import SpecError
from onsets.networks import eqtransformer
from onsets.networks.importers._seisbench import (
    STACKINGS,
    check_keys,
    check_wanted,
    choose,
    normalisation_of,
    overlap_samples,
    read_config,
)
from onsets.networks.importers._state import check_names, fill, read_state
from onsets.spec import Spec

__all__ = ["import_seisbench_eqtransformer"]

COMPATIBLE = {word: word for word in ("", "conservative", "non-conservative")}
TAPER_SAMPLES = 6
# Our name -> theirs.
ATTENTION = {
    "query.weight": "Wt",
    "key.weight": "Wx",
    "key.bias": "bh",
    "score.weight": "Wa",
    "score.bias": "ba",
}
TRANSFORMER = {
    **{f"attention.{ours}": f"attention.{theirs}" for ours, theirs in ATTENTION.items()},
    **{f"{ours}.{word}": f"{theirs}.{end}"
       for ours, theirs in (("norm_attention", "norm1"), ("norm", "norm2"))
       for word, end in (("weight", "gamma"), ("bias", "beta"))},
    **{f"{ours}.{word}": f"ff.{theirs}.{word}"
       for ours, theirs in (("widen", "lin1"), ("narrow", "lin2"))
       for word in ("weight", "bias")},
}  # fmt: skip
MODEL_ARGS = ("lstm_blocks", "drop_rate", "original_compatible")
DEFAULT_ARGS = ("detection_threshold",)


def import_seisbench_eqtransformer(
    path_pt: str | Path, path_json: str | Path | None = None, near_filter: bool = False
) -> tuple[nn.Module, Spec]:
    """Read an EQTransformer that SeisBench stored.

    Parameters
    ----------
    path_pt : str or Path
        The tensors.
    path_json : str or Path, optional
        The description, where it does not lie beside them under the same name.
    near_filter : bool
        Take the nearest filter that a Spec can say (2 corners, run forward and backward, with the same
        corner frequencies; a high-pass up to 0.45 of the rate) where the description has another.

    Returns
    -------
    network : EQTransformer
        In evaluation mode; rows detection, P, S, whatever the order in the file.
    spec : Spec
        Of the description, named ``eqtransformer-NAME``.

    Raises
    ------
    SpecError
        If a file is missing or broken, holds another network, or asks for what a Spec cannot say.
    """
    state = read_state(path_pt)
    config = read_config(path_pt, path_json)
    where = str(path_pt)
    try:
        spec, phases = _spec(config, where, near_filter)
    except SpecError:
        raise
    except (AttributeError, TypeError, ValueError) as error:
        raise SpecError(f"{where}: its description holds a value of the wrong kind: {error}") from error
    network = eqtransformer.build(**spec.options)
    names = {ours: _theirs(ours, phases, state) for ours in network.state_dict() if "bias_hh" not in ours}
    names = {ours: theirs for ours, theirs in names.items() if theirs}
    second = {
        ours: theirs.replace("bias_ih", "bias_hh") for ours, theirs in names.items() if "bias_ih" in ours
    }
    check_names(state, {*names.values(), *second.values()}, where, "eqtransformer")
    tensors = dict(_turned(state, names, second, where))
    fill(network, tensors, names, where)
    return network, dataclasses.replace(spec, name=f"eqtransformer-{Path(path_pt).name.split('.pt')[0]}")


def _theirs(ours: str, phases: str, state: Mapping[str, Tensor]) -> str:
    """Return SeisBench's name of one of our tensors."""
    part, rest = ours.split(".", 1)
    if part == "encoder":
        return ours
    if part == "blocks":
        block, half, kind, word = rest.split(".")
        return f"res_cnn_stack.members.{block}.{kind}{int(half) + 1}.{word}"
    if part == "recurrences":
        return f"bi_lstm_stack.members.{_lstm(rest, f'bi_lstm_stack.members.{rest}', state)}"
    if part == "transformers":
        number, name = rest.split(".", 1)
        return f"transformer_{('d0', 'd')[int(number)]}.{TRANSFORMER[name]}"
    if part == "decoder_detection":
        return rest.replace("head", "conv_d") if rest.startswith("head") else f"decoder_d.{rest}"
    index, (kind, name) = phases.index(part[-1].upper()), rest.split(".", 1)
    if kind == "lstm":
        return f"pick_lstms.{_lstm(f'{index}.{name}', f'pick_lstms.{index}.{name}', state)}"
    if kind == "attention":
        return f"pick_attentions.{index}.{ATTENTION[name]}"
    if name.startswith("head"):
        return f"pick_convs.{index}.{name.split('.')[1]}"
    return f"pick_decoders.{index}.{name}"


def _lstm(name: str, theirs: str, state: Mapping[str, Tensor]) -> str:
    """Return the name of an LSTM's tensor in SeisBench's own cells, unless it is torch's LSTM there."""
    if theirs in state or not name.endswith(("_l0", "_l0_reverse")):
        return name
    head, word = name.rsplit(".", 1)
    cell = "cell_b" if word.endswith("_reverse") else "cell_f"
    return f"{head}.{cell}.{word.removesuffix('_reverse').removesuffix('_l0')}"


def _turned(
    state: Mapping[str, Tensor], names: Mapping[str, str], second: Mapping[str, str], where: str
) -> Iterator[tuple[str, Tensor]]:
    """Yield our tensors: matrices of the attention transposed, both biases of an LSTM in the first."""
    for ours, theirs in names.items():
        value = state[theirs]
        if theirs.rsplit(".", 1)[-1] in ("Wt", "Wx", "Wa", "gamma", "beta"):
            value = value.T if theirs.rsplit(".", 1)[-1].startswith("W") else value.flatten()
        if ours in second:
            other = state[second[ours]]
            if other.shape != value.shape:
                raise SpecError(f"{where}: {second[ours]} has shape {tuple(other.shape)}, {theirs} another")
            yield ours.replace("bias_ih", "bias_hh"), torch.zeros_like(value)
            value = value + other
        yield ours, value


def _spec(config: Mapping[str, Any], where: str, near_filter: bool) -> tuple[Spec, str]:
    """Return the Spec and the order of the branches."""
    model, default = config["model_args"], config["default_args"]
    check_keys(config, where, MODEL_ARGS, DEFAULT_ARGS)
    phases = "".join(model.get("phases", "PS"))
    channels, samples = model.get("in_channels", 3), model.get("in_samples", 6000)
    order = "".join(model.get("component_order") or "ZNE")
    compatible = model.get("original_compatible") or ""
    compatible = "non-conservative" if compatible is True else compatible
    compatible = choose(COMPATIBLE, compatible, where, "original_compatible")
    wanted = {
        "phases": (sorted(phases), ["P", "S"]),
        "classes": (model.get("classes", 2), 2),
        "component_order": (len(order), channels),
    }
    check_wanted(model, where, wanted)
    normalisation = normalisation_of(model, "window-std", where)
    rate = float(model.get("sampling_rate") or 100.0)
    every = default.get("*_threshold", 0.1)
    options = {
        "recurrences": model.get("lstm_blocks", 3),
        "gates": "hard_sigmoid" if compatible == "conservative" else "sigmoid",
        "crop": "even" if compatible else "right",
        "epsilon": 1e-7 if compatible else 1e-5,
        "dropout": model.get("drop_rate", 0.1),
        "components": channels,
    }
    spec = dataclasses.replace(
        eqtransformer.spec(**options),
        rate_hz=rate,
        samples=samples,
        hop_samples=samples - overlap_samples(default.get("overlap", 3000), samples, where),
        components=order,
        bandpass_hz=_bandpass(model.get("filter_args"), model.get("filter_kwargs"), rate, near_filter, where),
        normalisation=normalisation,
        unbiased=normalisation.endswith("std"),
        taper_samples=TAPER_SAMPLES,
        decoding="trigger",
        window_grid="record",
        blinding_samples=int(max(default.get("blinding", (500, 500)) or (0, 0))),
        stacking=choose(STACKINGS, default.get("stacking", "max"), where, "stacking"),
        thresholds={
            "detection": float(default.get("detection_threshold", 0.3)),
            **{phase: float(default.get(f"{phase}_threshold", every)) for phase in "PS"},
        },
    )
    return spec, phases


def _bandpass(args: Any, kwargs: Any, rate_hz: float, near: bool, where: str) -> tuple[float, float] | None:
    """Return the corners of a filter, if it is the one a Spec can say or the nearest may be taken."""
    if not args and not kwargs:
        return None
    values = dict(kwargs or {})
    kind = (values.pop("corners", 4), values.pop("zerophase", False))  # ObsPy's defaults
    exact = kind == (2, True)
    if list(args or ()) == ["bandpass"] and set(values) == {"freqmin", "freqmax"} and (exact or near):
        return float(values["freqmin"]), float(values["freqmax"])
    if list(args or ()) == ["highpass"] and set(values) == {"freq"} and near:
        return float(values["freq"]), 0.45 * rate_hz
    raise SpecError(
        f"{where}: filter {args!r} {kwargs!r} cannot be said in a Spec, which knows a band-pass of 2 corners "
        f"run forward and backward; near_filter takes the nearest such to a band-pass or high-pass"
    )
