"""``onsets models``: the contract's keys, and one model whole."""

from __future__ import annotations

import json

from .conftest import Run

KEYS = {
    "name",
    "paper",
    "parameters",
    "parameters_with_statistics",
    "macs_window",
    "macs_day",
    "bytes_fp32",
    "bytes_fp16",
    "receptive_field_samples",
    "rate_hz",
    "window_samples",
    "outputs",
}


def test_json_has_the_keys_for_every_model(run: Run) -> None:
    rows = json.loads(run("models", "--json").stdout)
    assert {"default", "lppn"} <= {row["name"] for row in rows}
    assert all(row.keys() >= KEYS for row in rows)
    (lppn,) = [row for row in rows if row["name"] == "lppn"]
    assert (lppn["parameters"], lppn["parameters_with_statistics"]) == (60_200, 62_944)


def test_the_table_names_every_model(run: Run) -> None:
    done = run("models")
    assert done.returncode == 0
    assert "default*" in done.stdout and "lppn" in done.stdout and "sta-lta" in done.stdout


def test_a_bundled_model_shows_its_card(run: Run) -> None:
    done = run("models", "default")
    assert "sha256" in done.stdout and "Trained on" in done.stdout


def test_an_unknown_model_is_wrong_usage(run: Run) -> None:
    done = run("models", "lpnn")
    assert done.returncode == 2 and "did you mean 'lppn'?" in done.stderr
