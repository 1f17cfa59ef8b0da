from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from onsets.evaluation import stays
from onsets.types import Record


@dataclass
class Steps:
    """Says a P at 10 s, and an S 20 s after the record begins."""

    probability: tuple[float, float] = (0.9, 0.8)

    def pick(self, record: Record) -> Any:
        seconds = np.array([10.0, record.start_ns / 1e9 + 20])
        return SimpleNamespace(
            phase=np.array(["P", "S"]),
            time_ns=np.round(seconds * 1e9).astype(np.int64),
            probability=np.array(self.probability),
        )


def test_picks_that_move_with_the_start_do_not_stay() -> None:
    data = np.ones((3, 4000), np.float32)
    record = Record("XX.A.", "HH", data, data > 0, 0, 100.0)
    assert stays(Steps(), record, [100]) == (1, 2)
    assert stays(Steps(), record, [100, 200]) == (2, 4)
    assert stays(Steps((0.9, 0.5)), record, [100]) == (1, 1)
    assert stays(Steps(), record, [100], near_s=5.0) == (2, 2)
    assert stays(Steps(), record, [100], ends_s=(9.5, 0.0)) == (0, 1)
    assert stays(Steps(), record, [100], ends_s=(0.0, 25.0)) == (1, 1)
    assert stays(Steps(), record, []) == (0, 0)
