"""From results to the pictures of a card."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from onsets.evaluation.cases import PHASES
from onsets.evaluation.compare import Plan, Result
from onsets.evaluation.figures import score_cases
from onsets.evaluation.groups import EDGES
from onsets.evaluation.ranks import Roc, Tradeoff
from onsets.plots import (
    Line,
    Panel,
    figure_boxes,
    figure_costs,
    figure_curves,
    figure_histograms,
    figure_matrix,
    figure_scores,
    save_figure,
)

__all__ = ["Curves", "draw"]

Rows = Sequence[Mapping[str, Any]]
Curves = Mapping[tuple[str, str, str], tuple[Roc, Tradeoff]]
NONE = (math.nan, math.nan, math.nan)
QUANTITIES = {
    "snr_db": "SNR at P (dB)",
    "distance_km": "distance (km)",
    "magnitude": "magnitude",
    "s_minus_p_s": "S - P (s)",
}


def draw(
    results: Sequence[Result], plan: Plan, parts: Mapping[str, Rows], curves: Curves, folder: Path
) -> dict[str, str]:
    """Write all pictures.

    Parameters
    ----------
    results : sequence of Result
    plan : Plan
    parts : mapping of str to sequence of dict
        Rows of ``metrics``, ``groups`` and ``robustness``.
    curves : dict
        ROC and precision-recall curve by model, dataset and phase.
    folder : Path

    Returns
    -------
    dict of str to str
        File name -> what it shows, in the order of the card.
    """
    rows, groups, robust = parts["metrics"], parts["groups"], parts["robustness"]
    names = list(dict.fromkeys(result.model for result in results))
    made: dict[str, str] = {}

    def keep(figure: Any, file: str, words: str) -> None:
        save_figure(figure, folder / file)
        made[file] = words

    keep(_overview(rows, names, plan), "scores.png", "F1 with 95 % intervals, by tolerance and dataset")
    for k, dataset in enumerate(dict.fromkeys(result.dataset for result in results)):
        mine = [result for result in results if result.dataset == dataset]
        tail = f"-{k + 1}" if k else ""
        title = f"{dataset}, within {plan.main_s:g} s"
        keep(_curves(mine, rows, curves, plan), f"curves{tail}.png", f"ROC and precision-recall, {dataset}")
        found = _residuals(mine, plan)
        words = f"within {plan.main_s:g} s, {dataset}"
        keep(figure_histograms(found, plan.main_s, title), f"residuals{tail}.png", f"Residuals {words}")
        keep(
            figure_boxes(found, plan.main_s, title), f"boxes{tail}.png",
            f"Residuals {words}: box quartiles, line median, diamond mean, whiskers 5 and 95 %",
        )  # fmt: skip
        some = [row for row in groups if row["dataset"] == dataset]
        if some:
            keep(_groups(some, names, title), f"groups{tail}.png", f"F1 by SNR, distance, ..., {dataset}")
        some = [row for row in robust if row["dataset"] == dataset]
        if some:
            keep(_robust(some, names, title), f"robustness{tail}.png", f"F1 of records made worse, {dataset}")
    if len(plan.data) > 1:
        keep(_matrix(rows, plan), "matrix.png", f"F1 at {plan.main_s:g} s: models by datasets")
    keep(_costs(results, rows, names, plan), "cost.png", f"F1 at {plan.main_s:g} s against time")
    return made


def _point(row: Mapping[str, Any]) -> tuple[float, float, float]:
    return row["f1"], row["f1_low"], row["f1_high"]


def _overview(rows: Rows, names: list[str], plan: Plan) -> Any:
    data = list(dict.fromkeys(row["dataset"] for row in rows))
    grid = []
    for dataset in data:
        line = []
        for phase in PHASES:
            points = {
                name: [
                    next(
                        (
                            _point(row)
                            for row in rows
                            if (row["model"], row["dataset"], row["phase"]) == (name, dataset, phase)
                            and row["tolerance_s"] == tolerance
                        ),
                        NONE,
                    )
                    for tolerance in plan.tolerances_s
                ]
                for name in names
            }
            line.append(Panel(f"{phase}   {dataset}", [f"within {t:g} s" for t in plan.tolerances_s], points))
        grid.append(line)
    return figure_scores(grid, names, "F1 with 95 % intervals")


def _curves(results: Sequence[Result], rows: Rows, curves: Curves, plan: Plan) -> Any:
    dataset = results[0].dataset
    used = {
        (row["model"], row["phase"]): (row["recall"], row["precision"])
        for row in rows
        if row["dataset"] == dataset and row["tolerance_s"] == plan.main_s
    }
    upper: dict[str, list[Line]] = {phase: [] for phase in PHASES}
    lower: dict[str, list[Line]] = {phase: [] for phase in PHASES}
    for (model, where, phase), (above, trade) in curves.items():
        if where == dataset:
            upper[phase].append(Line(model, above.false_share, above.true_share, above.auc))
            mark = used[model, phase]
            lower[phase].append(Line(model, trade.recall, trade.precision, trade.area, mark))
    return figure_curves(upper, lower, f"{dataset}, within {plan.main_s:g} s (dot: the threshold used)")


def _residuals(results: Sequence[Result], plan: Plan) -> dict[str, dict[str, Any]]:
    return {
        phase: {
            result.model: score_cases(result.cases, phase, result.thresholds[phase], plan.main_s).residuals_s
            if phase in result.thresholds
            else np.zeros(0)
            for result in results
        }
        for phase in PHASES
    }


def _groups(rows: Rows, names: list[str], title: str) -> Any:
    grid = []
    for quantity in EDGES:
        mine = [row for row in rows if row["quantity"] == quantity]
        labels = list(dict.fromkeys(row["group"] for row in mine))
        if not labels:
            continue
        line = []
        for phase in PHASES:
            here = {(row["model"], row["group"]): _point(row) for row in mine if row["phase"] == phase}
            points = {name: [here.get((name, label), NONE) for label in labels] for name in names}
            line.append(Panel(f"{phase} by {QUANTITIES[quantity]}", labels, points))
        grid.append(line)
    return figure_scores(grid, names, title)


def _robust(rows: Rows, names: list[str], title: str) -> Any:
    labels = list(dict.fromkeys(row["perturbation"] for row in rows))
    grid = []
    for phase in PHASES:
        here = {(row["model"], row["perturbation"]): _point(row) for row in rows if row["phase"] == phase}
        points = {name: [here.get((name, label), NONE) for label in labels] for name in names}
        grid.append([Panel(phase, labels, points)])
    return figure_scores(grid, names, title)


def _matrix(rows: Rows, plan: Plan) -> Any:
    values: dict[str, dict[str, dict[str, float]]] = {phase: {} for phase in PHASES}
    for row in rows:
        if row["tolerance_s"] == plan.main_s:
            values[row["phase"]].setdefault(row["model"], {})[row["dataset"]] = row["f1"]
    return figure_matrix(values, f"F1 within {plan.main_s:g} s")


def _costs(results: Sequence[Result], rows: Rows, names: list[str], plan: Plan) -> Any:
    first = results[0].dataset
    spent = {r.model: r.cost["seconds_per_record_hour"] for r in results if r.dataset == first}
    points: dict[str, dict[str, Any]] = {phase: {} for phase in PHASES}
    for row in rows:
        if row["dataset"] == first and row["tolerance_s"] == plan.main_s:
            points[row["phase"]][row["model"]] = spent[row["model"]], _point(row)
    return figure_costs(points, names, f"{first}, within {plan.main_s:g} s")
