"""Recipes: their tables, their Spec, and those in the folder ``recipes``."""

from __future__ import annotations

from pathlib import Path

import pytest

from onsets import config, networks
from onsets.augment import Cut, Noise
from onsets.errors import ConfigError
from onsets.training import Recipe

FOLDER = Path(__file__).parents[2] / "recipes"
FILES = sorted(FOLDER.glob("*.toml"))
PAPERS = {
    *("eqtransformer-stead", "leqnet-stead", "lppn-stead", "msnet-stead", "phasenet", "cpic"),
    *(f"yu2020-{name}" for name in ("cnn3", "cnn7", "cnn7-separable", "unet", "cnn-gru", "wavenet")),
    *("yu2020-wavenet-separable", "lppn-ncedc-nz", "phasenet-ncedc-nz"),
}
LEAST = {"output": "out", "network": {"name": "lppn"}, "data": {"sets": ["a"]}}


def made(*overrides: str) -> Recipe:
    """The shortest recipe with changes."""
    values = LEAST
    for text in overrides:
        values = config.override(values, text)
    return config.make(Recipe, values, "recipe")


def test_there_is_one_for_each_paper() -> None:
    assert {path.stem for path in FILES} >= PAPERS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_is_a_recipe_of_a_network_that_can_be_built(path: Path) -> None:
    recipe = config.load(Recipe, path)
    spec = recipe.spec()
    assert spec.network in networks.names()
    assert config.make(Recipe, config.plain(recipe)) == recipe
    assert recipe.output.startswith("out/") and recipe.stop.patience >= 0


def test_papers_numbers() -> None:
    eqt = config.load(Recipe, FOLDER / "eqtransformer-stead.toml")
    assert eqt.loss.rows == {"detection": 0.05, "P": 0.40, "S": 0.55} and eqt.loss.l1 == 1e-4
    assert (eqt.run.batch, eqt.run.epochs, eqt.stop.patience, eqt.run.twice) == (200, 200, 12, True)
    assert eqt.schedule.table == ((20, 1e-4), (40, 1e-5), (60, 1e-6), (90, 5e-7))
    leqnet = config.load(Recipe, FOLDER / "leqnet-stead.toml")
    assert (leqnet.run.batch, leqnet.run.epochs, leqnet.stop.patience) == (20, 10, 2)
    assert leqnet.data.shares == {"train": 0.8, "dev": 0.1, "test": 0.1}
    msnet = config.load(Recipe, FOLDER / "msnet-stead.toml")
    assert (msnet.optimiser.kind, msnet.optimiser.rate, msnet.run.batch, msnet.run.epochs) == (
        "adamw",
        5e-4,
        40,
        50,
    )
    assert msnet.stop.part == "generalisation" and "msnet" in msnet.data.filters
    phasenet = config.load(Recipe, FOLDER / "phasenet.toml")
    assert (phasenet.labels.sigma_samples, phasenet.labels.reach_samples) == (6, (15, 15))
    assert (phasenet.optimiser.rate, phasenet.schedule.factor, phasenet.schedule.steps) == (0.01, 0.9, 3546)
    yu = config.load(Recipe, FOLDER / "yu2020-wavenet.toml")
    weights = (yu.labels.onset_weight, yu.labels.interval_weight, yu.labels.background_weight)
    assert weights == (5, 5, 0.1) and yu.labels.half_width_samples == 2
    lppn = config.load(Recipe, FOLDER / "lppn-stead.toml")
    assert lppn.loss.offset == 0.1 and lppn.run.batch == 32 and "lppn-region" in lppn.data.filters


def test_defaults_and_the_cut_that_is_not_said() -> None:
    recipe = made()
    assert isinstance(recipe.steps[0], Cut) and recipe.steps[0].anchor == "start"
    with_cut = made("augment=[{step='noise', snr_db=[0, 1]}, {step='cut'}]")
    assert with_cut.steps == with_cut.augment and isinstance(with_cut.steps[0], Noise)


def test_the_spec_is_the_paper_s_with_changes() -> None:
    changed = "network.spec={components='ZNE', samples=1600}"
    spec = made("network.options={width=4, stride=16}", "network.picker=mine", changed).spec()
    assert (spec.name, spec.components, spec.samples, spec.segment_samples) == ("mine", "ZNE", 1600, 16)
    assert made().spec() == networks.spec("lppn")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("runn.seed=1", "unknown key 'runn'; did you mean 'run'?"),
        ("run.sed=1", "did you mean 'seed'?"),
        ("augment=[{step='shfit'}]", "did you mean 'shift'?"),
        ("augment=[{step='shift', probabilty=0.5}]", "did you mean 'probability'?"),
        ("augment=[{step='cut'}, {step='cut'}]", "2 steps cut"),
        ("network.name=lpnn", "did you mean 'lppn'?"),
        ("network.options={widht=4}", "widht"),
        ("network.spec={compnents='ZNE'}", "did you mean 'components'?"),
        ("network.spec={normalisation='max'}", "normalisation"),
        ("data.sets=[]", "sets"),
        ("data.shares={train=0.9, test=0.1}", "shares"),
        ("data.shares={train=0.9, devel=0.1}", "did you mean 'dev'?"),
        ("data.noise_windows=noise.csv", "noise_windows"),
        ("labels.shape=gauss", "did you mean 'gaussian'?"),
        ("loss.kind=bce", "kind"),
        ("loss.rows={P=1}", "rows"),
        ("loss.l1=1", "l1"),
        ("optimiser.rate=0", "rate"),
        ("optimiser.betas=[0.9, 1.0]", "betas"),
        ("schedule.kind=by-epoch", "table"),
        ("schedule.plateau_factor=0", "plateau_factor"),
        ("stop.part=generalisation", "data.generalisation names no dataset"),
        ("teacher.share=0", "share"),
        ("run.batch=7\nrun.twice=true", "batch"),
        ("run.average=1", "average"),
        ("run.workers=0", "workers"),
    ],
)
def test_a_misspelt_or_impossible_key_is_an_error_with_the_nearest_name(change: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        made(*change.split("\n")).spec()
    assert message in str(caught.value)
