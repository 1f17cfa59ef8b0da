"""One process or several that train together (torchrun)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn

from onsets.errors import ConfigError

__all__ = ["World", "join_world"]


@dataclass(frozen=True, slots=True)
class World:
    """This process among those that train together.

    Attributes
    ----------
    rank, size : int
        Number of this process, and how many there are.
    device : device
    """

    rank: int
    size: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this process writes files."""
        return self.rank == 0

    def sum(self, values: Tensor) -> Tensor:
        """Return the sum over all processes, the same in each."""
        if self.size > 1:
            distributed.all_reduce(values)
        return values

    def wait(self) -> None:
        """Wait until all processes have come here."""
        if self.size > 1:
            distributed.barrier()

    def agree(self, network: nn.Module) -> None:
        """Give a network of every process the weights and statistics it has in the first."""
        if self.size > 1:
            for value in network.state_dict().values():
                distributed.broadcast(value, 0)

    def shared(self, network: nn.Module) -> nn.Module:
        """Return what computes the network's gradients as the mean over all processes."""
        if self.size == 1:
            return network
        devices = [self.device] if self.device.type == "cuda" else None
        return nn.parallel.DistributedDataParallel(network, device_ids=devices)


@contextmanager
def join_world(device: str) -> Iterator[World]:
    """Join the processes that torchrun started, or be alone.

    Parameters
    ----------
    device : str
        ``auto`` takes a GPU where there is one: each process on a machine its own.

    Yields
    ------
    World

    Raises
    ------
    ConfigError
        If there is no such device.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    place = _device(device, int(os.environ.get("LOCAL_RANK", "0")))
    if size == 1:
        yield World(0, 1, place)
        return
    distributed.init_process_group("nccl" if place.type == "cuda" else "gloo")
    try:
        yield World(distributed.get_rank(), size, place)
    finally:
        distributed.destroy_process_group()


def _device(name: str, local: int) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        place = torch.device(f"cuda:{local}" if name == "cuda" else name)
        torch.zeros(1, device=place)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"run.device = {name!r} cannot be used: {reason}; take 'cpu'") from error
    if place.type == "cuda":
        torch.cuda.set_device(place)
    return place
