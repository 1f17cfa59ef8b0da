"""LPPN from its published tensors, in plain numpy and float64, written from the paper's layers.

Nothing of onsets is used: tensors are taken by their published names and the strides are written out.
"""

from __future__ import annotations

import numpy as np

STRIDES = {
    8: (1, 1, 2, 1, 2, 1, 2),
    16: (2, 1, 2, 1, 2, 1, 2),
    32: (2, 2, 2, 1, 2, 1, 2),
    64: (2, 2, 2, 2, 2, 1, 2),
    128: (2, 2, 2, 2, 2, 2, 2),
}


def norm(x, state, name):
    """Batch-norm by stored statistics."""
    mean, var, scale, shift = (
        state[f"{name}.{word}"][:, None] for word in ("running_mean", "running_var", "weight", "bias")
    )
    return (x - mean) / np.sqrt(var + 1e-5) * scale + shift


def mix(x, kernel):
    """Convolution of width 1, its kernel (out, in, 1, 1)."""
    return kernel[:, :, 0, 0] @ x


def inverted(x, state, name, stride):
    """Widen, filter each channel at every stride-th sample, project, add the input if it fits."""
    y = np.maximum(norm(mix(x, state[f"{name}.0.0.weight"]), state, f"{name}.0.1"), 0)
    taps, padded = state[f"{name}.1.0.weight"][:, 0, 0], np.pad(y, ((0, 0), (1, 1)))
    y = sum(taps[:, k, None] * padded[:, k : k + y.shape[1]] for k in range(3))[:, ::stride]
    y = np.maximum(norm(y, state, f"{name}.1.1"), 0)
    y = norm(mix(y, state[f"{name}.2.weight"]), state, f"{name}.3")
    return x + y if stride == 1 and x.shape == y.shape else y


def expand(x, state, name, values):
    """Interpolate between the same first and last value, convolve with width 5."""
    at = np.linspace(0, x.shape[1] - 1, values)
    x = np.stack([np.interp(at, np.arange(x.shape[1]), row) for row in x])
    kernel, padded = state[f"{name}.1.weight"][:, :, 0], np.pad(x, ((0, 0), (2, 2)))
    y = sum(kernel[:, :, k] @ padded[:, k : k + values] for k in range(5))
    return np.maximum(norm(y + state[f"{name}.1.bias"][:, None], state, f"{name}.2"), 0)


def evaluate(state, stride, x):
    """Return class logits (3, segments) and offsets in samples (1, segments) of a window (3, samples)."""
    state = {key: np.asarray(value, dtype=np.float64) for key, value in state.items()}
    x = np.asarray(x, dtype=np.float64)
    for k, step in enumerate(STRIDES[stride]):
        x = inverted(x, state, f"layers.{k}.conv", step)
    near, lengths = x, []
    for k in range(3):
        lengths.append(x.shape[1])
        x = inverted(x, state, f"class_encoder.{k}.conv", 2)
    for k in range(3, 6):
        x = expand(x, state, f"class_encoder.{k}", lengths.pop())
    both = np.concatenate([near, x])
    classes = mix(both, state["cl.weight"]) + state["cl.bias"][:, None]
    offsets = mix(both, state["tm.weight"]) + state["tm.bias"][:, None]
    return classes, offsets * stride


def draw(n, seed=0):
    """Return random tensors under the published names, as an LPPN of width n has them."""
    generator = np.random.default_rng(seed)
    widths = [3, n, 2 * n, 2 * n, 3 * n, 3 * n, 4 * n, 5 * n]
    state = {}

    def put_norm(name, channels):
        state[f"{name}.weight"] = generator.uniform(0.5, 1.5, channels)
        state[f"{name}.bias"] = generator.normal(0, 0.1, channels)
        state[f"{name}.running_mean"] = generator.normal(0, 0.1, channels)
        state[f"{name}.running_var"] = generator.uniform(0.5, 1.5, channels)
        state[f"{name}.num_batches_tracked"] = np.array(7)

    def put_conv(name, *shape):
        state[f"{name}.weight"] = generator.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)

    units = [(f"layers.{k}", widths[k], widths[k + 1]) for k in range(7)]
    units += [(f"class_encoder.{k}", 5 * n, 5 * n) for k in range(3)]
    for name, inputs, outputs in units:
        put_conv(f"{name}.conv.0.0", 2 * inputs, inputs, 1, 1)
        put_norm(f"{name}.conv.0.1", 2 * inputs)
        put_conv(f"{name}.conv.1.0", 2 * inputs, 1, 1, 3)
        put_norm(f"{name}.conv.1.1", 2 * inputs)
        put_conv(f"{name}.conv.2", outputs, 2 * inputs, 1, 1)
        put_norm(f"{name}.conv.3", outputs)
    for k in range(3, 6):
        put_conv(f"class_encoder.{k}.1", 5 * n, 5 * n, 1, 5)
        state[f"class_encoder.{k}.1.bias"] = generator.normal(0, 0.1, 5 * n)
        put_norm(f"class_encoder.{k}.2", 5 * n)
    for name, rows in (("cl", 3), ("tm", 1)):
        put_conv(name, rows, 10 * n, 1, 1)
        state[f"{name}.bias"] = generator.normal(0, 0.1, rows)
    return state
