"""Integers: smaller, and mixed precision keeps answers that plain integers lose."""

from __future__ import annotations

import dataclasses
from importlib import resources

import numpy as np
import pytest

from onsets import networks
from onsets.deploy.int8 import agreement, layers, to_int8, to_int8_mixed
from onsets.deploy.onnxfile import write_onnx
from onsets.deploy.verify import probabilities
from onsets.errors import ConfigError
from onsets.runtime import OnnxRunner


@pytest.fixture(scope="module")
def small():
    """The bundled default: random weights are chaotic when rounded."""
    folder = resources.files("onsets").joinpath("bundled")
    return networks.load(str(folder.joinpath("default.safetensors")))


@pytest.fixture
def windows(small):
    """Windows of noise with a sudden beginning, as long as the network wants them."""
    rng, samples = np.random.default_rng(0), small[1].samples
    x = rng.normal(size=(24, 3, samples)).astype(np.float32)
    for k, row in enumerate(x):
        row[:, samples // 6 + samples // 40 * k :] *= 5
    return x / x.std(axis=2, keepdims=True)


@pytest.fixture
def single(small, tmp_path):
    write_onnx(*small, tmp_path / "x.onnx")
    return tmp_path / "x.onnx"


def test_plain_integers_are_small_and_near(small, single, windows, tmp_path):
    path = to_int8(single, tmp_path / "q.onnx", windows)
    assert path.stat().st_size <= 0.45 * single.stat().st_size
    runner = OnnxRunner(path, threads=1)
    assert runner.spec == small[1]
    change = probabilities(runner.run(windows), small[1]) - probabilities(
        OnnxRunner(single, 1).run(windows), small[1]
    )
    assert 0 < np.abs(change).mean() < 0.02


def test_mixed_is_no_worse_than_plain(small, single, windows, tmp_path):
    spec = small[1]
    rows = [spec.outputs.index(label) for label in spec.labels]
    exact = probabilities(OnnxRunner(single, 1).run(windows), spec)[:, rows]
    to_int8(single, tmp_path / "q.onnx", windows)
    plain = agreement(
        exact, probabilities(OnnxRunner(tmp_path / "q.onnx", 1).run(windows), spec)[:, rows], spec
    )
    done = to_int8_mixed(single, tmp_path / "m.onnx", windows)
    mixed = agreement(
        exact, probabilities(OnnxRunner(tmp_path / "m.onnx", 1).run(windows), spec)[:, rows], spec
    )
    assert mixed == pytest.approx(done.agreement) and mixed >= plain
    assert set(done.kept) <= set(layers(single))


def test_agreement_is_the_share_of_onsets_in_common(small):
    spec = dataclasses.replace(small[1], output_kind="per_sample", segment_samples=1)
    p = np.zeros((2, 2, 384), np.float32)
    assert agreement(p, p, spec) == 1
    p[0, 0, 100] = p[1, 1, 30] = p[1, 1, 300] = 0.9
    assert agreement(p, p, spec) == 1
    late = p.copy()
    late[0, 0] = np.roll(p[0, 0], 20)
    assert agreement(p, late, spec) == agreement(late, p, spec) == pytest.approx(2 / 3)
    assert agreement(p, np.roll(p, 10, axis=2), spec) == 1
    fewer = p.copy()
    fewer[1] *= 0.1
    assert agreement(p, fewer, spec) == pytest.approx(2 * 1 / (3 + 1))


def test_agreement_joins_segments(small):
    spec = dataclasses.replace(small[1], output_kind="per_segment", segment_samples=8)
    p = np.zeros((1, 2, 384), np.float32)
    p[0, 0, 100:103] = spec.thresholds["P"] / 2
    assert agreement(p, np.zeros_like(p), spec) == 0


def test_a_node_that_is_not_there(single, windows, tmp_path):
    with pytest.raises(ConfigError, match="no node 'head'"):
        to_int8(single, tmp_path / "q.onnx", windows, keep=["head"])
