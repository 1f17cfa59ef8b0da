"""The text of the C source."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from onsets.deploy.c.emit import _number, c_name, write_c
from onsets.deploy.onnxfile import read_model, write_onnx
from onsets.errors import ExportError


@pytest.fixture(scope="module")
def model(small, tmp_path_factory):
    path = tmp_path_factory.mktemp("emit") / "x.onnx"
    return read_model(path) if write_onnx(*small, path) else None


def test_numbers_come_back_bit_by_bit():
    for x in np.random.default_rng(0).normal(size=200).astype(np.float32) * np.float32(10) ** np.arange(
        -20, 20, 0.2
    ):
        assert np.float32(_number(x).removesuffix("f")) == np.float32(x)
        assert re.fullmatch(r"-?\d+\.\d*(e-?\d+)?f|-?\d(\.\d+)?e-?\d+f", _number(x)), _number(x)


def test_memory_map_is_in_the_header(small, model):
    source = write_c(model, small[1], "tiny 1")
    assert source.name == c_name("tiny 1") == "tiny_1"
    ram = sum(source.memory.values()) - source.memory["weights"]
    assert f"RAM {ram:,} bytes" in source.header and ram < 193_000
    assert source.memory["rings"] >= sum(row[-1] for row in source.rows)
    assert "@" not in source.source + source.header + source.harness + source.golden
    assert "malloc" not in source.source


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"thresholds": {}}, "no threshold"),
        ({"hop_samples": 8}, "hop of 8"),
    ],
)
def test_specs_a_stream_cannot_have(small, model, changes, hint):
    with pytest.raises(ExportError, match=hint):
        write_c(model, dataclasses.replace(small[1], **changes), "x")
