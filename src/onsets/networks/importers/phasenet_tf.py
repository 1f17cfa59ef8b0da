"""PhaseNet as its authors publish it: a TensorFlow checkpoint of 2019.

The program convolves over two axes of which one has length 1; here that axis is dropped. Kernels are
stored with the time axis first and are turned to ours. What only training needs (the optimiser's two
moments of each weight, its powers, the step) is left out.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from onsets.errors import SpecError
from onsets.networks import phasenet
from onsets.networks.importers._state import check_names, fill
from onsets.networks.importers.tensorflow import bundle_files, read_index, read_variables
from onsets.spec import Spec

__all__ = ["import_phasenet_tf"]

TRAINING = re.compile(r".*/(Adam|Adam_1|Momentum|ExponentialMovingAverage)|beta[12]_power|global_step")
CONV = {"weight": "kernel", "bias": "bias"}
ENDS = {
    "stem": "Input/input_{kind}",
    "bottom": "DownConv_4/down_{kind}1_5",
    "head": "Output/output_conv",
}
BRANCHES = {"contract": ("down", 1), "quarter": ("down", 3), "expand": ("up", 0), "join": ("up", 1)}
NORM = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}


def import_phasenet_tf(path: str | Path) -> tuple[nn.Module, Spec]:
    """Read a PhaseNet from a TensorFlow checkpoint; needs no TensorFlow.

    Parameters
    ----------
    path : str or Path
        Name of the checkpoint (``model_95.ckpt``), one of its files, or a folder that holds one.

    Returns
    -------
    network : PhaseNet
        In evaluation mode.
    spec : Spec
        Of the paper, named ``phasenet-`` and the checkpoint's name.

    Raises
    ------
    SpecError
        If the checkpoint is cut or altered, or holds no PhaseNet.
    """
    index = read_index(path)
    network = phasenet.build()
    names = {ours: _theirs(ours) for ours in network.state_dict() if not ours.endswith("num_batches_tracked")}
    check_names(
        [name for name in index if not TRAINING.fullmatch(name)], set(names.values()), str(path), "phasenet"
    )
    values = read_variables(path, names.values())
    tensors = {
        ours: torch.from_numpy(_turned(values[theirs], theirs, path)) for ours, theirs in names.items()
    }
    fill(network, tensors, names, str(path))
    stem = bundle_files(path)[0].name.removesuffix(".index").removesuffix(".ckpt")
    return network, dataclasses.replace(phasenet.spec(), name=f"phasenet-{stem}")


def _turned(value: npt.NDArray[np.float32], name: str, path: str | Path) -> npt.NDArray[np.float32]:
    """Return a kernel (time, 1, in, out) as (out, in, time), a transposed one as (in, out, time).

    The latter is stored (time, 1, out, in), so both are the same turn.
    """
    if not name.endswith("/kernel"):
        return value.copy()
    if value.ndim != 4 or value.shape[1] != 1:
        raise SpecError(f"{path}: {name} has shape {value.shape}, expected (time, 1, channels, channels)")
    return np.ascontiguousarray(value[:, 0].transpose(2, 1, 0))


def _theirs(ours: str) -> str:
    """Return the program's name of one of our tensors."""
    part, rest = ours.split(".", 1)
    word = rest.rsplit(".", 1)[-1]
    kind, end = ("bn", NORM[word]) if "norm" in rest else ("conv", CONV[word])
    if part in ENDS:
        return ENDS[part].format(kind=kind) + f"/{end}"
    level = int(rest.split(".")[0])
    if part in ("expand", "join"):
        level = phasenet.DEPTH - 2 - level
    scope, number = BRANCHES[part]
    return f"{scope.capitalize()}Conv_{level}/{scope}_{kind}{number}_{level + 1}/{end}"
