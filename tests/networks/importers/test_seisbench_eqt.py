"""SeisBench's EQTransformer, against SeisBench's own module where it is installed."""

from __future__ import annotations

import json
import logging
import os
import warnings

import numpy as np
import pytest
import torch

from onsets.errors import SpecError
from onsets.networks import parameters
from onsets.networks.importers import import_weights
from onsets.networks.importers.seisbench_eqt import import_seisbench_eqtransformer
from onsets.waveforms import normalise


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """SeisBench's models; it writes a configuration when it is imported."""
    before = os.environ.get("SEISBENCH_CACHE_ROOT")
    os.environ["SEISBENCH_CACHE_ROOT"] = str(tmp_path_factory.mktemp("seisbench"))
    handlers = list(logging.getLogger().handlers)
    try:
        yield pytest.importorskip("seisbench.models", reason="needs SeisBench")
    finally:
        logging.getLogger().handlers[:] = handlers
        os.environ.pop("SEISBENCH_CACHE_ROOT")
        if before is not None:
            os.environ["SEISBENCH_CACHE_ROOT"] = before


@pytest.fixture
def save(models, tmp_path, stir):
    """Function that stores SeisBench's network with random weights and returns it with its path."""

    def made(**options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network = models.EQTransformer(**options)
        samples, channels = options.get("in_samples", 6000), options.get("in_channels", 3)
        stir(network, torch.randn(2, channels, samples, generator=torch.Generator().manual_seed(1)))
        with torch.no_grad():
            for name, p in network.named_parameters():
                if ".W" in name or "lstm" in name:
                    p.mul_(0.5)
        network.save(tmp_path / "mine")
        return network.eval(), tmp_path / "mine.pt"

    return made


VARIANTS = [
    {},
    {"lstm_blocks": 2, "phases": "SP", "in_samples": 5000, "norm": "peak"},
    {"in_samples": 3001, "sampling_rate": 50, "component_order": "ENZ", "norm_amp_per_comp": True},
    {"original_compatible": "conservative"},
    {"original_compatible": "non-conservative", "lstm_blocks": 2, "component_order": "ENZ"},
    {"original_compatible": True},
    {"in_channels": 1, "component_order": "Z"},
]


@pytest.mark.parametrize("options", VARIANTS, ids=str)
def test_outputs_are_equal(save, options):
    theirs, path = save(**options)
    ours, spec = import_seisbench_eqtransformer(path)
    x = torch.randn(2, len(spec.components), spec.samples, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        expected = dict(zip(("detection", *theirs.phases), theirs(x), strict=True))
        got = torch.sigmoid(ours(x))
    assert spec.outputs == ("detection", "P", "S")
    for row, label in enumerate(spec.outputs):
        assert float(expected[label].std()) > 1e-3
        assert float((got[:, row] - expected[label]).abs().max()) <= 1e-5
    assert import_weights(path, "seisbench")[1] == spec


def test_spec_of_a_plain_file(save):
    network, spec = import_seisbench_eqtransformer(save()[1])
    assert parameters(network) == 376_423
    assert (spec.name, spec.network) == ("eqtransformer-mine", "eqtransformer")
    assert (spec.options["gates"], spec.options["crop"], spec.options["epsilon"]) == (
        "sigmoid",
        "right",
        1e-5,
    )
    assert (spec.components, spec.rate_hz, spec.samples, spec.hop_samples) == ("ZNE", 100.0, 6000, 3000)
    assert (spec.normalisation, spec.blinding_samples, spec.stacking) == ("window-std", 500, "max")
    assert spec.thresholds == {"detection": 0.3, "P": 0.1, "S": 0.1}
    assert spec.bandpass_hz is None


def test_spec_of_everything_said(save):
    _, path = save(
        phases=["S", "P"],
        original_compatible="conservative",
        component_order="ENZ",
        norm="peak",
        filter_args=["bandpass"],
        filter_kwargs={"freqmin": 1, "freqmax": 45, "corners": 2, "zerophase": True},
        default_args={"blinding": [250, 300], "overlap": 0.3, "stacking": "avg", "P_threshold": 0.2,
                      "*_threshold": 0.25, "detection_threshold": 0.5},
    )  # fmt: skip
    _, spec = import_seisbench_eqtransformer(path)
    assert (spec.options["gates"], spec.options["crop"], spec.options["epsilon"]) == (
        "hard_sigmoid",
        "even",
        1e-7,
    )
    assert (spec.components, spec.normalisation, spec.bandpass_hz) == ("ENZ", "component-max", (1.0, 45.0))
    assert (spec.blinding_samples, spec.hop_samples, spec.stacking) == (300, 4200, "mean")
    assert spec.thresholds == {"detection": 0.5, "P": 0.2, "S": 0.25}


def change(path, **model):
    config = json.loads(path.with_suffix(".json").read_text())
    config["model_args"].update(model)
    path.with_suffix(".json").write_text(json.dumps(config))
    return path


def test_nearest_filter_only_if_asked(save):
    _, path = save()
    for args, kwargs, expected in (
        ("bandpass", {"freqmin": 1, "freqmax": 45}, (1.0, 45.0)),
        ("bandpass", {"freqmin": 1, "freqmax": 45, "corners": 4, "zerophase": True}, (1.0, 45.0)),
        ("highpass", {"freq": 2}, (2.0, 45.0)),
    ):
        change(path, filter_args=[args], filter_kwargs=kwargs)
        with pytest.raises(SpecError, match="cannot be said in a Spec"):
            import_seisbench_eqtransformer(path)
        assert import_seisbench_eqtransformer(path, near_filter=True)[1].bandpass_hz == expected
    change(path, filter_args={"??Z": ["bandpass"]}, filter_kwargs={"??Z": {"freqmin": 1, "freqmax": 45}})
    with pytest.raises(SpecError, match="cannot be said in a Spec"):
        import_seisbench_eqtransformer(path, near_filter=True)


@pytest.mark.parametrize(("options", "taper"), [({}, 6), ({"norm": "peak"}, 6)])
def test_normalisation_is_theirs_but_at_the_ends(save, options, taper):
    theirs, path = save(**options)
    _, spec = import_seisbench_eqtransformer(path)
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(2, 3, 6000)) * [[[1], [20], [300]]] + 5).astype(np.float32)
    expected = theirs.annotate_batch_pre(torch.from_numpy(x.copy()), {}).numpy()
    got = normalise(x, np.ones(x.shape, dtype=bool), spec)
    np.testing.assert_allclose(got[..., taper:-taper], expected[..., taper:-taper], atol=1e-3)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"norm_detrend": True}, "norm_detrend is True"),
        ({"norm": "max"}, "norm is 'max'"),
        ({"phases": "PN"}, "phases is 'PN'"),
        ({"phases": None}, "value of the wrong kind"),
        ({"classes": 3}, "classes is 3"),
        ({"component_order": "ZN"}, "component_order is 'ZN'"),
        ({"component_order": "XYZ"}, "components = 'XYZ'"),
        ({"original_compatible": "yes"}, "original_compatible is 'yes'"),
        ({"lstm_blocks": "three"}, "value of the wrong kind"),
        ({"in_samples": "many"}, "value of the wrong kind"),
        ({"sampling": 100}, "unknown model argument 'sampling'"),
        ({"lstm_blocks": 2}, r"holds no eqtransformer: .* not know bi_lstm_stack\.members\.2"),
        ({"lstm_blocks": 4}, r"is missing bi_lstm_stack\.members\.3"),
        ({"in_channels": 1, "component_order": "Z"}, r"encoder\.convs\.0\.weight has shape"),
    ],
)
def test_descriptions_that_cannot_be(save, model, message):
    with pytest.raises(SpecError, match=message):
        import_seisbench_eqtransformer(change(save()[1], **model))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("pick_lstms.1.bias_hh_l0", torch.zeros(3), r"pick_lstms\.1\.bias_hh_l0 has shape \(3,\)"),
        ("transformer_d.attention.Wt", torch.zeros(16, 31), r"transformer_d\.attention\.Wt has shape"),
        ("conv_d.bias", torch.full((1,), torch.nan), r"conv_d\.bias has values that are not finite"),
        ("conv_d.weight", None, r"is missing conv_d\.weight"),
    ],
)
def test_tensors_that_do_not_fit(save, name, value, message):
    _, path = save()
    state = torch.load(path, weights_only=True)
    state[name] = value
    if value is None:
        del state[name]
    torch.save(state, path)
    with pytest.raises(SpecError, match=message):
        import_seisbench_eqtransformer(path)


class Evil:
    def __reduce__(self):
        return (print, ("run",))


def test_code_in_the_file_is_not_run(tmp_path, capsys):
    torch.save({"encoder.convs.0.weight": Evil()}, tmp_path / "a.pt")
    with pytest.raises(SpecError, match="was not loaded"):
        import_seisbench_eqtransformer(tmp_path / "a.pt")
    assert capsys.readouterr().out == ""
