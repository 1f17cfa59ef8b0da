"""Records, Specs and a small network as ONNX for the tests of picking."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from onsets.spec import Spec
from onsets.types import Curve, Record

START_NS = 1_251_073_207_000_000_000
SPEC = Spec(
    window_grid="record",
    name="fake",
    network="fake",
    rate_hz=100.0,
    samples=1000,
    hop_samples=500,
    demean=False,
    normalisation="window-max",
    outputs=("P", "S"),
    activation="none",
    thresholds={"P": 0.5, "S": 0.5},
)


def record_of(data, rate_hz=100.0, valid=None, flags=()):
    """Return a Record of rows Z N E."""
    data = np.asarray(data, dtype=np.float32)
    valid = np.ones(data.shape, dtype=bool) if valid is None else valid
    return Record("XX.ABC.", "HH", data * valid, valid, START_NS, rate_hz, frozenset(flags))


def curve_of(values, labels=("P",), rate_hz=100.0, **changes):
    """Return a Curve."""
    values = np.atleast_2d(np.asarray(values, dtype=np.float32))
    return Curve("XX.ABC.", "HH", labels, values, START_NS, rate_hz, **changes)


def pulse(samples, at, width):
    """Return a Gaussian at a fractional place, its deviation in samples."""
    return np.exp(-0.5 * ((np.arange(samples) - at) / width) ** 2)


@pytest.fixture(scope="session")
def small_weights(small, tmp_path_factory):
    """Return its weights file."""
    pytest.importorskip("safetensors")
    from onsets import networks

    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    networks.save(*small, path)
    return path


@pytest.fixture
def in_the_wheel(monkeypatch, tmp_path):
    """Return a function that puts an ONNX file under a name where bundled networks are."""
    from onsets.picking import models

    (tmp_path / "bundled").mkdir()
    monkeypatch.setattr(models.resources, "files", lambda package: tmp_path)

    def put(name, onnx):
        data = onnx.read_bytes()
        (tmp_path / "bundled" / f"{name}.onnx").write_bytes(data)
        entry = {"onnx": f"{name}.onnx", "sha256": {"onnx": hashlib.sha256(data).hexdigest()}}
        monkeypatch.setattr(models, "bundled", lambda: {name: entry})
        return tmp_path / "bundled" / f"{name}.onnx"

    return put
