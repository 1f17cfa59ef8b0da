"""Parity, memory and speed of every format."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.deploy.export import FORMATS, export_network
from onsets.deploy.verify import LIMITS, parity, peak_bytes, runner_of, seconds_a_window
from onsets.errors import ExportError
from onsets.runtime import FakeRunner, TorchRunner


@pytest.mark.parametrize("form", ["onnx", "torchscript", "c"])
def test_exact_formats_say_the_same(small, windows, tmp_path, form):
    network, spec = small
    target = tmp_path / f"x{FORMATS[form]}"
    export_network(network, spec, target, form)
    runner = runner_of(target, form, spec, tmp_path)
    said = parity(TorchRunner(network), runner, windows[:3], spec)
    assert 0 <= said["max_dp"] <= LIMITS[form] and said["max_offset_samples"] < 0.01
    assert seconds_a_window(runner, windows, turns=1) > 0
    assert peak_bytes(target, form, runner, spec) > (30_000 if form == "c" else 10**7)


def test_another_network_is_seen(small, windows):
    network, spec = small
    other = FakeRunner(lambda x: tuple(out[:, ::-1] for out in TorchRunner(network).run(x)))
    assert parity(TorchRunner(network), other, windows[:2], spec)["max_dp"] > 0.1


def test_not_finite_is_refused(small, windows):
    network, spec = small
    broken = FakeRunner(lambda x: tuple(out * np.nan for out in TorchRunner(network).run(x)))
    with pytest.raises(ExportError, match="finite"):
        parity(TorchRunner(network), broken, windows[:2], spec)


def test_what_is_no_torchscript(small, tmp_path):
    (tmp_path / "x.pt").write_bytes(b"no")
    with pytest.raises(ExportError, match="TorchScript"):
        runner_of(tmp_path / "x.pt", "torchscript", small[1], tmp_path)
