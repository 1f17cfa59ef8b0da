"""How the papers count a pick as right or wrong: their rules, by name, over the same picks.

Scores of different papers cannot be compared as they are printed, because the rules differ more than
the networks do. Here each rule is a function of the same cases, so that its effect can be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.evaluation.cases import Case
from onsets.evaluation.figures import score_cases
from onsets.evaluation.match import Score
from onsets.tables import Picks

__all__ = ["RULES", "Rule", "retained_share"]

Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rule:
    """A way to count.

    Attributes
    ----------
    tolerance_s : float
        The paper's own.
    count : callable
        From cases, phase, threshold and tolerance to a Score.
    """

    tolerance_s: float
    count: Callable[[Sequence[Case], str, float, float], Score]

    def __call__(self, cases: Sequence[Case], phase: str, threshold: float) -> Score:
        """Return the score at the paper's tolerance."""
        return self.count(cases, phase, threshold, self.tolerance_s)


def _one(case: Case, phase: str, threshold: float, which: str) -> Float64:
    """Return the first or the highest pick of a record, or none."""
    onsets = case.picks[phase][threshold]
    if not len(onsets):
        return onsets.seconds
    k = int(np.argmax(onsets.values)) if which == "highest" else 0
    return onsets.seconds[k : k + 1]


def strict(cases: Sequence[Case], phase: str, threshold: float, tolerance_s: float) -> Score:
    """Count every unmatched pick as false, in labelled records and in noise: ours, the hardest."""
    return score_cases(cases, phase, threshold, tolerance_s)


def phasenet(cases: Sequence[Case], phase: str, threshold: float, tolerance_s: float) -> Score:
    """Count as PhaseNet: residual below 0.1 s is true, every other pick in a labelled record false.

    As printed: picks with residuals below 0.1 s are true positives and those above are false
    positives; noise records are not part of the test. Zhu and Beroza (2019), doi:10.1093/gji/ggy423.
    """
    return score_cases([c for c in cases if phase in c.labels], phase, threshold, tolerance_s)


def eqtransformer(cases: Sequence[Case], phase: str, threshold: float, tolerance_s: float) -> Score:
    """Count as EQTransformer: one pick a record, within 0.5 s true, else false.

    As printed: residuals within 0.5 s on earthquakes and noise. Our reading of the tester: of several
    picks in a record the most probable one is judged. Mousavi et al. (2020),
    doi:10.1038/s41467-020-17591-w.
    """
    return _single(cases, phase, threshold, tolerance_s, "highest", noise_only=False)


def leqnet(cases: Sequence[Case], phase: str, threshold: float, tolerance_s: float) -> Score:
    """Count as LEQNet: a false positive is a pick in a noise record, nothing else.

    From its notebook: the first pick of a record is true within 0.5 s, a wrong one on an earthquake
    is a missed label but no false positive. Without noise records precision is therefore 1.
    Lim et al. (2022), doi:10.3389/feart.2022.848237.
    """
    return _single(cases, phase, threshold, tolerance_s, "first", noise_only=True)


def yu2020(cases: Sequence[Case], phase: str, threshold: float, tolerance_s: float) -> Score:
    """Count as Yu et al. (2020): the highest value of a record, wrong beyond 3 samples (0.6 s).

    Their records all hold an event; noise records are left out.
    """
    some = [case for case in cases if phase in case.labels]
    return _single(some, phase, threshold, tolerance_s, "highest", noise_only=False)


def _single(
    cases: Sequence[Case], phase: str, threshold: float, tolerance_s: float, which: str, *, noise_only: bool
) -> Score:
    true, false, labels, residuals = 0, 0, 0, []
    for case in cases:
        if not case.counts(phase):
            continue
        pick = _one(case, phase, threshold, which)
        labels += phase in case.labels
        off = float(pick[0]) - case.labels[phase] if len(pick) and phase in case.labels else np.inf
        if abs(off) <= tolerance_s:
            true += 1
            residuals.append(off)
        elif len(pick) and (phase not in case.labels or not noise_only):
            false += 1
    return Score(true, false, labels - true, np.array(residuals), tolerance_s)


RULES: dict[str, Rule] = {
    "strict": Rule(0.5, strict),
    "phasenet": Rule(0.1, phasenet),
    "eqtransformer": Rule(0.5, eqtransformer),
    "leqnet": Rule(0.5, leqnet),
    "yu2020": Rule(0.6, yu2020),
}
"""Name -> rule. MSNet's needs events, not labels: :func:`retained_share`."""


def retained_share(
    picks: Picks, assigned: Picks, within_s: float = 0.001
) -> dict[str, tuple[int, int, float]]:
    """Return MSNet's figure for data without labels: how many picks association keeps.

    Parameters
    ----------
    picks : Picks
        All that a picker found (Pick).
    assigned : Picks
        Those that association put into events (Rsv), which are among ``picks``.
    within_s : float
        Times closer than this are the same pick.

    Returns
    -------
    dict of str to (reserved, picks, share)
        By phase that was picked at all.

    References
    ----------
    Feng et al. (2023). IEEE Geosci. Remote Sens. Lett. 20, 7505105. doi:10.1109/LGRS.2023.3314029
    """
    found = {}
    for phase in sorted(set(picks.phase.tolist())):
        kept, total = 0, int((picks.phase == phase).sum())
        for station in sorted(set(picks.station_id.tolist())):
            mine = np.sort(picks.time_ns[(picks.phase == phase) & (picks.station_id == station)])
            theirs = np.sort(assigned.time_ns[(assigned.phase == phase) & (assigned.station_id == station)])
            if not len(theirs):
                continue
            at = np.clip(np.searchsorted(theirs, mine), 1, len(theirs)) - 1
            after = np.clip(at + 1, 0, len(theirs) - 1)
            off = np.minimum(np.abs(theirs[at] - mine), np.abs(theirs[after] - mine))
            kept += int((off <= within_s * 1e9).sum())
        found[phase] = (kept, total, kept / total)
    return found
