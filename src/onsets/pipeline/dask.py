"""Station-days on a dask.distributed cluster: the same units, the same picks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from onsets.errors import ConfigError, MissingExtraError
from onsets.pipeline.day import PickOptions
from onsets.pipeline.plan import StationDay
from onsets.pipeline.workers import Finished, attempt

__all__ = ["on_cluster"]

_AHEAD = 4
"""Units sent ahead for each thread of the cluster, so that no worker waits for the next one."""
_FIRST_WORKER_S = 300
_STARTS = 3


def on_cluster(units: Iterable[StationDay], options: PickOptions, address: str) -> Iterator[Finished]:
    """Pick units on a cluster; they come in any order.

    A unit whose worker dies is given to another one by dask, at most as often as the setting
    ``distributed.scheduler.allowed-failures`` says.

    Parameters
    ----------
    units : iterable of StationDay
        Their files must have the same paths on the workers.
    options : PickOptions
    address : str
        Of the scheduler, such as ``tcp://10.0.0.1:8786``, or a scheduler file (``.json``).

    Raises
    ------
    ConfigError
        If no scheduler answers, the client does not start, no worker comes, or the picker cannot be used at
        all.
    MissingExtraError
        If dask.distributed is not installed.
    """
    try:
        import distributed
    except ImportError as error:
        raise MissingExtraError("dask.distributed", "cluster", "--scheduler") from error
    if address.endswith(".json") and not Path(address).is_file():
        raise ConfigError(f"no dask scheduler answers at {address!r}: there is no such scheduler file")
    try:
        client = _client(distributed, address)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"no dask scheduler answers at {address!r}: {error}; start one with: dask scheduler"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_FIRST_WORKER_S)
        except TimeoutError as error:
            raise ConfigError(
                f"the scheduler at {address!r} has no worker; start some with: "
                f"dask worker {address} --nthreads 1"
            ) from error
        yield from _all(client, distributed, iter(units), options)


def _client(distributed: Any, address: str) -> Any:
    """Connect; try again where the client's thread did not start within dask's ten seconds."""
    where = {"scheduler_file": address} if address.endswith(".json") else {"address": address}
    for _ in range(_STARTS):
        try:
            return distributed.Client(**where, set_as_default=False)
        except AssertionError:  # all that dask says of it
            continue
    raise ConfigError(
        f"the dask client of {address!r} did not start within ten seconds, {_STARTS} times; "
        "this machine is too busy, try again"
    )


def _all(
    client: Any, distributed: Any, units: Iterator[StationDay], options: PickOptions
) -> Iterator[Finished]:
    sent: dict[Any, StationDay] = {}
    arriving = distributed.as_completed(loop=client.loop)

    def send() -> None:
        room = _AHEAD * max(1, sum(client.nthreads().values())) - len(sent)
        for _ in range(max(0, room)):
            unit = next(units, None)
            if unit is None:
                return
            future = client.submit(attempt, unit, options, pure=False)
            sent[future.key] = unit
            arriving.add(future)

    send()
    while sent:
        future = next(arriving)
        unit = sent.pop(future.key)
        error = future.exception()
        if isinstance(error, distributed.KilledWorker):
            yield Finished(unit, None, f"the workers that had it died: {error}")
        elif error is not None:
            raise error
        else:
            yield future.result()
        future.release()
        send()
