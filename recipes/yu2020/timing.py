"""Table 5: parameters and the time that 15 records of 1,024 samples take."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from half import HalfNetwork
from plan import HALF, SAMPLES, SHOWN, Folders
from torch import nn

from onsets import networks
from onsets.runtime import OnnxRunner

RECORDS, TURNS = 15, 7


def measure(folders: Folders) -> dict[str, Any]:
    """Return parameters, seconds and bytes of every network, and the machine."""
    windows = np.random.default_rng(0).normal(size=(RECORDS, 1, SAMPLES)).astype(np.float32)
    x = torch.from_numpy(windows)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    rows = {}
    with torch.inference_mode():
        for name in SHOWN:
            half = name == HALF
            stored = name.removesuffix("-fp16")
            network, _ = networks.load(folders.model(stored, ".safetensors"))
            network.eval()
            row: dict[str, Any] = {
                "parameters": networks.parameters(network),
                "bytes": networks.parameters(network) * (2 if half else 4),
                "multiply_adds": networks.multiply_adds(network, 1, SAMPLES),
                "onnx_s": None if half else best(_onnx(folders.model(stored), windows)),
                "gpu_s": _on_gpu(network, x, half),
            }
            row["cpu_s"] = best(_plain(network.half() if half else network, x.half() if half else x))
            rows[name] = row
        difference = _half_difference(folders, x)
    torch.set_num_threads(before)
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else ""
    return {
        "rows": rows,
        "cpu": processor(),
        "gpu": gpu,
        "half_difference": difference,
        "torch": torch.__version__,
    }


def best(call: Callable[[], object], turns: int = TURNS) -> float:
    """Return the seconds of the fastest turn; a slow call takes fewer of them."""
    found = []
    for _ in range(turns):
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
        if sum(found) > 5 and len(found) > 1:
            break
    return min(found)


def _plain(network: nn.Module, x: torch.Tensor) -> Callable[[], object]:
    return lambda: network(x)


def _onnx(path: Path, windows: np.ndarray) -> Callable[[], object]:
    runner = OnnxRunner(path, 1)
    return lambda: runner.run(windows)


def _on_gpu(network: nn.Module, x: torch.Tensor, half: bool) -> float | None:
    if not torch.cuda.is_available():
        return None
    import copy

    there = copy.deepcopy(network).cuda()
    there, y = (there.half(), x.cuda().half()) if half else (there, x.cuda())

    def call() -> None:
        there(y)
        torch.cuda.synchronize()

    for _ in range(3):
        call()
    return best(call)


def _half_difference(folders: Folders, x: torch.Tensor) -> dict[str, float]:
    """Return how far probabilities lie apart: true half precision, its stand-in, single precision."""
    network, _ = networks.load(folders.model("cnn7-separable", ".safetensors"))
    single = network.eval()(x).softmax(1)
    stand_in = HalfNetwork(network)(x).softmax(1)
    true = network.half()(x.half()).float().softmax(1)
    return {
        "true_to_single": float((true - single).abs().max()),
        "stand_in_to_true": float((stand_in - true).abs().max()),
    }


def processor() -> str:
    """Return what the CPU calls itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
