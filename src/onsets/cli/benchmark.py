"""``onsets benchmark``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onsets.cli.evaluate import (
    Continuous,
    Data,
    Development,
    Json,
    Most,
    Part,
    Parts,
    Robust,
    Seed,
    Tolerance,
    Workers,
    cores,
    finish,
    pick_hours,
    seconds,
)
from onsets.cli.options import Quiet
from onsets.cli.pick import MODEL_HELP

__all__ = ["benchmark"]


def benchmark(
    data: Data,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the card.")],
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            metavar="MODEL",
            help=f"{MODEL_HELP} Again for more; all bundled ones if not given.",
        ),
    ] = None,
    classical: Annotated[
        bool, typer.Option("--classical/--no-classical", help="Also the classical pickers.")
    ] = True,
    tolerance: Tolerance = None,
    part: Part = "",
    parts: Parts = None,
    development: Development = "",
    robustness: Robust = True,
    records: Most = 0,
    continuous: Continuous = None,
    seed: Seed = 0,
    workers: Workers = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare models and classical pickers on the same records.

    One card holds their scores and what they cost.

    Example: onsets benchmark --data DATASET -m default -o card
    """
    from onsets.classical import CLASSICAL
    from onsets.evaluation import PERTURBATIONS, Plan
    from onsets.picking import bundled

    models = list(model or bundled())
    if classical:
        models += [name for name in CLASSICAL if name not in models]
    plan = Plan(
        models=tuple(models),
        data=tuple(map(str, data)),
        part=part,
        parts=str(parts or ""),
        development=development,
        tolerances_s=seconds(tolerance),
        perturbations=tuple(PERTURBATIONS) if robustness else (),
        seed=seed,
        workers=workers or cores(),
        most=records,
    )
    finish(plan, output, "Benchmark of phase pickers", pick_hours(plan, continuous or []), as_json, quiet)
