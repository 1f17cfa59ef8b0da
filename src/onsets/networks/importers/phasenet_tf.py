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
    *parts, layer, word = ours.split(".") if not ours.startswith("head") else ("head", "conv", ours[5:])
    kind = "conv" if layer == "conv" else "bn"
    end = NORM[word] if kind == "bn" else {"weight": "kernel", "bias": "bias"}[word]
    match parts:
        case ["stem"]:
            return f"Input/input_{kind}/{end}"
        case ["head"]:
            return f"Output/output_conv/{end}"
        case ["bottom"]:
            return f"DownConv_4/down_{kind}1_5/{end}"
        case ["contract", k, which]:
            return f"DownConv_{k}/down_{kind}{1 + 2 * int(which)}_{int(k) + 1}/{end}"
        case ["expand", k, which]:
            level = phasenet.DEPTH - 2 - int(k)
            return f"UpConv_{level}/up_{kind}{which}_{level + 1}/{end}"
    raise AssertionError(ours)
