"""Runtimes: one method ``run`` from a batch of windows to the network's outputs."""

from onsets.runtime.fake import FakeRunner
from onsets.runtime.onnx import OnnxRunner, read_onnx_spec
from onsets.runtime.runner import Runner, cores
from onsets.runtime.torch import TorchRunner

__all__ = ["FakeRunner", "OnnxRunner", "Runner", "TorchRunner", "cores", "read_onnx_spec"]
