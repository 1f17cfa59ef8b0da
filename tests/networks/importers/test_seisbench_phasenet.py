from __future__ import annotations

import json
import os

import numpy as np
import pytest
import torch

from onsets.errors import SpecError
from onsets.networks import parameters, phasenet
from onsets.networks.importers.seisbench_phasenet import import_seisbench_phasenet, read_config
from onsets.waveforms import normalise

LEVELS = 5


def names_of_seisbench():
    """Their names, in the order of our tensors, written from the layout of their module."""
    conv, norm = ["weight"], ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
    layers = [("inc", ["weight", "bias"]), ("in_bn", norm)]
    for k in range(LEVELS - 1):
        layers += [(f"down_branch.{k}.0", conv), (f"down_branch.{k}.1", norm)]
    for k in range(LEVELS - 1):
        layers += [(f"down_branch.{k}.2", conv), (f"down_branch.{k}.3", norm)]
    layers += [("down_branch.4.0", conv), ("down_branch.4.1", norm)]
    for first in (0, 2):
        for k in range(LEVELS - 1):
            layers += [(f"up_branch.{k}.{first}", conv), (f"up_branch.{k}.{first + 1}", norm)]
    layers.append(("out", ["weight", "bias"]))
    return [f"{layer}.{word}" for layer, words in layers for word in words]


@pytest.fixture
def network(stir):
    return stir(phasenet.build(), torch.randn(2, 3, 600, generator=torch.Generator().manual_seed(1)))


@pytest.fixture
def write(tmp_path, network):
    """Function that writes NAME.pt and NAME.json; its arguments go into the description."""

    def write(state=None, default_args=None, name="stead", **model_args):
        if state is None:
            state = dict(zip(names_of_seisbench(), network.state_dict().values(), strict=True))
        torch.save(state, tmp_path / f"{name}.pt")
        described = {"docstring": "", "model_args": model_args, "default_args": default_args or {}}
        (tmp_path / f"{name}.json").write_text(json.dumps(described))
        return tmp_path / f"{name}.pt"

    return write


def test_tensors_by_their_names(write, network):
    got, spec = import_seisbench_phasenet(write())
    assert all(torch.equal(got.state_dict()[key], value) for key, value in network.state_dict().items())
    assert not got.training
    assert spec.name == "phasenet-stead"


def test_what_the_description_leaves_out_is_seisbenchs_default(write):
    _, spec = import_seisbench_phasenet(write())
    assert (spec.samples, spec.hop_samples, spec.components) == (3001, 1501, "ZNE")
    assert (spec.outputs, spec.normalisation) == (("N", "P", "S"), "component-std")
    assert (spec.rate_hz, spec.bandpass_hz, spec.blinding_samples) == (100.0, None, 0)
    assert (spec.stacking, spec.thresholds) == ("mean", {"P": 0.3, "S": 0.3})


def test_description_goes_into_the_spec(write):
    path = write(
        phases="PSN",
        component_order="ENZ",
        norm="peak",
        sampling_rate=50,
        filter_args=["bandpass"],
        filter_kwargs={"freqmin": 1, "freqmax": 20, "corners": 2, "zerophase": True},
        default_args={
            "overlap": 0.5,
            "blinding": [250, 200],
            "stacking": "max",
            "P_threshold": 0.2,
            "*_threshold": 0.4,
        },
    )
    _, spec = import_seisbench_phasenet(path)
    assert (spec.outputs, spec.components, spec.normalisation) == (("P", "S", "N"), "ENZ", "component-max")
    assert (spec.rate_hz, spec.bandpass_hz) == (50.0, (1.0, 20.0))
    assert (spec.hop_samples, spec.blinding_samples, spec.stacking) == (3001 - 1500, 250, "max")
    assert spec.thresholds == {"P": 0.2, "S": 0.4}


def test_norm_amp_per_comp_is_the_peak(write):
    assert import_seisbench_phasenet(write(norm_amp_per_comp=True))[1].normalisation == "component-max"


@pytest.mark.parametrize(
    ("model_args", "message"),
    [
        ({"norm_axis": [-1]}, "unknown model argument 'norm_axis'"),
        ({"component_ordr": "ZNE"}, "did you mean 'component_order'"),
        ({"norm": "stdd"}, "norm is 'stdd'; did you mean 'std'"),
        ({"phases": "PSX"}, "phases is 'PSX'"),
        ({"classes": 4}, "classes is 4"),
        ({"in_samples": 600}, "in_samples is 600"),
        ({"in_channels": 1}, "in_channels is 1"),
        ({"filter_factor": 2}, "filter_factor is 2"),
        ({"norm_detrend": True}, "norm_detrend is True"),
        ({"grouping": "channel"}, "grouping is 'channel'"),
        ({"component_order": "Z1"}, "component_order is 'Z1'"),
        ({"component_order": "Z12"}, "components = 'Z12'"),
        ({"filter_args": ["highpass"], "filter_kwargs": {"freq": 1}}, "filter .* cannot be said"),
        ({"filter_args": ["bandpass"], "filter_kwargs": {"freqmin": 1, "freqmax": 9}}, "cannot be said"),
        ({"sampling_rate": "fast"}, "wrong kind"),
    ],
)
def test_what_a_spec_cannot_say_is_refused(write, model_args, message):
    with pytest.raises(SpecError, match=message):
        import_seisbench_phasenet(write(**model_args))


@pytest.mark.parametrize(
    ("default_args", "message"),
    [
        ({"P_treshold": 0.1}, "did you mean 'P_threshold'"),
        ({"stacking": "sum"}, "stacking is 'sum'"),
        ({"overlap": 3001}, "overlap is 3001"),
        ({"blinding": 5}, "wrong kind"),
        ({"blinding": [1501, 0]}, "blinding_samples"),
        ({"P_threshold": None}, "wrong kind"),
    ],
)
def test_wrong_default_arguments(write, default_args, message):
    with pytest.raises(SpecError, match=message):
        import_seisbench_phasenet(write(default_args=default_args))


@pytest.mark.parametrize("text", ["{", "[]", '{"model_args": 3}', '{"model_args": {"phases": 3}}'])
def test_broken_descriptions(write, text):
    path = write()
    path.with_suffix(".json").write_text(text)
    with pytest.raises(SpecError):
        import_seisbench_phasenet(path)


def test_description_elsewhere(write, tmp_path):
    path = write(phases="SPN")
    moved = path.with_suffix(".json").rename(tmp_path / "about")
    with pytest.raises(SpecError, match="needs its SeisBench description"):
        import_seisbench_phasenet(path)
    assert import_seisbench_phasenet(path, moved)[1].outputs == ("S", "P", "N")


def test_description_of_a_version(tmp_path):
    (tmp_path / "a.json.v2").write_text('{"model_args": {"norm": "peak"}}')
    assert read_config(tmp_path / "a.pt.v2")["model_args"] == {"norm": "peak"}


def test_missing_and_unknown_tensors_are_named(write, network):
    state = dict(zip(names_of_seisbench(), network.state_dict().values(), strict=True))
    state["conv1.weight"] = state.pop("out.bias")
    with pytest.raises(SpecError, match=r"is missing out\.bias; phasenet does not know conv1\.weight"):
        import_seisbench_phasenet(write(state))


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    os.environ.setdefault("SEISBENCH_CACHE_ROOT", str(tmp_path_factory.mktemp("seisbench")))
    return pytest.importorskip("seisbench.models", reason="SeisBench is not installed")


@pytest.mark.parametrize(
    "options",
    [
        {"phases": "NPS", "component_order": "ENZ", "norm": "std"},
        {"phases": "PSN", "component_order": "ZNE", "norm": "peak", "filter_factor": 2},
    ],
)
def test_seisbenchs_own_module_says_the_same(models, stir, tmp_path, options):
    """The probabilities of its network with random weights, saved by it, to 1e-5."""
    generator = torch.Generator().manual_seed(5)
    theirs = stir(models.PhaseNet(**options), torch.randn(2, 3, 3001, generator=generator))
    theirs.save(tmp_path / "random")
    network, spec = import_seisbench_phasenet(tmp_path / "random.pt")
    assert "".join(spec.outputs) == options["phases"]
    assert spec.components == options["component_order"]
    assert parameters(network) == sum(p.numel() for p in theirs.parameters())
    x = torch.randn(4, 3, 3001, generator=generator)
    with torch.no_grad():
        expected, got = theirs(x), network(x).softmax(dim=1)
    assert float(expected.std(dim=(0, 2)).min()) > 1e-3
    assert float((got - expected).abs().max()) <= 1e-5


@pytest.mark.parametrize(("norm", "tolerance"), [("std", 2e-4), ("peak", 1e-6)])
def test_input_is_what_seisbench_makes_of_a_window(models, tmp_path, norm, tolerance):
    """But for n - 1 in its deviation: relative to the largest value."""
    theirs = models.PhaseNet(norm=norm)
    theirs.save(tmp_path / "fresh")
    _, spec = import_seisbench_phasenet(tmp_path / "fresh.pt")
    counts = np.random.default_rng(6).normal(100, 2000, (2, 3, 3001)).astype(np.float32)
    expected = theirs.annotate_batch_pre(torch.from_numpy(counts), {}).numpy()
    got = normalise(counts, np.ones(counts.shape, dtype=bool), spec)
    assert np.abs(got - expected).max() <= tolerance * np.abs(expected).max()


@pytest.mark.parametrize("name", ["VariableLengthPhaseNet", "PhaseNetLight"])
def test_seisbenchs_other_phasenets_are_refused(models, tmp_path, name):
    getattr(models, name)().save(tmp_path / "other")
    with pytest.raises(SpecError, match=r"norm_axis|output_activation|in_samples|is missing"):
        import_seisbench_phasenet(tmp_path / "other.pt")
