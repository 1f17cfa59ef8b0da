"""``onsets benchmark``: one card of all pickers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.evaluation.conftest import write_dataset

from .conftest import Run

pytest.importorskip("matplotlib")


def test_models_and_classical_pickers_on_the_same_records(run: Run, tmp_path: Path) -> None:
    made = [write_dataset(tmp_path / name, count=6, noise=1, seed=k) for k, name in enumerate("ab")]
    done = run("benchmark", "--data", made[0], "--data", made[1], "-o", "card", "--no-robustness")
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / "card" / "metrics.json").read_text())
    models = {row["model"] for row in rows}
    assert {"default", "sta-lta", "aic", "kurtosis", "baer"} <= models
    assert len(rows) == len(models) * 2 * 2 * 2  # datasets, phases, tolerances
    card = json.loads((tmp_path / "card" / "card.json").read_text())
    for row in card["cost"]:
        assert row["seconds_per_record_hour"] > 0
        assert (row["parameters"] == 0) == (row["model"] in ("sta-lta", "aic", "kurtosis", "baer"))
    assert (tmp_path / "card" / "matrix.png").is_file()


def test_a_model_given_twice_is_refused(run: Run, tmp_path: Path) -> None:
    made = write_dataset(tmp_path / "made", count=4, noise=0)
    done = run("benchmark", "--data", made, "-m", "aic", "-m", "aic", "-o", "card")
    assert done.returncode == 2 and "given twice" in done.stderr
