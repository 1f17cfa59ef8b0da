"""Size, speed and picks of networks in every deployable form, and the memory map of the C picker.

    python benchmarks/edge.py [NAME.safetensors ...] [--data LABELLED] [--quick] [-o OUT.json]

Every network of the registry is written in every format with random weights for its size and speed;
weights files given (and the bundled networks) also for their picks: with ``--data``, a folder with
``labelled/``-style sets (``nz_dfdp_eqcorrscan`` calibrates, ``ncedc_phasenet`` judges, which no network
was calibrated with). Times are the shortest of five turns in one thread; instructions are counted by
valgrind where it is installed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from onsets import networks
from onsets.deploy import (
    FORMATS,
    calibration_windows,
    export_network,
    flash_bytes,
    parity,
    peak_bytes,
    runner_of,
    seconds_a_window,
)
from onsets.deploy.c.build import compile_files
from onsets.errors import ExportError
from onsets.evaluation import judge_samples, record_of, score
from onsets.picking import NetworkPicker, bundled
from onsets.runtime import Runner, TorchRunner
from onsets.spec import Spec
from onsets.types import Float32, Sample

CALIBRATE, JUDGE, TOLERANCE_S = "nz_dfdp_eqcorrscan", "ncedc_phasenet", 0.5
FORMS = [*FORMATS, "c-int8"]


def f1_of(runner: Runner, spec: Spec, samples: list[Sample]) -> dict[str, float]:
    """Return F1 of P and S on labelled records at the network's own thresholds."""
    limits = {label: spec.thresholds[label] for label in ("P", "S") if label in spec.thresholds}
    cases = judge_samples(samples, NetworkPicker(spec, runner, limits), {k: (v,) for k, v in limits.items()})
    rows = {
        label: [case.row(label, limits[label]) for case in cases if case.counts(label)] for label in limits
    }
    return {f"f1_{label}": score(row, TOLERANCE_S).f1 for label, row in rows.items()}


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
    network, spec = model
    plain = "c" if form == "c-int8" else form
    target = folder / f"x_{form.replace('-', '_')}{FORMATS[plain]}"
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
    if judged:
        row |= f1_of(runner, done.spec, judged)
    return row


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", nargs="*", type=Path)
    parser.add_argument("--data", type=Path, help="folder with the labelled sets")
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
    models: dict[str, Any] = {name: networks.load(path) for name, path in own.items()}
    models |= {path.stem: networks.load(path) for path in args.weights}
    trained = set(models)
    if not args.quick:
        models |= {n: (networks.build(n), networks.spec(n)) for n in networks.names() if n not in models}
    rows = []
    print(f"{'network':26}{'form':12}{'kB':>9}{'ms/window':>11}{'real time':>11}", end="")
    print(f"{'kB memory':>11}{'max dp':>10}  F1 P, S")
    for name, (network, spec) in models.items():
        sets = [[], []]
        if args.data is not None and name in trained:
            sets = [networks_records(args.data / each, spec) for each in (CALIBRATE, JUDGE)]
        noise = np.random.default_rng(0).normal(size=(32, len(spec.components), spec.samples))
        windows = (
            calibration_windows(map(record_of, sets[0]), spec, 300) if sets[0] else noise.astype(np.float32)
        )
        for form in args.forms.split(","):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    row = measure(form, (network, spec), windows, sets[1], Path(folder))
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


def networks_records(path: Path, spec: Spec) -> list[Sample]:
    """Return all records of a set at a network's rate."""
    from onsets.datasets import open_dataset

    dataset = open_dataset(path)
    return dataset.read(range(len(dataset)), rate_hz=spec.rate_hz)


def line_of(row: dict[str, Any]) -> str:
    """Return a row as text."""
    head = f"{row['network']:26}{row['form']:12}"
    if "refused" in row:
        return f"{head}  {row['refused'][:110]}"
    memory = (row["memory_bytes"] or 0) / 1e3
    scores = ", ".join(f"{row[key]:.3f}" for key in ("f1_P", "f1_S") if key in row)
    return (
        f"{head}{row['bytes'] / 1e3:9.1f}{row['ms_a_window']:11.2f}{row['real_time_factor']:11.0f}"
        f"{memory:11.1f}{row['max_dp']:10.1e}  {scores}"
    )


if __name__ == "__main__":
    main()
