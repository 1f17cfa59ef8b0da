"""Several processes that pick station-days; one that dies loses nothing but its unit."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait

from onsets.errors import ConfigError, MissingExtraError, SpecError
from onsets.pipeline.day import PickOptions, pick_day
from onsets.pipeline.plan import StationDay
from onsets.pipeline.result import PickRun, Report

__all__ = ["Finished", "attempt", "in_process", "in_processes", "share_cores"]

ATTEMPTS = 2
"""How often a unit is tried whose process dies."""
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_STOPS = (ConfigError, MissingExtraError, SpecError)
_CONTEXT = multiprocessing.get_context("spawn")
"""A forked child would inherit the runtime's threads without their state."""


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """What became of a unit.

    Attributes
    ----------
    unit : StationDay
    run : PickRun or None
        None when it failed for good.
    reason : str
        Why it failed.
    seconds : float
        Time it took.
    attempts : int
    """

    unit: StationDay
    run: PickRun | None
    reason: str = ""
    seconds: float = 0.0
    attempts: int = 1


def attempt(unit: StationDay, options: PickOptions, report: Report | None = None) -> Finished:
    """Pick one unit here; whatever goes wrong with its data is a failure, not an error.

    Raises
    ------
    ConfigError, MissingExtraError, SpecError
        If the picker cannot be used at all.
    """
    began = time.monotonic()
    picker = options.picker()
    try:
        run = pick_day(unit, picker, report)
    except _STOPS:
        raise
    except Exception as error:  # noqa: BLE001  one station-day never stops a network's run
        reason = f"{type(error).__name__}: {error}"
        return Finished(unit, None, reason, time.monotonic() - began)
    return Finished(unit, run, "", time.monotonic() - began)


def in_process(
    units: Iterable[StationDay], options: PickOptions, report: Report | None = None
) -> Iterator[Finished]:
    """Pick units one after another in this process."""
    for unit in units:
        yield attempt(unit, options, report)


class _Worker:
    """A process that picks what it is given, one unit at a time."""

    def __init__(self, options: PickOptions, cores: set[int]) -> None:
        self.unit: StationDay | None = None
        self.attempts = 0
        self._since = 0.0
        self.pipe, theirs = _CONTEXT.Pipe()
        self.process = _CONTEXT.Process(target=_serve, args=(theirs, options, cores), daemon=True)
        with _thread_setting(options.threads or 1):
            self.process.start()
        theirs.close()

    def give(self, unit: StationDay, attempts: int) -> None:
        self.unit, self.attempts, self._since = unit, attempts, time.monotonic()
        with suppress(OSError):  # it died while idle: receiving will tell
            self.pipe.send(unit)

    def take(self) -> Finished | None:
        """Return what became of the unit, None if the process died."""
        try:
            said = self.pipe.recv()
        except (EOFError, OSError):
            return None
        self.unit = None
        if isinstance(said, str):
            raise ConfigError(said)
        return Finished(said.unit, said.run, said.reason, said.seconds, self.attempts)

    def epitaph(self) -> Finished:
        """Say how the process died."""
        self.process.join(5)
        code = self.process.exitcode
        how = f"ended with code {code}"
        if code is not None and code < 0:
            how = f"was stopped by {signal.Signals(-code).name}"
            how += ", as when memory runs out" if -code == signal.SIGKILL else ""
        unit = self.unit
        if unit is None:
            raise RuntimeError("no unit was under way")
        reason = f"its process {how} in {self.attempts} attempts"
        return Finished(unit, None, reason, time.monotonic() - self._since, self.attempts)

    def stop(self) -> None:
        self.pipe.close()
        self.process.terminate()
        self.process.join(5)


def in_processes(units: Iterable[StationDay], options: PickOptions, workers: int) -> Iterator[Finished]:
    """Pick units in several processes; they come in any order.

    Each process has one thread (or ``options.threads``) and, where the system can, cores of its own.
    A unit whose process dies is tried once more, in a new one.

    Parameters
    ----------
    units : iterable of StationDay
    options : PickOptions
    workers : int

    Raises
    ------
    ConfigError
        If the picker cannot be used at all.
    """
    waiting = deque((unit, 1) for unit in units)
    count = min(workers, len(waiting))
    shares = share_cores(count)
    crew: list[_Worker] = []
    try:
        crew += [_Worker(options, cores) for cores in shares]
        while waiting or any(worker.unit for worker in crew):
            for worker in crew:
                if worker.unit is None and waiting:
                    worker.give(*waiting.popleft())
            busy = {worker.pipe: k for k, worker in enumerate(crew) if worker.unit is not None}
            for pipe in wait(list(busy)):
                k = next(number for one, number in busy.items() if one is pipe)
                finished = crew[k].take()
                if finished is None:
                    finished = crew[k].epitaph()
                    crew[k].stop()
                    crew[k] = _Worker(options, shares[k])
                    if finished.attempts < ATTEMPTS:
                        waiting.appendleft((finished.unit, finished.attempts + 1))
                        continue
                yield finished
    finally:
        for worker in crew:
            worker.stop()


def share_cores(workers: int) -> list[set[int]]:
    """Share the cores this process may use among workers, so that no two one-thread ones meet.

    Returns
    -------
    list of set of int
        Empty sets where the system cannot, or where there are more workers than cores: the system
        then places them.
    """
    if not hasattr(os, "sched_getaffinity"):
        return [set() for _ in range(workers)]
    cores = sorted(os.sched_getaffinity(0))
    n = len(cores)
    if workers > n:
        return [set() for _ in range(workers)]
    return [set(cores[k * n // workers : (k + 1) * n // workers]) for k in range(workers)]


@contextmanager
def _thread_setting(threads: int) -> Iterator[None]:
    """Let processes that start meanwhile keep numpy's libraries to a number of threads."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(
    pipe: Connection, options: PickOptions, cores: set[int], run: Callable[..., Finished] = attempt
) -> None:
    """Pick what comes through the pipe until it closes, as it does when the run is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run itself answers Ctrl-C
    if cores:
        os.sched_setaffinity(0, cores)
    try:
        while True:
            try:
                pipe.send(run(pipe.recv(), options))
            except _STOPS as error:
                pipe.send(str(error))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
