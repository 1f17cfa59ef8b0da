import pytest

from onsets.datasets import open_dataset
from onsets.errors import CatalogueError, ConfigError
from onsets.evaluation import Plan, check_apart, compare, names_of

from .conftest import write_dataset


def test_every_model_on_every_dataset(results):
    plan, found = results
    assert [(result.model, result.dataset) for result in found] == [("sta-lta", "made"), ("baer", "made")]
    assert all(result.classical and result.source == "the model's own defaults" for result in found)
    assert all(list(result.perturbed) == ["noise-0.1", "gaps"] for result in found)
    assert plan.main_s == 0.5


def test_thresholds_come_from_the_development_part(tmp_path):
    split = ["dev"] * 4 + ["test"] * 6
    folder = write_dataset(tmp_path / "split", count=10, noise=0, split=split)
    plan = Plan(models=("sta-lta",), data=(str(folder),), part="test", development="dev")
    result = compare(plan)[0]
    assert len(result.cases) == 6 and result.dataset == "split (test)"
    assert "split (dev)" in result.source and "best F1 at 0.5 s" in result.source
    assert all(value in result.cases[0].picks[phase] for phase, value in result.thresholds.items())


def test_thresholds_come_from_another_dataset(dataset, tmp_path):
    other = write_dataset(tmp_path / "other", noise=0, seed=5, prefix="q")
    plan = Plan(models=("sta-lta",), data=(str(dataset),), development=str(other))
    assert "best F1 at 0.5 s on other" in compare(plan)[0].source


def test_development_and_test_must_be_apart(dataset, tmp_path):
    with pytest.raises(CatalogueError, match="both 'development' and 'test'"):
        compare(Plan(models=("sta-lta",), data=(str(dataset),), development=str(dataset)))
    leaking = write_dataset(tmp_path / "leak", count=4, noise=0, split=["dev", "test", "test", "test"])
    with pytest.raises(CatalogueError, match="event"):
        compare(Plan(models=("sta-lta",), data=(str(leaking),), part="test", development="dev"))


def test_noise_of_one_station_and_day_is_a_leak(dataset, tmp_path):
    other = write_dataset(tmp_path / "other", seed=5, prefix="q")
    with pytest.raises(CatalogueError, match="noise of one station and day"):
        check_apart(open_dataset(other), open_dataset(dataset))


def test_the_same_stretch_under_another_name_is_a_leak(dataset, tmp_path):
    copy = write_dataset(tmp_path / "copy", prefix="c")  # the same station at the same times
    with pytest.raises(CatalogueError, match="development"):
        check_apart(open_dataset(copy), open_dataset(dataset))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"models": ()}, "nothing to evaluate"),
        ({"data": ("a", "a")}, "given twice"),
        ({"tolerances_s": (0.0,)}, "above 0"),
        ({"tolerances_s": ()}, "above 0"),
        ({"development": "dev", "thresholds": {"P": 0.5}}, "not both"),
        ({"development": "dev", "part": "dev"}, "another part"),
    ],
)
def test_a_wrong_plan_is_refused(changes, words):
    with pytest.raises(ConfigError, match=words):
        Plan(**({"models": ("sta-lta",), "data": ("a",)} | changes))


def test_short_names_tell_models_apart():
    models = ("a/net.onnx", "b/net.safetensors", "sta-lta")
    assert list(names_of(models).values()) == ["net", "net 2", "sta-lta"]


def test_what_is_unknown_is_refused_before_anything_runs(dataset):
    told = []
    for changes in ({"models": ("sta-lta", "sta-ltd")}, {"perturbations": ("gasp",)}, {"development": "dve"}):
        plan = Plan(**({"models": ("sta-lta",), "data": (str(dataset),)} | changes))
        with pytest.raises(ConfigError):
            compare(plan, lambda *what: told.append(what))
    assert told == []
