"""``onsets synth greens`` and ``records`` as a user runs them."""

from __future__ import annotations

import json

import pytest

SMALL = ("--set", "depths={at=[6]}", "--set", "distances={at=[30]}", "--set", "samples=64")


def test_a_table_is_made_then_found(run, tmp_path):
    first, again = (run("synth", "greens", *SMALL, "--json") for _ in range(2))
    assert first.returncode == 0, first.stderr
    one, two = json.loads(first.stdout), json.loads(again.stdout)
    assert (tmp_path / one["file"]).is_file() and one["depths"] == one["distances"] == 1
    assert 0 < one["convergence"] < 1e-3
    assert {**one, "seconds": 0} == {**two, "seconds": 0}
    assert "1 depths x 1 distances" in run("synth", "greens", *SMALL).stdout


def test_records_by_a_file_and_a_key(run, tmp_path):
    (tmp_path / "wanted.toml").write_text(
        '[greens]\nsamples = 128\nquantity = "velocity"\ndepths = {at = [6.0]}\ndistances = {at = [30.0]}\n'
        "[records]\ncount = 500\n"
    )
    done = run("synth", "records", "wanted.toml", "-o", "made", "--set", "records.count=5", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["records"] == 5
    assert json.loads(run("data", "info", "made", "--json").stdout)["records"] == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("greens", "--set", "sample=64"), "did you mean 'samples'"),
        (("greens", *SMALL, "--set", "depths={at=[22]}"), "on the interface at 22 km"),
        (("greens", *SMALL, "--set", "depths={at=[0]}"), "not below the surface"),
        (("greens", "--set", "distances={at=[0]}"), "distance 0 km"),
        (("greens", *SMALL, "--set", "depths={at=[0.05]}", "--set", "wavenumbers=300"), "has not converged"),
        (("greens", "nowhere.toml"), "cannot read"),
        (("records", "-o", "made", "--set", "records.pulse=triangel"), "did you mean 'triangle'"),
    ],
)
def test_what_is_wrong_is_said(run, tmp_path, arguments, words):
    done = run("synth", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert not list(tmp_path.glob("*/*.npy"))
