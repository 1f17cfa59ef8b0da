import numpy as np
import pytest

from onsets.errors import CatalogueError, ConfigError
from onsets.evaluation import Job, judge_samples, run
from onsets.evaluation import run as _run_function
from onsets.picking import load

from .conftest import sample_of, write_dataset


def same(a, b):
    assert [case.name for case in a] == [case.name for case in b]
    for one, other in zip(a, b, strict=True):
        assert (one.labels, one.event_id) == (other.labels, other.event_id)
        assert one.facts == pytest.approx(other.facts, nan_ok=True)
        for phase, grid in one.picks.items():
            for threshold, onsets in grid.items():
                np.testing.assert_array_equal(onsets.seconds, other.picks[phase][threshold].seconds)


def test_all_records_in_their_order_with_events(dataset):
    told = []
    cases = run(
        Job(model="sta-lta", data=str(dataset)), progress=lambda done, total: told.append((done, total))
    )
    assert [case.name for case in cases] == [f"r{k}" for k in range(12)]
    assert len({case.event_id for case in cases[:10]}) == 5
    assert [case.noise for case in cases] == [False] * 10 + [True] * 2
    assert told == [(12, 12)] and cases[3].facts["magnitude"] == 0.75
    off = [abs(case.picks["P"][3.5].seconds - case.labels["P"]).min() for case in cases[:10]]
    assert max(off) < 0.2


def test_two_processes_say_the_same(dataset, monkeypatch):
    import importlib

    module = importlib.import_module("onsets.evaluation.run")
    monkeypatch.setattr(module, "FEW", 1)
    monkeypatch.setattr(module, "CHUNK", 5)
    job = Job(model="sta-lta", data=str(dataset), perturbation="noise-0.1", seed=4)
    same(_run_function(job, workers=1), _run_function(job, workers=2))


def test_some_records_are_drawn_by_the_seed(dataset):
    first = run(Job(model="sta-lta", data=str(dataset), most=4, seed=1))
    assert len(first) == 4
    same(first, run(Job(model="sta-lta", data=str(dataset), most=4, seed=1)))


def test_a_part_of_the_split(tmp_path):
    folder = write_dataset(tmp_path / "parts", count=6, noise=0, split=["dev"] * 2 + ["test"] * 4)
    assert len(run(Job(model="sta-lta", data=str(folder), part="test"))) == 4
    with pytest.raises(CatalogueError, match="part 'tset'"):
        run(Job(model="sta-lta", data=str(folder), part="tset"))


def test_a_missing_dataset_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no dataset"):
        run(Job(model="sta-lta", data=str(tmp_path / "nothing")))


def test_samples_in_memory():
    cases = judge_samples([sample_of(0), sample_of(1)], load("sta-lta"))
    assert [case.name for case in cases] == ["r0", "r1"]
    assert abs(cases[0].picks["P"][3.5].seconds - 10.0).min() < 0.2
