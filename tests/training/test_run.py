"""From a recipe to a folder: trained, resumed, repeated, fine-tuned, taught."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from onsets import config, networks
from onsets.errors import ConfigError
from onsets.runtime import OnnxRunner
from onsets.training import Recipe, Report, train
from onsets.training.journal import read_journal
from onsets.training.run import CHECKPOINT

from .conftest import Make, write_dataset


def losses(folder: Path) -> list[float]:
    """Loss of each update, all digits."""
    return [row["loss"] for row in read_journal(folder / "log.jsonl") if row["kind"] == "step"]


def same(a: Path, b: Path) -> bool:
    """Whether two weights files hold the same numbers."""
    one, two = load_file(a), load_file(b)
    return one.keys() == two.keys() and all(torch.equal(one[key], two[key]) for key in one)


class StoppedError(Exception):
    """As if the process were killed."""


def stop_at(step: int) -> Any:
    """Return a report that raises after an update."""

    def report(told: Report) -> None:
        if told.judged is None and told.step == step:
            raise StoppedError

    return report


def test_a_recipe_becomes_a_folder_with_a_network(make: Make) -> None:
    told: list[Report] = []
    done = train(make(), report=told.append)
    network, spec = networks.load(done.weights)
    assert spec.network == "lppn" and spec.samples == 512
    assert sum(p.numel() for p in network.parameters()) == networks.parameters(
        networks.build("lppn", width=1)
    )
    names = {path.name for path in done.folder.iterdir()}
    assert {"lppn.safetensors", "lppn.onnx", "log.jsonl", "parts.csv", "recipe.json", CHECKPOINT} <= names
    assert [report.step for report in told if report.judged is None] == [1, 2, 3, 4, 5, 6]
    assert told[-1].judged is not None and told[-1].judged.keys() == {"dev"} and told[-1].left_s == 0
    parts = (done.folder / "parts.csv").read_text().splitlines()
    assert parts[0] == "dataset,name,station_id,event_id,split" and len(parts) == 49
    assert done.records["train"] == sum(line.endswith(",train") for line in parts)


def test_it_learns(make: Make) -> None:
    done = train(make("run.epochs=1", "run.epoch_steps=60", "optimiser.rate=0.01", "network.options.width=2"))
    found = losses(done.folder)
    assert sum(found[-10:]) < 0.5 * sum(found[:10])


def test_two_runs_of_one_seed_are_the_same_to_the_last_bit(make: Make, tmp_path: Path) -> None:
    a = train(make())
    b = train(make(f"output={tmp_path}/again", "run.workers=3"))
    c = train(make(f"output={tmp_path}/other", "run.seed=4"))
    assert losses(a.folder) == losses(b.folder) and same(a.weights, b.weights)
    assert losses(a.folder) != losses(c.folder) and not same(a.weights, c.weights)


@pytest.mark.parametrize(
    ("changes", "cut"),
    [
        (("run.checkpoint_steps=2", "run.average=0.9"), 5),
        (("run.checkpoint_steps=1", "schedule.kind=one-cycle", "optimiser.kind=sgd"), 2),
        (("network={name='leqnet'}", "labels={}", "loss={kind='binary'}", "run.batch=2"), 4),
    ],
)
def test_resumed_in_the_middle_of_an_epoch_nothing_is_different(
    make: Make, tmp_path: Path, changes: tuple[str, ...], cut: int
) -> None:
    whole = train(make(*changes))
    other = make(*changes, f"output={tmp_path}/cut")
    with pytest.raises(StoppedError):
        train(other, report=stop_at(cut))
    resumed = train(other, resume=True)
    assert losses(resumed.folder) == losses(whole.folder) and len(losses(whole.folder)) == 6
    assert same(resumed.weights, whole.weights)
    assert read_journal(whole.folder / "log.jsonl") == read_journal(resumed.folder / "log.jsonl")


def test_a_full_disk_at_a_checkpoint_leaves_the_one_before_whole(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(make("run.checkpoint_steps=1", f"output={tmp_path}/whole"))
    recipe = make("run.checkpoint_steps=1")
    calls, real = [], __import__("os").fsync

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 8:  # recipe, parts, log and some checkpoints are written
            raise OSError(28, "No space left on device")
        real(handle)

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            train(recipe)
    out = Path(recipe.output)
    assert not list(out.glob(".onsets-*"))
    resumed = train(recipe, resume=True)
    assert same(resumed.weights, whole.weights) and losses(out) == losses(whole.folder)


def test_an_output_is_not_trained_over(make: Make) -> None:
    with pytest.raises(ConfigError, match="nothing to resume"):
        train(make(), resume=True)
    train(make())
    with pytest.raises(ConfigError, match="a training already"):
        train(make())
    with pytest.raises(ConfigError, match="had another optimiser"):
        train(make("optimiser.rate=1"), resume=True)
    done = train(make("run.epochs=3", "run.workers=2"), resume=True)  # longer is allowed
    assert len(losses(done.folder)) == 9


def test_fine_tuning_keeps_frozen_parts_and_their_statistics(make: Make, tmp_path: Path) -> None:
    first = train(make())
    tuned = make(
        f"output={tmp_path}/tuned", f"start.weights={first.weights}", "start.frozen=['units', 'contract']",
        "start.fresh=['head_class']", "stop.keep=last", "run.average=0.5",
    )  # fmt: skip
    before, after = load_file(first.weights), load_file(train(tuned).weights)
    for key in before:
        frozen = key.startswith(("units", "contract")) or key.endswith("num_batches_tracked")
        assert torch.equal(before[key], after[key]) == frozen or key.endswith("num_batches_tracked"), key


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("start.frozen=['unist']", "did you mean 'units'?"),
        ("start.frozen=['']", "leaves nothing to train"),
        ("start.fresh=['tail']", "begins with 'tail'"),
    ],
)
def test_parts_that_are_not_there(make: Make, tmp_path: Path, change: str, message: str) -> None:
    weights = tmp_path / "lppn.safetensors"
    networks.save(networks.build("lppn", width=1), networks.spec("lppn", width=1), weights)
    with pytest.raises(ConfigError) as caught:
        train(make(f"start.weights={weights}", change))
    assert message in str(caught.value)


def test_a_teacher_changes_what_is_learned(make: Make, tmp_path: Path) -> None:
    teacher = train(
        make(
            f"output={tmp_path}/teacher", "network.name=phasenet", "network.options={width=2}",
            "labels={sigma_samples=6.0}", "loss={}", "network.spec={samples=600, hop_samples=300}",
        )
    )  # fmt: skip
    alone = train(make(f"output={tmp_path}/alone"))
    taught = train(make(f"teacher.weights={teacher.weights}", "teacher.share=0.7"))
    higher = f"output={tmp_path}/higher"
    added = train(make(higher, f"teacher.weights={teacher.weights}", "teacher.blend=max"))
    began = {losses(done.folder)[0] for done in (alone, taught, added)}
    assert len(began) == 3
    assert not same(alone.weights, taught.weights) and not same(alone.weights, added.weights)


def test_a_teacher_teaches_training_records_without_labels_too(
    make: Make, tiny: Path, tmp_path: Path
) -> None:
    write_dataset(tmp_path / "bare", labelled=False)
    weights = tmp_path / "phasenet.safetensors"
    spec = networks.spec("phasenet", width=2)
    spec = dataclasses.replace(spec, samples=600, hop_samples=300, blinding_samples=0)
    networks.save(networks.build("phasenet", width=2), spec, weights)
    both = f"data.sets=['tiny', '{tmp_path}/bare']"
    alone = train(make(both, f"output={tmp_path}/alone"))
    taught = train(make(both, f"teacher.weights={weights}", "teacher.blend=max"))
    reasons = {problem.reason for problem in alone.problems}
    assert reasons == {"left out: neither noise nor labelled"}
    more = taught.records["train"] - alone.records["train"]
    assert more > 0 and len(taught.problems) == len(alone.problems) - more > 0
    assert taught.records["dev"] == alone.records["dev"]


def test_msnet_stops_by_data_of_another_domain_and_leaves_without_its_second_decoder(make: Make) -> None:
    done = train(
        make(
            "network.name=msnet", "network.options={width=1, levels=3}", "labels={}", "loss={}",
            "data.generalisation=['other']", "stop={part='generalisation', measure='f1', patience=1}",
            "run.epochs=40", "run.epoch_steps=1", "optimiser.rate=1e-9",
        )
    )  # fmt: skip
    epochs = [row for row in read_journal(done.folder / "log.jsonl") if row["kind"] == "epoch"]
    assert len(epochs) < 40 and "generalisation_f1_p" in epochs[0]
    onnx = __import__("onnx").load(str(done.onnx))
    assert len(onnx.graph.output) == 1
    assert networks.read_spec(done.weights).auxiliary == ("interval",)


@pytest.mark.parametrize("kind", ["bfloat16", "float16"])
def test_half_precision_is_near_the_whole(make: Make, tmp_path: Path, kind: str) -> None:
    whole = losses(train(make(f"output={tmp_path}/whole")).folder)
    half = losses(train(make(f"run.precision={kind}")).folder)
    assert half != whole and half == pytest.approx(whole, rel=0.15)  # float16 skips updates at first


def test_what_cannot_be_used_is_said_before_anything_is_written(make: Make) -> None:
    for change, message in (
        ("data.sets=['nowhere']", "no dataset"),
        ("network.name=lpnn", "did you mean 'lppn'"),
        ("labels.shape=gaussian", "per_sample"),
        ("run.device=warp", "run.device"),
        ("data.weights={nowhere=2}", "none of the datasets"),
    ):
        recipe: Recipe = make(change)
        with pytest.raises(ConfigError) as caught:
            train(recipe)
        assert message in str(caught.value), change
        assert not Path(recipe.output).exists()


FILES = sorted((Path(__file__).parents[2] / "recipes").glob("*.toml"))


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_recipe_trains_saves_and_exports(path: Path, tiny: Path, tmp_path: Path) -> None:
    overrides = [
        f"output={tmp_path}/out", f"data.root={tiny}", "data.sets=['tiny']", "data.filters={}",
        "data.noise_windows=", "data.shares={train=0.6, dev=0.4}", "run.epochs=1", "run.epoch_steps=1",
        "run.dev_steps=1", "run.batch=4", "run.device=cpu", "run.threads=1",
    ]  # fmt: skip
    if path.stem == "msnet-stead":
        overrides.append("data.generalisation=['other']")
    done = train(config.load(Recipe, path, overrides))
    (loss,) = losses(done.folder)
    assert loss == loss and loss < float("inf")
    network, spec = networks.load(done.weights)
    outputs = OnnxRunner(done.onnx, threads=1).run(
        np.zeros((1, len(spec.components), spec.samples), np.float32)
    )
    with torch.no_grad():
        expected = network(torch.zeros(1, len(spec.components), spec.samples))
    expected = expected[0] if isinstance(expected, tuple) else expected
    np.testing.assert_allclose(outputs[0], expected, atol=1e-4)


def test_the_recipe_is_kept_as_it_was(make: Make) -> None:
    recipe = make("run.epochs=1", "run.epoch_steps=1")
    done = train(recipe)
    assert config.make(Recipe, json.loads((done.folder / "recipe.json").read_text())) == recipe
