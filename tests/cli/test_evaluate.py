"""``onsets evaluate``: the card, exit codes, messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.evaluation.conftest import write_dataset

from .conftest import Run

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("cli") / "made", count=6, noise=1)


def test_a_card_is_written(run: Run, labelled: Path, mseed: Path, tmp_path: Path) -> None:
    done = run(
        *("evaluate", "-m", "sta-lta", "--data", labelled, "-o", "card", "--no-robustness"),
        *("--tolerance", "0.2", "--tolerance", "0.5,1", "--continuous", mseed),
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / "card" / "metrics.json").read_text())
    assert {row["tolerance_s"] for row in rows} == {0.2, 0.5, 1.0}
    assert {"card.html", "card.md", "card.json", "scores.png"} <= {
        f.name for f in (tmp_path / "card").iterdir()
    }
    assert "the model's own defaults" in done.stderr and "sta-lta" in done.stdout
    assert json.loads((tmp_path / "card" / "card.json").read_text())["continuous"][-1]["station_id"] == "all"


def test_json_is_what_the_file_holds(run: Run, labelled: Path, tmp_path: Path) -> None:
    done = run("evaluate", "-m", "aic", "--data", labelled, "-o", "card", "--no-robustness", "--json")
    assert json.loads(done.stdout) == json.loads((tmp_path / "card" / "metrics.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["-m", "sta-ltd"], "did you mean 'sta-lta'?"),
        (["--tolerance", "half"], "expected seconds"),
        (["--development", "dev"], "--part"),
        (["--p-threshold", "7"], "between 0 and 1"),
    ],
)
def test_wrong_usage_stops_at_once(run: Run, labelled: Path, arguments: list[str], hint: str) -> None:
    done = run("evaluate", "--data", labelled, "-o", "card", *arguments)
    assert done.returncode == 2
    assert hint in done.stderr and "Traceback" not in done.stderr


def test_parts_of_a_table_are_tested(run: Run, labelled: Path, tmp_path: Path) -> None:
    rows = [f"made,r{k},XX.A.,revent{k // 2},{'dev' if k < 2 else 'test'}" for k in range(6)]
    (tmp_path / "parts.csv").write_text("dataset,name,station_id,event_id,split\n" + "\n".join(rows) + "\n")
    start = ("evaluate", "-m", "sta-lta", "--data", labelled, "-o", "card", "--parts", "parts.csv")
    done = run(*start, "--part", "test", "--development", "dev")
    assert done.returncode == 0, done.stderr
    assert "best F1 at 0.5 s on made (dev)" in done.stderr and "made (test)" in done.stdout
    assert json.loads((tmp_path / "card" / "metrics.json").read_text())[0]["records"] == 4
    assert run(*start).returncode == 2  # which part?


def test_the_share_of_picks_that_association_kept(
    run: Run, labelled: Path, mseed: Path, tmp_path: Path
) -> None:
    picked = run("pick", mseed, "-m", "sta-lta", "-o", "picks.csv")
    assert picked.returncode == 0, picked.stderr
    start = ("evaluate", "-m", "sta-lta", "--data", labelled, "-o", "card", "--assigned", "picks.csv")
    done = run(*start, "--continuous", mseed)
    assert done.returncode == 0, done.stderr
    last = json.loads((tmp_path / "card" / "card.json").read_text())["continuous"][-1]
    assert last["p_reserved"] == 1.0 and "Rsv/Pick" in (tmp_path / "card" / "card.md").read_text()
    assert run(*start).returncode == 2


def test_a_file_is_no_folder(run: Run, labelled: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    assert run("evaluate", "--data", labelled, "-o", "taken").returncode == 2


def test_a_leak_fails_loudly(run: Run, labelled: Path) -> None:
    done = run("evaluate", "--data", labelled, "-o", "card", "--development", labelled)
    assert done.returncode == 1 and "both 'development' and 'test'" in done.stderr


def test_records_left_out_are_named(run: Run, tmp_path: Path) -> None:
    made = write_dataset(tmp_path / "made", count=6, noise=1)
    table = made / "metadata.csv"
    table.write_text(table.read_text().replace(",1300,", ",100,"))  # S before P
    done = run("evaluate", "-m", "sta-lta", "--data", made, "-o", "card")
    assert done.returncode == 1
    assert "failed: " in done.stderr and "r0" in done.stderr and "not after P" in done.stderr
    assert "could not be used" in (tmp_path / "card" / "card.md").read_text()
