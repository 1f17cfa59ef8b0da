"""``onsets data``: raw files to shards, a look inside, a split that does not leak."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from onsets.datasets import open_dataset

from .conftest import Run

h5py = pytest.importorskip("h5py")

HEADER = (
    "network_code,receiver_code,p_arrival_sample,p_status,s_arrival_sample,s_status,source_id,"
    "source_magnitude,source_depth_km,source_distance_km,coda_end_sample,snr_db,trace_start_time,"
    "trace_category,trace_name"
)


@pytest.fixture
def stead(tmp_path: Path) -> Path:
    """Return a folder as STEAD is published: 40 earthquakes of 20 events and 20 noise records."""
    folder = tmp_path / "stead"
    folder.mkdir()
    lines = [HEADER]
    for k in range(40):
        start = f"2010-01-{1 + k // 2:02d} 10:00:00"
        lines.append(
            f"XX,S{k % 2},700.0,manual,{900 + 10 * k}.0,manual,e{k // 2},1.{k % 10},5.0,20.0,[[2896.]],"
            f"[10. 20. 30.],{start},earthquake_local,ev{k}"
        )
    for k in range(20):
        lines.append(f"XX,N{k},,,,,,,,,,,2010-02-{1 + k:02d} 10:00:00,noise,no{k}")
    (folder / "merge.csv").write_text("\n".join(lines) + "\n")
    rng = np.random.default_rng(0)
    with h5py.File(folder / "merge.hdf5", "w") as file:
        for line in lines[1:]:
            file[f"data/{line.rpartition(',')[2]}"] = rng.normal(size=(6000, 3)).astype(np.float32)
    return folder


def test_from_raw_to_a_split_in_three_commands(run: Run, stead: Path, tmp_path: Path) -> None:
    done = run("data", "convert", "stead", stead, "-o", tmp_path / "shards")
    assert done.returncode == 0 and "60 records ->" in done.stdout, done.stderr
    done = run("data", "split", tmp_path / "shards", "--shares", "80/10/10", "--seed", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["parts"] == {"train": 48, "dev": 6, "test": 6}
    done = run("data", "info", tmp_path / "shards", "--verify", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 0 and said["kind"] == "shards" and said["records"] == 60
    assert said["parts"] == {"train": 48, "dev": 6, "test": 6} and said["failures"] == []
    data = open_dataset(tmp_path / "shards")
    parts = {event: set() for event in data.rows["event_id"].tolist() if event}
    for event, part in zip(data.rows["event_id"].tolist(), data.rows["split"].tolist(), strict=True):
        if event:
            parts[event].add(part)
    assert len(parts) == 20 and all(len(some) == 1 for some in parts.values())


RECIPE = """
output = "out"
network = { name = "lppn", options = { width = 1 } }
data = { sets = ["shards"], shares = { train = 0.7, dev = 0.15, test = 0.15 } }
labels = { shape = "segment" }
loss = { reduction = "sum" }
run = { epochs = 1, epoch_steps = 2, batch = 4, device = "cpu", threads = 1 }
[[augment]]
step = "cut"
"""


def test_from_raw_stead_to_a_trained_and_judged_network_in_three_commands(
    run: Run, stead: Path, tmp_path: Path
) -> None:
    pytest.importorskip("torch")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    done = run("data", "convert", "stead", stead, "-o", "shards")
    assert done.returncode == 0, done.stderr
    done = run("train", "recipe.toml")
    assert done.returncode == 0 and (tmp_path / "out" / "lppn.onnx").is_file(), done.stderr
    parts = ("--parts", "out/parts.csv", "--part", "test", "--development", "dev")
    done = run("evaluate", "-m", "out/lppn.onnx", "--data", "shards", *parts, "-o", "card")
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / "card" / "metrics.json").read_text())
    with open(tmp_path / "out" / "parts.csv", newline="") as handle:
        held_back = sum(row["split"] == "test" for row in csv.DictReader(handle))
    assert rows[0]["dataset"] == "shards (test)" and rows[0]["records"] == held_back > 0
    assert "best F1 at 0.5 s on shards (dev)" in rows[0]["threshold_source"]


def test_a_fast_record_can_be_taken_as_a_slow_one(run: Run, stead: Path, tmp_path: Path) -> None:
    args = ("data", "convert", "stead", stead, "-o", tmp_path / "slow", "--rate-as", "20", "--json")
    done = run(*args)
    assert done.returncode == 0 and json.loads(done.stdout)["rates_hz"] == {"20": 60}, done.stderr
    raw, slow = open_dataset(stead), open_dataset(tmp_path / "slow")
    np.testing.assert_array_equal(raw.read([3])[0].data, slow.read([3])[0].data)
    assert raw.read([3])[0].arrivals == slow.read([3])[0].arrivals


def test_seisbench_layout_and_filter(run: Run, stead: Path, tmp_path: Path) -> None:
    out = tmp_path / "sb"
    args = ("--to", "seisbench", "--filter", "msnet", "--chunk", "30", "--rate", "50", "--json")
    done = run("data", "convert", "auto", stead, "-o", out, *args)
    said = json.loads(done.stdout)
    assert done.returncode == 0 and said["records"] == 40 and said["rates_hz"] == {"50": 40}
    assert sorted(file.name for file in out.glob("*.hdf5")) == ["waveforms0000.hdf5", "waveforms0001.hdf5"]
    assert "records      40" in run("data", "info", out).stdout


def test_a_split_of_foreign_files_goes_to_a_table(run: Run, stead: Path, tmp_path: Path) -> None:
    done = run("data", "split", stead)
    assert done.returncode == 2 and "name a CSV file with -o" in done.stderr
    done = run("data", "split", stead, "--by", "time", "-o", tmp_path / "parts.csv")
    assert done.returncode == 0 and "train 51, test 6, dev 3" in done.stdout
    with open(tmp_path / "parts.csv", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 60 and rows[0] == {
        "dataset": "stead",
        "name": "ev0",
        "station_id": "XX.S0.",
        "event_id": "e0",
        "split": "train",
    }


def test_records_left_out_are_named_and_counted(run: Run, stead: Path, tmp_path: Path) -> None:
    table = stead / "merge.csv"
    table.write_text(table.read_text().replace("910.0,manual", "600.0,manual"))
    done = run("data", "convert", "stead", stead, "-o", tmp_path / "s")
    assert done.returncode == 1 and "59 records" in done.stdout
    assert "ev1: left out: S at sample 600 is not after P at 700" in done.stderr
    done = run("data", "convert", "stead", stead, "-o", tmp_path / "s", "--json")
    assert done.returncode == 1 and len(json.loads(done.stdout)["failures"]) == 1


def test_a_changed_shard_is_told(run: Run, stead: Path, tmp_path: Path) -> None:
    assert run("data", "convert", "stead", stead, "-o", tmp_path / "s", "-q").returncode == 0
    shard = tmp_path / "s" / "00000.npy"
    content = bytearray(shard.read_bytes())
    content[5000] ^= 255
    shard.write_bytes(content)
    done = run("data", "info", tmp_path / "s", "--verify")
    assert done.returncode == 1 and "00000.npy: SHA-256" in done.stderr
    assert run("data", "info", tmp_path / "s").returncode == 0


def test_an_own_catalogue(run: Run, mseed: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    mseed.rename(tmp_path / "mine" / "day.mseed")
    picks = tmp_path / "list.csv"
    picks.write_text("station_id,phase,time\nXX.ABC.,P,2024-01-01T00:00:40\nXX.ABC.,S,2024-01-01T00:00:45\n")
    done = run(
        "data", "convert", "mseed-catalogue", tmp_path / "mine", "--picks", picks, "-o", tmp_path / "s"
    )
    assert done.returncode == 0, done.stderr
    (sample,) = open_dataset(tmp_path / "s").read([0])
    assert sample.arrivals == {"P": 3000.0, "S": 3500.0}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("convert", "sted", "SRC", "-o", "x"), "did you mean 'stead'?"),
        (("convert", "stead", "nowhere", "-o", "x"), "no STEAD in"),
        (("convert", "stead", "SRC", "-o", "x", "--to", "shard"), "did you mean 'shards'?"),
        (("convert", "stead", "SRC", "-o", "x", "--chunk", "9"), "--chunk belongs to --to seisbench"),
        (("convert", "stead", "SRC", "-o", "x", "--picks", "p"), "--picks belongs to mseed-catalogue"),
        (("convert", "stead", "SRC", "-o", "x", "--filter", "mnset"), "did you mean 'msnet'?"),
        (("convert", "stead", "SRC", "-o", "x", "--values", "int8"), "did you mean 'int16'?"),
        (("info", "nowhere"), "no dataset at nowhere"),
        (("info", "SRC", "--verify"), "only shards have checksums"),
        (("split", "SRC", "-o", "p.csv", "--by", "trace"), "unknown way to split 'trace'"),
        (("split", "SRC", "-o", "p.csv", "--shares", "85/15"), "expected train/dev/test"),
    ],
)
def test_wrong_usage_is_said(run: Run, stead: Path, args: tuple[str, ...], said: str) -> None:
    done = run("data", *(str(stead) if arg == "SRC" else arg for arg in args))
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


def test_every_help_shows_an_example(run: Run) -> None:
    assert "Example: onsets data info" in run("data", "--help").stdout
    for name in ("convert", "info", "split"):
        assert f"Example: onsets data {name}" in run("data", name, "--help").stdout
