"""The log: added to, cut back when a training is resumed, forgiving a broken end only."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import ClassVar

import pytest

from onsets.errors import ConfigError
from onsets.store import StoreError
from onsets.training.journal import Journal, read_journal


def test_what_is_written_is_read_with_all_digits(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write("step", 1, loss=0.1 + 0.2)
    journal.write("epoch", 1, loss=1 / 3, epoch=1)
    journal.close()
    assert read_journal(tmp_path / "log.jsonl") == [
        {"kind": "step", "step": 1, "loss": 0.1 + 0.2},
        {"kind": "epoch", "step": 1, "loss": 1 / 3, "epoch": 1},
    ]


def test_going_on_drops_what_came_after_the_checkpoint(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for step in range(1, 6):
        journal.write("step", step, loss=float(step))
    journal.close()
    again = Journal(tmp_path, after=3)
    again.write("step", 4, loss=40.0)
    again.close()
    assert [row["loss"] for row in read_journal(tmp_path / "log.jsonl")] == [1, 2, 3, 40]
    Journal(tmp_path).close()
    assert read_journal(tmp_path / "log.jsonl") == []


def test_a_line_cut_short_is_left_out_a_broken_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text('{"step": 1}\n{"step": 2, "lo')
    assert read_journal(file) == [{"step": 1}]
    file.write_text('{"step": 1\n{"step": 2}\n')
    with pytest.raises(ConfigError, match="line 1"):
        read_journal(file)
    assert read_journal(tmp_path / "none") == []


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal._handle.close()
    try:
        journal._handle = open("/dev/full", "w")  # noqa: SIM115
    except OSError:
        pytest.skip("no /dev/full here")
    with pytest.raises(StoreError, match="No space left"):
        journal.write("epoch", 1, loss=1.0)


def test_tensorboard_gets_the_numbers_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Writer:
        """Stands in for TensorBoard's."""

        scalars: ClassVar[list[tuple[str, float, int]]] = []

        def __init__(self, folder: str, purge_step: int | None) -> None:
            assert folder.endswith("tensorboard") and purge_step is None

        def add_scalar(self, tag: str, value: float, step: int) -> None:
            self.scalars.append((tag, value, step))

        def close(self) -> None:
            pass

    module = types.SimpleNamespace(SummaryWriter=Writer)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    journal = Journal(tmp_path)
    journal.write("epoch", 7, loss=0.5, epoch=1)
    journal.close()
    assert Writer.scalars == [("epoch/loss", 0.5, 7)]
