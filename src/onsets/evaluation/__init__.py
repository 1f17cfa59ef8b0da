"""Evaluation: picks against labels, and the card that says how good a picker is and what it costs."""

from onsets.evaluation.agree import Agreement, agreement_of, f1_loss
from onsets.evaluation.bootstrap import counts_by_event, intervals_of, resampled
from onsets.evaluation.cases import PHASES, Case, grid_of, judge, record_of
from onsets.evaluation.compare import Plan, Result, check_apart, compare, names_of
from onsets.evaluation.continuous import pick_rates
from onsets.evaluation.cost import cost_of, network_cost
from onsets.evaluation.figures import ROW_KEYS, metrics_row, residual_figures, score_cases
from onsets.evaluation.groups import EDGES, grouped
from onsets.evaluation.match import Score, match, score
from onsets.evaluation.modes import ModeRow, mode_rows, mode_table
from onsets.evaluation.pages import Card, Section, as_html, as_markdown
from onsets.evaluation.perturb import PERTURBATIONS, perturbed
from onsets.evaluation.ranks import Roc, Tradeoff, roc, roc_of, tradeoff
from onsets.evaluation.report import write_report
from onsets.evaluation.rules import RULES, Rule, retained_share
from onsets.evaluation.run import Job, judge_samples, run
from onsets.evaluation.stability import stays
from onsets.evaluation.thresholds import choose_thresholds, middle_of_best

__all__ = [
    "EDGES",
    "PERTURBATIONS",
    "PHASES",
    "ROW_KEYS",
    "RULES",
    "Agreement",
    "Card",
    "Case",
    "Job",
    "ModeRow",
    "Plan",
    "Result",
    "Roc",
    "Rule",
    "Score",
    "Section",
    "Tradeoff",
    "agreement_of",
    "as_html",
    "as_markdown",
    "check_apart",
    "choose_thresholds",
    "compare",
    "cost_of",
    "counts_by_event",
    "f1_loss",
    "grid_of",
    "grouped",
    "intervals_of",
    "judge",
    "judge_samples",
    "match",
    "metrics_row",
    "middle_of_best",
    "mode_rows",
    "mode_table",
    "names_of",
    "network_cost",
    "perturbed",
    "pick_rates",
    "record_of",
    "resampled",
    "residual_figures",
    "retained_share",
    "roc",
    "roc_of",
    "run",
    "score",
    "score_cases",
    "stays",
    "tradeoff",
    "write_report",
]
