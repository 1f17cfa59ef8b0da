"""The EQTransformer family layer by layer in plain numpy, from Keras's names and axes.

Written from what the layers compute, independently of the package: axes (samples, channels), double
precision, loops over time. Weights are a dict from a layer's name to its arrays in Keras's order.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

FILTERS, KERNELS = (8, 16, 16, 32, 32, 64, 64), (11, 9, 7, 7, 5, 5, 3)
GATES = {
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
}


def conv(x, kernel, bias, groups=False):
    """'same' convolution, stride 1: the odd sample of padding is on the right."""
    total = len(kernel) - 1
    padded = np.pad(x, ((total // 2, total - total // 2), (0, 0)))
    windows = [padded[k : k + len(x)] for k in range(len(kernel))]
    if groups:
        return sum(w * kernel[k, :, 0] for k, w in enumerate(windows))
    return sum(w @ kernel[k] for k, w in enumerate(windows)) + bias


def separable(x, depthwise, pointwise, bias):
    return conv(x, depthwise, 0, groups=True) @ pointwise[0] + bias


def pool(x, size):
    """'same' maximum pooling, stride as long as the window."""
    values = -(-len(x) // size)
    missing = values * size - len(x)
    padded = np.pad(x, ((missing // 2, missing - missing // 2), (0, 0)), constant_values=-np.inf)
    return padded.reshape(values, size, -1).max(axis=1)


def norm(x, gamma, beta, mean, variance):
    return (x - mean) / np.sqrt(variance + 1e-3) * gamma + beta


def layer_norm(x, gamma, beta):
    centred = x - x.mean(axis=1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-14) * gamma + beta


def lstm(x, kernel, recurrent, bias, gate):
    n = recurrent.shape[0]
    h, c, out = np.zeros(n), np.zeros(n), []
    for step in x:
        z = step @ kernel + h @ recurrent + bias
        i, f, g, o = gate(z[:n]), gate(z[n : 2 * n]), np.tanh(z[2 * n : 3 * n]), gate(z[3 * n :])
        c = f * c + i * g
        h = o * np.tanh(c)
        out.append(h)
    return np.array(out)


def attention(x, wt, wx, bh, wa, ba, width=None):
    """Return the weights of additive self-attention, (steps, steps)."""
    n = len(x)
    e = np.array([[(np.tanh(x[i] @ wt + x[j] @ wx + bh) @ wa + ba)[0] for j in range(n)] for i in range(n)])
    e = np.exp(e - e.max(axis=1, keepdims=True))
    if width is not None:
        lower = np.arange(n)[:, None] - width // 2
        e = e * (lower <= np.arange(n)) * (np.arange(n) < lower + width)
    return e / (e.sum(axis=1, keepdims=True) + 1e-7)


def relu(x):
    return np.maximum(x, 0)


class Names:
    """Hands out names as Keras numbers layers: conv1d_1, conv1d_2 (or conv1d, conv1d_1 with first=0)."""

    def __init__(self, first=1):
        self.first, self.counts = first, {}

    def __call__(self, base):
        number = self.counts.get(base, self.first)
        self.counts[base] = number + 1
        return f"{base}_{number}" if number else base


def recurrent_part(x, w, names, gate, recurrences, seen):
    """From the blocks' output to what the decoders read: the encoded steps, and those of P and S."""
    for _ in range(recurrences):
        both, mix, scale = w[names("bidirectional")], w[names("conv1d")], w[names("batch_normalization")]
        x = np.concatenate([lstm(x, *both[:3], gate), lstm(x[::-1], *both[3:], gate)[::-1]], axis=1)
        x = norm(conv(x, *mix), *scale)
    for name, key in (("attentionD0", "global_1"), ("attentionD", "global_2")):
        seen[key] = attention(x, *w[name])
        x = layer_norm(x + seen[key] @ x, *w[names("layer_normalization")])
        w1, b1, w2, b2 = w[names("feed_forward")]
        x = layer_norm(x + relu(x @ w1 + b1) @ w2 + b2, *w[names("layer_normalization")])
    branches = [x]
    for k, phase in enumerate("PS"):
        y = lstm(x, *w[f"lstm_{recurrences + names.first + k}"], gate)
        seen[phase] = attention(y, *w[f"attention{phase}"], width=3)
        branches.append(seen[phase] @ y)
    return branches


def eqtransformer(w, x, *, blocks="3333232", recurrences=3, gates="hard_sigmoid", first=1):
    """Return logits (6000, 3) and attention weights of a record (6000, 3)."""
    names, seen = Names(first), {}
    for _ in KERNELS:
        x = pool(relu(conv(x, *w[names("conv1d")])), 2)
    for _ in blocks:
        y = x
        for _ in range(2):
            y = conv(relu(norm(y, *w[names("batch_normalization")])), *w[names("conv1d")])
        x = x + y
    rows = []
    branches = recurrent_part(x, w, names, GATES[gates], recurrences, seen)
    for x, head in zip(branches, HEADS, strict=True):
        for k in range(7):
            x = np.repeat(x, 2, axis=0)
            if k == 3:
                x = x[1:-1]
            x = relu(conv(x, *w[names("conv1d")]))
        rows.append(conv(x, *w[head]))
    return np.concatenate(rows, axis=1), seen


HEADS = ("detector", "picker_P", "picker_S")


def leqnet(w, x, *, gates="sigmoid", first=0):
    """Return logits (6000, 3) and attention weights of a record (6000, 3)."""
    names, seen = Names(first), {}
    layers = [w[names("separable_conv1d")] for _ in range(4)]
    for k, size in zip((0, 1, 2, 2, 3), (3, 3, 3, 2, 2), strict=True):
        x = pool(relu(separable(x, *layers[k])), size)
    for _ in range(4):
        y = x
        for _ in range(3):
            y = conv(relu(norm(y, *w[names("batch_normalization")])), *w[names("conv1d")])
        x = x + y
    rows = []
    branches = recurrent_part(x, w, names, GATES[gates], 2, seen)
    for x, head in zip(branches, HEADS, strict=True):
        layers = [w[names("separable_conv1d")] for _ in range(4)]
        crops = ((0, 0), (1, 0), (1, 1), (1, 0), (0, 0))
        for k, factor, (left, right) in zip((0, 1, 2, 2, 3), (2, 2, 3, 3, 3), crops, strict=True):
            x = np.repeat(x, factor, axis=0)
            x = relu(separable(x[left : len(x) - right], *layers[k]))
        rows.append(conv(x, *w[head]))
    return np.concatenate(rows, axis=1), seen


# Random files of the same layout.


class Draw:
    """Makes the layers of a file: name -> {array's name: array}, in the order of making."""

    def __init__(self, seed, first):
        self.rng, self.names, self.layers = np.random.default_rng(seed), Names(first), {}

    def add(self, name, *arrays):
        self.layers[name] = {f"{name}/{end}:0": array.astype(np.float32) for end, array in arrays}

    def weight(self, *shape):
        return self.rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[:-1]))

    def small(self, *shape):
        return 0.1 * self.rng.normal(size=shape)

    def conv(self, kernel, inputs, outputs, name=None):
        arrays = ("kernel", self.weight(kernel, inputs, outputs)), ("bias", self.small(outputs))
        self.add(name or self.names("conv1d"), *arrays)

    def separable(self, kernel, inputs, outputs):
        self.add(
            self.names("separable_conv1d"),
            ("depthwise_kernel", self.rng.normal(size=(kernel, inputs, 1)) / np.sqrt(kernel)),
            ("pointwise_kernel", self.weight(1, inputs, outputs)),
            ("bias", self.small(outputs)),
        )

    def norm(self, n):
        ends = ("gamma", "beta", "moving_mean", "moving_variance")
        values = (0.5 + self.rng.random(n), self.small(n), self.small(n), 0.5 + self.rng.random(n))
        self.add(self.names("batch_normalization"), *zip(ends, values, strict=True))

    def lstm(self, inputs, both=False):
        ways = ("forward", "backward") if both else ("",)
        inner, arrays = self.names("lstm"), []
        for way in ways:
            prefix = f"{way}_{inner}/" if both else ""
            for end, shape in (("kernel", (inputs, 64)), ("recurrent_kernel", (16, 64)), ("bias", (64,))):
                arrays.append((prefix + end, self.rng.normal(size=shape) / np.sqrt(16)))
        self.add(self.names("bidirectional") if both else inner, *arrays)

    def attention(self, name):
        shapes = {"Wt": (16, 32), "Wx": (16, 32), "bh": (32,), "Wa": (32, 1), "ba": (1,)}
        self.add(name, *((f"{name}_Add_{end}", self.rng.normal(size=s) / 4) for end, s in shapes.items()))

    def graph(self, inputs, recurrences, decoder):
        for k in range(recurrences):
            self.lstm(16 if k else inputs, both=True)
            self.conv(1, 32, 16)
            self.norm(16)
        for name in ("attentionD0", "attentionD"):
            self.attention(name)
            for k in range(2):
                n = self.names("layer_normalization")
                self.add(n, ("gamma", 0.5 + self.rng.random(16)), ("beta", self.small(16)))
                if k == 0:
                    n = self.names("feed_forward")
                    shapes = {"W1": (16, 128), "b1": (128,), "W2": (128, 16), "b2": (16,)}
                    self.add(n, *((f"{n}_{end}", self.weight(*s, 1)[..., 0]) for end, s in shapes.items()))
        for phase in ("", "P", "S"):
            if phase:
                self.lstm(16)
                self.attention(f"attention{phase}")
            decoder()
            self.conv(11, 8, 1, name=f"picker_{phase}" if phase else "detector")


def draw_eqtransformer(seed=0, blocks="33322", recurrences=2, first=1):
    made = Draw(seed, first)
    for kernel, inputs, outputs in zip(KERNELS, (3, *FILTERS), FILTERS, strict=False):
        made.conv(kernel, inputs, outputs)
    for digit in blocks:
        for _ in range(2):
            made.norm(64)
            made.conv(int(digit), 64, 64)

    def decoder():
        for kernel, inputs, outputs in zip(KERNELS[::-1], (16, *FILTERS[::-1]), FILTERS[::-1], strict=False):
            made.conv(kernel, inputs, outputs)

    made.graph(64, recurrences, decoder)
    return made.layers


def draw_leqnet(seed=0, first=0):
    made = Draw(seed, first)
    for shape in ((11, 3, 8), (9, 8, 16), (7, 16, 16), (5, 16, 32)):
        made.separable(*shape)
    for kernel in (3, 3, 3, 2):
        for shape in ((1, 32, 8), (kernel, 8, 8), (1, 8, 32)):
            made.norm(shape[1])
            made.conv(*shape)

    def decoder():
        for shape in ((3, 16, 32), (5, 32, 16), (5, 16, 16), (7, 16, 8)):
            made.separable(*shape)

    made.graph(32, 2, decoder)
    return made.layers


def weights_of(layers):
    """Drop the arrays' names: what the functions above read."""
    return {name: [a.astype(np.float64) for a in arrays.values()] for name, arrays in layers.items()}


def config_of(layers, gates):
    """A model_config that says what the importer asks for."""
    described = [
        {"class_name": "InputLayer", "config": {"name": "input", "batch_input_shape": [None, 6000, 3]}}
    ]
    for name in layers:
        values = {"name": name}
        if name.startswith("lstm"):
            kind, values["recurrent_activation"] = "LSTM", gates
        elif name.startswith("bidirectional"):
            inner = {"recurrent_activation": gates, "go_backwards": False}
            kind, values["layer"] = "Bidirectional", {"class_name": "LSTM", "config": inner}
        elif name.startswith("batch"):
            kind, values["epsilon"] = "BatchNormalization", 0.001
        elif name.startswith("attention"):
            kind = "Custom>SeqSelfAttention"
        elif name.startswith("layer_n"):
            kind = "LayerNormalization"
        elif name.startswith("feed"):
            kind = "FeedForward"
        else:
            kind, values["padding"] = "SeparableConv1D" if name.startswith("sep") else "Conv1D", "same"
        described.append({"class_name": kind, "config": values})
    return {"class_name": "Functional", "config": {"name": "model", "layers": described}}


def write_keras(path, layers, config=None, *, whole=True, shuffle=None, version="2.5.0"):
    """Write a file as Keras does: layers without weights too, in an order that is not that of making."""
    import h5py

    order = list(layers)
    if shuffle is not None:
        np.random.default_rng(shuffle).shuffle(order)
        order = [name for name in order if "attention" not in name and name not in HEADS] + [
            name for name in layers if "attention" in name or name in HEADS
        ]
    with h5py.File(path, "w") as file:
        group = file.create_group("model_weights") if whole else file
        group.attrs["keras_version"] = version
        group.attrs["layer_names"] = [b"input", *(name.encode() for name in order), b"add_1"]
        for name in ("input", *order, "add_1"):
            member = group.create_group(name)
            arrays = layers.get(name, {})
            member.attrs["weight_names"] = [array.encode() for array in arrays]
            for array, values in arrays.items():
                member.create_dataset(array, data=values)
        if config is not None:
            file.attrs["model_config"] = json.dumps(config)
    return Path(path)
