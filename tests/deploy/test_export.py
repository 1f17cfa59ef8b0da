"""Each format is written with its files, and what cannot be is refused."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.deploy.export import FORMATS, export_network
from onsets.errors import ConfigError, ExportError


@pytest.mark.parametrize("form", FORMATS)
def test_files_of_each_format(small, windows, tmp_path, form):
    target = tmp_path / f"x{FORMATS[form]}"
    done = export_network(*small, target, form, windows if form == "onnx-int8" else None)
    assert done.files[0] == target and all(file.stat().st_size > 0 for file in done.files)
    assert done.spec == small[1]
    assert ("calibration" in done.facts) == (form == "onnx-int8")
    if form == "c":
        assert done.facts["memory"]["ram"] <= 193_000
        assert {"x.h", "x_harness.c"} <= {file.name for file in done.files}


def test_c_in_integers_is_smaller(small, windows, tmp_path):
    sizes = []
    for some in (None, windows):
        done = export_network(*small, tmp_path / "x.c", "c", some)
        sizes.append(done.facts["memory"]["weights"])
    assert sizes[1] < sizes[0]


@pytest.mark.parametrize(
    ("name", "form", "hint"),
    [
        ("x.onnx", "onnxx", "did you mean 'onnx'"),
        ("x.pt", "onnx", "does not end in .onnx"),
        ("x.onnx", "onnx-int8", "calibrate"),
    ],
)
def test_wrong_use(small, tmp_path, name, form, hint):
    with pytest.raises(ConfigError, match=hint):
        export_network(*small, tmp_path / name, form)
    assert list(tmp_path.iterdir()) == []


def test_attention_in_c_is_refused_and_nothing_is_left(stirred, tmp_path):
    network, spec = stirred("leqnet", bandpass_hz=None)
    with pytest.raises(ExportError, match="layer"):
        export_network(network, spec, tmp_path / "x.c", "c")
    assert list(tmp_path.iterdir()) == []


def test_auxiliary_decoder_is_not_in_the_file(stirred, tmp_path):
    from onsets.runtime import OnnxRunner

    network, spec = stirred("msnet")
    export_network(network, spec, tmp_path / "x.onnx", "onnx")
    assert len(OnnxRunner(tmp_path / "x.onnx").run(np.zeros((1, 3, spec.samples), np.float32))) == 1
