"""What each trained network says of the test records: curves, picks, and the highest values."""

from __future__ import annotations

import resource
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from half import HalfNetwork
from plan import HALF, SETS, TOLERANCE_S, Folders

from onsets import networks
from onsets.datasets import open_dataset
from onsets.evaluation import PHASES, Case, Job, judge_samples, roc_of, run
from onsets.picking import NetworkPicker
from onsets.runtime import TorchRunner
from onsets.store.atomic import replacing

LOWEST = 0.05
"""Least value that is a pick at all, of the evaluation's grid."""
POINTS = 600


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One network on one set of test records, one phase.

    Attributes
    ----------
    off_s : ndarray of float64, shape (records,)
        Highest pick minus label; NaN where no value reaches 0.05.
    value : ndarray of float64, shape (records,)
        Probability of that pick, 0 where there is none.
    near : ndarray of float64, shape (records,)
        Highest probability within half a second of the label.
    distance_km : ndarray of float64, shape (records,)
    false_share, true_share : ndarray of float64
        The ROC of :func:`onsets.evaluation.roc_of`.
    auc : float
    """

    off_s: np.ndarray
    value: np.ndarray
    near: np.ndarray
    distance_km: np.ndarray
    false_share: np.ndarray
    true_share: np.ndarray
    auc: float

    @property
    def right(self) -> np.ndarray:
        """Where the highest pick is within the paper's three samples."""
        return np.abs(np.nan_to_num(self.off_s, nan=np.inf)) <= TOLERANCE_S

    @property
    def residuals_s(self) -> np.ndarray:
        """Errors of the right picks."""
        return self.off_s[self.right]

    @property
    def share(self) -> tuple[float, float]:
        """Share of records that are picked right, and half of its 95 % interval."""
        p = float(self.right.mean())
        return p, 1.96 * (p * (1 - p) / len(self.right)) ** 0.5


def judge_network(name: str, folders: Folders, workers: int, device: str) -> Path:
    """Run a network, or its half-precision form, over all test sets; done before, it is left alone."""
    path = folders.judged(name)
    if path.is_file():
        return path
    found: dict[str, np.ndarray] = {}
    began = processor_s()
    for kind in SETS:
        for phase, judged in _judge(_cases(name, kind, folders, workers, device)).items():
            found |= {f"{kind}/{phase}/{key}": np.asarray(getattr(judged, key)) for key in Judged.__slots__}
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as handle:
        np.savez(handle, cpu_s=processor_s() - began, **found)  # type: ignore[arg-type]
    return path


def processor_s() -> float:
    """Return the processor time of this process and of those that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def judging_s(path: Path) -> float:
    """Return the processor time that judging a network took."""
    with np.load(path, allow_pickle=False) as stored:
        return float(stored["cpu_s"])


def read_judged(path: Path) -> dict[tuple[str, str], Judged]:
    """Return what :func:`judge_network` found, by set and phase."""
    with np.load(path, allow_pickle=False) as stored:
        return {
            (kind, phase): Judged(
                **{key: stored[f"{kind}/{phase}/{key}"] for key in Judged.__slots__ if key != "auc"},
                auc=float(stored[f"{kind}/{phase}/auc"]),
            )
            for kind in SETS
            for phase in PHASES
        }


def half_picker(folders: Folders, device: str) -> NetworkPicker:
    """Return the separable seven-layer network in half precision."""
    network, spec = networks.load(folders.model("cnn7-separable", ".safetensors"))
    return NetworkPicker(spec, TorchRunner(HalfNetwork(network, device), device), dict(spec.thresholds))


def _cases(name: str, kind: str, folders: Folders, workers: int, device: str) -> Sequence[Case]:
    job = Job(model=str(folders.model(name)), data=str(folders.data / kind))
    if name != HALF:
        return run(job, workers)
    data = open_dataset(folders.data / kind)
    cases = judge_samples(data.read(range(len(data))), half_picker(folders, device))
    for case, distance in zip(cases, data.rows["distance_km"].tolist(), strict=True):
        case.facts["distance_km"] = distance
    return cases


def _judge(cases: Sequence[Case]) -> dict[str, Judged]:
    found = {}
    for phase in PHASES:
        curve = roc_of(cases, phase)
        highest = [_highest(case, phase) for case in cases]
        keep = np.unique(np.linspace(0, len(curve.false_share) - 1, POINTS).astype(int))
        edge = np.searchsorted(curve.false_share, np.geomspace(1e-5, 1, POINTS))
        keep = np.unique(np.concatenate([keep, np.clip(edge, 0, len(curve.false_share) - 1)]))
        found[phase] = Judged(
            np.array([off for off, _ in highest]),
            np.array([value for _, value in highest]),
            np.array([float(case.stretches[phase][0][0]) for case in cases]),
            np.array([case.facts["distance_km"] for case in cases]),
            curve.false_share[keep],
            curve.true_share[keep],
            curve.auc,
        )
    return found


def _highest(case: Case, phase: str) -> tuple[float, float]:
    onsets = case.picks[phase][LOWEST]
    if not len(onsets):
        return np.nan, 0.0
    k = int(np.argmax(onsets.values))
    return float(onsets.seconds[k]) - case.labels[phase], float(onsets.values[k])
