import builtins

import numpy as np
import pytest

from onsets.errors import MissingExtraError
from onsets.runtime import TorchRunner

torch = pytest.importorskip("torch")


class _Sum(torch.nn.Module):
    def forward(self, x):
        return x.sum(dim=1, keepdim=True)


class _Two(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.drop = torch.nn.Dropout(0.5)

    def forward(self, x):
        return self.drop(x), x.double() * 2


def test_one_output_becomes_a_tuple():
    batch = np.ones((2, 3, 5), dtype=np.float32)
    out = TorchRunner(_Sum()).run(batch)
    assert isinstance(out, tuple)
    np.testing.assert_array_equal(out[0], np.full((2, 1, 5), 3.0))


def test_dropout_is_off_and_outputs_are_float32():
    network = _Two().train()
    batch = np.random.default_rng(0).normal(size=(2, 3, 50)).astype(np.float32)
    first, second = TorchRunner(network).run(batch)
    np.testing.assert_array_equal(first, batch)
    assert (first.dtype, second.dtype) == (np.float32, np.float32)
    assert not network.training


def test_any_array_of_numbers_will_do():
    batch = np.arange(60.0).reshape(2, 5, 6).transpose(0, 2, 1)[:, ::2]  # float64, not contiguous
    np.testing.assert_array_equal(TorchRunner(_Sum()).run(batch)[0], batch.sum(axis=1, keepdims=True))


def test_no_gradients_are_kept(small):
    network, spec = small
    TorchRunner(network).run(np.zeros((1, 3, spec.samples), np.float32))
    assert all(parameter.grad is None for parameter in network.parameters())


def test_without_torch_it_says_what_to_install(monkeypatch, small):
    runner, real = TorchRunner(small[0]), builtins.__import__

    def without_torch(name, *args, **kwargs):
        if name == "torch":
            raise ImportError("No module named 'torch'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_torch)
    with pytest.raises(MissingExtraError, match=r"pip install 'onsets\[train\]'"):
        runner.run(np.zeros((1, 3, 512), np.float32))
