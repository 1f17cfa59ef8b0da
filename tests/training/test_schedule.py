"""Learning rates against PyTorch's and the papers' tables."""

from __future__ import annotations

import pytest
import torch

from onsets.training.options import Optimiser, Schedule
from onsets.training.schedule import momentum_at, rate_at


def rates(schedule: Schedule, steps: int, epoch_steps: int = 10, **more: int) -> list[float]:
    table = Optimiser(rate=1e-2)
    return [rate_at(schedule, table, k, epoch_steps=epoch_steps, steps=steps, **more) for k in range(steps)]


@pytest.mark.parametrize(("steps", "warm"), [(50, 0.15), (1600, 0.15), (40, 0.3)])
def test_one_cycle_is_torch_s(steps: int, warm: float) -> None:
    optimiser = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], 1e-2)
    reference = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-2, steps, pct_start=warm)
    schedule, lr, beta = Schedule(kind="one-cycle", warm=warm), [], []
    for _ in range(steps):
        lr.append(optimiser.param_groups[0]["lr"])
        beta.append(optimiser.param_groups[0]["betas"][0])
        optimiser.step()
        reference.step() if len(lr) < steps else None
    assert rates(schedule, steps) == pytest.approx(lr, rel=1e-9, abs=1e-15)
    assert [momentum_at(schedule, Optimiser(), k, steps=steps) for k in range(steps)] == pytest.approx(beta)


def test_eqtransformer_s_table() -> None:
    table = ((20, 1e-4), (40, 1e-5), (60, 1e-6), (90, 5e-7))
    found = rates(Schedule(kind="by-epoch", table=table), 2000)

    def keras(epoch: int) -> float:
        lr = 1e-2
        if epoch > 90:
            lr = 5e-7
        elif epoch > 60:
            lr = 1e-6
        elif epoch > 40:
            lr = 1e-5
        elif epoch > 20:
            lr = 1e-4
        return lr

    assert found == [keras(k // 10) for k in range(2000)]


def test_phasenet_s_staircase_and_a_constant() -> None:
    found = rates(Schedule(kind="decay", factor=0.9, steps=100), 350)
    assert [found[k] for k in (0, 99, 100, 349)] == pytest.approx([1e-2, 1e-2, 9e-3, 1e-2 * 0.9**3])
    assert set(rates(Schedule(), 30)) == {1e-2}
    assert momentum_at(Schedule(), Optimiser(betas=(0.8, 0.9)), 3, steps=9) == 0.8


def test_plateaus_lower_the_rate_to_a_floor() -> None:
    schedule = Schedule(plateau_factor=0.1, plateau_floor=5e-4)
    assert rates(schedule, 1, reductions=1) == pytest.approx([1e-3])
    assert rates(schedule, 1, reductions=4) == pytest.approx([5e-4])
