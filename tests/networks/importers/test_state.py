from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from torch import nn

from onsets.errors import SpecError
from onsets.networks.importers._state import check_names, check_width, fill, read_state


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_tensors_come_back(tmp_path):
    torch.save({"a": torch.arange(3.0)}, tmp_path / "a.pt")
    state = read_state(tmp_path / "a.pt")
    assert list(state) == ["a"]
    assert torch.equal(state["a"], torch.arange(3.0))


@pytest.mark.parametrize("kind", ["zip", "legacy", "pickle"])
def test_code_in_a_file_is_refused_and_not_run(tmp_path, kind):
    mark, file = tmp_path / "ran", tmp_path / "a.pt"
    held = {"a": torch.zeros(2), "b": Touch(mark)}
    if kind == "pickle":
        file.write_bytes(pickle.dumps(held, protocol=2))
    else:
        torch.save(held, file, _use_new_zipfile_serialization=kind == "zip")
    with pytest.raises(SpecError, match="was not loaded"):
        read_state(file)
    assert not mark.exists()
    torch.load(file, weights_only=False) if kind != "pickle" else pickle.loads(file.read_bytes())  # noqa: S301
    assert mark.exists(), "the file would have run"


@pytest.mark.parametrize("kept", [0, 1, 10, 200, -1])
def test_cut_files(tmp_path, kept):
    torch.save({"a": torch.arange(300.0)}, tmp_path / "a.pt")
    raw = (tmp_path / "a.pt").read_bytes()
    (tmp_path / "b.pt").write_bytes(raw[:kept])
    with pytest.raises(SpecError, match=r"b\.pt is no whole file"):
        read_state(tmp_path / "b.pt")


def test_missing_file(tmp_path):
    with pytest.raises(SpecError, match="no weights file"):
        read_state(tmp_path / "a.pt")
    with pytest.raises(SpecError, match="no weights file"):
        read_state(tmp_path)


@pytest.mark.parametrize("held", [torch.zeros(3), [torch.zeros(3)], {"a": 1.0}, {1: torch.zeros(3)}])
def test_anything_but_tensors_by_name(tmp_path, held):
    torch.save(held, tmp_path / "a.pt")
    with pytest.raises(SpecError, match=r"expected (a tensor|tensors)"):
        read_state(tmp_path / "a.pt")


@pytest.mark.parametrize(
    "tensor",
    [
        torch.zeros(1).expand(1000, 1000),  # 4 bytes that say they are 4 million
        torch.zeros(3, device="meta"),
        torch.eye(3).to_sparse(),
    ],
)
def test_tensors_without_their_numbers(tmp_path, tensor):
    torch.save({"a": tensor}, tmp_path / "a.pt")
    with pytest.raises(SpecError, match=r"no plain tensor|was not loaded"):
        read_state(tmp_path / "a.pt")


@pytest.mark.parametrize("width", [0, 257, 10**9])
def test_widths_that_nobody_has(width):
    check_width(16, "x.pt", "lppn")
    with pytest.raises(SpecError, match=f"x.pt has width {width}, expected a lppn of 1 to 256"):
        check_width(width, "x.pt", "lppn")


def test_names_that_do_not_fit_are_told():
    check_names(["a", "b"], ["b", "a"], "x.pt", "lppn")
    with pytest.raises(SpecError, match=r"x\.pt holds no lppn: lppn is missing c; lppn does not know a, b$"):
        check_names(["a", "b"], ["c"], "x.pt", "lppn")
    with pytest.raises(SpecError, match=r"k00, k01, k02, k03, k04, k05 and 4 more$"):
        check_names([f"k{n:02d}" for n in range(10)], [], "x.pt", "lppn")


@pytest.fixture
def network():
    return nn.Sequential(nn.Conv1d(1, 2, 3), nn.BatchNorm1d(2))


def given(network):
    return {key: value.clone() + 1 for key, value in network.state_dict().items()}


def test_fill(network):
    tensors = given(network)
    del tensors["1.num_batches_tracked"]  # other programs have none
    fill(network, {key: value.double() for key, value in tensors.items()}, {}, "x.pt")
    assert not network.training
    assert all(torch.equal(network.state_dict()[key], value) for key, value in tensors.items())
    assert {value.dtype for key, value in network.state_dict().items() if key in tensors} == {torch.float32}


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("0.weight", torch.zeros(2, 1, 5), r"theirs has shape \(2, 1, 5\), expected \(2, 1, 3\)"),
        ("0.weight", torch.zeros(2, 1, 3, dtype=torch.int32), r"theirs is torch\.int32"),
        ("0.bias", torch.tensor([0, torch.nan]), "theirs has values that are not finite"),
        ("1.running_var", torch.tensor([1.0, -1.0]), "theirs has a negative variance"),
        ("0.bias", None, r"nothing for 0\.bias"),
    ],
)
def test_what_does_not_fit_changes_nothing(network, key, value, message):
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    tensors = {name: tensor for name, tensor in given(network).items() if name != key}
    if value is not None:
        tensors[key] = value
    with pytest.raises(SpecError, match=message):
        fill(network, tensors, {key: "theirs"}, "x.pt")
    assert all(torch.equal(network.state_dict()[name], tensor) for name, tensor in before.items())
