"""What the mode ``fast`` costs in picks: the lines about it in a network's card."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.errors import ConfigError
from onsets.evaluation.bootstrap import DRAWS, LEVEL
from onsets.evaluation.cases import PHASES, Case
from onsets.evaluation.figures import score_cases
from onsets.evaluation.match import match
from onsets.evaluation.run import judge_samples
from onsets.picking import MODES, NetworkPicker, load
from onsets.types import Sample

__all__ = ["ModeRow", "mode_rows", "mode_table", "moved"]

CUT_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeRow:
    """One phase in both modes.

    Attributes
    ----------
    phase : str
    labels : int
    tolerance_s : float
    exact, fast : float
        F1.
    change : float
        ``fast`` minus ``exact``.
    low, high : float
        95 % interval of the change, drawn by events, both modes on the same ones.
    windows : float
        Windows of ``fast`` over those of ``exact``, which is what it saves.
    """

    phase: str
    labels: int
    tolerance_s: float
    exact: float
    fast: float
    change: float
    low: float
    high: float
    windows: float


def mode_rows(
    model: str, samples: Sequence[Sample], *, tolerance_s: float = 0.5, seed: int = 0, threads: int = 1
) -> list[ModeRow]:
    """Judge a network in both modes on labelled records, a row a phase.

    Parameters
    ----------
    model : str
        A bundled name or a file that carries its Spec, with its own thresholds.
    samples : sequence of Sample
        Such as ``dataset.read(range(len(dataset)))``; none that the network was trained on.
    tolerance_s : float
    seed : int
        Of where records are cut (see :func:`moved`) and of the interval.
    threads : int

    Returns
    -------
    list of ModeRow
        Phases that have labels.

    Raises
    ------
    ConfigError
        If the picker knows one mode only, as classical ones do, or no record has a label.
    """
    rng = np.random.default_rng(seed)
    cut = [moved(sample, rng) for sample in samples]
    pickers = [load(model, mode=mode, threads=threads) for mode in MODES]
    hops = [picker.spec.hop_samples for picker in pickers if isinstance(picker, NetworkPicker)]
    if len(hops) < len(MODES):
        raise ConfigError(f"{model} has one mode only")
    judged = [judge_samples(cut, picker, _own(picker.thresholds)) for picker in pickers]
    rows = []
    for phase in PHASES:
        labels = sum(phase in case.labels for case in judged[0])
        if not labels or phase not in pickers[0].thresholds:
            continue
        limit = pickers[0].thresholds[phase]
        exact, fast = (score_cases(cases, phase, limit, tolerance_s).f1 for cases in judged)
        low, high = _interval(judged, phase, limit, tolerance_s, seed)
        figures = {"exact": exact, "fast": fast, "change": fast - exact, "low": low, "high": high}
        saved = hops[0] / hops[1]
        rows.append(ModeRow(phase=phase, labels=labels, tolerance_s=tolerance_s, windows=saved, **figures))
    if not rows:
        raise ConfigError(f"no record has a label of a phase that {model} picks")
    return rows


def mode_table(rows: Sequence[ModeRow]) -> str:
    """Return the card's paragraph and table in Markdown; it belongs below the card's scores.

    Examples
    --------
    >>> row = ModeRow(phase="P", labels=54, tolerance_s=0.5, exact=0.824, fast=0.82, change=-0.004,
    ...               low=-0.02, high=0.01, windows=0.6)
    >>> print(mode_table([row]).splitlines()[-1])
    | P | 54 | 0.824 | 0.820 | -0.004 | -0.020 to +0.010 |
    """
    head = "| phase | labels | F1 exact | F1 fast | change | 95 % of the change |"
    lines = [
        f"| {r.phase} | {r.labels} | {r.exact:.3f} | {r.fast:.3f} | {r.change:+.3f} "
        f"| {r.low:+.3f} to {r.high:+.3f} |"
        for r in rows
    ]
    words = (
        f"**Mode `fast`** runs {rows[0].windows:.2f} of the windows. F1 at {rows[0].tolerance_s:g} s against "
        "labels, records cut at random so that an onset lies anywhere in a window:"
    )
    return "\n".join([words, "", head, "|---" * 6 + "|", *lines])


def moved(sample: Sample, rng: np.random.Generator) -> Sample:
    """Cut up to 20 s, a quarter at most, off a record's beginning, so that windows fall elsewhere.

    Records of one dataset have their onsets at like places, by which a hop can be lucky or not. Labels
    that are cut off go.
    """
    most = min(CUT_S * sample.rate_hz, sample.data.shape[1] / 4)
    first = int(rng.integers(0, max(1, int(most))))
    arrivals = {phase: at - first for phase, at in sample.arrivals.items() if at >= first}
    return dataclasses.replace(sample, data=sample.data[:, first:], arrivals=arrivals)


def _own(thresholds: dict[str, float]) -> dict[str, tuple[float, ...]]:
    return {phase: (thresholds[phase],) for phase in PHASES if phase in thresholds}


def _interval(
    judged: Sequence[Sequence[Case]], phase: str, limit: float, tolerance_s: float, seed: int
) -> tuple[float, float]:
    """Return the percentile interval of the difference of F1, events drawn with replacement."""
    events = {name: k for k, name in enumerate(dict.fromkeys(map(_event, judged[0])))}
    halves = np.zeros((len(judged), len(events), 2))  # F1 = a / b of the sums
    for own, cases in zip(halves, judged, strict=True):
        for case in cases:
            if case.counts(phase):
                seconds, labels = case.row(phase, limit)
                true = len(match(seconds, labels, tolerance_s))
                own[events[_event(case)]] += (2 * true, len(seconds) + len(labels))
    draws = np.random.default_rng(seed).multinomial(len(events), np.full(len(events), 1 / len(events)), DRAWS)
    sums: npt.NDArray[np.float64] = np.einsum("de,mek->mdk", draws, halves)
    ratios = sums[..., 0] / np.maximum(sums[..., 1], 1e-12)
    low, high = np.quantile(ratios[1] - ratios[0], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _event(case: Case) -> str:
    return f"{case.dataset}/{case.event_id}"
