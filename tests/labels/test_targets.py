"""Targets for each kind of network of the registry."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch

from onsets import networks
from onsets.errors import ConfigError
from onsets.labels import Labels, make_targets, segment_targets
from onsets.spec import Spec

NAN, INF = math.nan, math.inf
SEGMENT = Labels(shape="segment")
PHASENET = Labels(sigma_samples=6, reach_samples=(15, 15))


def spec(**changes: object) -> Spec:
    """A Spec of 800 samples with rows N, P, S."""
    made = Spec(name="x", network="lppn", rate_hz=100.0, samples=800, outputs=("N", "P", "S"))
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


SEGMENTS = spec(output_kind="per_segment", segment_samples=8)
LABELS = {"lppn": SEGMENT, "cpic-v1": Labels(shape="window"), "cpic-v2": Labels(shape="window")}


@pytest.mark.parametrize("name", networks.names())
def test_every_network_of_the_registry_gets_targets_of_its_outputs_shapes(name: str) -> None:
    wanted, network = networks.spec(name), networks.build(name).eval()
    arrivals = torch.tensor([[[300.0, 420.0]], [[INF, INF]]])
    targets = make_targets(arrivals, wanted, LABELS.get(name, Labels()))
    with torch.no_grad():
        out = network(torch.randn(2, len(wanted.components), wanted.samples))
    first, *more = out if isinstance(out, tuple) else (out,)
    assert targets.curves.shape == first.shape
    assert targets.weight.shape == (2, first.shape[2])
    assert (targets.auxiliary is not None) == bool(wanted.auxiliary)
    if wanted.auxiliary:
        assert targets.auxiliary is not None and targets.auxiliary.shape == more[0].shape


def test_noise_is_what_is_neither_p_nor_s() -> None:
    targets = make_targets(torch.tensor([[[100.0, 105.0]], [[INF, INF]]]), spec(), PHASENET)
    torch.testing.assert_close(targets.curves.sum(dim=1), torch.ones(2, 800))
    assert targets.curves.min() >= 0
    assert targets.curves[1, 0].eq(1).all()
    assert targets.curves[0, 1].argmax() < 105 and targets.weight.eq(1).all()


def test_detection_and_interval() -> None:
    eqt = spec(outputs=("detection", "P", "S"), activation="sigmoid", auxiliary=("interval",))
    targets = make_targets(torch.tensor([[[200.0, 300.0]]]), eqt, Labels())
    assert targets.curves[0, 0].nonzero().flatten().tolist() == list(range(200, 340))
    assert targets.auxiliary is not None
    assert targets.auxiliary[0, 0].nonzero().flatten().tolist() == list(range(200, 300))
    assert int(targets.curves[0, 1].argmax()) == 200


def test_detection_on_values_some_samples_apart() -> None:
    coarse = networks.spec("onsets-net", detection=True)
    targets = make_targets(torch.tensor([[[200.0, 300.0]]]), coarse, Labels())
    assert targets.curves.shape == (1, 3, 1536)
    assert targets.curves[0, 0].nonzero().flatten().tolist() == list(range(50, 85))
    assert targets.curves[0, 1:].argmax(dim=1).tolist() == [50, 75]


def test_segments_are_those_of_the_plain_function() -> None:
    arrivals = torch.tensor([[[100.0, 203.5]], [[50.0, INF]]], dtype=torch.float64)
    targets = make_targets(arrivals, SEGMENTS, SEGMENT)
    classes, offsets = segment_targets(torch.where(arrivals[:, 0].isinf(), NAN, arrivals[:, 0]), 100, 8)
    assert torch.equal(targets.curves.argmax(dim=1), classes)
    torch.testing.assert_close(targets.offsets, offsets, equal_nan=True)


def test_two_events_in_one_window() -> None:
    targets = make_targets(torch.tensor([[[100.0, 200.0], [400.0, 480.0]]]), SEGMENTS, SEGMENT)
    assert targets.curves[0, 1].nonzero().flatten().tolist() == [12, 50]
    assert targets.curves[0, 2].nonzero().flatten().tolist() == [25, 60]


@pytest.mark.parametrize(("made", "labels"), [(spec(), PHASENET), (SEGMENTS, SEGMENT)])
def test_a_phase_without_label_is_not_noise(made: Spec, labels: Labels) -> None:
    arrivals = torch.tensor([[[400.0, NAN]], [[400.0, 480.0]]])
    targets = make_targets(arrivals, made, labels)
    weight, hidden = targets.weight, targets.hidden
    assert weight[0, -1] == 0 and weight[0, 0] == 1 and weight[1].eq(1).all()
    assert hidden is not None and torch.equal(hidden, weight == 0)
    kept = make_targets(arrivals, made, dataclasses.replace(labels, hide_unlabelled=False))
    assert kept.weight.eq(1).all() and kept.hidden is None


def test_a_window_whose_place_may_hold_an_unlabelled_s_does_not_count() -> None:
    arrivals = torch.tensor([[[100.0, NAN]], [[900.0, NAN]], [[500.0, NAN]]])
    targets = make_targets(
        arrivals, spec(output_kind="per_window", onset_samples=500), Labels(shape="window")
    )
    assert targets.weight[:, 0].tolist() == [0, 1, 1]
    assert targets.curves[:, :, 0].tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0]]


def test_yu_weights() -> None:
    labels = Labels(shape="box", half_width_samples=2, weighting="yu")
    targets = make_targets(torch.tensor([[[100.0, 110.0]], [[300.0, NAN]]]), spec(), labels)
    assert [round(float(targets.weight[0, i]), 3) for i in (97, 98, 105, 112, 113)] == [0.1, 5, 5, 5, 0.1]
    assert float(targets.weight[1, 300]) == 5 and float(targets.weight[1, 500]) == 0


def test_an_all_noise_batch_has_targets() -> None:
    targets = make_targets(torch.full((3, 1, 2), INF), SEGMENTS, SEGMENT)
    assert targets.curves[:, 0].eq(1).all()
    assert targets.offsets is not None and targets.offsets.isnan().all()


def test_labels_that_do_not_fit_are_refused() -> None:
    arrivals = torch.zeros(1, 1, 2)
    with pytest.raises(ConfigError, match="per_sample"):
        make_targets(arrivals, SEGMENTS, Labels())
    with pytest.raises(ConfigError, match="row 'surface'"):
        make_targets(arrivals, spec(outputs=("P", "surface")), Labels())
    with pytest.raises(ConfigError, match="auxiliary output 'depth'"):
        make_targets(arrivals, spec(auxiliary=("depth",)), Labels())
    with pytest.raises(ConfigError, match="sigma_samples"):
        Labels(sigma_samples=0)


def test_values_every_few_samples_are_those_of_every_sample_thinned() -> None:
    arrivals = torch.tensor([[[401.5, 777.0]]], dtype=torch.float64)
    fine = Spec(name="x", network="x", rate_hz=100.0, samples=1024, outputs=("P", "S"), activation="sigmoid")
    coarse = dataclasses.replace(fine, segment_samples=4, hop_samples=1024)
    labels = Labels(sigma_samples=10, reach_samples=(40, 40))
    dense, thin = (make_targets(arrivals, spec, labels).curves for spec in (fine, coarse))
    assert thin.shape == (1, 2, 256)
    torch.testing.assert_close(thin, dense[:, :, ::4])
