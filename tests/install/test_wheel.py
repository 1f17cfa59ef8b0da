"""The wheel with its base dependencies alone picks with the bundled network: the edge install."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.install

PICK_HEADER = (
    "station_id,channel_prefix,phase,time,probability,uncertainty_s,snr_db,amplitude,polarity,model,flags"
)
MODEL_KEYS = {
    *("name", "paper", "parameters", "parameters_with_statistics", "macs_window", "macs_day", "bytes_fp32"),
    *("bytes_fp16", "receptive_field_samples", "rate_hz", "window_samples", "outputs"),
}
QUIETLY = ("--quiet", "--no-input", "--disable-pip-version-check")
EXTRAS = {"torch", "obspy", "matplotlib", "scipy", "h5py", "onnx", "safetensors", "pyarrow", "pandas"}


def run(*command: str | Path, cwd: Path) -> str:
    """Run outside the repository and its environment; return standard output."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and k != "VIRTUAL_ENV"}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=clean, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("install")


@pytest.fixture(scope="module")
def wheel(place) -> Path:
    root = Path(__file__).parents[2]
    dist = place / "dist"
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", dist, root, cwd=place)
    (built,) = dist.glob("onsets-*.whl")
    return built


@pytest.fixture(scope="module")
def commands(place, wheel) -> Path:
    """The folder of programs of an environment that holds the wheel and what it requires."""
    run(sys.executable, "-m", "venv", place / "clean", cwd=place)
    (python,) = (place / "clean").glob("*/python")
    run(python, "-m", "pip", "install", *QUIETLY, wheel, cwd=place)
    return python.parent


@pytest.fixture(scope="module")
def recording(place) -> Path:
    """60 s of noise on three components at 100 Hz, with a weak burst at 20 s and a strong one at 28 s."""
    from pymseed import MS3TraceList

    random = np.random.default_rng(7)
    t = np.arange(6000) / 100.0
    traces = MS3TraceList()
    for component, p, s in (("Z", 900, 700), ("N", 300, 2000), ("E", 200, 1800)):
        data = 20 * random.standard_normal(t.size)
        for onset, height, period in ((20.0, p, 0.15), (28.0, s, 0.3)):
            late = np.maximum(t - onset, 0.0)
            data += height * np.exp(-late / 2.0) * np.sin(2 * np.pi * late / period)
        traces.add_data(
            f"FDSN:XX_ABC_00_H_H_{component}",
            data.astype(np.int32),
            "i",
            100.0,
            starttime_str="2024-01-02T03:04:05Z",
        )
    path = place / "XX.ABC.mseed"
    traces.to_file(str(path))
    return path


def test_the_wheel_carries_the_networks_and_no_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if name.startswith("onsets/bundled/") and name.endswith(".onnx")]
    assert "onsets/py.typed" in names
    assert [name for name in names if not name.startswith(("onsets/", "onsets-"))] == []


def test_the_base_install_is_light(commands, place):
    listed = run(commands / "python", "-m", "pip", "list", "--format=json", cwd=place)
    installed = {package["name"].lower() for package in json.loads(listed)}
    assert {"onsets", "numpy", "pymseed", "onnxruntime", "typer"} <= installed
    assert installed & EXTRAS == set()


def test_the_base_install_picks(commands, place, recording):
    run(commands / "onsets", "pick", recording, "-o", "picks.csv", cwd=place)
    header, *rows = (place / "picks.csv").read_text(encoding="utf-8").splitlines()
    assert header == PICK_HEADER
    assert all(row.startswith("XX.ABC.00,HH,") for row in rows)


def test_the_base_install_lists_its_models(commands, place):
    assert "default" in run(commands / "onsets", "models", cwd=place)
    models = json.loads(run(commands / "onsets", "models", "--json", cwd=place))
    assert models
    assert [model.get("name") for model in models if not model.keys() >= MODEL_KEYS] == []
