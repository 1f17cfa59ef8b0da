"""A record picked piece by piece gives the picks of the record picked whole, wherever the pieces end."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onsets.picking import NetworkPicker, annotate, decode, load
from onsets.picking.stream import NetworkStream
from onsets.runtime import FakeRunner
from onsets.spec import Spec
from onsets.types import Curve, Record
from onsets.waveforms import Head, Piece

SPEC = Spec(
    name="fake",
    network="fake",
    rate_hz=100.0,
    samples=600,
    hop_samples=300,
    outputs=("N", "P", "S"),
    activation="none",
    normalisation="component-std",
    thresholds={"P": 0.4, "S": 0.4},
)


def echo(batch: np.ndarray) -> tuple[np.ndarray, ...]:
    """Say the size of Z as P and of N as S: where the record swings, a pick."""
    size = np.clip(np.abs(batch) / 8, 0, 1).astype(np.float32)
    return (np.stack([1 - size[:, 0], size[:, 0], size[:, 1]], axis=1),)


def segments(batch: np.ndarray) -> tuple[np.ndarray, ...]:
    """The same a segment of 10 samples, with the place of the largest sample as offset."""
    size = np.clip(np.abs(batch) / 8, 0, 1).reshape(len(batch), 3, -1, 10)
    top = size.max(axis=3).astype(np.float32) / 3
    return (
        np.stack([1 - top[:, 0], top[:, 0], top[:, 1]], axis=1),
        size[:, :1].argmax(axis=3).astype(np.float32),
    )


def windows(batch: np.ndarray) -> tuple[np.ndarray, ...]:
    """One value a window: how far its middle swings."""
    size = np.clip(np.abs(batch[:, :, 290:310]).max(axis=2) / 8, 0, 1).astype(np.float32)
    return (np.stack([1 - size[:, 0], size[:, 0], size[:, 1]], axis=1)[:, :, None],)


KINDS = {
    "samples": (SPEC, echo),
    "trigger": (dataclasses.replace(SPEC, decoding="trigger", stacking="max", blinding_samples=50), echo),
    "segments": (dataclasses.replace(SPEC, output_kind="per_segment", segment_samples=10), segments),
    "windows": (dataclasses.replace(SPEC, output_kind="per_window", hop_samples=20, samples=600), windows),
    "filtered": (dataclasses.replace(SPEC, bandpass_hz=(2.0, 20.0)), echo),
    "narrow": (dataclasses.replace(SPEC, bandpass_hz=(15.0, 17.0)), echo),
}


def record_of(samples: int, rate_hz: float = 100.0, gaps: bool = True) -> Record:
    rng = np.random.default_rng(5)
    data = rng.normal(size=(3, samples)).astype(np.float32)
    for at in range(150, samples - 40, 470):
        data[0, at : at + 30] += 9 * np.hanning(30) * np.sin(np.arange(30))
        data[1:, at + 120 : at + 150] += (
            12 * np.hanning(len(data[0, at + 120 : at + 150])) if at < samples - 200 else 0
        )
    valid = np.ones(data.shape, dtype=bool)
    if gaps:
        valid[0, 1000:1100] = valid[:, 2000:2050] = valid[1, 3000:3010] = False
        data[~valid] = 0
    return Record("XX.ABC.", "HH", data, valid, 10**18, rate_hz, frozenset({"gap"}))


def streamed(picker: NetworkPicker, record: Record, cuts: list[int]):
    """Feed a record cut at some samples."""
    parts: list[Curve] = []
    stream = picker.stream(Head.of(record), listen=parts.append)
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < record.samples}), record.samples]
    for begin, end in itertools.pairwise(edges):
        first, last = max(0, begin - stream.halo), min(record.samples, end + stream.halo)
        piece = dataclasses.replace(
            record,
            data=record.data[:, first:last],
            valid=record.valid[:, first:last],
            start_ns=record.time_ns(first),
        )
        stream.feed(Piece(piece, first, begin, end))
    picks, detections = stream.finish()
    return picks, detections, np.concatenate([part.values for part in parts], axis=1), parts


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(1, 4999), max_size=8))
def test_however_it_is_cut(kind: str, cuts: list[int]) -> None:
    spec, network = KINDS[kind]
    picker = NetworkPicker(spec, FakeRunner(network), spec.thresholds)
    record = record_of(5000)
    whole, _, curve, _ = streamed(picker, record, [])
    assert len(whole) >= 8
    picks, _, values, _ = streamed(picker, record, cuts)
    np.testing.assert_allclose(values, curve, atol=0 if spec.bandpass_hz is None else 1e-6)
    assert picks.rows() == whole.rows()


@pytest.mark.parametrize("kind", ["samples", "segments", "windows", "filtered", "narrow"])
def test_the_whole_record_as_by_its_parts(kind: str) -> None:
    """Against annotate and decode, which know nothing of pieces."""
    spec, network = KINDS[kind]
    picker, record = NetworkPicker(spec, FakeRunner(network), spec.thresholds), record_of(5000)
    picks, _, values, parts = streamed(picker, record, [1234, 2345, 3456])
    curve = annotate(record, FakeRunner(network), spec)
    np.testing.assert_allclose(values, curve.values, atol=1e-7 if spec.bandpass_hz is None else 1e-6)
    assert parts[0].start_ns == curve.start_ns
    onsets = decode(curve, spec.thresholds)
    for phase in "PS":
        expected = curve.start_ns + np.round(onsets[phase].seconds * 1e9)
        np.testing.assert_allclose(picks.time_ns[picks.phase == phase], expected, atol=2)


@pytest.mark.parametrize("rate_hz", [50.0, 80.0, 125.0, 99.999, 250.0, 1000.0])
@pytest.mark.parametrize("cuts", [[3000], [1111, 2222, 4000, 4003]])
def test_other_rates(rate_hz: float, cuts: list[int]) -> None:
    picker = NetworkPicker(SPEC, FakeRunner(echo), SPEC.thresholds)
    record = record_of(8000, rate_hz)
    whole, _, curve, _ = streamed(picker, record, [])
    picks, _, values, _ = streamed(picker, record, cuts)
    assert values.shape == curve.shape
    np.testing.assert_allclose(values, curve, atol=2e-4)
    assert abs(len(picks) - len(whole)) <= 1 and len(whole) >= 3


def test_detections_over_a_seam() -> None:
    spec = dataclasses.replace(SPEC, outputs=("detection", "P"), thresholds={})

    def network(batch: np.ndarray) -> tuple[np.ndarray, ...]:
        return (np.stack([(batch[:, 2] > 0.5), np.zeros_like(batch[:, 0])], axis=1).astype(np.float32),)

    picker = NetworkPicker(spec, FakeRunner(network), {"detection": 0.5, "P": 0.5})
    data = np.zeros((3, 4000), dtype=np.float32)
    data[2, 1500:2600] = 1
    record = Record("XX.ABC.", "HH", data, np.ones(data.shape, bool), 10**18, 100.0)
    _, whole, _, _ = streamed(picker, record, [])
    _, detections, _, _ = streamed(picker, record, [1400, 1700, 2000, 2601])
    assert detections.rows() == whole.rows()
    assert len(whole) >= 1


def test_flags_and_live_components_are_those_of_the_piece() -> None:
    picker, record = NetworkPicker(SPEC, FakeRunner(echo), SPEC.thresholds), record_of(6000, gaps=False)
    stream = picker.stream(Head.of(record))
    for begin, end, words in ((0, 3000, {"2C"}), (3000, 6000, {"clipped", "dead"})):
        piece = dataclasses.replace(
            record, data=record.data[:, begin:end], valid=record.valid[:, begin:end], flags=frozenset(words)
        )
        stream.feed(Piece(piece, begin, begin, end))
    picks, _ = stream.finish()
    late = (picks.time_ns - record.start_ns) / 1e9 >= 30.005
    assert {flag for flags in picks.flags[~late] for flag in flags.split()} <= {"2C", "edge"}
    assert all("2C" in flags for flags in picks.flags[~late])
    assert all("dead" in flags for flags in picks.flags[late]) and late.any() and (~late).any()


def test_memory_does_not_grow_with_the_record() -> None:
    """Of 12 MB of samples half a megabyte is held at most."""
    picker = NetworkPicker(SPEC, FakeRunner(echo), SPEC.thresholds)
    rng = np.random.default_rng(0)
    stream = picker.stream(Head("XX.ABC.", "HH", 10**18, 100.0, 50 * 20_000))
    held = []
    for k in range(50):
        data = rng.normal(size=(3, 20_000)).astype(np.float32)
        record = Record("XX.ABC.", "HH", data, np.ones(data.shape, bool), 10**18, 100.0)
        stream.feed(Piece(record, k * 20_000, k * 20_000, (k + 1) * 20_000))
        held.append(
            stream._waves._data.nbytes
            + stream._annotator._data.nbytes
            + stream._annotator._stack.total.nbytes
        )
    assert max(held) < 600_000  # of 12 million bytes


def test_the_default_network_over_its_own_seams() -> None:
    picker = load("default", threads=1)
    record = record_of(20_000)
    whole, _, curve, _ = streamed(picker, record, [])
    picks, _, values, _ = streamed(picker, record, [5000, 5001, 13_337])
    np.testing.assert_allclose(values, curve, atol=1e-5)
    assert len(picks) == len(whole)
    assert isinstance(picker.stream(Head.of(record)), NetworkStream)


@pytest.mark.parametrize("kind", ["samples", "segments"])
@settings(max_examples=20, deadline=None)
@given(first=st.integers(1, 1500))
def test_picks_do_not_depend_on_where_a_record_begins(kind: str, first: int) -> None:
    """On one grid of times the windows are the same; the reference's grid begins with the record."""
    spec, network = KINDS[kind]
    picker, record = NetworkPicker(spec, FakeRunner(network), spec.thresholds), record_of(6000)
    cut = dataclasses.replace(
        record, data=record.data[:, first:], valid=record.valid[:, first:], start_ns=record.time_ns(first)
    )
    low, high = cut.time_ns(2 * spec.samples), record.time_ns(6000 - 2 * spec.samples)
    some, others = picker.pick(record), picker.pick(cut)
    inside, same = (t.take((t.time_ns > low) & (t.time_ns < high)) for t in (some, others))
    assert len(inside) >= 3
    assert np.abs(same.time_ns - inside.time_ns).max() <= 2
    np.testing.assert_allclose(same.probability, inside.probability, atol=1e-6)
    assert same.phase.tolist() == inside.phase.tolist()
