"""``onsets synth``: synthetic seismograms."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onsets.cli.options import Config, Json, Quiet, Sets, options_of, say
from onsets.cli.progress import progress_bar
from onsets.cli.synth_truth import catalogue, day

if TYPE_CHECKING:
    from onsets.synthetics import GreensTable

__all__ = ["greens", "records", "synth"]

synth = typer.Typer(
    help="Synthetic seismograms with known onsets.\n\n"
    "Example: onsets synth greens --set 'depths={at=[10]}' --section section.png",
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
    section: Annotated[
        Path | None, typer.Option(help="Draw a record section of the first depth: .png, .pdf or .svg.")
    ] = None,
    workers: Workers = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compute a table of Green's functions.

    A table that is in the cache is taken from there. It is said how far the sums converged.

    Keys: model, depths, distances, rate_hz, samples and more; see onsets.synthetics.GreensOptions.

    Example: onsets synth greens --set 'depths={at=[10]}' --set 'distances={first=20,last=60,step=20}'
    """
    from onsets.synthetics import GreensOptions, greens_table

    if section is not None:
        from onsets.plots import check_picture

        check_picture(section)
    options, began = options_of(GreensOptions(), config, sets), time.perf_counter()
    update, close = progress_bar(quiet or as_json, "records")
    try:
        table = greens_table(
            options,
            cache,
            workers=workers or os.cpu_count() or 1,
            progress=lambda done, total: update(done, total, "green's functions"),
        )
    finally:
        close()
    if section is not None:
        _draw_section(table, section)
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
    """Write a dataset of random sources, labelled by ray theory.

    Keys: cache, greens.* (as in synth greens), records.* (count, seed, magnitude, pulse, duration, lead_s,
    components); see onsets.synthetics.RecordOptions.

    Example: onsets synth records -o made --set 'greens.depths={at=[10]}' --set
    'greens.distances={at=[50,100]}' --set records.count=100
    """
    from onsets.pipeline.records import RecordsPlan, write_records

    plan, began = options_of(RecordsPlan(), config, sets), time.perf_counter()
    update, close = progress_bar(quiet or as_json, "records")
    try:
        made = write_records(plan, output, to, workers=workers or os.cpu_count() or 1, progress=update)
    finally:
        close()
    labelled = {name: int((made.rows[f"{name}_sample"] >= 0).sum()) for name in ("p", "s")}
    said = {"output": str(output), "layout": to, "records": len(made), **labelled}
    said["seconds"] = round(time.perf_counter() - began, 2)
    say(said, "{records:,} records ({p:,} P, {s:,} S), {seconds} s -> {output}", as_json, quiet)


def _draw_section(table: GreensTable, path: Path) -> None:
    """Draw what the first depth's oblique double couple sends 30 degrees off its strike."""
    import numpy as np

    from onsets.earth import travel_times
    from onsets.plots import Section, figure_sections, save_figure
    from onsets.synthetics import double_couple, synthesise

    columns, depth_km = np.arange(len(table.distances_km)), float(table.depths_km[0])
    sent = synthesise(table, 0, columns, 30.0, np.tile(double_couple(0, 60, 45), (len(columns), 1)))
    surface_km = float(table.model.depth_km[0])
    times = {
        phase: travel_times(table.model, phase, table.distances_km, depth_km, surface_km).time_s
        for phase in "PS"
    }
    names = {"Z": "Vertical", "R": "Radial", "T": "Transverse"}
    sections = {
        f"{names[axis]} {table.quantity}, source {depth_km:g} km deep": Section(
            table.distances_km, sent[:, row], table.rate_hz, table.start_s, times
        )
        for row, axis in enumerate("ZRT")
    }
    fastest = float(table.model.vp_km_s.max())
    last = float((times["S"] - table.distances_km / fastest).max())
    save_figure(figure_sections(sections, reduction_km_s=fastest, latest_s=1.4 * last + 10), path)


synth.command()(day)
synth.command()(catalogue)
