"""Size, speed and picks of networks in every deployable form, and the memory map of the C picker.

    python benchmarks/edge.py [NAME.safetensors ...] [--calibrate RECORDS] [--judge SET ...] [-o OUT.json]

Every network of the registry is written in every format with random weights for its size and speed
(``--quick`` leaves them out); weights files given, and the bundled networks, also for their picks, on the
labelled sets given, which should be none that integers were calibrated with. Form ``pick`` is the graph that
``onsets pick`` runs. Times are the shortest of five turns in one thread; instructions are counted by valgrind
where it is installed.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from onsets import networks
from onsets.cli.export import read_records
from onsets.datasets import open_dataset
from onsets.deploy import (
    FORMATS,
    Exported,
    calibration_windows,
    export_network,
    flash_bytes,
    parity,
    peak_bytes,
    runner_of,
    seconds_a_window,
    strip_auxiliary,
)
from onsets.deploy.c.build import compile_files
from onsets.errors import ExportError
from onsets.evaluation import agreement_of
from onsets.picking import bundled
from onsets.runtime import TorchRunner
from onsets.spec import Spec
from onsets.types import Float32, Sample

FORMS = ["pick", *FORMATS, "c-int8"]


def instructions(program: Path, folder: Path) -> int | None:
    """Return what one window costs, by valgrind: two windows less one."""
    if shutil.which("valgrind") is None:
        return None
    counts = []
    for turns in (1, 2):
        out = folder / f"calls{turns}"
        subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", str(program)],
            input=b"t" + turns.to_bytes(8, sys.byteorder),
            capture_output=True,
            check=True,
        )
        line = next(line for line in out.read_text().splitlines() if line.startswith(("summary:", "totals:")))
        counts.append(int(line.split()[1]))
    return counts[1] - counts[0]


def measure(
    form: str, model: tuple[Any, Spec], windows: Float32, judged: list[Sample], folder: Path
) -> dict[str, Any]:
    """Return one row: a network in one format."""
    network, spec = strip_auxiliary(*model)
    plain = {"c-int8": "c", "pick": "onnx"}.get(form, form)
    target = folder / f"x_{form.replace('-', '_')}{FORMATS[plain]}"
    if form == "pick":
        done = Exported(spec, [networks.to_onnx(network, spec, target)])
    else:
        done = export_network(network, spec, target, plain, windows if "int8" in form else None)
    runner = runner_of(target, plain, done.spec, folder)
    pace = seconds_a_window(runner, windows)
    row: dict[str, Any] = {
        "bytes": target.stat().st_size,
        "ms_a_window": 1e3 * pace,
        "real_time_factor": spec.hop_samples / spec.rate_hz / pace,
        "memory_bytes": peak_bytes(target, plain, runner, done.spec),
        **parity(TorchRunner(network), runner, windows[:8], done.spec),
        **done.facts,
    }
    if plain == "c":
        row["bytes"] = flash_bytes(target)
        row["instructions_a_window"] = instructions(compile_files(target, folder).path, folder)
        head = target.with_suffix(".h").read_text(encoding="utf-8")
        row["memory_map"] = head[head.index(" * RAM") : head.index(" * Use:")].splitlines()
    if judged and form in ("onnx-fp16", "onnx-int8"):  # the others are the network to 1e-4
        row["picks"] = dataclasses.asdict(agreement_of(done.spec, TorchRunner(network), runner, judged))
    return row


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", nargs="*", type=Path)
    parser.add_argument("--calibrate", type=Path, help="a dataset or waveforms")
    parser.add_argument("--judge", type=Path, nargs="*", default=[], help="labelled sets")
    parser.add_argument("--forms", default=",".join(FORMS))
    parser.add_argument("--quick", action="store_true", help="only weights, not the registry")
    parser.add_argument("-o", "--output", type=Path)
    args = parser.parse_args()
    from importlib import resources

    import torch

    torch.set_num_threads(1)
    own = {
        n: str(resources.files("onsets").joinpath("bundled", e["safetensors"])) for n, e in bundled().items()
    }
    models: dict[str, Any] = (
        {} if args.weights and args.quick else {n: networks.load(p) for n, p in own.items()}
    )
    models |= {path.stem: networks.load(path) for path in args.weights}
    trained = set(models)
    if not args.quick:
        models |= {n: (networks.build(n), networks.spec(n)) for n in networks.names() if n not in models}
    rows = []
    print(f"{'network':26}{'form':12}{'kB':>9}{'ms/window':>11}{'real time':>11}", end="")
    print(f"{'kB memory':>11}{'max dp':>10}  equal picks; F1")
    for name, (network, spec) in models.items():
        real = args.calibrate is not None and name in trained
        noise = np.random.default_rng(0).normal(size=(32, len(spec.components), spec.samples))
        windows = noise.astype(np.float32)
        if real:
            windows = calibration_windows(read_records(args.calibrate, "", spec, 2000), spec, 300)
        judged = [s for each in args.judge for s in labelled(each, spec)] if name in trained else []
        for form in args.forms.split(","):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    row = measure(form, (network, spec), windows, judged, Path(folder))
                except ExportError as error:
                    row = {"refused": str(error)}
            rows.append({"network": name, "form": form, **row})
            print(line_of(rows[-1]), flush=True)
    for row in rows:
        if row.get("memory_map") and row["network"] in trained:
            print(f"\n{row['network']} {row['form']}, {row['instructions_a_window']} instructions a window")
            print("\n".join(row["memory_map"]))
    if args.output is not None:
        args.output.write_text(json.dumps({"rows": rows}, indent=1) + "\n", encoding="utf-8")


def labelled(path: Path, spec: Spec) -> list[Sample]:
    """Return all records of a set at a network's rate."""
    dataset = open_dataset(path)
    return dataset.read(range(len(dataset)), rate_hz=spec.rate_hz)


def line_of(row: dict[str, Any]) -> str:
    """Return a row as text."""
    head = f"{row['network']:26}{row['form']:12}"
    if "refused" in row:
        return f"{head}  {row['refused'][:110]}"
    memory = (row["memory_bytes"] or 0) / 1e3
    said = ""
    if found := row.get("picks"):
        said = f"{found['equal_share']:.4f}"
        for phase, (loss, low, high) in found["loss"].items():
            said += f"  {phase} {found['f1'][phase][0]:.3f} loses {loss:+.4f} [{low:+.4f} {high:+.4f}]"
    return (
        f"{head}{row['bytes'] / 1e3:9.1f}{row['ms_a_window']:11.3f}{row['real_time_factor']:11.0f}"
        f"{memory:11.1f}{row['max_dp']:10.1e}  {said}"
    )


if __name__ == "__main__":
    main()
