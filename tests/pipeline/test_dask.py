"""The same units on a dask cluster give the same picks, also when a worker is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onsets.errors import ConfigError
from onsets.pipeline import Archive, Crew, PickOptions, plan_sds
from onsets.pipeline.batch import pick_plan
from onsets.pipeline.dask import on_cluster

from .archives import DAY_NS, small_archive
from .conftest import START_NS

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.timeout(300)  # a cluster that hangs would hang the suite
STA_LTA = PickOptions("sta-lta")
END_NS = START_NS + 3 * DAY_NS


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as local:
        yield local


def test_a_cluster_gives_what_one_process_gives(tmp_path: Path, cluster: Any) -> None:
    plan = plan_sds(small_archive(tmp_path, 3), START_NS, END_NS)
    here = pick_plan(plan, STA_LTA, Crew())
    there = pick_plan(plan, STA_LTA, Crew(scheduler=cluster.scheduler_address))
    assert len(here.picks) > 20
    assert there.picks.rows() == here.picks.rows()
    assert [row.row() for row in there.ledger] == [row.row() for row in here.ledger]


def test_a_worker_killed_in_the_run_loses_nothing(tmp_path: Path, cluster: Any) -> None:
    plan = plan_sds(small_archive(tmp_path, 6), START_NS, END_NS)
    here = pick_plan(plan, STA_LTA, Crew())
    found = []
    for finished in on_cluster(plan.units, STA_LTA, cluster.scheduler_address):
        if not found:
            victim = next(iter(cluster.workers.values()))
            os.kill(victim.process.process.pid, signal.SIGKILL)
        found.append(finished)
    assert {one.unit.name for one in found} == {unit.name for unit in plan.units}
    assert all(one.run is not None for one in found)
    picks = {row["time"] for one in found if one.run for row in one.run.picks.rows()}
    assert picks == {row["time"] for row in here.picks.rows()}


def test_a_wrong_picker_stops_the_run(tmp_path: Path, cluster: Any) -> None:
    plan = plan_sds(small_archive(tmp_path, 1), START_NS, END_NS)
    with pytest.raises(ConfigError, match="did you mean 'default'"):
        list(on_cluster(plan.units, PickOptions("defualt"), cluster.scheduler_address))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "no-such-file.json"])
def test_no_scheduler_is_a_configuration_error(address: str) -> None:
    import dask

    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(ConfigError, match="no dask scheduler answers"),
    ):
        list(on_cluster([], STA_LTA, address))


def test_a_client_that_did_not_start_is_started_again(monkeypatch: pytest.MonkeyPatch, cluster: Any) -> None:
    make, began = distributed.Client, []

    def late(**options: Any) -> Any:
        began.append(options)
        assert len(began) > 1
        return make(**options)

    monkeypatch.setattr(distributed, "Client", late)
    assert list(on_cluster([], STA_LTA, cluster.scheduler_address)) == []
    assert len(began) == 2


def test_a_client_that_never_starts_is_a_configuration_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(**_: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(distributed, "Client", never)
    with pytest.raises(ConfigError, match=r"did not start within ten seconds, 3 times"):
        list(on_cluster([], STA_LTA, "tcp://127.0.0.1:1"))


def test_an_archive_of_files_on_a_cluster(tmp_path: Path, cluster: Any) -> None:
    archive = Archive((str(small_archive(tmp_path, 1)),))
    plan = archive.plan(STA_LTA.picker())
    run = pick_plan(plan, STA_LTA, Crew(scheduler=cluster.scheduler_address))
    assert not run.failures
    assert len(run.picks) > 5
