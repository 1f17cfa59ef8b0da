"""The reproduction of Yu et al. (2020): its parts, and the whole of it at the smallest scale."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
FOLDER = Path(__file__).parents[2] / "recipes" / "yu2020"


@pytest.fixture(autouse=True)
def modules(monkeypatch):
    """Import the reproduction's own modules, and forget them afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(FOLDER))
    yield
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(FOLDER) in str(sys.modules[name].__file__):
            del sys.modules[name]


@pytest.fixture
def table():
    """Return a table of two depths and three distances without a solver: a pulse at P and one at S."""
    from onsets.earth import travel_times
    from onsets.synthetics import GreensTable, velocity_model

    model, depth, distance = velocity_model("crust1"), np.array([5.0, 12.0]), np.array([30.0, 200.0, 450.0])
    values = np.zeros((2, 3, 10, 1024), np.float32)
    for i, z in enumerate(depth):
        for j, x in enumerate(distance):
            for size, phase in ((0.3, "P"), (1.0, "S")):
                at = int(np.ceil(5 * float(travel_times(model, phase, x, z).time_s)))
                values[i, j, :, at : at + 9] = size * np.hanning(9)  # of low frequencies, as a real table is
    return GreensTable(model, depth, distance, 5.0, 1024, np.zeros(3), "velocity", 0.0, values)


def test_records_are_normalised_and_begin_to_move_at_their_labels(table):
    from records import draw

    made = draw(table, 200, np.random.default_rng(0))
    assert made.data.shape == (200, 1, 1024)
    np.testing.assert_allclose(made.data.std(axis=2), 1.0, rtol=1e-5)
    assert set(made.columns["distance_km"].tolist()) == {30.0, 200.0, 450.0}
    assert made.columns["magnitude"].min() >= 3 and made.columns["magnitude"].max() <= 6
    for wave, (p, s) in zip(made.data[:, 0], made.arrivals, strict=True):
        first = np.flatnonzero(np.abs(wave) > 0.03 * np.abs(wave).max())[0]
        assert -2 <= first - p <= 12 and 0 < p < s < 1024


def test_noise_has_the_variance_asked_for(table):
    from records import draw, with_noise

    clean = draw(table, 40, np.random.default_rng(1)).data
    noisy = with_noise(clean, 0.3**0.5, np.random.default_rng(2))
    assert (noisy - clean).var() == pytest.approx(0.3, rel=0.03)


def test_sets_are_written_as_the_paper_has_them(table, tmp_path):
    from plan import SCALES, Folders
    from records import write_sets

    from onsets.datasets import open_dataset

    scale = dataclasses.replace(SCALES["small"], train=12, dev=4, test=6, noise=5)
    write_sets(table, scale, Folders(tmp_path))
    train = open_dataset(tmp_path / "data" / "synthetics")
    assert len(train.part("train")) == 12 and len(train.part("dev")) == 4
    low, high = (open_dataset(tmp_path / "data" / f"noise-{level}") for level in (0.1, 0.3))
    np.testing.assert_array_equal(low.rows["p_sample"], high.rows["p_sample"])
    one, two = (data.read([2])[0].data[0].astype(np.float64) for data in (low, high))
    # the same noise, sqrt(3) times as strong: one plus a share of what the other has more gives the clean one
    noise = (two - one) / (3**0.5 - 1)
    assert noise.var() == pytest.approx(0.1, rel=0.15)
    assert (one - noise)[np.abs(one - noise) < 0.05].size > 500  # quiet before P and after S


@pytest.mark.parametrize("scale", ["small", "full"])
def test_scales_are_the_papers_sizes(scale):
    from plan import SCALES

    own = SCALES[scale]
    assert (own.test, own.noise) == (1500, 750)
    assert own.part(0.01).updates == max(2, round(own.updates * 0.01))
    assert SCALES["full"].train == 140_000


def test_half_precision_on_a_cpu_is_what_true_half_gives():
    import torch
    from half import HalfNetwork

    from onsets import networks

    network, x = networks.build("cnn7-separable").eval(), torch.randn(2, 1, 256)
    with torch.no_grad():
        stand_in, single = HalfNetwork(network)(x), network(x)
        true = networks.build("cnn7-separable")
        true.load_state_dict(network.state_dict())
        true = true.eval().half()(x.half()).float()
    assert (stand_in - true).abs().max() < 0.01 * true.abs().max() + 1e-3
    assert 0 < (stand_in - single).abs().max() < 0.02


def judged(auc=0.9, off=0.0, count=40):
    from judging import Judged

    distance = np.linspace(20, 470, count)
    return Judged(
        np.full(count, off), np.full(count, 0.8), np.full(count, 0.8), distance,
        np.array([0.0, 1.0]), np.array([0.0, 1.0]), auc,
    )  # fmt: skip


def results_of(aucs):
    from plan import SETS, SHOWN

    return {
        name: {(kind, phase): judged(aucs(name, kind, phase)) for kind in SETS for phase in "PS"}
        for name in SHOWN
    }


def test_claims_follow_the_numbers():
    from claims import HOLDS, NOT, OPEN, PAPER, judge_claims
    from plan import SHOWN

    rows = {
        name: {"parameters": PAPER.get(name, (1,))[0], "cpu_s": PAPER.get(name, (1, 1.0))[1], "gpu_s": None,
               "bytes": PAPER.get(name, (1,))[0] * (2 if name.endswith("fp16") else 4)}
        for name in SHOWN
    }  # fmt: skip
    good = {
        "cnn-gru": 0.99,
        "wavenet": 0.985,
        "wavenet-separable": 0.98,
        "unet": 0.97,
        "unet-1d": 0.97,
        "cnn7": 0.95,
    }

    def as_printed(name, kind, phase):
        value = good.get(name, 0.94 if name == "cnn3" else 0.945)
        loss = {"test": 0.0, "noise-0.1": 0.01, "noise-0.3": 0.03}[kind]
        return value + (0.005 if phase == "S" else -0.005 - loss) - loss

    told = {claim.says: claim.verdict for claim in judge_claims(results_of(as_printed), {"rows": rows})}
    assert [v for says, v in told.items() if "GPU" in says] == [OPEN, OPEN]
    wanted = (
        "parameters of Table 5",
        "CNN+RNN and WaveNet pick best",
        "S better than P",
        "P more than S",
        "suffers",
    )
    for words in wanted:
        assert next(v for says, v in told.items() if words in says) == HOLDS

    turned = judge_claims(
        results_of(lambda name, kind, phase: 1.9 - as_printed(name, kind, phase)), {"rows": rows}
    )
    told = {claim.says: claim.verdict for claim in turned}
    for words in wanted[1:]:
        assert next(v for says, v in told.items() if words in says) == NOT


def test_a_wrong_call_says_what_is_wrong():
    done = subprocess.run(
        [sys.executable, FOLDER / "reproduce.py", "--scale", "tiny"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and "small" in done.stderr


@pytest.mark.slow
def test_the_whole_of_it_from_nothing(tmp_path):
    command = [sys.executable, FOLDER / "reproduce.py", "--scale", "small", "--fraction", "0.005"]
    where = ["--out", tmp_path / "out", "--page", tmp_path / "page.md"]
    pack = ["--pack", tmp_path / "all.zip"]
    done = subprocess.run([*command, *where, *pack], check=True, capture_output=True, text=True, timeout=900)
    table = done.stdout.splitlines()[-11:]
    assert table[0].startswith("network") and table[1].startswith("3-layer CNN") and "52,195" in table[1]
    assert "claims hold" in table[-1] and len(table) == 11
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        names = set(packed.namelist())
    assert {"page.md", "page/figure-5.png", "judged/unet.npz", "trained-unet.log", "timing.json"} <= names
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "small x 0.005" in text and "2,715,651 | 2,715,651" in text
    assert len(list((tmp_path / "page").glob("figure-*.png"))) == 5
    trained = json.loads((tmp_path / "out" / "trained-cnn3.json").read_text())
    assert trained["cpu_s"] > 0
    again = subprocess.run([*command[:-1], "0.01", *where], capture_output=True, text=True, check=False)
    assert again.returncode == 1 and "another scale" in again.stderr
