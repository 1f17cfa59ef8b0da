"""What a run will cost is told from its own data."""

from __future__ import annotations

from pathlib import Path

import pytest

from onsets.pipeline import PickOptions, estimate, plan_files, plan_sds
from onsets.pipeline.plan import Plan, margins

from .archives import DAY_NS, small_archive
from .conftest import START_NS


def test_counts_and_times(tmp_path: Path) -> None:
    plan = plan_sds(small_archive(tmp_path, 2), START_NS, START_NS + 3 * DAY_NS)
    one, two = (estimate(plan, PickOptions(threads=1), workers) for workers in (1, 2))
    assert (one.station_days, one.files, one.bytes) == (4, 12, plan.bytes)
    assert (one.first_day, one.last_day) == ("2024-01-01", "2024-01-02")
    assert one.macs_day and one.macs_day > 10**9
    assert one.seconds and one.seconds_day and two.seconds
    assert one.seconds == pytest.approx(one.seconds_day * 4, rel=0.2)
    assert two.seconds == pytest.approx((two.seconds_day or 0) * 2, rel=0.2)


def test_a_classical_picker_has_no_multiply_adds(tmp_path: Path) -> None:
    options = PickOptions("sta-lta")
    plan = plan_files(small_archive(tmp_path, 1), margins(options.picker()))
    cost = estimate(plan, options)
    assert cost.macs_day is None and cost.seconds


def test_nothing_to_do() -> None:
    cost = estimate(Plan((), []), PickOptions("sta-lta"))
    assert (cost.station_days, cost.seconds, cost.first_day, cost.calibrated_on) == (0, None, "", "")
