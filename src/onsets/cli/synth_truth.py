"""``onsets synth day`` and ``onsets synth catalogue``."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeVar

import typer

__all__ = ["catalogue", "day"]

T = TypeVar("T")
Config = Annotated[
    str | None, typer.Argument(metavar="CONFIG.toml", help="What is wanted; defaults if not given.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a key, such as ground.rate_hz=50."),
]
Out = Annotated[str, typer.Option("--output", "-o", metavar="FOLDER", help="Folder, made if not there.")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


def day(
    output: Out,
    config: Config = None,
    sets: Sets = None,
    seed: Annotated[int | None, typer.Option(help="Of everything random.")] = None,
    as_json: Json = False,
) -> None:
    """Write a station-day with known picks: miniSEED, picks.csv and events.csv.

    Keys: start, hours, seed, site.*, ground.*, seismicity.*; see onsets.synthetics.DayOptions.

    Example: onsets synth day -o day --set hours=2 --seed 1
    """
    from onsets.synthetics import DayOptions, write_day

    made = write_day(_options(DayOptions(), config, sets, seed), output)
    said = {
        "folder": output,
        "events": len(made.sources),
        "picks": len(made.picks),
        "above_10_db": int((made.picks.snr_db > 10).sum()),
    }
    _say(said, "{events} events, {picks} arrivals ({above_10_db} over 10 dB) -> {folder}", as_json)


def catalogue(
    output: Out,
    config: Config = None,
    sets: Sets = None,
    seed: Annotated[int | None, typer.Option(help="Of everything random.")] = None,
    as_json: Json = False,
) -> None:
    """Write a network's records of a sequence with all that is true of it.

    The folder gets archive/ (SDS), stations.csv, model.csv, events.csv and picks.csv. Keys: start, seed,
    waveforms, network.*, seismicity.*, ground.*; see onsets.synthetics.CatalogueOptions.

    Example: onsets synth catalogue -o sequence --set network.stations=6 --set seismicity.days=0.1 --set
    seismicity.mainshock_day=0.02
    """
    from onsets.synthetics import CatalogueOptions, write_catalogue

    def progress(done: int, count: int) -> None:
        if not as_json:
            typer.echo(f"station {done} of {count}", err=True)

    sources, picks = write_catalogue(_options(CatalogueOptions(), config, sets, seed), output, progress)
    said = {"folder": output, "events": len(sources), "picks": len(picks)}
    _say(said, "{events} events, {picks} arrivals -> {folder}", as_json)


def _options(default: T, path: str | None, sets: list[str] | None, seed: int | None) -> T:
    """Return options of a file, or the defaults, with some keys set."""
    from onsets import config

    changes = [*(sets or []), *([] if seed is None else [f"seed={seed}"])]
    if path is not None:
        return config.load(type(default), path, changes)
    values: dict[str, Any] = config.plain(default)
    for text in changes:
        values = config.override(values, text)
    return config.make(type(default), values)


def _say(said: dict[str, Any], words: str, as_json: bool) -> None:
    typer.echo(json.dumps(said) if as_json else words.format(**said))
