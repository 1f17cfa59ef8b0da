"""``onsets synth``: synthetic seismograms."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from onsets.cli.options import Config, Json, Quiet, Sets, options_of, say
from onsets.cli.pick import progress_bar
from onsets.cli.synth_truth import catalogue, day

__all__ = ["greens", "records", "synth"]

synth = typer.Typer(
    help="Synthetic seismograms with known onsets.\n\n"
    "Example: onsets synth records -o made --set records.count=100",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Workers = Annotated[int | None, typer.Option(min=1, help="Threads; all cores if not given.")]


@synth.command()
def greens(
    config: Config = None,
    sets: Sets = None,
    cache: Annotated[Path, typer.Option(help="Folder of tables; made if it is not there.")] = Path("greens"),
    workers: Workers = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compute a table of Green's functions, or find it in the cache, and say how far its sums converged.

    Keys: model, depths, distances, rate_hz, samples and more; see onsets.synthetics.GreensOptions.

    Example: onsets synth greens --set 'depths={at=[10]}' --set 'distances={first=20,last=60,step=20}'
    """
    from onsets.synthetics import GreensOptions, greens_table

    options, began = options_of(GreensOptions(), config, sets), time.perf_counter()
    update, close = progress_bar(quiet or as_json)
    try:
        table = greens_table(
            options,
            cache,
            workers=workers or os.cpu_count() or 1,
            progress=lambda done, total: update(done, total, "green's functions"),
        )
    finally:
        close()
    said = {
        "cache": str(cache),
        "file": str(getattr(table.values, "filename", "")),
        "depths": len(table.depths_km),
        "distances": len(table.distances_km),
        "samples": table.samples,
        "rate_hz": table.rate_hz,
        "quantity": table.quantity,
        "megabytes": round(table.values.nbytes / 1e6, 1),
        "convergence": table.convergence,
        "seconds": round(time.perf_counter() - began, 2),
    }
    words = "{depths} depths x {distances} distances x 10 traces of {samples} samples at {rate_hz:g} Hz, "
    words += "{megabytes} MB, {seconds} s; last tenth of wavenumbers: {convergence:.1e} -> {file}"
    say(said, words, as_json, quiet)


@synth.command()
def records(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the dataset.")],
    config: Config = None,
    sets: Sets = None,
    to: Annotated[str, typer.Option(help="Layout to write: shards or seisbench.")] = "shards",
    workers: Workers = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write records of random sources, with P and S of ray theory as labels, as a dataset.

    Keys: cache, greens.* (as in synth greens), records.* (count, seed, magnitude, pulse, duration, lead_s,
    components); see onsets.synthetics.RecordOptions.

    Example: onsets synth records -o made --set 'greens.depths={at=[10]}' --set
    'greens.distances={at=[50,100]}' --set records.count=100
    """
    from onsets.pipeline.records import RecordsPlan, write_records

    plan, began = options_of(RecordsPlan(), config, sets), time.perf_counter()
    update, close = progress_bar(quiet or as_json)
    try:
        made = write_records(plan, output, to, workers=workers or os.cpu_count() or 1, progress=update)
    finally:
        close()
    labelled = {name: int((made.rows[f"{name}_sample"] >= 0).sum()) for name in ("p", "s")}
    said = {"output": str(output), "layout": to, "records": len(made), **labelled}
    said["seconds"] = round(time.perf_counter() - began, 2)
    say(said, "{records:,} records ({p:,} P, {s:,} S), {seconds} s -> {output}", as_json, quiet)


synth.command()(day)
synth.command()(catalogue)
