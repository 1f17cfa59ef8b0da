"""The words and tables of a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from onsets.evaluation.compare import Plan, Result
from onsets.evaluation.pages import Section, shown
from onsets.evaluation.rules import RULES

__all__ = ["notes_of", "sections_of"]

Parts = Mapping[str, Sequence[Mapping[str, Any]]]
CLASSICAL_NOTE = (
    "The default thresholds of the classical pickers were chosen on ncedc_phasenet and nz_dfdp_eqcorrscan: "
    "on those two their scores are too good."
)
SEEN_NOTE = (
    "Whether a network was trained on some of these records is not known here; its own card says what it was "
    "trained on (onsets models NAME). Scores on records it has seen are too good."
)


def notes_of(results: Sequence[Result], plan: Plan) -> tuple[str, ...]:
    """Return what a reader must know before any number."""
    notes = []
    for dataset in dict.fromkeys(result.dataset for result in results):
        cases = next(result.cases for result in results if result.dataset == dataset)
        labels = {phase: sum(phase in case.labels for case in cases) for phase in ("P", "S")}
        noise = sum(case.noise for case in cases)
        events = len({case.event_id for case in cases})
        apart = all(case.event_id.startswith("record ") for case in cases)
        by = "each record its own event, since no event is known" if apart else f"{events} events"
        notes.append(
            f"{dataset}: {len(cases)} records, {labels['P']} P and {labels['S']} S labels, "
            f"{noise} records of noise, {sum(case.hours for case in cases):.2f} h; {by}."
        )
        problems = next(result.problems for result in results if result.dataset == dataset)
        if problems:
            first = f"{problems[0].where}: {problems[0].reason}"
            notes.append(f"{dataset}: {len(problems)} records or labels could not be used, such as {first}.")
    sources: dict[str, list[str]] = {}
    for result in results:
        models = sources.setdefault(result.source, [])
        if result.model not in models:
            models.append(result.model)
    for source, models in sources.items():
        notes.append(f"Thresholds of {', '.join(models)}: {source}.")
    notes.append(
        "Whole records are searched and matched one to one; every pick that matches no label is counted as "
        "false, although records may hold arrivals that nobody labelled. Records without a label of a phase "
        "do not count for that phase, unless they are noise."
    )
    notes.append(
        "Intervals hold 95 % of 1,000 bootstrap samples drawn by event "
        f"(seed {plan.seed}). Differences within them mean nothing."
    )
    if any(result.classical for result in results) and not plan.development:
        notes.append(CLASSICAL_NOTE)
    if any(not result.classical for result in results):
        notes.append(SEEN_NOTE)
    return tuple(notes)


def sections_of(
    results: Sequence[Result], plan: Plan, parts: Parts, pictures: Mapping[str, str]
) -> tuple[Section, ...]:
    """Return the sections of the card in order."""

    def drawn(*starts: str) -> tuple[tuple[str, str], ...]:
        return tuple(item for item in pictures.items() if item[0].startswith(starts))

    sections = [
        _scores(parts, drawn("scores")),
        _costs(parts, drawn("cost")),
        _residuals(parts, plan, drawn("residuals", "boxes")),
        _areas(parts, plan, drawn("curves")),
        _rules(parts),
        _robust(parts, plan, drawn("robustness")),
        Section("Groups", _GROUPS, pictures=drawn("groups")) if drawn("groups") else None,
        Section("Regions", "Every model on every dataset.", pictures=drawn("matrix"))
        if drawn("matrix")
        else None,
        _continuous(parts),
    ]
    return tuple(section for section in sections if section is not None)


_GROUPS = (
    "F1 of the labelled records of each group of five or more; SNR is that of a pick at the P label "
    "(2 s after it against 2.5 s before). All numbers are in card.json."
)


def _who(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["model"], row["dataset"], row["phase"]


def _scores(parts: Parts, pictures: tuple[tuple[str, str], ...]) -> Section:
    head = (
        *("model", "dataset", "phase", "tolerance s", "threshold"),
        *("precision", "recall", "F1", "95 %", "true", "false", "missed", "records"),
    )
    rows = [
        (
            *_who(row), f"{row['tolerance_s']:g}", f"{row['threshold']:g}",
            *(shown(row[key]) for key in ("precision", "recall", "f1")),
            f"{shown(row['f1_low'])} to {shown(row['f1_high'])}",
            *(shown(row[key]) for key in ("true_positives", "false_positives", "false_negatives", "records")),
        )
        for row in parts["metrics"]
    ]  # fmt: skip
    return Section("Scores", "", head, rows, pictures)


def _costs(parts: Parts, pictures: tuple[tuple[str, str], ...]) -> Section:
    head = (
        "model",
        "dataset",
        "parameters",
        "multiply-adds a day, 10^9",
        "kB float32",
        "s for an hour of record",
    )
    rows = []
    for row in parts["cost"]:
        macs, size = row["macs_day"] / 1e9, row["bytes"] / 1e3
        figures = (shown(row["parameters"]), shown(macs, 1), shown(size, 0))
        rows.append((row["model"], row["dataset"], *figures, shown(row["seconds_per_record_hour"])))
    text = (
        "Seconds are processor time of one thread for an hour of one station, picks described, on the "
        "machine of this run: compare them with each other only. A classical picker has no parameters, and "
        "its operations are not counted."
    )
    return Section("Cost", text, head, rows, pictures)


def _residuals(parts: Parts, plan: Plan, pictures: tuple[tuple[str, str], ...]) -> Section:
    head = ("model", "dataset", "phase", "mean s", "std s", "MAE s", "median s", "MAPE %", "outliers")
    rows = [
        (
            *_who(row), *(shown(row[key], sign=key != "std_s") for key in ("mean_s", "std_s")),
            shown(row["mae_s"]), shown(row["median_s"], sign=True),
            shown(row["mape"]), shown(row["outlier_share"]),
        )
        for row in parts["metrics"]
        if row["tolerance_s"] == plan.main_s
    ]  # fmt: skip
    text = (
        f"Pick minus label of the picks within {plan.main_s:g} s. MAPE is relative to the label's time after "
        "the record's start. Outliers: of the labels with a pick within 5 s, the share that is more than "
        "1 s off."
    )
    return Section("Residuals", text, head, rows, pictures)


def _areas(parts: Parts, plan: Plan, pictures: tuple[tuple[str, str], ...]) -> Section:
    head = ("model", "dataset", "phase", "ROC AUC", "average precision", "positives", "negatives")
    keys = ("roc_auc", "average_precision", "positives", "negatives")
    rows = [(*_who(row), *(shown(row[key]) for key in keys)) for row in parts["areas"]]
    text = (
        "ROC: the highest value of the curve within half a second of each label against that of every "
        f"second without label. Average precision: of the picks within {plan.main_s:g} s over the "
        "thresholds tried."
    )
    return Section("ROC and precision-recall", text, head, rows, pictures)


def _rules(parts: Parts) -> Section:
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in parts["rules"]:
        found.setdefault(_who(row), {})[row["rule"]] = " / ".join(
            shown(row[key], 2) for key in ("precision", "recall", "f1")
        )
    head = (
        "model",
        "dataset",
        "phase",
        *(f"{name} ({rule.tolerance_s:g} s)" for name, rule in RULES.items()),
    )
    rows = [(*who, *(each.get(name, "–") for name in RULES)) for who, each in found.items()]
    text = (
        "Precision / recall / F1 of the same picks counted as the papers do; only the column strict is "
        "comparable with the tables above. LEQNet's rule calls a pick false only in records of noise."
    )
    return Section("The papers' own rules", text, head, rows)


def _robust(parts: Parts, plan: Plan, pictures: tuple[tuple[str, str], ...]) -> Section | None:
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in parts["robustness"]:
        found.setdefault(_who(row), {})[row["perturbation"]] = shown(row["f1"])
    if not found:
        return None
    names = list(next(iter(found.values())))
    text = (
        f"F1 at {plan.main_s:g} s of the same records made worse: Gaussian noise of 0.1 and 0.3 of each "
        "component's variance, three gaps of 2 s away from the labels, missing components, half the rate, "
        "another begin."
    )
    rows = [(*who, *(each[name] for name in names)) for who, each in found.items()]
    return Section("Robustness", text, ("model", "dataset", "phase", *names), rows, pictures)


def _continuous(parts: Parts) -> Section | None:
    if not parts["continuous"]:
        return None
    assigned = any("p_reserved" in row for row in parts["continuous"])
    more = ("P Rsv/Pick", "S Rsv/Pick") if assigned else ()
    head = ("model", "station", "hours", "P", "S", "P an hour", "S an hour", *more)
    rows = [
        (
            row["model"], row["station_id"], shown(row["hours"], 2),
            shown(row["picks_p"]), shown(row["picks_s"]),
            shown(row["p_per_hour"], 1), shown(row["s_per_hour"], 1),
            *((shown(row["p_reserved"]), shown(row["s_reserved"])) if assigned else ()),
        )
        for row in parts["continuous"]
    ]  # fmt: skip
    text = "Nobody has labelled them: more picks are not better."
    if assigned:
        text += " Rsv/Pick: the share of picks that association put into events, as MSNet is judged."
    return Section("Continuous records", text, head, rows)
