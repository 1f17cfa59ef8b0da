"""LPPN as its authors publish it: ``STRIDE-FEATURES.wave``, tensors of ``torch.save``.

The program convolves over two axes of which one has length 1; here that axis is dropped. The width n
is the number of channels of the first unit. **The stride cannot be seen in the file**: it is where the
strides of the depthwise convolutions lie, and their weights have the same shape for each. It is taken
from the file's name, or given.

Published weights were trained on records to which a tone had been added, so ``Spec.tone`` is set
(without it the networks of stride 16 and more find next to nothing), and on records without a mean,
so ``Spec.demean`` is set.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from torch import Tensor, nn

from onsets.errors import SpecError
from onsets.networks import lppn
from onsets.networks.importers._state import check_names, check_width, fill, read_state
from onsets.spec import Spec

__all__ = ["import_lppn"]

# Our layer -> theirs: of an inverted bottleneck, of an expansion, and the heads.
UNIT = {
    "widen.0": "0.0",
    "widen.1": "0.1",
    "filter.0": "1.0",
    "filter.1": "1.1",
    "project.0": "2",
    "project.1": "3",
}
EXPAND = {"conv": "1", "norm": "2"}
HEADS = {"head_class": "cl", "head_offset": "tm"}


def import_lppn(path: str | Path, stride: int | None = None) -> tuple[nn.Module, Spec]:
    """Read a published LPPN.

    Parameters
    ----------
    path : str or Path
        Such as ``16-8.wave``: stride 16, n = 8.
    stride : int, optional
        Samples a segment, where the file's name does not say it.

    Returns
    -------
    network : LPPN
        In evaluation mode.
    spec : Spec
        Of the paper, with tone, named ``lppn-STRIDE-N``.

    Raises
    ------
    SpecError
        If the file is broken or no LPPN, or the stride is unknown.
    """
    state = read_state(path)
    names = {ours: _theirs(ours) for ours in lppn.build(width=1).state_dict()}
    check_names(state, set(names.values()), str(path), "lppn")
    width = state["layers.0.conv.3.weight"].numel()
    check_width(width, str(path), "lppn")
    stride = _stride(Path(path), width) if stride is None else stride
    options = {"width": width, "stride": stride}
    network = lppn.build(**options)
    fill(network, {ours: _flat(state[theirs]) for ours, theirs in names.items()}, names, str(path))
    spec = dataclasses.replace(lppn.spec(**options), name=f"lppn-{stride}-{width}", tone=True)
    return network, spec


def _stride(path: Path, width: int) -> int:
    named = re.fullmatch(r"(\d+)-(\d+)\.wave", path.name)
    if named is None:
        raise SpecError(
            f"{path}: an LPPN file does not hold its stride; name it STRIDE-N.wave or give stride"
        )
    if int(named[2]) != width:
        raise SpecError(f"{path} says n = {named[2]}, its tensors {width}; rename it or give stride")
    return int(named[1])


def _flat(value: Tensor) -> Tensor:
    """Drop the axis of length 1 of a two-dimensional kernel."""
    return value[:, :, 0] if value.ndim == 4 and value.shape[2] == 1 else value


def _theirs(ours: str) -> str:
    """Return the published name of one of our tensors."""
    part, k, rest = ours.split(".", 2) if not ours.startswith("head") else (*ours.split("."), "")
    if part in HEADS:
        return f"{HEADS[part]}.{k}"
    if part == "expand":
        layer, word = rest.split(".")
        return f"class_encoder.{int(k) + 3}.{EXPAND[layer]}.{word}"
    layer, word = rest.rsplit(".", 1)
    return f"{'layers' if part == 'units' else 'class_encoder'}.{k}.conv.{UNIT[layer]}.{word}"
