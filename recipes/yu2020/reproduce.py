"""Reproduce Yu, Chu, Sheng & Ma (2020) from nothing: data, eight trainings, judgement, report.

    python recipes/yu2020/reproduce.py [--scale small|full] [--fraction X] [--out FOLDER] [--page FILE.md]
                                       [--pack FILE.zip]

``small`` is for two cores, ``full`` for a GPU, which is used where there is one. What is done already is
left alone, so that the same command goes on where it was stopped, killed even; a training goes on from its
last checkpoint, a tenth of it back at most. The last thing printed is the table of results; ``--pack`` puts
the page, its pictures and every number behind them into one file of a few MB, to bring home from a
machine that is there for a while.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from judging import judge_network, judging_s, processor_s
from page import as_text, write_page
from plan import HALF, NETWORKS, SCALES, SHOWN, Folders, Scale
from records import table_options, write_sets
from timing import measure

from onsets.errors import ConfigError, OnsetsError
from onsets.store.atomic import replacing
from onsets.synthetics import greens_table
from onsets.training.run import CHECKPOINT

RECIPES = Path(__file__).parents[1]
EPOCHS = 4
NOTED_S = 5.0
"""How often the time of a training is noted, so that a kill loses no more of it."""


def read_note(folders: Folders, name: str) -> dict[str, Any]:
    """Return what was noted, empty if nothing."""
    path = folders.note(name)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def write_note(folders: Folders, name: str, values: dict[str, Any]) -> None:
    """Note something for the report."""
    folders.root.mkdir(parents=True, exist_ok=True)
    with replacing(folders.note(name)) as handle:
        handle.write((json.dumps(values, indent=1) + "\n").encode())


@contextmanager
def stage(folders: Folders, name: str) -> Iterator[None]:
    """Add up wall and processor time of a stage, over interruptions too, and say what is going on."""
    print(f"{time.strftime('%H:%M:%S')}  {name}", flush=True)
    began, used = time.monotonic(), processor_s()
    try:
        yield
    finally:
        noted = read_note(folders, "stages")
        before = noted.get(name, {"wall_s": 0.0, "cpu_s": 0.0})
        spent = {"wall_s": time.monotonic() - began, "cpu_s": processor_s() - used}
        write_note(folders, "stages", {**noted, name: {key: before[key] + spent[key] for key in spent}})


def make_data(scale: Scale, folders: Folders, workers: int) -> None:
    """Compute the table of Green's functions and write all datasets."""
    if (folders.data / "complete").is_file():
        return
    with stage(folders, "Green's functions"):
        table = greens_table(table_options(), folders.root / "greens", workers=workers)
    with stage(folders, "records"):
        if folders.data.exists():
            import shutil

            shutil.rmtree(folders.data)
        write_sets(table, scale, folders)
        (folders.data / "complete").touch()


def precision(name: str, device: str) -> str:
    """Return the arithmetic that is fastest: bfloat16 where the processor has it, but not for CNN+RNN "
    "there."""
    if device != "cpu":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
    has = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    return "bfloat16" if has and name != "cnn-gru" else "float32"


def settings(name: str, scale: Scale, folders: Folders, device: str, workers: int) -> list[str]:
    """Return what the reproduction changes in a network's recipe."""
    feeders = 1 if device == "cpu" else max(1, min(4, cores() // workers))
    values = {
        "output": json.dumps(str(folders.trained(name))),
        "network.picker": json.dumps(name),
        "data.root": json.dumps(str(folders.data)),
        "data.shares": "{}",
        "data.hold": "true",
        "optimiser.rate": scale.rate,
        "schedule.kind": '"one-cycle"',
        "run.batch": scale.batch,
        "run.epochs": EPOCHS,
        "run.epoch_steps": -(-scale.updates // EPOCHS),
        "run.dev_steps": max(1, scale.dev // scale.batch),
        "run.device": json.dumps(device),
        "run.precision": json.dumps(precision(name, device)),
        "run.threads": 1 if device == "cpu" else 0,
        "run.workers": feeders,
        "run.checkpoint_steps": max(1, scale.updates // 10),
        "run.log_steps": 10,
    }
    return [word for key, value in values.items() for word in ("--set", f"{key}={value}")]


def train_network(name: str, scale: Scale, folders: Folders, device: str, workers: int) -> None:
    """Train a network in a process of its own, going on where it was stopped."""
    noted = read_note(folders, f"trained-{name}")
    if folders.model(name).is_file():
        return
    resume = ["--resume"] if (folders.trained(name) / CHECKPOINT).is_file() else []
    recipe = RECIPES / f"yu2020-{name}.toml"
    command = [
        sys.executable,
        "-m",
        "onsets",
        "train",
        str(recipe),
        *settings(name, scale, folders, device, workers),
        *resume,
    ]
    threads = {"OMP_NUM_THREADS": "1"} if device == "cpu" else {}
    log = folders.root / f"trained-{name}.log"
    print(f"{time.strftime('%H:%M:%S')}    {name}: {'goes on' if resume else 'begins'}", flush=True)
    began = time.monotonic()
    with open(log, "a", encoding="utf-8") as handle:
        child = subprocess.Popen(command, stdout=handle, stderr=handle, env={**os.environ, **threads})
        ended, told = 0, began
        while not ended:
            time.sleep(0.2)
            ended, status, used = os.wait4(child.pid, os.WNOHANG)
            if ended or time.monotonic() > told + NOTED_S:
                told = time.monotonic()
                spent = {"wall_s": told - began, "cpu_s": used.ru_utime + used.ru_stime}
                spent = {key: value + noted.get(key, 0.0) for key, value in spent.items()}
                how = {"device": device, "precision": precision(name, device)}
                write_note(folders, f"trained-{name}", {**spent, **how})
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise OnsetsError(
            f"training {name} ended with {child.returncode}; {log} says why; run the same command again"
        )
    print(f"{time.strftime('%H:%M:%S')}    {name}: done, {spent['cpu_s']:.0f} s of processor", flush=True)


def train_all(names: Sequence[str], scale: Scale, folders: Folders, device: str, workers: int) -> None:
    """Train networks, as many at a time as there are workers."""
    print(f"{time.strftime('%H:%M:%S')}  training", flush=True)
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(train_network, name, scale, folders, device, workers) for name in names]:
            done.result()


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pack(folders: Folders, page: Path, target: Path) -> None:
    """Write the page, its pictures, and every number that was noted or judged as one file."""
    found = [page, *sorted(page.with_suffix("").glob("*.png"))]
    named = [(path, path.relative_to(page.parent)) for path in found]
    for pattern in ("*.json", "trained-*.log", "judged/*.npz"):
        named += [(path, path.relative_to(folders.root)) for path in sorted(folders.root.glob(pattern))]
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as handle, zipfile.ZipFile(handle, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, name in named:
            packed.write(path, name)


def once(folders: Folders, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return a note, made now if it is not there."""
    if not folders.note(name).is_file():
        write_note(folders, name, make())
    return read_note(folders, name)


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scale", choices=list(SCALES), help="default: full with a GPU, small without")
    parser.add_argument(
        "--fraction", type=float, default=1.0, help="share of the scale's records and updates"
    )
    parser.add_argument("--out", type=Path, default=Path("out/yu2020"), help="folder for data and networks")
    parser.add_argument("--page", type=Path, default=Path("docs/reproductions/yu2020.md"), help="the report")
    parser.add_argument("--pack", type=Path, help="put page, pictures and numbers into this .zip, too")
    parser.add_argument("--workers", type=int, help="trainings at a time; default: 4 on a GPU, 2 without")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: a GPU where there is one")
    parser.add_argument("--only", nargs="+", choices=NETWORKS, help="train these; with --until train")
    parser.add_argument(
        "--until", choices=("data", "train", "judge", "page"), default="page", help="stop after this"
    )
    given = parser.parse_args()
    if not 0 < given.fraction <= 1 or (given.workers is not None and given.workers < 1):
        parser.error("--fraction is above 0 and at most 1, --workers at least 1")
    if given.only and given.until != "train":
        parser.error("--only trains some networks: it needs --until train")
    return given


def main() -> None:
    """Do what is not done yet."""
    given = options()
    device = given.device or ("cuda" if torch.cuda.is_available() else "cpu")
    scale = SCALES[given.scale or ("small" if device == "cpu" else "full")].part(given.fraction)
    folders, workers = Folders(given.out.resolve()), given.workers or (2 if device == "cpu" else 4)
    if once(folders, "plan", lambda: asdict(scale)) != asdict(scale):
        raise ConfigError(
            f"{given.out} holds another scale, {read_note(folders, 'plan')['name']}; give another --out"
        )
    make_data(scale, folders, max(workers, cores()))
    if given.until == "data":
        return
    train_all(given.only or NETWORKS, scale, folders, device, workers)
    if given.until == "train":
        return
    for name in [*NETWORKS, HALF]:
        print(f"{time.strftime('%H:%M:%S')}  judging {name}", flush=True)
        judge_network(name, folders, max(workers, cores()), device)
    if given.until == "judge":
        return
    timing = once(folders, "timing", lambda: measure(folders))
    trained = {name: read_note(folders, f"trained-{name}") for name in NETWORKS}
    judged = {name: judging_s(folders.judged(name)) for name in SHOWN}
    notes = {"timing": timing, "stages": read_note(folders, "stages"), "trained": trained, "judged": judged}
    given.page.parent.mkdir(parents=True, exist_ok=True)
    write_page(scale, folders, notes, given.page, device)
    if given.pack is not None:
        pack(folders, given.page, given.pack)
    print(f"{time.strftime('%H:%M:%S')}  {given.page}\n\n{as_text(folders, notes)}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except OnsetsError as error:
        sys.exit(f"yu2020: {error}")
