"""Suffixes, faults and sameness of picture files."""

import os
import sys

import pytest
from matplotlib.figure import Figure

from onsets.errors import ConfigError, MissingExtraError, OnsetsError
from onsets.plots import check_picture, save_figure

MAGIC = {".png": b"\x89PNG\r\n\x1a\n", ".pdf": b"%PDF-", ".svg": b"<?xml"}


@pytest.fixture
def figure():
    figure = Figure(figsize=(2, 1))
    figure.text(0.1, 0.5, "text")
    return figure


@pytest.mark.parametrize("suffix", MAGIC)
def test_suffix_decides(figure, tmp_path, suffix):
    path = tmp_path / f"a{suffix.upper()}"
    assert save_figure(figure, str(path)) == path
    assert path.read_bytes().startswith(MAGIC[suffix])
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.pgn", r"unknown format '.pgn'; did you mean '.png'\?"),
        ("a.docx", r"unknown format '.docx'; choose from .png, .pdf, .svg"),
        ("a", "unknown format ''"),
        ("no/a.png", "does not exist"),
    ],
)
def test_wrong_targets(figure, tmp_path, name, message):
    with pytest.raises(ConfigError, match=message):
        save_figure(figure, tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_failure_leaves_the_old_picture(figure, tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def refuse(source, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OnsetsError, match=r"a\.png cannot be written: Permission denied"):
        save_figure(figure, path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.png"]


def test_without_matplotlib(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"onsets\[plots\]"):
        check_picture(tmp_path / "a.png")


def test_settings_of_the_process_stay(figure, tmp_path):
    import matplotlib

    before = dict(matplotlib.rcParams)
    save_figure(figure, tmp_path / "a.svg")
    assert dict(matplotlib.rcParams) == before
