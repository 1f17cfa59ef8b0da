"""Importing does nothing: no file, no output, no handler, no thread, no dependency before its time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

HEAVY = {
    *("torch", "obspy", "onnxruntime", "matplotlib", "scipy", "h5py", "onnx", "safetensors"),
    *("pyarrow", "pandas", "pydantic", "seisbench"),
}

# Prints, as JSON, what changed in the process while it ran the line in the middle.
PROBE = """
import json, logging, os, sys, threading, importlib, warnings
{before}
def state():
    loggers = [logging.root, *map(logging.getLogger, list(logging.root.manager.loggerDict))]
    torch = sys.modules.get("torch")
    return {{
        "environment": dict(os.environ),
        "handlers": sorted(logger.name for logger in loggers if logger.handlers),
        "level": logging.root.level,
        "filters": len(warnings.filters),
        "threads": threading.active_count(),
        "torch_threads": torch.get_num_threads() if torch else 0,
        "folder": os.getcwd(),
    }}
first = state()
{line}
second = state()
changed = {{key: [first[key], second[key]] for key in first if first[key] != second[key]}}
print("PROBE", json.dumps([changed, sorted({{name.split(".")[0] for name in sys.modules}})]))
"""


def run(folder, *arguments):
    """Run Python in an empty folder that is also its home and its place for temporary files."""
    folder.mkdir(exist_ok=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PYTHON"))}
    places = dict.fromkeys(
        ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR"), str(folder)
    )
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=clean | places | {"PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "110"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def probe(folder, line, before=""):
    """Return what a line of Python changed, what it had imported, and what it printed."""
    done = run(folder, "-c", PROBE.format(line=line, before=before))
    assert done.returncode == 0, done.stderr
    printed, _, found = done.stdout.partition("PROBE ")
    changed, imported = json.loads(found)
    return changed, set(imported), printed + done.stderr, sorted(os.listdir(folder))


def test_import_onsets_does_nothing(tmp_path):
    changed, imported, printed, written = probe(tmp_path, "import onsets")
    assert "onsets" in imported
    assert (changed, printed, written) == ({}, "", [])
    assert imported & HEAVY == set()


def test_importing_every_module_does_nothing(tmp_path, module_files):
    theirs = "import torch, typer, numpy, pymseed"  # what these do on import is not ours to answer for
    line = f"for name in {list(module_files)!r}: importlib.import_module(name)"
    changed, imported, printed, written = probe(tmp_path, line, before=theirs)
    assert (changed, printed, written) == ({}, "", [])
    assert imported & HEAVY == probe(tmp_path, "", before=theirs)[1] & HEAVY


def test_help_loads_little(tmp_path, report):
    command = ("-m", "onsets", "--help")
    done = run(tmp_path, "-X", "importtime", *command)
    assert done.returncode == 0, done.stderr.splitlines()[-1]
    assert "pick" in done.stdout
    assert os.listdir(tmp_path) == []
    imported = {line.split("|")[-1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "typer" in imported
    assert imported & (HEAVY | {"numpy", "pymseed"}) == set()
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        run(tmp_path, *command)
        seconds.append(time.perf_counter() - start)
    report(f"onsets --help: {min(seconds):.2f} s (fastest of {len(seconds)})")
