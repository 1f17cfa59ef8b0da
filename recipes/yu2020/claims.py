"""The paper's claims, each judged by a rule that was fixed before the networks were trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from judging import Judged
from plan import HALF, LEVELS, SHOWN

SAME = 0.01
"""Areas under a ROC that differ by less are called equal."""
NEAR_KM, FAR_KM = 150.0, 300.0
PAPER = {
    "cnn3": (52_195, 0.12, 0.0088),
    "cnn7": (229_283, 0.51, 0.025),
    "unet": (1_748_771, 0.67, 0.030),
    "cnn-gru": (476_195, 1.2, 1.0),
    "wavenet": (2_715_651, 4.5, 0.17),
    "cnn7-separable": (78_758, 0.19, 0.021),
    HALF: (78_758, 16.0, 0.020),
    "wavenet-separable": (770_692, 2.4, 0.17),
}
"""Table 5: parameters, seconds for 15 records on a Xeon E3-1225 and on a Quadro K2200."""

HOLDS, NOT, OPEN = "holds", "holds not", "cannot be judged"
Results = Mapping[str, Mapping[tuple[str, str], Judged]]


@dataclass(frozen=True, slots=True)
class Claim:
    """What the paper says, where, and what was found here."""

    says: str
    where: str
    verdict: str
    found: str


def judge_claims(results: Results, timing: Mapping[str, Any]) -> list[Claim]:
    """Return all claims in the order of the paper.

    Parameters
    ----------
    results : mapping
        Network -> (set, phase) -> what it said.
    timing : mapping
        As :func:`timing.measure` returns it.
    """
    tables: tuple[Callable[[Mapping[str, Any]], Claim], ...] = (
        _counts, _cpu_order, _separable_cost, _half_on_cpu, _small_file, _gpu_order, _four_hours,
    )  # fmt: skip
    curves: tuple[Callable[[Results], Claim], ...] = (
        _quality, _complexity, _s_above_p, _p_finer, _errors, _noise_p, _noise_worst, _noise_best,
        _half_equal, _separable_equal, _surface_waves, _far,
    )  # fmt: skip
    return [*(rule(timing) for rule in tables), *(rule(results) for rule in curves)]


def _verdict(right: bool) -> str:
    return HOLDS if right else NOT


def _auc(results: Results, name: str, phase: str, kind: str = "test") -> float:
    return results[name][kind, phase].auc


def _mean(results: Results, name: str, kind: str = "test") -> float:
    return (_auc(results, name, "P", kind) + _auc(results, name, "S", kind)) / 2


def _listed(values: Mapping[str, float], form: str = "{:.3f}", reverse: bool = True) -> str:
    order = sorted(values, key=values.__getitem__, reverse=reverse)
    return ", ".join(f"{SHOWN[name]} {form.format(values[name])}" for name in order)


def _paper(results: Results) -> list[str]:
    """Return the paper's eight: not the encoder-decoder without its dead weights."""
    return [name for name in results if name in PAPER]


def _counts(timing: Mapping[str, Any]) -> Claim:
    own = {name: timing["rows"][name]["parameters"] for name in PAPER}
    equal = [name for name in PAPER if own[name] == PAPER[name][0]]
    found = f"{len(equal)} of {len(PAPER)} counts are met exactly."
    return Claim(
        "The networks have the parameters of Table 5.", "table 5", _verdict(len(equal) == len(PAPER)), found
    )


def _cpu_order(timing: Mapping[str, Any]) -> Claim:
    own = {name: timing["rows"][name]["cpu_s"] for name in PAPER if name != HALF}
    rank = _rank_correlation([own[n] for n in own], [PAPER[n][1] for n in own])
    right = rank >= 0.8 and min(own, key=own.__getitem__) == "cnn3"
    found = (
        f"Rank correlation with the paper's CPU times {rank:.2f}: {_listed(own, '{:.3f} s', reverse=False)}."
    )
    return Claim(
        "On a CPU the 3-layer network is fastest and WaveNet slowest.", "table 5", _verdict(right), found
    )


def _rank_correlation(a: list[float], b: list[float]) -> float:
    ranks = [np.argsort(np.argsort(values)).astype(float) for values in (a, b)]
    return float(np.corrcoef(*ranks)[0, 1])


def _separable_cost(timing: Mapping[str, Any]) -> Claim:
    rows = timing["rows"]
    cut = 1 - rows["cnn7-separable"]["parameters"] / rows["cnn7"]["parameters"]
    speed = {n: rows[n]["cpu_s"] / rows[f"{n}-separable"]["cpu_s"] for n in ("cnn7", "wavenet")}
    right = abs(cut - 0.66) < 0.01 and min(speed.values()) > 1
    found = (
        f"{100 * cut:.1f} % fewer for the 7-layer network. On this CPU the separable form is "
        f"{speed['cnn7']:.1f} "
        f"(7-layer) and {speed['wavenet']:.1f} times (WaveNet) as fast; in the paper 2.7 and 1.9 times."
    )
    says = "Separable convolutions cut the parameters by 66 % and are faster on a CPU."
    return Claim(says, "3.2", _verdict(right), found)


def _half_on_cpu(timing: Mapping[str, Any]) -> Claim:
    rows = timing["rows"]
    ratio = rows[HALF]["cpu_s"] / rows["cnn7-separable"]["cpu_s"]
    found = (
        f"{rows[HALF]['cpu_s']:.2f} s, {ratio:.0f} times the single-precision time; in the paper 84 times."
    )
    return Claim(
        "A CPU without a half-precision unit is very slow in FP16.", "3.2", _verdict(ratio > 5), found
    )


def _small_file(timing: Mapping[str, Any]) -> Claim:
    rows = timing["rows"]
    size, share = rows[HALF]["bytes"] / 1e6, rows["cnn7"]["bytes"] / rows[HALF]["bytes"]
    found = f"{size:.2f} MB of weights, 1/{share:.2f} of the 7-layer network in single precision."
    says = "Separable and in FP16 the 7-layer network is below 2.0 MB, about 1/6 of the original."
    return Claim(says, "abstract, 4", _verdict(size <= 2 and 5 < share < 7), found)


def _gpu_order(timing: Mapping[str, Any]) -> Claim:
    says = "On a GPU CNN+RNN is slowest, and WaveNet about six times as fast as it."
    own = {name: timing["rows"][name]["gpu_s"] for name in PAPER}
    if None in own.values():
        return Claim(says, "3.2, 4", OPEN, "There was no GPU.")
    ratio = own["cnn-gru"] / own["wavenet"]
    right = max(own, key=own.__getitem__) == "cnn-gru" and 3 < ratio < 12
    return Claim(
        says, "3.2, 4", _verdict(right), f"{ratio:.1f} times; {_listed(own, '{:.4f} s', reverse=False)}."
    )


def _four_hours(timing: Mapping[str, Any]) -> Claim:
    says = "The 3-layer network takes four hours of 100 Hz data a second on a GPU."
    row, samples = timing["rows"]["cnn3"], 15 * 1024
    hours = samples / row["cpu_s"] / 100 / 3600
    cpu = f"on one core of this CPU it takes {hours:.1f} hours of one component a second"
    if row["gpu_s"] is None:
        return Claim(says, "3.2", OPEN, f"There was no GPU; {cpu}.")
    hours = samples / row["gpu_s"] / 100 / 3600
    return Claim(says, "3.2", _verdict(hours >= 4), f"{hours:.1f} hours on this GPU; {cpu}.")


def _quality(results: Results) -> Claim:
    own = {name: _mean(results, name) for name in _paper(results)}
    top, rest = (
        min(own["cnn-gru"], own["wavenet"]),
        [n for n in own if n not in ("cnn-gru", "wavenet", "wavenet-separable")],
    )
    parts = {
        "CNN+RNN and WaveNet lead": top >= max(own[n] for n in rest) - SAME / 2,
        "the encoder-decoder follows": own["unet"] >= max(own[n] for n in rest) - SAME / 2,
        "the 3-layer network equals the separable one in FP16": abs(own["cnn3"] - own[HALF]) < SAME,
    }
    said = "; ".join(f"{words}: {'yes' if right else 'no'}" for words, right in parts.items())
    found = f"Mean area under the ROC of P and S: {_listed(own)}. {said}."
    says = (
        "CNN+RNN and WaveNet pick best, the encoder-decoder next, and the 3-layer network is like the "
        "separable "
        "7-layer one in FP16."
    )
    return Claim(says, "3.3, figure 5", _verdict(all(parts.values())), found)


def _complexity(results: Results) -> Claim:
    names = [name for name in _paper(results) if name != HALF]
    own = _rank_correlation([_mean(results, n) for n in names], [PAPER[n][0] for n in names])
    says = "The more complex a network, the better it picks."
    found = (
        f"Rank correlation of parameters and mean area under the ROC: {own:.2f} over {len(names)} networks."
    )
    return Claim(says, "3.3", _verdict(own >= 0.5), found)


def _s_above_p(results: Results) -> Claim:
    gain = {n: _auc(results, n, "S") - _auc(results, n, "P") for n in _paper(results)}
    count = sum(value > 0 for value in gain.values())
    found = f"S minus P, area under the ROC: {_listed(gain, '{:+.3f}')}. {count} of {len(gain)} networks."
    return Claim("Every network picks S better than P.", "3.3, figure 5", _verdict(count == len(gain)), found)


def _spread(judged: Judged) -> float:
    r = judged.residuals_s
    return float(np.subtract(*np.quantile(r, (0.75, 0.25)))) if len(r) else float("nan")


def _p_finer(results: Results) -> Claim:
    widths = {
        n: (_spread(results[n]["test", "P"]), _spread(results[n]["test", "S"])) for n in _paper(results)
    }
    count = sum(p < s for p, s in widths.values())
    found = "Between the quartiles, P / S in s: " + ", ".join(
        f"{SHOWN[n]} {p:.3f} / {s:.3f}" for n, (p, s) in widths.items()
    )
    says = "Among right picks, P is more exact than S."
    return Claim(
        says, "3.3, figure 6", _verdict(count == len(widths)), f"{found}. {count} of {len(widths)} networks."
    )


def _errors(results: Results) -> Claim:
    own = {
        n: (_spread(results[n]["test", "P"]) + _spread(results[n]["test", "S"])) / 2 for n in _paper(results)
    }
    worst = max(own, key=own.__getitem__) == "cnn3"
    alike = abs(own["cnn-gru"] - own["wavenet"]) < 0.25 * max(own["cnn-gru"], own["wavenet"])
    found = (
        f"Mean width between quartiles: {_listed(own, '{:.3f} s')}. 3-layer widest: "
        f"{'yes' if worst else 'no'}; "
        f"CNN+RNN and WaveNet within a quarter of each other: {'yes' if alike else 'no'}."
    )
    says = "The 3-layer network is the least exact; CNN+RNN and WaveNet are alike."
    return Claim(says, "3.3, figure 6", _verdict(worst and alike), found)


def _loss(results: Results, name: str, phase: str) -> float:
    low, high = (f"noise-{level}" for level in LEVELS)
    return _auc(results, name, phase, low) - _auc(results, name, phase, high)


def _noise_p(results: Results) -> Claim:
    own = {n: (_loss(results, n, "P"), _loss(results, n, "S")) for n in _paper(results)}
    count = sum(p > 0 and s > 0 and p > s for p, s in own.values())
    found = "Loss of area from noise 0.1 to 0.3, P / S: " + ", ".join(
        f"{SHOWN[n]} {p:.3f} / {s:.3f}" for n, (p, s) in own.items()
    )
    says = "Noise hurts every network, and P more than S."
    return Claim(
        says, "3.4, figure 8", _verdict(count == len(own)), f"{found}. {count} of {len(own)} networks."
    )


def _noise_worst(results: Results) -> Claim:
    own = {n: _mean(results, n, f"noise-{LEVELS[1]}") for n in _paper(results)}
    found = f"Mean area under the ROC at a noise of {LEVELS[1]}: {_listed(own)}."
    right = min(own, key=own.__getitem__) == "cnn3"
    return Claim("The 3-layer network suffers most from noise.", "3.4, figure 8", _verdict(right), found)


def _noise_best(results: Results) -> Claim:
    own = {n: _auc(results, n, "P", f"noise-{LEVELS[1]}") for n in _paper(results)}
    found = f"Area under the ROC of P at a noise of {LEVELS[1]}: {_listed(own)}."
    right = own["cnn-gru"] >= max(own.values())
    return Claim("Under noise CNN+RNN picks P best.", "3.4, figure 8", _verdict(right), found)


def _half_equal(results: Results) -> Claim:
    kinds = ("test", *(f"noise-{level}" for level in LEVELS))
    most = max(
        abs(_auc(results, HALF, phase, kind) - _auc(results, "cnn7-separable", phase, kind))
        for kind in kinds
        for phase in "PS"
    )
    found = f"The areas under the ROC differ by at most {most:.5f} over all test sets and phases."
    return Claim("FP16 picks like single precision.", "3.4", _verdict(most < SAME), found)


def _separable_equal(results: Results) -> Claim:
    kind = f"noise-{LEVELS[1]}"
    own = {n: _mean(results, n, kind) - _mean(results, f"{n}-separable", kind) for n in ("cnn7", "wavenet")}
    found = (
        f"Plain minus separable, mean area at a noise of {LEVELS[1]}: 7-layer {own['cnn7']:+.3f}, "
        f"WaveNet {own['wavenet']:+.3f}; equal means within {SAME}."
    )
    right = max(abs(value) for value in own.values()) < SAME
    return Claim("Separable and plain convolutions differ little.", "3.4", _verdict(right), found)


def _surface_waves(results: Results) -> Claim:
    kind = f"noise-{LEVELS[0]}"
    own = {}
    for name in _paper(results):
        judged = results[name][kind, "S"]
        near = judged.distance_km < NEAR_KM
        own[name] = float(np.mean(np.nan_to_num(judged.off_s[near], nan=0.0) > 0.6))
    late = _listed(own, "{:.2f}")
    found = f"Share of records below {NEAR_KM:g} km whose highest S lies over 0.6 s late: {late}."
    right = own["cnn3"] == max(own.values()) and own["cnn3"] > 1.5 * float(np.median(list(own.values())))
    says = "The 3-layer network takes surface waves of near events for S; networks that see further do not."
    return Claim(says, "3.4, figure 7", _verdict(right), found)


def _far(results: Results) -> Claim:
    kind, parts = f"noise-{LEVELS[1]}", []
    held = 0
    for name in _paper(results):
        p, s = (results[name][kind, phase] for phase in "PS")
        far = p.distance_km >= FAR_KM
        low, s_right = float(np.mean(p.near[far] < 0.25)), float(np.mean(s.right[far]))
        p_right = float(np.mean(p.right[far]))
        held += s_right > p_right
        parts.append(f"{SHOWN[name]} {low:.2f}, {p_right:.2f}, {s_right:.2f}")
    found = (
        f"Records of {FAR_KM:g} km and more at a noise of {LEVELS[1]}: share whose P stays below 0.25, "
        "share of right "
        f"P, share of right S: {'; '.join(parts)}. S is right more often in {held} of {len(parts)} networks."
    )
    says = "P of far events drowns in noise (below 0.25), while S is still found."
    return Claim(says, "3.4, figure 7", _verdict(held == len(parts)), found)
