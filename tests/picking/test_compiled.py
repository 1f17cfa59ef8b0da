"""Weights are exported once, and the export is theirs."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from onsets import networks
from onsets.errors import SpecError
from onsets.picking import load
from onsets.picking.compiled import cache_folder, compiled


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ONSETS_CACHE", str(tmp_path / "cache"))
    torch.manual_seed(0)
    path = tmp_path / "a.safetensors"
    networks.save(networks.build("phasenet").eval(), networks.spec("phasenet"), path)
    return path


def test_it_says_what_the_network_says(weights: Path) -> None:
    spec, runner = compiled(weights, threads=1)
    network, expected = networks.load(weights)
    x = np.random.default_rng(0).normal(size=(3, 3, 3000)).astype(np.float32)
    with torch.no_grad():
        np.testing.assert_allclose(runner.run(x)[0], network(torch.from_numpy(x)).numpy(), atol=1e-4)
    assert spec == expected


def test_the_second_time_needs_neither_torch_nor_onnx(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = compiled(weights)[1]
    (file,) = cache_folder().glob("*.onnx")
    made = file.stat().st_mtime_ns
    for name in ("torch", "onnx", "safetensors"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(networks, "load", None)
    x = np.ones((1, 3, 3000), dtype=np.float32)
    np.testing.assert_array_equal(compiled(weights)[1].run(x)[0], first.run(x)[0])
    assert file.stat().st_mtime_ns == made
    assert load(str(weights)).name == "phasenet"


def test_other_weights_and_a_broken_export_are_made_anew(weights: Path, tmp_path: Path) -> None:
    compiled(weights)
    (file,) = cache_folder().glob("*.onnx")
    file.write_bytes(b"nonsense")
    assert compiled(weights)[0].name == "phasenet"
    assert file.stat().st_size > 10_000
    torch.manual_seed(1)
    networks.save(networks.build("phasenet").eval(), networks.spec("phasenet"), weights)
    compiled(weights)
    assert len(list(cache_folder().glob("*.onnx"))) == 2


def test_a_cache_that_cannot_be_written(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ONSETS_CACHE", str(tmp_path / "file"))
    assert compiled(weights)[1].run(np.ones((1, 3, 3000), dtype=np.float32))[0].shape == (1, 3, 3000)


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ONSETS_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "onsets"


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no weights file"):
        compiled(tmp_path / "a.safetensors")
