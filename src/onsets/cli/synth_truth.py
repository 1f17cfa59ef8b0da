"""``onsets synth day`` and ``onsets synth catalogue``."""

from __future__ import annotations

from typing import Annotated

import typer

from onsets.cli.options import Config, Json, Quiet, Sets, options_of, say
from onsets.cli.progress import progress_bar

__all__ = ["catalogue", "day"]

Out = Annotated[str, typer.Option("--output", "-o", metavar="FOLDER", help="Folder, made if not there.")]


def day(
    output: Out,
    config: Config = None,
    sets: Sets = None,
    seed: Annotated[int | None, typer.Option(help="Of everything random.")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a station-day with known picks.

    The folder gets a miniSEED file, picks.csv and events.csv.

    Keys: start, hours, seed, site.*, ground.*, seismicity.*; see onsets.synthetics.DayOptions.

    Example: onsets synth day -o day --set hours=2 --seed 1
    """
    from onsets.synthetics import DayOptions, write_day

    options = options_of(DayOptions(), config, _seeded(sets, seed))
    update, close = progress_bar(quiet or as_json, "events")
    try:
        made = write_day(options, output, lambda done, total: update(done, total, "recorded"))
    finally:
        close()
    said = {
        "folder": output,
        "events": len(made.sources),
        "picks": len(made.picks),
        "above_10_db": int((made.picks.snr_db > 10).sum()),
    }
    say(said, "{events} events, {picks} arrivals ({above_10_db} over 10 dB) -> {folder}", as_json, quiet)


def catalogue(
    output: Out,
    config: Config = None,
    sets: Sets = None,
    seed: Annotated[int | None, typer.Option(help="Of everything random.")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a network's records of a sequence, and the truth.

    The folder gets archive/ (SDS), stations.csv, model.csv, events.csv and picks.csv. Keys: start, seed,
    waveforms, network.*, seismicity.*, ground.*; see onsets.synthetics.CatalogueOptions.

    Example: onsets synth catalogue -o sequence --set network.stations=6 --set seismicity.days=0.1 --set
    seismicity.mainshock_day=0.02
    """
    from onsets.synthetics import CatalogueOptions, write_catalogue

    options = options_of(CatalogueOptions(), config, _seeded(sets, seed))
    update, close = progress_bar(quiet or as_json)
    try:
        sources, picks = write_catalogue(options, output, lambda done, total: update(done, total, "recorded"))
    finally:
        close()
    said = {"folder": output, "events": len(sources), "picks": len(picks)}
    say(said, "{events} events, {picks} arrivals -> {folder}", as_json, quiet)


def _seeded(sets: list[str] | None, seed: int | None) -> list[str]:
    return [*(sets or []), *([] if seed is None else [f"seed={seed}"])]
