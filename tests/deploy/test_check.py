"""Each number against its limit."""

from __future__ import annotations

import pytest

from onsets.deploy.check import failures, measured
from onsets.deploy.onnxfile import write_onnx
from onsets.runtime import OnnxRunner, TorchRunner


def test_an_export_is_measured(small, windows, tmp_path):
    network, spec = small
    write_onnx(network, spec, tmp_path / "x.onnx")
    card = {"format": "onnx", "files": {"x.onnx": {}}}
    runners = TorchRunner(network), OnnxRunner(tmp_path / "x.onnx", threads=1)
    said = measured(tmp_path / "x.onnx", card, runners, spec, windows[:2])
    assert 0 < said["max_dp real windows"] < 1e-4 and said["max_dp random windows"] < 1e-4
    assert said["bytes"] == (tmp_path / "x.onnx").stat().st_size
    assert said["real_time_factor"] > 1 and said["peak_memory_bytes"] > 1e6
    assert failures(said, card) == []


@pytest.mark.parametrize(
    ("card", "said", "hint"),
    [
        ({"format": "onnx"}, {"max_dp real windows": 2e-4}, "max_dp real windows is 0.0002"),
        ({"format": "c"}, {"picks_equal_share": 0.99}, "99.00% of the picks"),
        ({"format": "onnx-int8", "integers": True}, {"P_f1_loss": 0.02}, "P_f1_loss is 0.020"),
        ({"format": "c", "integers": True}, {"max_dp real windows": 0.6}, "at most 0.5"),
    ],
)
def test_what_is_not_good_enough_is_named(card, said, hint):
    (why,) = failures(said, card)
    assert hint in why


def test_integers_may_move_picks():
    said = {"picks_equal_share": 0.9, "P_f1_loss": 0.01, "max_dp real windows": 0.4}
    assert failures(said, {"format": "onnx-int8", "integers": True}) == []
