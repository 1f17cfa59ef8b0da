"""Checkpoints: everything comes back, or nothing is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from onsets.errors import ConfigError
from onsets.store import StoreError
from onsets.training.checkpoint import Progress, load_checkpoint, save_checkpoint

KINDS = {
    "adam": lambda p: torch.optim.Adam(p, 1e-2),
    "adamw": lambda p: torch.optim.AdamW(p, 1e-2),
    "sgd": lambda p: torch.optim.SGD(p, 1e-2, momentum=0.9),
    "plain": lambda p: torch.optim.SGD(p, 1e-2),
}


def network(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))


def advance(net: nn.Module, optimiser: torch.optim.Optimizer, steps: int) -> None:
    for k in range(steps):
        optimiser.zero_grad()
        net(torch.randn(8, 3, generator=torch.Generator().manual_seed(k))).square().sum().backward()
        optimiser.step()


@pytest.mark.parametrize("kind", KINDS)
def test_all_comes_back_and_goes_on_the_same(tmp_path: Path, kind: str) -> None:
    net, other = network(), network(1)
    optimiser = KINDS[kind](net.parameters())
    advance(net, optimiser, 3)
    progress = Progress(step=3, epoch_loss=0.1 + 0.2, best=float("inf"), scale={"scale": 2.0})
    save_checkpoint(tmp_path / "c", {"network": net, "best": other}, optimiser, progress, {"a": [1, 2.5]})
    net2, other2 = network(5), network(6)
    optimiser2 = KINDS[kind](net2.parameters())
    found, recipe = load_checkpoint(tmp_path / "c", {"network": net2, "best": other2}, optimiser2)
    assert found == progress and recipe == {"a": [1, 2.5]}
    for a, b in ((net, net2), (other, other2)):
        assert all(torch.equal(v, b.state_dict()[k]) for k, v in a.state_dict().items())
    advance(net, optimiser, 3)
    advance(net2, optimiser2, 3)
    assert all(torch.equal(v, net2.state_dict()[k]) for k, v in net.state_dict().items())


def test_a_full_disk_leaves_the_old_one_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net = network()
    optimiser = KINDS["adam"](net.parameters())
    save_checkpoint(tmp_path / "c", {"network": net}, optimiser, Progress(step=1), {})
    before = (tmp_path / "c").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(StoreError, match="No space left on device"):
            save_checkpoint(tmp_path / "c", {"network": net}, optimiser, Progress(step=2), {})
    assert (tmp_path / "c").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


def test_what_is_no_checkpoint_of_this_network_is_refused(tmp_path: Path) -> None:
    net = network()
    optimiser = KINDS["adam"](net.parameters())
    with pytest.raises(ConfigError, match="no checkpoint"):
        load_checkpoint(tmp_path / "c", {"network": net}, optimiser)
    save_checkpoint(tmp_path / "c", {"network": net}, optimiser, Progress(), {})
    with pytest.raises(ConfigError, match="does not fit"):
        load_checkpoint(tmp_path / "c", {"network": nn.Linear(2, 2)}, optimiser)
    whole = (tmp_path / "c").read_bytes()
    for size in (0, 5, 200, len(whole) - 1):
        (tmp_path / "c").write_bytes(whole[:size])
        with pytest.raises(ConfigError, match="no whole checkpoint"):
            load_checkpoint(tmp_path / "c", {"network": net}, optimiser)
    (tmp_path / "c").write_bytes(whole.replace(b"onsets-checkpoint", b"another-checkpoin"))
    with pytest.raises(ConfigError, match="no checkpoint of this program"):
        load_checkpoint(tmp_path / "c", {"network": net}, optimiser)
