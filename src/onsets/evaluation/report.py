"""The card: tables and pictures of a comparison as JSON, Markdown, HTML and PNG."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from onsets.errors import ConfigError
from onsets.evaluation.cases import PHASES
from onsets.evaluation.compare import Plan, Result
from onsets.evaluation.figures import metrics_row
from onsets.evaluation.groups import EDGES, grouped
from onsets.evaluation.pages import Card, as_html, as_markdown
from onsets.evaluation.pictures import Curves, draw
from onsets.evaluation.ranks import roc_of, tradeoff
from onsets.evaluation.rules import RULES
from onsets.evaluation.sections import notes_of, sections_of
from onsets.store.atomic import replacing

__all__ = ["metrics_of", "write_report"]

Rows = list[dict[str, Any]]


def metrics_of(results: Sequence[Result], plan: Plan) -> Rows:
    """Return the rows of ``metrics.json``: a row a model, dataset, phase and tolerance."""
    rows = []
    for result in results:
        for phase, threshold in result.thresholds.items():
            if not any(phase in case.labels for case in result.cases):
                continue
            for tolerance in plan.tolerances_s:
                row = metrics_row(
                    result.cases, result.model, result.dataset, phase, threshold, tolerance, seed=plan.seed
                )
                rows.append({**row, "threshold_source": result.source})
    return rows


def _each(results: Sequence[Result]) -> list[tuple[Result, str, float]]:
    return [
        (result, phase, threshold)
        for result in results
        for phase, threshold in result.thresholds.items()
        if phase in PHASES and any(phase in case.labels for case in result.cases)
    ]


def _head(result: Result, phase: str) -> dict[str, Any]:
    return {"model": result.model, "dataset": result.dataset, "phase": phase}


def curves_of(results: Sequence[Result], plan: Plan) -> Curves:
    """Return ROC and precision-recall curve by model, dataset and phase."""
    return {
        (result.model, result.dataset, phase): (
            roc_of(result.cases, phase),
            tradeoff(result.cases, phase, plan.main_s),
        )
        for result, phase, _ in _each(results)
    }


def areas_of(curves: Curves) -> Rows:
    """Return the areas under ROC and precision-recall curves."""
    return [
        {
            **dict(zip(("model", "dataset", "phase"), key, strict=True)),
            "roc_auc": above.auc,
            "average_precision": trade.area,
            "positives": above.positives,
            "negatives": above.negatives,
        }
        for key, (above, trade) in curves.items()
    ]


def rules_of(results: Sequence[Result]) -> Rows:
    """Return the scores under every paper's own rule."""
    rows = []
    for result, phase, threshold in _each(results):
        for name, rule in RULES.items():
            found = rule(result.cases, phase, threshold)
            scores = {key: getattr(found, key) for key in ("precision", "recall", "f1")}
            rows.append({**_head(result, phase), "rule": name, "tolerance_s": rule.tolerance_s, **scores})
    return rows


def groups_of(results: Sequence[Result], plan: Plan) -> Rows:
    """Return the scores by SNR, distance, magnitude and S - P."""
    return [
        {**_head(result, phase), **row}
        for result, phase, threshold in _each(results)
        for quantity in EDGES
        for row in grouped(result.cases, quantity, phase, threshold, plan.main_s, seed=plan.seed)
    ]


def robustness_of(results: Sequence[Result], plan: Plan) -> Rows:
    """Return the scores of perturbed records, the untouched ones first."""
    rows = []
    for result, phase, threshold in _each(results):
        if not result.perturbed:
            continue
        for name, cases in {"as recorded": result.cases, **result.perturbed}.items():
            row = metrics_row(
                cases, result.model, result.dataset, phase, threshold, plan.main_s, seed=plan.seed
            )
            keys = ("precision", "recall", "f1", "f1_low", "f1_high", "mae_s")
            rows.append({**_head(result, phase), "perturbation": name, **{key: row[key] for key in keys}})
    return rows


def write_report(
    results: Sequence[Result],
    plan: Plan,
    out: str | Path,
    *,
    title: str = "Evaluation",
    continuous: Sequence[dict[str, Any]] = (),
    pictures: bool = True,
) -> Rows:
    """Write ``metrics.json``, ``card.json``, ``card.md``, ``card.html`` and the pictures.

    Parameters
    ----------
    results : sequence of Result
    plan : Plan
    out : str or Path
        Folder; made if it is not there.
    title : str
    continuous : sequence of dict
        Rows of :func:`onsets.evaluation.pick_rates`.
    pictures : bool
        Draw; without matplotlib the tables can still be written.

    Returns
    -------
    list of dict
        The rows of ``metrics.json``.

    Raises
    ------
    ConfigError
        If the folder cannot be made or there is nothing to report.
    MissingExtraError
        If pictures are wanted and matplotlib is not installed.
    """
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot make the folder {out}: {error.strerror or error}") from error
    curves = curves_of(results, plan)
    parts: dict[str, Rows] = {
        "metrics": metrics_of(results, plan),
        "cost": [{"model": r.model, "dataset": r.dataset, **r.cost} for r in results],
        "areas": areas_of(curves),
        "rules": rules_of(results),
        "groups": groups_of(results, plan),
        "robustness": robustness_of(results, plan),
        "continuous": list(continuous),
    }
    if not parts["metrics"]:
        raise ConfigError("no model has a threshold for a phase that is labelled; nothing to report")
    _write(folder / "metrics.json", _json(parts["metrics"]))
    made = {}
    if pictures:
        made = draw(results, plan, parts, curves, folder)
    card = Card(title, notes_of(results, plan), sections_of(results, plan, parts, made))
    _write(folder / "card.json", _json({"title": title, "notes": list(card.notes), **parts}))
    _write(folder / "card.md", as_markdown(card))
    _write(folder / "card.html", as_html(card, folder))
    return parts["metrics"]


def _json(value: Any) -> str:
    return json.dumps(_plain(value), indent=1, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    """Return what JSON can hold: unknown numbers are null."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def _write(path: Path, text: str) -> None:
    with replacing(path) as file:
        file.write(text.encode())
