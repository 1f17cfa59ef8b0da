"""The picture of a training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.plots import figure_learning, plot_learning


def log(steps: int = 50, part: str = "dev") -> list[dict[str, Any]]:
    """Lines of a log with an epoch every ten updates."""
    rows: list[dict[str, Any]] = []
    for k in range(1, steps + 1):
        rows.append({"kind": "step", "step": k, "loss": 10 / k, "rate": 1e-3})
        if k % 10 == 0:
            scores = {f"{part}_loss": 12 / k, f"{part}_f1_p": 0.5, f"{part}_f1_s": k / 100}
            rows.append(
                {"kind": "epoch", "step": k, "epoch": k // 10, "loss": 11 / k, "rate": 1e-3, **scores}
            )
    return rows


def test_the_lines_are_those_of_the_log() -> None:
    figure = figure_learning(log(), title="lppn")
    loss, f1, rate = figure.axes
    drawn = {line.get_label(): line.get_xydata() for line in loss.lines}
    np.testing.assert_allclose(drawn["training"], [(k, 11 / k) for k in (10, 20, 30, 40, 50)])
    np.testing.assert_allclose(drawn["dev"], [(k, 12 / k) for k in (10, 20, 30, 40, 50)])
    assert {line.get_label() for line in f1.lines} == {"P dev", "S dev"}
    assert len(rate.lines) == 1 and figure.get_suptitle() == "lppn"


def test_long_logs_are_thinned_and_one_epoch_is_a_dot() -> None:
    figure = figure_learning(log(5000))
    assert max(len(line.get_xdata()) for line in figure.axes[0].lines) <= 2000
    short = figure_learning(log(10, "generalisation"))
    assert short.axes[1].lines[0].get_marker() == "o"


def test_the_same_log_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        plot_learning(log(), tmp_path / name, title="x")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_what_cannot_be_drawn_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no update"):
        figure_learning([])
    with pytest.raises(ConfigError, match="unknown format"):
        plot_learning(log(), tmp_path / "a.gif")
