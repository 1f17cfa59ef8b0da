"""Processes share the work, keep to their cores, and one that dies costs its unit at most."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from onsets.errors import ConfigError
from onsets.pipeline import PickOptions, PickRun, StationDay, plan_sds
from onsets.pipeline import workers as pool
from onsets.pipeline.workers import Finished, attempt, in_process, in_processes, share_cores
from onsets.tables import Detections, Picks

from .archives import DAY_NS, small_archive
from .conftest import START_NS

STA_LTA = PickOptions("sta-lta")


def units(root: Path) -> tuple[StationDay, ...]:
    return plan_sds(small_archive(root, 2), START_NS, START_NS + 3 * DAY_NS).units


def rows(found: list[Finished]) -> dict[str, object]:
    return {one.unit.name: one.run.picks.rows() if one.run else one.reason for one in found}


def test_processes_give_what_one_gives(tmp_path: Path) -> None:
    work = units(tmp_path)
    alone = rows(list(in_process(work, STA_LTA)))
    assert len(alone) == 4 and all(alone.values())
    assert rows(list(in_processes(work, STA_LTA, 2))) == alone


def deadly(unit: StationDay, options: PickOptions) -> Finished:
    """Die at one station always, at another the first time."""
    mark = Path(options.model)
    if unit.station == "XX.S00." and unit.day == 19723:
        os.kill(os.getpid(), signal.SIGKILL)
    if unit.station == "XX.S01." and unit.day == 19723 and not mark.exists():
        mark.write_text("died once")
        os._exit(3)
    return Finished(unit, PickRun(Picks.of([]), Detections.of([])))


def serve_deadly(pipe, options, cores):  # type: ignore[no-untyped-def]
    SERVE(pipe, options, cores, deadly)


SERVE = pool._serve


def test_a_process_that_dies_loses_only_its_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_serve", serve_deadly)
    work = units(tmp_path / "sds")
    found = list(in_processes(work, PickOptions(str(tmp_path / "mark")), 2))
    told = {one.unit.name: one for one in found}
    assert len(found) == 4
    lost = told["2024-01-01/XX.S00."]
    assert lost.run is None and lost.attempts == 2
    assert lost.reason == "its process was stopped by SIGKILL, as when memory runs out in 2 attempts"
    again = told["2024-01-01/XX.S01."]
    assert again.run is not None and again.attempts == 2
    assert sum(one.run is not None for one in found) == 3


def test_data_that_break_a_unit_are_a_failure_and_a_wrong_picker_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (unit, *_) = units(tmp_path)

    def broken(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(pool, "pick_day", broken)
    finished = attempt(unit, STA_LTA)
    assert finished.run is None and finished.reason == "MemoryError: no room"
    with pytest.raises(ConfigError, match="did you mean 'default'"):
        attempt(unit, PickOptions("defualt"))


def test_a_wrong_picker_in_a_process_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'default'"):
        list(in_processes(units(tmp_path), PickOptions("defualt"), 2))


def cores_and_threads(unit: StationDay, options: PickOptions) -> Finished:
    told = f"{sorted(os.sched_getaffinity(0))} {os.environ['OMP_NUM_THREADS']}"
    return Finished(unit, None, told)


def serve_telling(pipe, options, cores):  # type: ignore[no-untyped-def]
    SERVE(pipe, options, cores, cores_and_threads)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system does not place processes")
def test_two_one_thread_workers_do_not_share_a_core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = sorted(os.sched_getaffinity(0))
    monkeypatch.setattr(pool, "_serve", serve_telling)
    before = dict(os.environ)
    told = {one.reason for one in in_processes(units(tmp_path), STA_LTA, 2)}
    assert dict(os.environ) == before
    if len(mine) < 2:
        assert told == {f"{mine} 1"}
        pytest.skip("only one core: nothing to keep apart")
    first, second = ({*eval_list(text)} for text in sorted(told))
    assert not first & second and all(text.endswith(" 1") for text in told)


def eval_list(text: str) -> list[int]:
    return [int(word) for word in text[1 : text.index("]")].split(",")]


@pytest.mark.parametrize(("cores", "workers"), [(1, 1), (2, 2), (5, 2), (16, 4), (7, 7)])
def test_cores_are_shared_without_overlap(monkeypatch: pytest.MonkeyPatch, cores: int, workers: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    shares = share_cores(workers)
    assert len(shares) == workers and all(shares)
    assert sorted(core for share in shares for core in share) == list(range(cores))


def test_more_workers_than_cores_are_left_to_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert share_cores(3) == [set(), set(), set()]
