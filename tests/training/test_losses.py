"""Losses against their formulas, written out in NumPy or as PyTorch has them."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from onsets import networks
from onsets.errors import ConfigError
from onsets.labels import Labels, Targets, make_targets
from onsets.spec import Spec
from onsets.training.losses import curve_loss, l1_norm, network_loss
from onsets.training.options import Loss

SPEC = Spec(name="x", network="phasenet", rate_hz=100.0, samples=200, outputs=("N", "P", "S"))
EQT = dataclasses.replace(SPEC, outputs=("detection", "P", "S"), activation="sigmoid")
ARRIVALS = torch.tensor([[[60.0, 120.0]], [[math.inf, math.inf]], [[90.0, math.nan]]])


def logits(rows: int = 3, values: int = 200) -> torch.Tensor:
    return torch.randn(3, rows, values, generator=torch.Generator().manual_seed(0))


def test_phasenet_is_torch_s_cross_entropy_with_probabilities() -> None:
    targets = make_targets(ARRIVALS, SPEC, Labels(hide_unlabelled=False))
    expected = functional.cross_entropy(logits(), targets.curves)
    torch.testing.assert_close(network_loss(logits(), targets, SPEC, Loss()), expected)


def test_yu_divides_by_the_sum_of_weights() -> None:
    labels = Labels(shape="box", half_width_samples=2, weighting="yu")
    targets = make_targets(ARRIVALS[:2], SPEC, labels)
    log = np.log(np.exp(logits()[:2].numpy()) / np.exp(logits()[:2].numpy()).sum(1, keepdims=True))
    each = -(targets.curves.numpy() * log).sum(1)
    expected = (each * targets.weight.numpy()).sum() / targets.weight.numpy().sum()
    assert float(network_loss(logits()[:2], targets, SPEC, Loss())) == pytest.approx(
        float(expected), rel=1e-5
    )


def test_eqtransformer_weighs_its_rows() -> None:
    targets = make_targets(ARRIVALS[:2], EQT, Labels())
    rows = {"detection": 0.05, "P": 0.40, "S": 0.55}
    p, y = 1 / (1 + np.exp(-logits()[:2].double().numpy())), targets.curves.double().numpy()
    entropy = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(axis=(0, 2))
    expected = 0.05 * entropy[0] + 0.40 * entropy[1] + 0.55 * entropy[2]
    got = network_loss(logits()[:2], targets, EQT, Loss(kind="binary", rows=rows))
    assert float(got) == pytest.approx(float(expected), rel=1e-5)


def test_lppn_sums_segments_and_a_tenth_of_the_squared_offsets() -> None:
    spec = dataclasses.replace(SPEC, output_kind="per_segment", segment_samples=8)
    targets = make_targets(ARRIVALS, spec, Labels(shape="segment"))
    curves, offset = logits(3, 25), logits(1, 25)
    assert targets.offsets is not None
    counted = -(targets.curves * curves.log_softmax(1)).sum(1) * targets.weight
    onset = targets.offsets.isfinite()
    squared = (offset[:, 0][onset] - targets.offsets[onset]).square().sum()
    got = network_loss((curves, offset), targets, spec, Loss(reduction="sum"))
    torch.testing.assert_close(got, (counted.sum() + 0.1 * squared) / 3)
    assert int(onset.sum()) == 3 and targets.weight[2, -1] == 0


def test_the_huber_form_is_linear_beyond_a_sample() -> None:
    spec = dataclasses.replace(SPEC, output_kind="per_segment", segment_samples=8)
    targets = make_targets(ARRIVALS, spec, Labels(shape="segment"))
    curves, offset = logits(3, 25), 10 * logits(1, 25)
    assert targets.offsets is not None
    counted = -(targets.curves * curves.log_softmax(1)).sum(1) * targets.weight
    onset = targets.offsets.isfinite()
    off = (offset[:, 0][onset] - targets.offsets[onset]).abs()
    assert (off > 1).any()
    huber = torch.where(off < 1, off.square() / 2, off - 0.5).sum()
    got = network_loss((curves, offset), targets, spec, Loss(reduction="sum", offset_error="huber"))
    torch.testing.assert_close(got, (counted.sum() + 0.1 * huber) / 3)


def test_msnet_adds_its_auxiliary_task() -> None:
    spec = dataclasses.replace(SPEC, auxiliary=("interval",))
    targets = make_targets(ARRIVALS[:2], spec, Labels())
    main, side = logits()[:2], logits(1)[:2]
    assert targets.auxiliary is not None
    expected = functional.cross_entropy(
        main, targets.curves
    ) + 0.5 * functional.binary_cross_entropy_with_logits(side, targets.auxiliary)
    torch.testing.assert_close(network_loss((main, side), targets, spec, Loss(auxiliary=0.5)), expected)


def test_cpic_is_the_cross_entropy_of_its_windows() -> None:
    spec = dataclasses.replace(SPEC, output_kind="per_window", onset_samples=60)
    labels = Labels(shape="window", tolerance_samples=5, margin_samples=10)
    targets = make_targets(ARRIVALS[:2], spec, labels)
    expected = functional.cross_entropy(logits(3, 1)[:2, :, 0], torch.tensor([1, 0]))
    torch.testing.assert_close(network_loss(logits(3, 1)[:2], targets, spec, Loss()), expected)


@pytest.mark.parametrize("name", networks.names())
def test_a_batch_of_noise_alone_gives_a_finite_loss_and_gradient(name: str) -> None:
    torch.manual_seed(0)
    spec, network = networks.spec(name), networks.build(name).train()
    shape = {"lppn": "segment", "cpic-v1": "window", "cpic-v2": "window"}.get(name, "gaussian")
    nothing = torch.full((2, 1, 2), math.inf)
    targets = make_targets(nothing, spec, Labels(shape=shape))  # type: ignore[arg-type]
    loss = Loss(kind="binary" if spec.activation == "sigmoid" else "cross-entropy")
    value = network_loss(network(torch.randn(2, len(spec.components), spec.samples)), targets, spec, loss)
    value.backward()
    grads = [p.grad for p in network.parameters() if p.grad is not None]
    assert value.isfinite() and grads and all(g.isfinite().all() for g in grads)


def test_where_nothing_counts_the_loss_is_zero() -> None:
    weight = torch.zeros(3, 200)
    targets = Targets(torch.full((3, 3, 200), 1 / 3), weight)
    assert float(network_loss(logits(), targets, SPEC, Loss())) == 0
    assert float(curve_loss(logits(), targets.curves, weight, SPEC, Loss(reduction="sum"))) == 0


def test_l1_is_of_the_convolutions_of_the_parts() -> None:
    network = networks.build("eqtransformer")
    own = {k: p for k, p in network.named_parameters() if k.startswith("encoder") and p.ndim in (1, 3)}
    whole = sum(float(p.detach().abs().sum()) for p in own.values())
    torch.manual_seed(0)
    for key, p in own.items():
        if key.endswith("bias"):
            nn.init.normal_(p)
    biases = sum(float(p.detach().abs().sum()) for key, p in own.items() if key.endswith("bias"))
    table = Loss(l1=1.0, l1_parts=("encoder",))
    assert float(l1_norm(network, table).detach()) == pytest.approx(whole + biases, rel=1e-5)
    only = dataclasses.replace(table, l1_of="biases")
    assert float(l1_norm(network, only).detach()) == pytest.approx(biases, rel=1e-5) and biases > 0
    with pytest.raises(ConfigError, match="did you mean 'encoder'"):
        l1_norm(network, dataclasses.replace(table, l1_parts=("encodr",)))
