from __future__ import annotations

import hashlib
import os
import pickle
import sys
from pathlib import Path

import pytest
import torch

from onsets.errors import MissingExtraError, SpecError
from onsets.networks import registry, weights


@pytest.fixture
def network(stir):
    return stir(registry.build("cnn3"), torch.randn(2, 1, 64))


@pytest.fixture
def path(network, tmp_path):
    target = tmp_path / "cnn3.safetensors"
    weights.save(network, registry.spec("cnn3"), target)
    return target


def test_round_trip(network, path):
    again, spec = weights.load(path)
    assert spec == weights.read_spec(path) == registry.spec("cnn3")
    assert not again.training
    for key, value in network.state_dict().items():
        assert torch.equal(again.state_dict()[key], value)


def test_sha256_is_the_files(network, tmp_path):
    target = tmp_path / "x.safetensors"
    sha = weights.save(network, registry.spec("cnn3"), target)
    assert sha == weights.sha256(target) == hashlib.sha256(target.read_bytes()).hexdigest()
    assert weights.load(target, expected_sha256=sha)[1].name == "cnn3"


def test_saving_twice_gives_the_same_bytes(network, path, tmp_path):
    weights.save(network, registry.spec("cnn3"), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_other_hash(path):
    with pytest.raises(SpecError, match="expected 0000"):
        weights.load(path, expected_sha256="0" * 64)


@pytest.mark.parametrize("part", [0.0, 0.001, 0.5, 0.999])
def test_truncated(path, part):
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(SpecError, match="no whole safetensors file"):
        weights.load(path)


@pytest.mark.parametrize("place", ["length", "header", "tensors"])
def test_tampered_byte(path, place):
    """A changed weight is seen by the hash; a changed header also without it."""
    sha, content = weights.sha256(path), bytearray(path.read_bytes())
    at = {"length": 6, "header": 8, "tensors": len(content) - 5}[place]
    content[at] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(SpecError, match="sha256" if place == "tensors" else "safetensors"):
        weights.load(path, expected_sha256=sha)


def test_weights_of_another_network(path, tmp_path):
    weights.save(registry.build("cnn7"), registry.spec("cnn3"), tmp_path / "x")
    with pytest.raises(SpecError, match="does not fit network 'cnn3'"):
        weights.load(tmp_path / "x")


def test_weights_of_another_size(tmp_path):
    weights.save(registry.build("lppn", width=4), registry.spec("lppn", width=8), tmp_path / "x")
    with pytest.raises(SpecError, match="does not fit network 'lppn'"):
        weights.load(tmp_path / "x")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "carries no Spec"),
        ("{", "not JSON"),
        ("[]", "expected a JSON object"),
        ('{"nmae": "x"}', "did you mean 'name'"),
        ('{"name": "x"}', "incomplete"),
    ],
)
def test_file_without_a_right_spec(tmp_path, text, words):
    from safetensors.torch import save_file

    save_file({"w": torch.zeros(3)}, tmp_path / "x", metadata=None if text is None else {"spec": text})
    with pytest.raises(SpecError, match=words):
        weights.load(tmp_path / "x")


def test_file_of_an_unknown_network(network, path):
    text = registry.spec("cnn3").to_json().replace('"network": "cnn3"', '"network": "cnn4"')
    spec = type(registry.spec("cnn3")).from_json(text)
    weights.save(network, spec, path)
    with pytest.raises(SpecError, match="unknown network 'cnn4'"):
        weights.load(path)


def test_missing_file(tmp_path):
    for sha in (None, "0" * 64):
        with pytest.raises(SpecError, match="no weights file"):
            weights.load(tmp_path / "nothing", expected_sha256=sha)


class _Touch:
    """Makes a file when unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("write", ["pickle", "torch"])
def test_loading_never_unpickles(tmp_path, write):
    target, trap = tmp_path / "x.pt", tmp_path / "trap"
    if write == "pickle":
        target.write_bytes(pickle.dumps(_Touch(trap)))
    else:
        torch.save({"w": torch.zeros(3), "trap": _Touch(trap)}, target)
    with pytest.raises(SpecError, match="safetensors"):
        weights.load(target)
    assert not trap.exists()


def test_loading_calls_no_pickle(path, monkeypatch):
    def refuse(*args, **options):
        raise AssertionError("unpickled")

    for owner, name in ((pickle, "load"), (pickle, "loads"), (pickle, "Unpickler"), (torch, "load")):
        monkeypatch.setattr(owner, name, refuse)
    assert weights.load(path)[1].name == "cnn3"


@pytest.mark.parametrize("step", ["write", "replace"])
def test_failed_save_leaves_the_old_file_and_nothing_else(path, monkeypatch, step):
    content = path.read_bytes()

    def full(*args, **options):
        raise OSError("disk full")

    def half(self, data):
        with open(self, "wb") as file:
            file.write(data[:100])
        raise OSError("disk full")

    if step == "write":
        monkeypatch.setattr(Path, "write_bytes", half)
    else:
        monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        weights.save(registry.build("cnn3"), registry.spec("cnn3"), path)
    monkeypatch.undo()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert path.read_bytes() == content


def test_missing_safetensors_names_the_extra(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(MissingExtraError, match=r"onsets\[train\]"):
        weights.read_spec(path)
