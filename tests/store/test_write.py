"""The suffix decides, a wrong target is told first, a failure leaves nothing half-written."""

import io
import os
import sys

import pytest

from onsets.errors import ConfigError, MissingExtraError
from onsets.store import StoreError, check_target, read_picks, write_detections, write_ledger, write_picks
from onsets.tables import DETECTION_COLUMNS, LEDGER_COLUMNS, PICK_COLUMNS

from .conftest import assert_equal, rounded


@pytest.mark.parametrize(
    ("name", "magic"),
    [("a.csv", b"station_id,"), ("a.jsonl", b"{"), ("a.parquet", b"PAR1"), ("A.XML", b"<?xml")],
)
def test_suffix_decides(some_picks, tmp_path, name, magic):
    write_picks(some_picks, tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(magic)
    assert check_target(tmp_path / name) == os.path.splitext(name)[1].lower()
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_detections_and_ledger(some_detections, some_ledger, tmp_path, name):
    write_detections(some_detections, str(tmp_path / name))
    write_ledger(some_ledger, tmp_path / f"ledger-{name}")
    if name.endswith("csv"):
        for file, columns in ((name, DETECTION_COLUMNS), (f"ledger-{name}", LEDGER_COLUMNS)):
            lines = (tmp_path / file).read_text(encoding="utf-8").splitlines()
            assert lines[0] == ",".join(columns)
            assert len(lines) == 3
    assert all((tmp_path / file).stat().st_size > 100 for file in (name, f"ledger-{name}"))


def test_standard_output_is_csv(some_picks, some_ledger, capsysbinary):
    write_picks(some_picks, "-")
    write_ledger(some_ledger, "-")
    text = capsysbinary.readouterr().out.decode()
    assert text.startswith(",".join(PICK_COLUMNS) + "\n")
    assert ",".join(LEDGER_COLUMNS) + "\n" in text
    assert "été" in text


def test_standard_output_without_bytes(some_picks, monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    write_picks(some_picks, "-")
    assert len(sys.stdout.getvalue().splitlines()) == 5


@pytest.mark.parametrize(
    ("target", "table", "message"),
    [
        ("picks.cvs", "picks", r"unknown format .cvs; did you mean '.csv'\?"),
        ("picks.json", "picks", r"did you mean '.jsonl'\?"),
        ("picks.docx", "picks", r"unknown format .docx; available: .csv, .jsonl, .parquet, .xml"),
        ("picks", "picks", "no suffix names a format; available: .csv"),
        ("", "picks", "no suffix"),
        ("picks.sqlite", "picks", "databases are not available; available: .csv, .jsonl, .parquet, .xml"),
        ("sqlite:///picks.csv", "picks", "databases are not available"),
        ("postgresql://me@there/picks", "picks", "databases are not available"),
        ("postgres://me@there/picks.csv", "picks", "databases are not available"),
        ("https://example.org/picks.csv", "picks", "not a file"),
        ("days.xml", "detections", "unknown format .xml; available: .csv, .jsonl, .parquet, or -"),
        ("days.xml", "ledger", "unknown format .xml"),
        ("nowhere/picks.csv", "picks", "folder nowhere does not exist"),
        ("folder.csv", "picks", "it is a folder"),
        ("picks.csv", "pickz", r"unknown table 'pickz'; did you mean 'picks'\?"),
    ],
)
def test_wrong_targets(target, table, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ConfigError, match=message):
        check_target(target, table)
    assert os.listdir(tmp_path) == ["folder.csv"]


def test_writers_check_their_target(some_picks, some_detections, some_ledger, tmp_path):
    for write, table in (
        (write_picks, some_picks),
        (write_detections, some_detections),
        (write_ledger, some_ledger),
    ):
        with pytest.raises(ConfigError, match="unknown format"):
            write(table, tmp_path / "a.txt")


def test_folder_without_permission(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ConfigError, match="no permission to write in folder"):
        check_target(tmp_path / "a.csv")


def test_missing_package_is_told_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match="pyarrow"):
        check_target(tmp_path / "a.parquet")
    assert check_target(tmp_path / "a.csv") == ".csv"


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet", "a.xml"])
def test_full_disk(some_picks, tmp_path, name, monkeypatch):
    write_picks(some_picks, tmp_path / name)
    before = (tmp_path / name).read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        write_picks(some_picks.take(slice(2)), tmp_path / name)
    assert (tmp_path / name).read_bytes() == before
    assert os.listdir(tmp_path) == [name]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs the device that is always full")
def test_full_standard_output(some_picks, monkeypatch):
    with open("/dev/full", "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(StoreError, match="standard output cannot be written: No space left"):
            write_picks(some_picks, "-")
        monkeypatch.undo()
        with pytest.raises(OSError, match="No space"):
            stream.close()


def test_a_closed_pipe_is_left_to_the_command_line(some_picks, monkeypatch):
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(BrokenPipeError):
            write_picks(some_picks, "-")
        monkeypatch.undo()
        with pytest.raises(BrokenPipeError):
            stream.close()


def test_written_again_after_reading_is_the_same_text(some_picks, tmp_path):
    write_picks(some_picks, tmp_path / "a.csv")
    write_picks(read_picks(tmp_path / "a.csv"), tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert_equal(read_picks(tmp_path / "b.csv"), rounded(some_picks))
