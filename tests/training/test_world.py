"""Processes that train together: two of torchrun with gloo, against one alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from onsets.config import plain
from onsets.errors import ConfigError
from onsets.training.journal import read_journal
from onsets.training.world import join_world

from .conftest import Make

SCRIPT = """
import json, sys
import torch
from onsets import config
from onsets.training import Recipe, train
from onsets.training import run

recipe = config.make(Recipe, json.load(open(sys.argv[1])))
kept = []
finish = run._finish
def remember(session, folder):
    state = session.network.state_dict()
    torch.distributed.barrier()
    everywhere = [torch.zeros(1, dtype=torch.float64) for _ in range(2)]
    mine = sum(v.double().abs().sum() for k, v in state.items() if "num" not in k and "running" not in k)
    torch.distributed.all_gather(everywhere, mine.reshape(1))
    kept.extend(float(x) for x in everywhere)
    return finish(session, folder)
run._finish = remember
train(recipe, resume="--resume" in sys.argv)
assert kept[0] == kept[1], kept
"""


def together(folder: Path, recipe: dict[str, object], *flags: str) -> None:
    """Train with two processes on this machine."""
    (folder / "script.py").write_text(SCRIPT)
    (folder / "recipe.json").write_text(json.dumps(recipe))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command += ["--local-addr=127.0.0.1", str(folder / "script.py"), str(folder / "recipe.json"), *flags]
    # by the loop-back, whatever name this machine has or lacks; one thread each
    environment = {**os.environ, "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=600, cwd=folder, check=False, env=environment
    )
    assert done.returncode == 0, f"{done.stderr[:2000]}\n...\n{done.stderr[-4000:]}"


@pytest.mark.slow
def test_two_processes_train_one_network_and_resume_it(make: Make, tmp_path: Path) -> None:
    recipe = plain(make("run.checkpoint_steps=2", "run.average=0.5"))
    together(tmp_path, recipe)  # asserts that both hold the same weights
    out = Path(recipe["output"])
    rows = read_journal(out / "log.jsonl")
    assert [row["step"] for row in rows if row["kind"] == "step"] == [1, 2, 3, 4, 5, 6]
    assert [row["step"] for row in rows if row["kind"] == "epoch"] == [3, 6]
    first = load_file(out / "lppn.safetensors")
    recipe["run"] = {**recipe["run"], "epochs": 3}  # type: ignore[dict-item]
    together(tmp_path, recipe, "--resume")
    assert len([row for row in read_journal(out / "log.jsonl") if row["kind"] == "step"]) == 9
    assert any(not torch.equal(first[k], v) for k, v in load_file(out / "lppn.safetensors").items())


def test_alone_nothing_is_shared() -> None:
    with join_world("cpu") as world:
        assert (world.rank, world.size, world.first, world.device.type) == (0, 1, True, "cpu")
        values, network = torch.ones(2), torch.nn.Linear(1, 1)
        assert world.sum(values) is values and world.shared(network) is network
        world.wait()


@pytest.mark.parametrize("name", ["warp", "cuda:99"])
def test_a_device_that_is_not_there(name: str) -> None:
    with pytest.raises(ConfigError, match="take 'cpu'"), join_world(name):
        pass


def test_a_batch_must_divide_among_processes(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from onsets.training import run
    from onsets.training.world import World

    class Two:
        """Stands in for two processes."""

        def __enter__(self) -> World:
            return World(0, 2, torch.device("cpu"))

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(run, "join_world", lambda device: Two())
    with pytest.raises(ConfigError, match="does not divide among 2"):
        run.train(make("run.batch=7"))
