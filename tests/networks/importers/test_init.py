from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch

from onsets import networks
from onsets.errors import ConfigError, MissingExtraError, SpecError
from onsets.networks import importers
from onsets.networks.importers import SOURCES, import_file, import_weights

from . import lppn_reference
from .bundle_writer import write_bundle
from .test_lppn import write
from .test_phasenet_tf import draw
from .test_seisbench_phasenet import names_of_seisbench


@pytest.fixture
def lppn_file(tmp_path):
    return write(tmp_path / "16-4.wave", lppn_reference.draw(4))


@pytest.fixture
def checkpoint(tmp_path):
    return write_bundle(tmp_path, "model_1.ckpt", draw())


@pytest.fixture
def seisbench_file(tmp_path):
    state = networks.build("phasenet").state_dict()
    torch.save(dict(zip(names_of_seisbench(), state.values(), strict=True)), tmp_path / "a.pt")
    (tmp_path / "a.json").write_text(json.dumps({"model_args": {"phases": "PSN"}}))
    return tmp_path / "a.pt"


def test_sources():
    assert SOURCES == ("lppn", "phasenet-tf", "keras", "seisbench")
    assert importers.__all__ == ["SOURCES", "import_file", "import_weights"]


@pytest.mark.parametrize(
    ("fixture", "source", "network", "outputs"),
    [
        ("lppn_file", "lppn", "lppn", "NPS"),
        ("checkpoint", "phasenet-tf", "phasenet", "NPS"),
        ("seisbench_file", "seisbench", "phasenet", "PSN"),
    ],
)
def test_each_source_finds_its_importer(request, tmp_path, fixture, source, network, outputs):
    path = request.getfixturevalue(fixture)
    built, spec = import_weights(path, source)
    assert (spec.network, "".join(spec.outputs)) == (network, outputs)
    told = import_file(path, source, tmp_path / "ours.safetensors")
    again, read = networks.load(tmp_path / "ours.safetensors", expected_sha256=told["output_sha256"])
    assert read == spec
    x = torch.randn(1, 3, spec.samples)
    with torch.no_grad():
        first, second = (out if isinstance(out, tuple) else (out,) for out in (built(x), again(x)))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize(
    ("source", "tensor", "module", "function"),
    [
        ("seisbench", "inc.weight", "seisbench_phasenet", "import_seisbench_phasenet"),
        ("seisbench", "encoder.convs.0.weight", "seisbench_eqt", "import_seisbench_eqtransformer"),
        ("keras", "-", "keras", "import_keras"),
    ],
)
def test_dispatch(tmp_path, monkeypatch, source, tensor, module, function):
    torch.save({tensor: torch.zeros(1)}, tmp_path / "a")
    called = []
    monkeypatch.setitem(
        sys.modules,
        f"onsets.networks.importers.{module}",
        SimpleNamespace(**{function: lambda path: called.append(path) or ("network", "spec")}),
    )
    assert import_weights(tmp_path / "a", source) == ("network", "spec")
    assert called == [tmp_path / "a"]


def test_what_import_file_tells(lppn_file, checkpoint, tmp_path):
    output = tmp_path / "ours.safetensors"
    assert import_file(lppn_file, "lppn", output) == {
        "name": "lppn-16-4",
        "network": "lppn",
        "parameters": 16_260,
        "input_sha256": networks.sha256(lppn_file),
        "output_sha256": networks.sha256(output),
    }
    told = import_file(checkpoint, "phasenet-tf", output)
    assert told["input_sha256"] == networks.sha256(tmp_path / "model_1.ckpt.data-00000-of-00001")
    assert networks.read_spec(output).network == "phasenet"


def test_options_reach_the_importer(lppn_file, tmp_path):
    other = lppn_file.rename(tmp_path / "best")
    assert import_weights(other, "lppn", stride=64)[1].segment_samples == 64
    with pytest.raises(ConfigError, match=r"unknown option 'strid' .* did you mean 'stride'"):
        import_weights(other, "lppn", strid=64)
    with pytest.raises(ConfigError, match="it has none"):
        import_weights(tmp_path / "a.ckpt", "phasenet-tf", stride=64)


@pytest.mark.parametrize("source", ["lpnn", "tensorflow", ""])
def test_unknown_sources(tmp_path, source):
    with pytest.raises(
        ConfigError, match=r"unknown source of weights .*(did you mean 'lppn'|choose from lppn)"
    ):
        import_weights(tmp_path / "a", source)


@pytest.mark.parametrize(
    ("fixture", "source", "message"),
    [
        ("seisbench_file", "lppn", r"holds no lppn: lppn is missing cl.bias, .* not know down_branch"),
        ("lppn_file", "seisbench", "neither SeisBench's PhaseNet nor its EQTransformer"),
        ("lppn_file", "phasenet-tf", "no TensorFlow checkpoint"),
        ("checkpoint", "lppn", "no weights file"),
    ],
)
def test_file_of_another_network_writes_nothing(request, tmp_path, fixture, source, message):
    path, output = request.getfixturevalue(fixture), tmp_path / "ours.safetensors"
    output.write_bytes(b"as it was")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SpecError, match=message):
        import_file(path, source, output)
    assert output.read_bytes() == b"as it was"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("output", ["none/ours.safetensors", "."])
def test_outputs_that_cannot_be(lppn_file, tmp_path, output):
    with pytest.raises(ConfigError, match="name a file in a folder that is there"):
        import_file(lppn_file, "lppn", tmp_path / output)
    with pytest.raises(ConfigError, match="is the file that is read"):
        import_file(lppn_file, "lppn", lppn_file)
    assert torch.load(lppn_file, weights_only=True)


def test_missing_torch_names_the_extra(lppn_file):
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from onsets.networks.importers import import_weights\n"
        f"try: import_weights({str(lppn_file)!r}, 'lppn')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(MissingExtraError.__name__)
    assert "onsets[train]" in done.stdout


def test_importing_the_room_imports_no_torch():
    code = "import sys, onsets.networks.importers; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
