"""The weights of the wheel: the parts of their making that decide what is trained, judged and said."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
FOLDER = Path(__file__).parents[2] / "recipes" / "weights"


@pytest.fixture(autouse=True)
def modules(monkeypatch):
    """Import the recipe's own modules, and forget them afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(FOLDER))
    yield
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(FOLDER) in str(sys.modules[name].__file__):
            del sys.modules[name]


def found(value, right):
    from reliability import Found

    n = len(value)
    return Found(np.asarray(value), np.asarray(right), np.ones(n), np.zeros(n), np.ones(n))


def test_the_logistic_finds_slope_and_shift():
    from calibrate import logistic

    rng = np.random.default_rng(0)
    logit = rng.normal(0, 2, 40_000)
    right = rng.random(len(logit)) < 1 / (1 + np.exp(-(1.5 * logit + 0.7)))
    slope, shift = logistic(found(1 / (1 + np.exp(-logit)), right))
    assert slope == pytest.approx(1.5, abs=0.05)
    assert shift == pytest.approx(0.7, abs=0.05)


def test_reliability_of_what_is_calibrated_and_of_what_is_not():
    from reliability import reliability

    rng = np.random.default_rng(1)
    p = rng.uniform(0.1, 1, 20_000)
    bins, error = reliability(found(p, rng.random(len(p)) < p))
    assert len(bins) == 9
    assert error < 0.02
    _, error = reliability(found(np.full(100, 0.9), np.arange(100) < 50))
    assert error == pytest.approx(0.4)


def test_pooled_bins_are_those_of_all_picks():
    from reliability import pooled, reliability

    rng = np.random.default_rng(3)
    parts = [found(p := rng.uniform(0.1, 1, n), rng.random(n) < p**2) for n in (300, 40, 700)]
    both = found(np.concatenate([x.value for x in parts]), np.concatenate([x.right for x in parts]))
    bins, error = pooled([reliability(x)[0] for x in parts])
    want, expected = reliability(both)
    np.testing.assert_allclose(bins, want)
    assert error == pytest.approx(expected)
    assert error > 0.05


def test_widths_hold_their_share():
    from reliability import Found, widths

    rng = np.random.default_rng(2)
    width = rng.uniform(0.02, 0.2, 20_000)
    residual = 0.5 * width * rng.standard_normal(len(width))
    good = np.ones(len(width), dtype=bool)
    factor, thrice, _ = widths(Found(good.astype(float), good, width, residual, width), 0.5)
    assert factor == pytest.approx(0.5, abs=0.02)
    assert thrice == pytest.approx(0.9973, abs=0.002)


def test_folding_moves_the_logits():
    from calibrate import fold

    from onsets import networks

    network = networks.build("onsets-net", widths=(4, 4, 4, 4, 4)).eval()
    x = torch.randn(1, 3, 512, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        before = network(x)
        fold(network, [(2.0, 0.5), (0.5, -1.0)])
        after = network(x)
    torch.testing.assert_close(after[:, 0], 2 * before[:, 0] + 0.5)
    torch.testing.assert_close(after[:, 1], 0.5 * before[:, 1] - 1)


def test_every_row_of_the_ablation_changes_the_recipe():
    from ablation import RECIPE, ROWS, UNLABELLED, taught
    from mixture import RATES, finish, hearing, without

    from onsets import config
    from onsets.training import Recipe

    base = config.load(Recipe, RECIPE)
    more = taught(Path("teacher.safetensors"))
    made = [change(base) for change in (ROWS | more).values()]
    assert all(one != other for k, one in enumerate(made) for other in made[:k])
    for name, change in ROWS.items():
        assert (change(base) == base) == (name == "all"), name
        assert {"P", "S"} <= set(change(base).spec().outputs)
    second = finish(base, Path("begun.safetensors"), Path("teacher.safetensors"))
    assert (second.start.weights, second.teacher.weights) == ("begun.safetensors", "teacher.safetensors")
    assert (second.teacher.blend, second.teacher.rates) == ("max", RATES)
    assert second.run.seed != base.run.seed
    heard = hearing(second)
    assert {*second.data.sets, "synthetic"} == set(base.data.sets)
    assert without("synthetic")(more[UNLABELLED](base)) == dataclasses.replace(
        heard, start=base.start, optimiser=base.optimiser, run=base.run
    )


def test_the_mean_of_weights(tmp_path):
    from finish import mean_of

    from onsets import networks

    torch.manual_seed(0)
    options = {"widths": (4, 4, 4, 4, 4)}
    spec = networks.spec("onsets-net", **options)
    files = [tmp_path / f"{name}.safetensors" for name in ("begun", "one", "other", "mean")]
    for file in files[:3]:
        network = networks.build("onsets-net", **options)
        for buffer in network.buffers():
            if buffer.is_floating_point():
                buffer.uniform_(0.5, 2)
        networks.save(network, spec, file)
    mean_of(files[:3], files[3])
    *parts, mean = (networks.load(file)[0].state_dict() for file in files)
    for key, value in mean.items():
        if value.is_floating_point():
            torch.testing.assert_close(value, (parts[0][key] + parts[1][key] + parts[2][key]) / 3)
    assert not torch.equal(mean["head.weight"], parts[2]["head.weight"])


def test_a_region_left_out_takes_its_events_with_it():
    from parts import divide

    from onsets.datasets import dataset_of_arrays

    sets = np.array(["nz_dfdp_eqcorrscan", "taught-pr", "taught-pr", "ncedc_phasenet"] * 50)
    events = np.array([f"event {k // 2}" for k in range(200)])
    columns = {"dataset": sets, "event_id": events}
    data = dataset_of_arrays(
        np.zeros((200, 3, 4), np.float32), np.full((200, 2), [1.0, 2.0]), 100.0, columns=columns
    )
    whole, without = divide(data), divide(data, "nz")
    assert set(whole.rows["split"].tolist()) == {"train", "dev"}
    for event in set(events.tolist()):
        assert len(set(whole.rows["split"][events == event].tolist())) == 1
    nz = sets == "nz_dfdp_eqcorrscan"
    assert set(without.rows["split"][nz].tolist()) == {"test"}
    shared = np.isin(events, events[nz]) & ~nz
    assert shared.any()
    assert set(without.rows["split"][shared].tolist()) == {""}


@pytest.mark.parametrize(("kind", "rate_hz", "seconds"), [("local", 100, 90), ("regional", 40, 240)])
def test_synthetics_of_a_kind(kind, rate_hz, seconds, tmp_path, monkeypatch):
    import synthesise

    from onsets.datasets import open_dataset

    words = ["synthesise.py", str(tmp_path / "set"), "--kind", kind, "--count", "4"]
    monkeypatch.setattr("sys.argv", words)
    monkeypatch.setattr(synthesise, "EVENTS", 6)
    synthesise.main()
    rows = open_dataset(tmp_path / "set").rows
    made = synthesise.KINDS[kind]
    assert len(rows["name"]) == 4 and set(rows["dataset"].tolist()) == {made.name}
    assert set(rows["rate_hz"].tolist()) == {rate_hz} and set(rows["samples"].tolist()) == {rate_hz * seconds}
    later_s = (rows["s_sample"] - rows["p_sample"]) / rate_hz
    nearest, farthest = made.distance_km
    assert (later_s > nearest / 12).all() and (later_s < farthest / 6 + 4).all()
    assert (rows["s_sample"] < rate_hz * (seconds - synthesise.TAIL_S)).all()


class Teacher:
    """Says the same picks at each speed it is given, times in seconds of the record."""

    def __init__(self, onsets, speeds):
        self.onsets, self.speeds = onsets, speeds

    def pick(self, record):
        some = self.onsets if round(record.rate_hz) in self.speeds else []
        phases, seconds, values = ([*column] for column in zip(*some, strict=True)) if some else ([], [], [])
        times = record.start_ns + np.round(np.array(seconds) * 1e9).astype(np.int64)
        return SimpleNamespace(phase=np.array(phases), time_ns=times, probability=np.array(values))


def test_an_onset_is_sure_when_every_teacher_sees_it_at_two_speeds():
    from teach import candidates

    from onsets.types import Record

    data = np.zeros((3, 6000), np.float32)
    record = Record("XX.A.", "HH", data, np.ones(data.shape, bool), 0, 100.0)
    both = [("P", 10.0, 0.9), ("S", 15.0, 0.6)]
    one, other = Teacher([*both, ("P", 30.0, 0.9)], {100, 70}), Teacher(both, {100})
    seen = [
        (onset.phase, round(onset.sample / 100), onset.sure) for onset in candidates(record, [one, other])
    ]
    assert seen == [("P", 10, True), ("S", 15, True), ("P", 30, False)]
    alone = [onset.sure for onset in candidates(record, [Teacher(both, {100})])]
    assert alone == [False, False]


def test_pieces_are_those_in_which_a_teacher_hears_something():
    from hear import onsets_in, pieces

    from onsets.types import Record

    data = np.zeros((3, 25_000), np.float32)
    record = Record("XX.A.", "HH", data, np.ones(data.shape, bool), 0, 100.0)
    teacher = Teacher([("P", 100.0, 0.9), ("S", 20.0, 0.2), ("S", 245.0, 0.4)], {50})
    heard = onsets_in(record, teacher)
    np.testing.assert_allclose(heard, [10_000, 24_500])
    assert pieces(record, heard) == [9000, 16_000]
    assert pieces(record, heard[:0]) == []


def test_thresholds_are_half_of_the_best_f1():
    from judging import FINE, best_thresholds, thresholds_of

    from onsets.evaluation import Case
    from onsets.picking import Onsets

    def case(value, at):
        onsets, none = Onsets(np.array([at]), np.array([value])), Onsets(np.zeros(0), np.zeros(0))
        picks = {phase: {t: onsets if value >= t else none for t in FINE} for phase in "PS"}
        return Case("a", "d", "e", 0.1, 0.0, {"P": 10.0, "S": 20.0}, False, picks, {})

    cases = {"near": [case(0.9, 10.0), case(0.8, 10.0)], "far": [case(0.9, 10.0), case(0.3, 30.0)]}
    # P: all right in one group, one of two found in the other; S is never found
    assert thresholds_of(cases) == {"P": 0.42, "S": 0.05}
    # from .35 on the wrong pick is gone, up to .8 both right ones are there; for S all are alike
    assert best_thresholds(cases) == {"P": 0.55, "S": 0.5}


def test_quiet_picks_and_those_with_one_at_the_next_station():
    from quiet import Quiet, met

    quiet = Quiet(np.array(["P", "S", "S"]), np.array([0.4, 0.5, 0.9]), np.array([0.0, 100.0, 300.0]), 2.0)
    assert [quiet.rate("S", t) for t in (0.5, 0.6, 0.95)] == [1.0, 0.5, 0.0]
    assert quiet.rate("P", 0.4) == 0.5
    assert met(quiet.time_s, np.array([8.0, 112.0, 291.0, 292.0])) == 2
    assert met(quiet.time_s, np.zeros(0)) == 0
    none = Quiet(np.zeros(0, np.str_), np.zeros(0), np.zeros(0), 2.0)
    assert none.rate("P", 0.1) == 0.0 and met(none.time_s, np.array([8.0])) == 0


def test_weights_are_calibrated_on_what_others_pick(tmp_path, monkeypatch):
    import calibrate
    from judging import FINE

    from onsets import networks
    from onsets.evaluation import Case
    from onsets.picking import Onsets

    def moved(value, slopes, phase):
        slope, shift = slopes[phase] if slopes else (1.0, 0.0)
        return 1 / (1 + np.exp(-(slope * np.log(value / (1 - value)) + shift)))

    def cases(self, slopes=None):
        """One group a source: of picks that say .7 nine in ten are right, of those that say .3 one in ten."""
        made = []
        for value, right in ((0.7, 9), (0.3, 1)):
            for k in range(10):
                picks = {}
                for phase, at in (("P", 10.0), ("S", 20.0)):
                    p = moved(value, slopes, phase)
                    here = Onsets(np.array([at + (0.1 if k < right else 5)]), np.array([p]), np.array([0.1]))
                    none = Onsets(np.zeros(0), np.zeros(0))
                    picks[phase] = {t: here if p >= t else none for t in FINE}
                made.append(Case("a", "d", "e", 0.1, 0.0, {"P": 10.0, "S": 20.0}, False, picks, {}))
        return {self.weights.stem: made}

    monkeypatch.setattr(calibrate.Heard, "cases", cases)
    monkeypatch.setattr(calibrate, "real", lambda groups: groups)
    network = networks.build("onsets-net", widths=(4, 4, 4, 4, 4)).eval()
    spec = networks.spec("onsets-net", widths=(4, 4, 4, 4, 4))
    own = tmp_path / "own.safetensors"
    networks.save(network, spec, own)
    sources = [calibrate.Heard(Path(name), {}) for name in ("one", "other")]
    said = calibrate.calibrate(own, sources, tmp_path / "out.safetensors")
    slope, shift = said["slopes"]["P"]
    assert slope == pytest.approx(np.log(9) / np.log(0.7 / 0.3), rel=1e-3)
    assert shift == pytest.approx(0, abs=1e-6)
    # at .9 nine of ten are right; nine of twenty labels are found: F1 .6, or .5 with all
    assert said["thresholds"] == {"P": 0.3, "S": 0.3}
    after, known = networks.load(tmp_path / "out.safetensors")
    torch.testing.assert_close(after.head.weight, network.head.weight * slope)
    assert known.thresholds == said["thresholds"]
    assert known.uncertainty_widths["P"] == pytest.approx(1.0)
    with pytest.raises(SystemExit, match="one: picked by two"):
        calibrate.calibrate(own, [sources[0], sources[0]], tmp_path / "twice.safetensors")


def test_no_region_calibrates_the_weights_that_are_judged_on_it(tmp_path, monkeypatch):
    import make

    run = []
    monkeypatch.setattr(make.Make, "run", lambda self, made, *words: run.append(words))
    chain = make.Make(tmp_path / "shared", tmp_path / "out")
    chain.make_judged()
    chain.make_bundled()
    unseen = {}
    for words in run:
        if Path(words[0]).name == "calibrate.py":
            place = [k for k, word in enumerate(words) if word == "--unseen"]
            pairs = [(words[k + 1].parent.name, words[k + 2]) for k in place]
            assert all(f"parts/{name.split('-', 1)[1]}.csv" == parts for name, parts in pairs)
            unseen[words[1].parent.name] = [name for name, _ in pairs]
    for name in make.OURS:
        every = [f"{name}-without-{region}" for region in make.PLACES]
        assert unseen[name] == every
        assert all(unseen[one] == [other for other in every if other != one] for one in every)
    assert unseen["lppn-mixture-without-ncedc"] == []


@pytest.mark.parametrize("trial", [False, True])
def test_only_the_real_run_writes_into_the_package(tmp_path, monkeypatch, trial):
    import make

    run = []
    monkeypatch.setattr(make.Make, "run", lambda self, made, *words: run.append((made, words)))
    chain = make.Make(tmp_path / "shared", tmp_path / "out", trial)
    for stage in make.STAGES:
        getattr(chain, f"make_{stage}")()
    words = [word for _, some in run for word in some]
    assert [word in words for word in (make.BUNDLED, make.DOCS)] == [not trial] * 2
    assert all(word.is_file() for word in words if isinstance(word, Path) and word.suffix == ".py")
    made = [path for path, _ in run if path is not None]
    assert len(made) > 20 and all(path.is_relative_to(chain.out) for path in made)
    assert [word in words for word in ("--updates", "--seeds")] == [trial] * 2
    judged = {path.parent.name for path in made if path.name == "judged.json"}
    assert ("tiny-without-north" in judged) != trial and "default-without-nz" in judged
