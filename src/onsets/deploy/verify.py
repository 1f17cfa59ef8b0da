"""Does an exported file say what its network says, how fast, and in how much memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onsets.deploy.c.build import FLAGS, Program, compile_files
from onsets.errors import ExportError
from onsets.runtime import OnnxRunner, Runner, TorchRunner
from onsets.spec import Spec
from onsets.types import Float32

__all__ = ["LIMITS", "CRunner", "parity", "peak_bytes", "probabilities", "runner_of", "seconds_a_window"]

LIMITS = {"onnx": 1e-4, "torchscript": 1e-4, "c": 1e-4, "onnx-fp16": 0.05, "onnx-int8": 0.5}
"""Largest change of a probability a format may make; half and integers are judged by their picks."""


@dataclass(frozen=True, slots=True)
class CRunner:
    """A compiled C picker as a runtime, window by window.

    Attributes
    ----------
    program : Program
    spec : Spec
    """

    program: Program
    spec: Spec

    def run(self, batch: Float32) -> tuple[Float32, ...]:
        """Return all outputs for windows of shape ``(batch, components, samples)``."""
        self.program.commands.clear()
        rows = self.program.windows(batch).answers().reshape(len(batch), -1, len(self.spec.outputs) + 1)
        outputs = np.ascontiguousarray(rows.transpose(0, 2, 1))
        logits = outputs[:, :-1]
        return (logits, outputs[:, -1:]) if self.spec.output_kind == "per_segment" else (logits,)


def runner_of(target: str | Path, form: str, spec: Spec, folder: str | Path) -> Runner:
    """Return a runtime for an exported file.

    Parameters
    ----------
    target : str or Path
    form : str
        Its format.
    spec : Spec
    folder : str or Path
        Where C is compiled.

    Raises
    ------
    ExportError
        If it cannot be run here, such as C without a compiler.
    """
    path = Path(target)
    if form == "c":
        return CRunner(compile_files(path, Path(folder), flags=(*FLAGS, "-O3")), spec)
    if form == "torchscript":
        import torch

        try:
            return TorchRunner(torch.jit.load(str(path), map_location="cpu"))  # type: ignore[no-untyped-call]
        except RuntimeError as error:
            raise ExportError(f"{path} is no TorchScript: {str(error).splitlines()[0]}") from error
    return OnnxRunner(path, threads=1)


def probabilities(outputs: tuple[Float32, ...], spec: Spec) -> Float32:
    """Return the first output after the Spec's activation."""
    logits = np.asarray(outputs[0], dtype=np.float64)
    if spec.activation == "softmax":
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        logits = e / e.sum(axis=1, keepdims=True)
    elif spec.activation == "sigmoid":
        logits = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    return logits.astype(np.float32)


def parity(source: Runner, exported: Runner, windows: Float32, spec: Spec) -> dict[str, float]:
    """Return how far an export is from its network on windows.

    Returns
    -------
    dict
        ``max_dp`` and ``mean_dp`` of the probabilities, ``max_offset_samples`` where the network says
        when in a segment the onset is, taken where an onset is likely (0.1).
    """
    first, second = source.run(windows), exported.run(windows)
    p, q = probabilities(first, spec), probabilities(second, spec)
    if p.shape != q.shape or not np.isfinite(q).all():
        raise ExportError(f"the export gives {q.shape}, finite {np.isfinite(q).all()}; the network {p.shape}")
    change = np.abs(p - q)
    said = {"max_dp": float(change.max()), "mean_dp": float(change.mean())}
    if spec.output_kind == "per_segment":
        rows = [spec.outputs.index(label) for label in spec.labels]
        likely = p[:, rows].max(axis=1, keepdims=True) >= 0.1
        moved = np.abs(first[1] - second[1])[likely]
        said["max_offset_samples"] = float(moved.max()) if moved.size else 0.0
    return said


def seconds_a_window(runner: Runner, windows: Float32, turns: int = 5) -> float:
    """Return the shortest time a window takes, s, in batches of up to 32."""
    if isinstance(runner, CRunner):
        count = 20
        runner.program.commands.clear()
        for _ in range(turns):
            runner.program.time(count)
        return min(float(line.split()[1]) for line in runner.program.run()) / count
    batch = windows[:32]
    runner.run(batch)
    best = np.inf
    for _ in range(turns):
        began = time.perf_counter()
        runner.run(batch)
        best = min(best, time.perf_counter() - began)
    return float(best / len(batch))


_PROBE = """
import resource, sys, pathlib, numpy as np
target, form, components, samples = sys.argv[1:]
x = np.zeros((1, int(components), int(samples)), np.float32)
if form == "torchscript":
    import torch
    torch.jit.load(target)(torch.from_numpy(x))
else:
    from onsets.runtime import OnnxRunner
    OnnxRunner(target, threads=1).run(x)
status = pathlib.Path("/proc/self/status")  # getrusage also counts what the parent had
if status.is_file():
    print(1024 * int(status.read_text().split("VmHWM:")[1].split()[0]))
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def peak_bytes(target: str | Path, form: str, runner: Runner, spec: Spec) -> int | None:
    """Return the memory an export takes at most, bytes; None where that cannot be told.

    C: what its two structures hold. Others: a fresh process that runs one window, Python included.
    """
    if isinstance(runner, CRunner):
        runner.program.commands.clear()
        _, stream, work = runner.program.sizes().run()[-1].split()
        return int(stream) + int(work)
    shape = [str(len(spec.components)), str(spec.samples)]
    command = [sys.executable, "-c", _PROBE, str(Path(target).resolve()), form, *shape]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return int(done.stdout) if done.returncode == 0 else None
