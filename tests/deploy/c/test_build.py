"""The C picker against the network in ONNX Runtime and against our own picking, under the sanitizers."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import math
from importlib import resources

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onsets import networks
from onsets.deploy.c.build import compile_c, flash_bytes
from onsets.deploy.c.emit import look_samples, write_c
from onsets.deploy.calibrate import calibration_windows
from onsets.deploy.fold import strip_auxiliary
from onsets.deploy.int8 import to_int8
from onsets.deploy.onnxfile import read_model, write_onnx
from onsets.errors import ExportError
from onsets.picking import annotate, decode
from onsets.runtime import OnnxRunner, TorchRunner
from onsets.types import Record
from onsets.waveforms import gather, read_traces
from onsets.waveforms.resample import true_runs
from tests.networks.conftest import stir_weights

QUICK = ("lppn", "phasenet", "cnn7-separable", "cpic-v2")
LONG = ("msnet", "cnn3", "cnn7", "cpic-v1", "unet-1d", "wavenet-separable")


def sparse(network, spec, samples=12_000):
    """Set thresholds that half a percent of the curve passes: random weights see onsets all over."""
    spec = dataclasses.replace(spec, thresholds={"P": 0.3, "S": 0.3})
    curve = annotate(made_record(samples, spec), TorchRunner(strip_auxiliary(network, spec)[0]), spec)
    limits = {label: round(float(np.quantile(curve.row(label), 0.995)), 4) for label in ("P", "S")}
    return dataclasses.replace(spec, thresholds={k: min(0.999, v) for k, v in limits.items()})


def compiled(network, spec, folder, sanitise=False):
    own = write_onnx(network, spec, folder / "x.onnx")
    source = write_c(read_model(folder / "x.onnx"), own, spec.name)
    return compile_c(source, folder, sanitise=sanitise), OnnxRunner(folder / "x.onnx", threads=1), own


@pytest.fixture(scope="module")
def default():
    """The bundled network: random weights saturate, and equal highest values have no one place."""
    return networks.load(str(resources.files("onsets").joinpath("bundled", "default.safetensors")))


@pytest.fixture(scope="module")
def calm(small):
    """The small network, not saturated: equal highest values have no one place."""
    network, spec = copy.deepcopy(small)
    with torch.no_grad():
        network.head_class.weight *= 0.05
        network.head_class.bias[0] += 4
    return network, spec


@pytest.fixture(scope="module")
def picker(calm, tmp_path_factory):
    network, spec = calm
    spec = sparse(network, dataclasses.replace(spec, hop_samples=768))
    return compiled(network, spec, tmp_path_factory.mktemp("c"), sanitise=True)


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in LONG)])
def test_float_equals_onnx(stirred, tmp_path, name):
    network, spec = stirred(name)
    program, runner, own = compiled(network, spec, tmp_path, sanitise=name == "cpic-v2")
    x = np.random.default_rng(0).normal(size=(1, len(spec.components), spec.samples)).astype(np.float32)
    want = np.concatenate(runner.run(x), axis=1)[0].T
    got = program.windows(x).answers()[:, : want.shape[1]]
    rows = len(own.outputs)
    e = [np.exp(v[:, :rows] - v[:, :rows].max(axis=1, keepdims=True)) for v in (got, want)]
    p, q = (v / v.sum(axis=1, keepdims=True) for v in e)
    assert np.abs(p - q).max() <= 1e-4
    assert np.abs(got - want).max() <= 1e-4 * max(1, np.abs(want).max())


@pytest.mark.parametrize("name", ["default", "phasenet", "onsets-net"])
def test_integers_equal_onnx(default, stirred, tmp_path, name):
    network, spec = default if name == "default" else stirred(name)
    own = write_onnx(network, spec, tmp_path / "x.onnx")
    windows = calibration_windows([made_record(20_000, own)], own)
    to_int8(tmp_path / "x.onnx", tmp_path / "q.onnx", windows)
    program = compile_c(write_c(read_model(tmp_path / "q.onnx"), own, "q"), tmp_path, sanitise=True)
    want = np.concatenate(OnnxRunner(tmp_path / "q.onnx", 1).run(windows[:2]), axis=1)
    rows = len(own.outputs)
    got = program.windows(windows[:2]).answers().reshape(2, -1, rows + 1).transpose(0, 2, 1)
    change = np.abs(got[:, :rows] - want[:, :rows])
    step = np.abs(want[:, :rows]).max() / 127  # a tie may round the other way
    assert change.max() <= 4 * step and change.mean() <= 0.5 * step


def made_record(samples, spec, seed=0):
    rng = np.random.default_rng(seed)
    data = rng.normal(10, 3, (3, samples)).astype(np.float32)
    for at in range(700, samples, 1900):
        data[:, at : at + 300] *= 12
    return Record("XX.A.", "HH", data, np.ones((3, samples), bool), 0, spec.rate_hz)


def expected(record, runner, spec):
    record = dataclasses.replace(record, start_ns=0)  # the C program knows no time
    if spec.bandpass_hz is not None:
        record, spec = heard(record, spec), dataclasses.replace(spec, bandpass_hz=None)
    found = decode(annotate(record, runner, spec), spec.thresholds, decoding=spec.decoding)
    return [
        (p, t * spec.rate_hz, v) for p, o in found.items() for t, v in zip(o.seconds, o.values, strict=True)
    ]


def assert_same(got, want):
    got, want = (sorted(each, key=lambda p: (p[0], p[1])) for each in (got, want))
    assert [p for p, _, _ in got] == [p for p, _, _ in want]
    assert np.allclose([t for _, t, _ in got], [t for _, t, _ in want], atol=0.02)
    assert np.allclose([v for _, _, v in got], [v for _, _, v in want], atol=1e-3)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.lists(st.sampled_from([0, 1, 7, 100, 511, 3072, 9000]), min_size=1, max_size=8),
    samples=st.integers(1, 9000),
    gap=st.integers(0, 5000),
)
def test_any_packets_any_length_any_gap(picker, sizes, samples, gap):
    program, runner, spec = picker
    record = made_record(samples, spec, seed=samples)
    first = samples // 3
    record.valid[:, first : first + gap] = False
    record.valid[1, samples // 2 : samples // 2 + 50] = False
    record.data[~record.valid] = 0
    data = np.where(record.valid, record.data, np.float32(math.nan))
    program.commands.clear()
    program.begin(spec.rate_hz)
    at = 0
    for size in itertools.cycle([*sizes, 500]):
        if at >= samples:
            break
        program.push(data[:, at : at + size])
        at += size
    assert_same(program.end().picks(), expected(record, runner, spec))


def test_gap_call_equals_nan_and_long_gaps_are_quick(picker):
    program, _, spec = picker
    data = made_record(6000, spec).data
    nothing = np.full((3, 20_000), np.nan, np.float32)
    both = []
    for how in ("nan", "gap"):
        program.commands.clear()
        program.begin(spec.rate_hz).push(data)
        program.push(nothing) if how == "nan" else program.gap(20_000)
        both.append(program.push(data).end().picks())
    assert both[0] == both[1] and both[0]
    program.commands.clear()
    late = program.begin(spec.rate_hz).push(data).gap(10**12 * spec.hop_samples).push(data).end().picks()
    assert len(late) > 0 and max(at for _, at, _ in late) > 1e14


def test_a_packet_of_a_million_samples(calm, tmp_path):
    network, spec = calm
    spec = dataclasses.replace(spec, hop_samples=spec.samples)
    program, runner, spec = compiled(network, sparse(network, spec), tmp_path)
    record = made_record(1_000_000, spec)
    got = program.begin(spec.rate_hz).push(record.data[:, :0]).push(record.data).end().picks()
    assert_same(got, expected(record, runner, spec))


def test_rate_mismatch_and_use_after_the_end(picker):
    program, _, spec = picker
    data = made_record(100, spec).data
    program.commands.clear()
    said = program.begin(50.0).push(data).begin(spec.rate_hz).push(data).end().push(data).end().run()
    assert [line for line in said if line.startswith("code")] == ["code -2", "code -3", "code -3", "code -3"]


@pytest.mark.parametrize(
    "changes",
    [
        {"normalisation": "component-max", "tone": True, "components": "ENZ"},
        {"normalisation": "window-std", "blinding_samples": 256},
        {"normalisation": "window-max", "stacking": "max"},
        {"normalisation": "logistic", "demean": False},
        {"normalisation": "none", "stacking": "max", "blinding_samples": 512, "demean": True},
        {"normalisation": "component-std", "unbiased": True, "taper_samples": 200, "decoding": "trigger"},
    ],
)
def test_every_way_of_the_spec(default, tmp_path, changes):
    network, spec = default
    spec = sparse(network, dataclasses.replace(spec, **changes))
    program, runner, own = compiled(network, spec, tmp_path)
    record = made_record(8000, own)
    for samples in (3072 + 2 * 768, 8000):
        some = dataclasses.replace(record, data=record.data[:, :samples], valid=record.valid[:, :samples])
        program.commands.clear()
        got = program.begin(own.rate_hz).push(some.data).end().picks()
        assert_same(got, expected(some, runner, own))


@pytest.mark.parametrize(
    ("name", "decoding"),
    [("phasenet", "peaks"), ("phasenet", "trigger"), ("cpic-v2", "peaks"), ("cnn3", "peaks")],
)
def test_other_kinds_of_output(tmp_path, name, decoding):
    spec = dataclasses.replace(networks.spec(name), decoding=decoding)
    shape = (2, len(spec.components), spec.samples)
    network = stir_weights(
        networks.build(name), torch.randn(shape, generator=torch.Generator().manual_seed(1))
    )
    program, runner, own = compiled(network, sparse(network, spec), tmp_path)
    record = made_record(2 * spec.samples + 77, own)
    rows = ["ZNE".index(c) for c in sorted(own.components, key="ZNE".index)]
    got = program.begin(own.rate_hz).push(record.data[rows]).end().picks()
    assert_same(got, expected(record, runner, own))


def heard(record, spec):
    """Return a record band-passed by SciPy, each run about the mean of what the sensor has of it at first."""
    signal = pytest.importorskip("scipy.signal")
    sections = signal.butter(2, spec.bandpass_hz, "bandpass", fs=spec.rate_hz, output="sos")
    data = np.zeros_like(record.data)
    for row, mask in enumerate(record.valid):
        for first, end in true_runs(mask):
            run = record.data[row, first:end].astype(np.float64)
            run = signal.sosfilt(sections, run - run[: look_samples(spec)].mean())
            data[row, first:end] = signal.sosfilt(sections, run[::-1])[::-1]
    return dataclasses.replace(record, data=data)


@pytest.fixture(scope="module")
def banded(tmp_path_factory):
    """The narrow onsets-net with random weights: filtered, one scale, values at a quarter of the rate."""
    widths = (8, 16, 32, 48, 64)
    spec = networks.spec("onsets-net", widths=widths)
    x = torch.randn(2, 3, spec.samples, generator=torch.Generator().manual_seed(1))
    network = stir_weights(networks.build("onsets-net", widths=widths), x)
    spec = sparse(network, spec, 30_000)
    return compiled(network, spec, tmp_path_factory.mktemp("band"), sanitise=True)


@pytest.mark.parametrize("samples", [1, 500, 6144, 6145, 20_000])
def test_a_band_pass_in_the_stream(banded, samples):
    program, runner, spec = banded
    record = made_record(samples, spec)
    first = samples // 3
    record.valid[:, first : first + samples // 10] = False
    record.valid[1, samples // 2 : samples // 2 + 50] = False
    record.data[~record.valid] = 0
    data = np.where(record.valid, record.data, np.float32(math.nan))
    want = expected(record, runner, spec)
    for size in (7, 30_000):
        program.commands.clear()
        program.begin(spec.rate_hz)
        for at in range(0, samples, size):
            program.push(data[:, at : at + size])
        assert_same(program.end().picks(), want)
    assert samples < 6000 or want


def test_onsets_net_equals_onnx_in_the_budget(banded):
    program, runner, spec = banded
    x = np.random.default_rng(0).normal(size=(1, 3, spec.samples)).astype(np.float32)
    want = runner.run(x)[0][0].T
    program.commands.clear()
    assert np.abs(program.windows(x).answers()[:, :2] - want).max() <= 1e-4
    program.commands.clear()
    assert sum(map(int, program.sizes().run()[0].split()[1:])) <= 193_000
    assert flash_bytes(program.path.with_name("onsets_net.c")) <= 593_000


def test_real_record_and_budget(shared, tmp_path):
    """The figures of LightEQ, with the published LPPN of width 4 in place of ``tiny``."""
    from onsets.networks.importers import import_file

    import_file(shared / "weights" / "lppn" / "8-4.wave", "lppn", tmp_path / "w.safetensors")
    network, spec = networks.load(tmp_path / "w.safetensors")
    program, runner, own = compiled(network, spec, tmp_path)
    traces, _ = read_traces([str(shared / "data" / "continuous" / "hengill_malmi_200hz" / "2C.BIT06.mseed")])
    record = gather(traces)[0][0]
    record = dataclasses.replace(record, rate_hz=own.rate_hz)  # played slow, so that nothing is resampled
    data = np.where(record.valid, record.data, np.float32(math.nan))
    program.begin(own.rate_hz)
    for at in range(0, record.samples, 700):
        program.push(data[:, at : at + 700])
    got = program.end().picks()
    assert_same(got, expected(record, runner, own))
    assert len(got) >= 2
    program.commands.clear()
    ram = sum(map(int, program.sizes().run()[0].split()[1:]))
    assert ram <= 193_000
    assert flash_bytes(tmp_path / f"{own.name.replace('-', '_')}.c") <= 593_000


def test_no_compiler_is_said(small, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ExportError, match="gcc"):
        compiled(*small, tmp_path)
