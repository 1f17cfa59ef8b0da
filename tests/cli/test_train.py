"""``onsets train``: a recipe, its overrides, and what is said when it is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from onsets.cli.train import clock, progress
from onsets.training import Report

from .conftest import Run

RECIPE = """
output = "out"
network = { name = "lppn", options = { width = 1 }, spec = { samples = 512, hop_samples = 256 } }
data = { sets = ["tiny"], shares = { train = 0.6, dev = 0.2, test = 0.2 } }
labels = { shape = "segment" }
loss = { reduction = "sum" }
run = { epochs = 2, epoch_steps = 2, batch = 4, device = "cpu", threads = 1 }
[[augment]]
step = "cut"
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """A recipe beside a dataset of 20 events."""
    h5py = pytest.importorskip("h5py")
    folder, rng = tmp_path / "tiny", np.random.default_rng(0)
    folder.mkdir()
    lines = ["trace_name,trace_category,station_network_code,station_code,trace_sampling_rate_hz,"
             "trace_p_arrival_sample,trace_s_arrival_sample,source_id"]  # fmt: skip
    with h5py.File(folder / "waveforms.hdf5", "w") as file:
        file["data_format/component_order"] = "ZNE"
        for k in range(20):
            file[f"data/t{k}"] = rng.normal(size=(3, 800)).astype(np.float32)
            lines.append(f"t{k},earthquake_local,XX,S{k},100,{300 + k},{400 + k},e{k}")
    (folder / "metadata.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    return tmp_path / "recipe.toml"


def test_a_recipe_is_trained_and_resumed(run: Run, recipe: Path) -> None:
    done = run("train", recipe, "--set", "network.picker=mine")
    assert done.returncode == 0, done.stderr
    assert "mine.safetensors" in done.stdout and "epoch    2" in done.stderr and "left" in done.stderr
    assert (recipe.parent / "out" / "mine.onnx").is_file()
    again = run("train", recipe, "--set", "network.picker=mine")
    assert again.returncode == 2 and "--resume" in again.stderr
    more = run("train", recipe, "--resume", "--set", "network.picker=mine", "--set", "run.epochs=3", "-q")
    assert more.returncode == 0 and more.stdout == more.stderr == ""


def test_a_misspelt_key_is_wrong_usage_with_the_nearest_name(run: Run, recipe: Path) -> None:
    done = run("train", recipe, "--set", "run.epoch=3")
    assert done.returncode == 2 and "did you mean 'epochs'?" in done.stderr and "recipe.toml" in done.stderr
    recipe.write_text(RECIPE.replace("labels =", "label ="))
    done = run("train", recipe)
    assert done.returncode == 2 and "did you mean 'labels'?" in done.stderr
    assert run("train", "none.toml").returncode == 2


def test_progress_names_rate_and_time_left() -> None:
    line = progress(Report(50, 400, 1, 1.25, 1e-3, 812.4, 3700.0))
    assert "50/400" in line and "812 windows/s" in line and "1 h 1 min left" in line
    assert [clock(s) for s in (5, 61, 7200)] == ["5 s", "1 min 1 s", "2 h 0 min"]
