from __future__ import annotations

import numpy as np
import pytest
import torch

from onsets.errors import SpecError
from onsets.networks import parameters, phasenet
from onsets.networks.importers.phasenet_tf import import_phasenet_tf

from . import ncedc
from .bundle_writer import write_bundle

# Scopes of the program and, for each, its convolutions: name, kernel (time, 1, a, b), its batch-norm.
LEVELS = (8, 16, 32, 64, 128)


def layers():
    """Name of convolution -> kernel's shape and name of batch-norm, as the program lays them out."""
    out = {"Input/input_conv": ((7, 1, 3, 8), "Input/input_bn")}
    for k, n in enumerate(LEVELS):
        scope, before = f"DownConv_{k}/down", LEVELS[max(0, k - 1)]
        out[f"{scope}_conv1_{k + 1}"] = ((7, 1, before, n), f"{scope}_bn1_{k + 1}")
        if k < 4:
            out[f"{scope}_conv3_{k + 1}"] = ((7, 1, n, n), f"{scope}_bn3_{k + 1}")
            scope = f"UpConv_{k}/up"
            out[f"{scope}_conv0_{k + 1}"] = ((7, 1, n, 2 * n), f"{scope}_bn0_{k + 1}")
            out[f"{scope}_conv1_{k + 1}"] = ((7, 1, 2 * n, n), f"{scope}_bn1_{k + 1}")
    return out


def draw():
    generator, arrays = np.random.default_rng(0), {}
    for conv, (shape, norm) in layers().items():
        arrays[f"{conv}/kernel"] = generator.normal(0, 0.15, shape)
        for word in ("gamma", "moving_variance"):
            arrays[f"{norm}/{word}"] = generator.uniform(0.5, 1.5, _channels(conv, shape))
        for word in ("beta", "moving_mean"):
            arrays[f"{norm}/{word}"] = generator.normal(0, 0.1, _channels(conv, shape))
    arrays["Input/input_conv/bias"] = generator.normal(size=8)
    arrays["Output/output_conv/kernel"] = generator.normal(size=(1, 1, 8, 3))
    arrays["Output/output_conv/bias"] = generator.normal(size=3)
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def _channels(conv, shape):
    return shape[2] if "up_conv0" in conv else shape[3]


def same(values, stride):
    """TensorFlow's padding of width 7."""
    total = max(0, (-(-values // stride) - 1) * stride + 7 - values)
    return total // 2, total - total // 2


def evaluate(arrays, x):
    """PhaseNet from the program's tensors in plain numpy, float64; x is (samples, 3)."""
    arrays = {name: array.astype(np.float64) for name, array in arrays.items()}

    def finish(y, norm):
        gamma, beta, mean, var = (
            arrays[f"{norm}/{w}"] for w in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        return np.maximum((y - mean) / np.sqrt(var + 1e-3) * gamma + beta, 0)

    def conv(y, name, stride=1):
        kernel = arrays[f"{name}/kernel"][:, 0]
        values = -(-len(y) // stride)
        y = np.pad(y, (same(len(y), stride), (0, 0)))
        return sum(y[k : k + (values - 1) * stride + 1 : stride] @ kernel[k] for k in range(7))

    def deconv(y, name):
        """The transpose of that convolution, stride 4, from 4 n values to n."""
        kernel = arrays[f"{name}/kernel"][:, 0]
        full = np.zeros((4 * len(y) + 4, kernel.shape[1]))
        for k in range(7):
            full[k : k + 4 * len(y) : 4] += y @ kernel[k].T
        left = same(4 * len(y), 4)[0]
        return full[left : left + 4 * len(y)]

    y = finish(conv(x, "Input/input_conv") + arrays["Input/input_conv/bias"], "Input/input_bn")
    levels = []
    for k in range(5):
        scope = f"DownConv_{k}/down"
        y = finish(conv(y, f"{scope}_conv1_{k + 1}"), f"{scope}_bn1_{k + 1}")
        if k < 4:
            levels.append(y)
            y = finish(conv(y, f"{scope}_conv3_{k + 1}", 4), f"{scope}_bn3_{k + 1}")
    for k in (3, 2, 1, 0):
        scope, level = f"UpConv_{k}/up", levels[k]
        y = finish(deconv(y, f"{scope}_conv0_{k + 1}"), f"{scope}_bn0_{k + 1}")
        cut = (len(y) - len(level)) // 2
        y = np.concatenate([level, y[cut : cut + len(level)]], axis=1)
        y = finish(conv(y, f"{scope}_conv1_{k + 1}"), f"{scope}_bn1_{k + 1}")
    return y @ arrays["Output/output_conv/kernel"][0, 0] + arrays["Output/output_conv/bias"]


@pytest.mark.parametrize("samples", [3000, 3001, 2500, 999])
def test_any_weights_give_the_programs_values(tmp_path, samples):
    """Evaluated in numpy from the program's names and axes; relative to the largest value."""
    arrays = draw()
    network, _ = import_phasenet_tf(write_bundle(tmp_path, "model_1.ckpt", arrays))
    x = np.random.default_rng(1).normal(size=(samples, 3))
    expected = evaluate(arrays, x)
    with torch.no_grad():
        got = network.double()(torch.from_numpy(x.T.copy())[None])[0].numpy().T
    assert np.abs(got - expected).max() <= 1e-6 * np.abs(expected).max()


def test_spec(tmp_path):
    network, spec = import_phasenet_tf(write_bundle(tmp_path, "model_1.ckpt", draw()))
    assert not network.training
    assert parameters(network) == 268_443
    assert (spec.name, spec.components, spec.outputs) == ("phasenet-model_1", "ENZ", ("N", "P", "S"))
    assert spec.options == phasenet.spec().options


def test_what_only_training_needs_is_left_out(tmp_path):
    arrays = draw()
    slots = {f"{name}/Adam{end}": array for name, array in arrays.items() for end in ("", "_1")}
    more = {"beta1_power": np.float32(0.9), "beta2_power": np.float32(0.99), "global_step": np.int32(5)}
    network, _ = import_phasenet_tf(write_bundle(tmp_path, "m", {**arrays, **slots, **more}))
    np.testing.assert_array_equal(network.head.bias.detach().numpy(), arrays["Output/output_conv/bias"])


def test_missing_and_unknown_variables_are_named(tmp_path):
    arrays = draw()
    arrays["dense/kernel"] = arrays.pop("Output/output_conv/bias")
    with pytest.raises(SpecError, match=r"is missing Output/output_conv/bias; .* not know dense/kernel"):
        import_phasenet_tf(write_bundle(tmp_path, "m", arrays))


@pytest.mark.parametrize("shape", [(7, 3, 8), (7, 2, 3, 8), (5, 1, 3, 8), (7, 1, 3, 9)])
def test_kernels_of_another_shape(tmp_path, shape):
    arrays = {**draw(), "Input/input_conv/kernel": np.zeros(shape, dtype=np.float32)}
    with pytest.raises(SpecError, match="Input/input_conv/kernel has shape"):
        import_phasenet_tf(write_bundle(tmp_path, "m", arrays))


def peaks(values, threshold=0.3, apart=50):
    """Highest points above the threshold, none nearer to a higher one than ``apart``."""
    inside = values[1:-1]
    tops = 1 + np.flatnonzero((inside >= threshold) & (inside > values[:-2]) & (inside >= values[2:]))
    kept = []
    for at in sorted(tops, key=lambda k: -values[k]):
        if all(abs(at - other) >= apart for other in kept):
            kept.append(at)
    return kept


def test_published_weights_score_as_published(shared):
    """P at sample 1000 of 30 s, threshold 0.3, every further peak false: precision and recall."""
    network, spec = import_phasenet_tf(shared / "weights" / "phasenet" / "model_95.ckpt")
    cut = ncedc.windows(shared, p_at=1000, samples=3000)
    (rows,) = ncedc.run(network, spec, cut.data)
    expected = {("P", 10): (0.940, 0.909), ("P", 50): (0.966, 0.935)}
    expected |= {("S", 10): (0.887, 0.812), ("S", 50): (0.979, 0.896)}
    for (phase, tolerance), figures in expected.items():
        picks = [peaks(values) for values in rows[:, spec.outputs.index(phase)]]
        got = ncedc.score(picks, cut.onsets[phase], tolerance)
        assert (got.precision, got.recall) == pytest.approx(figures, abs=0.005)
