"""Locate and relocate published examples and made-up events whose truth is known.

    python benchmarks/location.py [--quick] [--only NAME ...] [-o OUT.json]

Cases (those whose data is not installed are skipped):

times       travel times against pyrocko.cake on an earth 200 times as large, whose curvature is then
            below 2 ms, and their cost.
alaska      NonLinLoc's seven events of 2018-11-30 in its own model: its picks of weight above 0 with
            their errors, LOCGAU2 and LOCMETH as its control file says (LOCGAU's 0.2 s is not used by the
            program where LOCGAU2 is given; its 1.68 makes S of P). Offsets from its .hyp.
example1    HypoDD's 16 events, dt.ct and dt.cc, sets of weights and links of its hypoDD.inp.
example2    HypoDD's 308 events, sets of weights of its hypoDD.inp, with 8 links a pair and with the 12 of
            the file. Its dt.cc does not ship: 79,775 of the differences that made the reference, weighed
            100 times higher at last, are absent here. The file's links count both kinds together, so
            that 12 of the catalogue alone ask for more than it does and lose 4 events.
coverage    1,000 made-up events under 20 stations, picks of known errors: how often the truth lies in the
            68.3 % ellipsoid; and 300 events with 5 % of the picks wrong (off by up to 3 s).

Distances of relocations are between hypocentres after the mean shift is taken off. Nothing here is tuned
on the references.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from onsets.earth import Frame, LayeredModel, geodesic, read_model, travel_times
from onsets.location import LocateOptions, RelocateOptions, WeightSet, locate, relocate
from onsets.store.hypodd import read_locations
from onsets.store.hypodd_dt import read_differences
from onsets.store.hypodd_inp import read_control
from onsets.store.nonlinloc import read_hyp, read_obs
from onsets.tables import Assignments, Differences, Events, Stations
from onsets.waveforms import read_stations

SHARED = Path(os.environ.get("ONSETS_SHARED", "../shared")) / "data" / "location"
CRUST = LayeredModel([0.0, 5.0, 15.0, 30.0], [5.0, 5.8, 6.4, 7.8], [2.9, 3.35, 3.7, 4.5])
MIDDLE = Frame(42.7, 13.1)
Row = dict[str, Any]


def times(quick: bool) -> Iterator[Row]:
    """Compare travel times with cake."""
    try:
        from pyrocko import cake
    except ImportError:
        print("times: pyrocko is not installed", file=sys.stderr)
        return
    cake.earthradius *= 200
    cake.d2m = cake.d2r * cake.earthradius
    cake.m2d = 1 / cake.d2m
    distance = np.array([0.5, 3, 7, 12, 25, 50, 77, 120, 200, 300.0])
    worst = 0.0
    sources = (0.5, 12.1) if quick else (0.5, 3.7, 8.8, 12.1, 22.0, 40.0)
    for phase in "PS":
        for source in sources:
            ours = travel_times(CRUST, phase, distance, source).time_s
            worst = max(worst, float(np.abs(ours - _traced(cake, phase, source, distance)).max()))
    rng = np.random.default_rng(0)
    many = rng.uniform(0, 300, 200_000), rng.uniform(0, 40, 200_000)
    began = time.process_time()
    travel_times(CRUST, "P", *many)
    cost = (time.process_time() - began) / len(many[0])
    yield {"pairs": 2 * len(sources) * len(distance), "worst_s": worst, "cost_us": 1e6 * cost}


def _traced(cake: Any, phase: str, source: float, distance: Any) -> Any:
    """Return first arrivals by cake: up, down and every head wave."""
    bottoms = [*CRUST.depth_km[1:], CRUST.depth_km[-1] + 500]
    lines = [
        f"{depth} {vp} {vs} 2.7 1000 500"
        for top, bottom, vp, vs in zip(CRUST.depth_km, bottoms, CRUST.vp_km_s, CRUST.vs_km_s, strict=True)
        for depth in (top, bottom)
    ]
    layered = cake.LayeredModel.from_scanlines(cake.read_nd_model_str("\n".join(lines)))
    letter, places = phase.lower(), distance * 1000 * cake.m2d
    heads = [f"{phase}v_{top:g}{letter}" for top in CRUST.depth_km[1:] if top > source]
    first = np.full(len(distance), np.inf)
    for kind in (letter, phase, phase + "\\", *heads):
        for arrival in layered.arrivals(
            places, phases=[cake.PhaseDef(kind)], zstart=source * 1000, zstop=0.0
        ):
            at = int(np.argmin(np.abs(places - arrival.x)))
            first[at] = min(first[at], arrival.t)
    return first


def alaska(quick: bool) -> Iterator[Row]:
    """Locate NonLinLoc's sample events."""
    folder = SHARED / "nonlinloc_alaska"
    layers = read_model(folder / "run/nlloc_sample.in")
    model = LayeredModel(layers.depth_km, layers.vp_km_s, layers.vp_km_s / 1.68)
    stations = read_stations(folder / "obs/station_coordinates.txt")
    options = LocateOptions(
        method="edt", depths_km=(-5.0, 100.0), model_error_s=0.05, model_error_share=0.02, distance_km=1000.0
    )
    _, picks, errors = read_obs(folder / "obs/2018-11-30-mww70-southern-alaska.obs")
    known = dict(zip(_keys(picks), errors.tolist(), strict=True))
    for number, path in enumerate(sorted((folder / "loc").glob("alaska.2018*.hyp")), 1):
        events, rows = read_hyp(path)
        found = locate(events, rows, stations, model, options, np.array([known[key] for key in _keys(rows)]))
        place = found.events
        apart = geodesic(events.latitude[0], events.longitude[0], place.latitude[0], place.longitude[0])[0]
        deeper = float(place.depth_km[0] - events.depth_km[0])
        yield {
            "event": number,
            "offset_km": float(apart),
            "deeper_km": deeper,
            "within": bool(apart <= 2 and abs(deeper) <= 3),
            "depth_km": float(place.depth_km[0]),
            "depth_error_km": float(place.depth_error_km[0]),
            "reference_depth_error_km": float(events.depth_error_km[0]),
        }


def _keys(rows: Assignments) -> list[tuple[str, str, int]]:
    """Return what names a pick in both kinds of files."""
    columns = (rows.station_id.tolist(), rows.phase.tolist(), (rows.time_ns // 10**6).tolist())
    return list(zip(*columns, strict=True))


def example1(quick: bool) -> Iterator[Row]:
    """Relocate HypoDD's first example."""
    yield _relocated("example1", [("dt.ct", "ct"), ("dt.cc.gz", "cc")], None)


def example2(quick: bool) -> Iterator[Row]:
    """Relocate HypoDD's second example."""
    for links in (8, None):
        yield _relocated("example2", [("dt.ct.gz", "ct")], links)


def _relocated(name: str, kinds: list[tuple[str, str]], links: int | None) -> Row:
    """Relocate as a control file says; ``links`` in place of its own."""
    folder = SHARED / "hypodd" / name
    control = read_control(folder / "hypoDD.inp")
    began = time.perf_counter(), time.process_time()
    parts = [read_differences(folder / file, kind) for file, kind in kinds]
    start, reference = (read_locations(folder / f"hypoDD.{word}") for word in ("loc", "reloc"))
    options = RelocateOptions(
        tuple(WeightSet(int(row[0]), *row[1:]) for row in control.sets),
        control.max_station_km,
        links or max(control.min_links_ct + control.min_links_cc, 1),
        "drop" if control.drop_air else "hold",
        bootstrap=0,
    )
    found = relocate(
        start, Differences.concat(parts), read_stations(folder / "station.sel"), control.model, options
    )
    wall, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    row = {event: i for i, event in enumerate(found.events.event_id.tolist())}
    order = np.array([row[event] for event in reference.event_id.tolist()])
    order, reference = order[found.relocated[order]], reference.take(found.relocated[order])
    wrong = _offsets_km(found.events.take(order), reference) * 1000
    wrong -= wrong.mean(axis=0)
    length = np.linalg.norm(wrong, axis=1)
    return {
        "links": options.min_links,
        "events": len(order),
        "of": len(row),
        "median_m": float(np.median(length)),
        "median_horizontal_m": float(np.median(np.linalg.norm(wrong[:, :2], axis=1))),
        "median_depth_m": float(np.median(np.abs(wrong[:, 2]))),
        "p90_m": float(np.percentile(length, 90)),
        "wall_s": wall,
        "cpu_s": cpu,
    }


def _offsets_km(found: Events, true: Events) -> Any:
    """Return east, north, down from the truth, shape (events, 3)."""
    sides = [np.column_stack([*MIDDLE.to_xy(t.latitude, t.longitude), t.depth_km]) for t in (found, true)]
    return sides[0] - sides[1]


def coverage(quick: bool) -> Iterator[Row]:
    """Count how often error ellipsoids hold the truth."""
    for wrong, number in ((0.0, 100 if quick else 1000), (0.05, 100 if quick else 300)):
        events, assignments, stations, deviations = _made_up(number, wrong)
        options = LocateOptions(model_error_s=1e-3, model_error_share=0.0, depths_km=(-2.0, 40.0))
        for name, change in (("l1", {}), ("l2", {"norm": "l2"}), ("edt", {"method": "edt"})):
            began = time.process_time()
            found = locate(
                events, assignments, stations, CRUST, dataclasses.replace(options, **change), deviations
            )
            cost = time.process_time() - began
            off = _offsets_km(found.events, events)
            inside = []
            for one, verdict in zip(off, found.verdicts, strict=True):
                parts = 2 if "depth_fixed" in verdict.flags else 3
                inverse = np.linalg.pinv(verdict.covariance[:parts, :parts])
                inside.append(one[:parts] @ inverse @ one[:parts] <= verdict.reach2)
            yield {
                "method": name,
                "wrong_picks": wrong,
                "events": number,
                "coverage": float(np.mean(inside)),
                "median_horizontal_km": float(np.median(np.hypot(off[:, 0], off[:, 1]))),
                "median_depth_km": float(np.median(np.abs(off[:, 2]))),
                "cpu_ms_an_event": 1000 * cost / number,
            }


def _made_up(number: int, wrong: float) -> tuple[Events, Assignments, Stations, Any]:
    """Return events, picks with errors of 0.5, 1 or 2 times 0.08 (P) and 0.15 s (S), and these errors."""
    rng = np.random.default_rng(0)
    latitude, longitude = MIDDLE.to_geographic(*rng.uniform(-40, 40, (2, 20)))
    up = rng.uniform(0, 1500, 20)
    stations = Stations.of(
        {"station_id": f"XX.S{i:02d}.", "latitude": a, "longitude": b, "elevation_m": up[i]}
        for i, (a, b) in enumerate(zip(latitude, longitude, strict=True))
    )
    latitude, longitude = MIDDLE.to_geographic(*rng.uniform(-30, 30, (2, number)))
    depth = rng.uniform(3, 15, number)
    first = 1_700_000_000 * 10**9
    rows, deviations = [], []
    for i in range(number):
        away = geodesic(latitude[i], longitude[i], stations.latitude, stations.longitude)[0]
        heard = rng.random(20) < 0.7
        for phase, usual in (("P", 0.08), ("S", 0.15)):
            arrival = travel_times(CRUST, phase, away, depth[i], -up / 1000).time_s
            for j in np.flatnonzero(heard & ((phase == "P") | (rng.random(20) < 0.6))):
                deviation = usual * rng.choice([0.5, 1.0, 2.0])
                late = rng.normal() * deviation + (rng.uniform(-3, 3) if rng.random() < wrong else 0.0)
                when = first + i * 60 * 10**9 + round((arrival[j] + late) * 1e9)
                row = {"event_id": f"e{i}", "station_id": f"XX.S{j:02d}.", "phase": phase, "time_ns": when}
                rows.append(row | {"weight": 1.0})
                deviations.append(deviation)
    events = Events.of(
        {
            "event_id": f"e{i}",
            "time_ns": first + i * 60 * 10**9,
            "latitude": latitude[i],
            "longitude": longitude[i],
            "depth_km": depth[i],
        }
        for i in range(number)
    )
    return events, Assignments.of(rows), stations, np.array(deviations)


CASES = {"times": times, "alaska": alaska, "example1": example1, "example2": example2, "coverage": coverage}


def main() -> None:
    """Run the cases, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="100 events for the coverage")
    parser.add_argument("--only", nargs="*", choices=list(CASES), help="cases to run")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    rows: list[Row] = []
    for name, case in CASES.items():
        if given.only and name not in given.only:
            continue
        if name in ("alaska", "example1", "example2") and not SHARED.is_dir():
            print(f"{name}: its data is not installed; set ONSETS_SHARED", file=sys.stderr)
            continue
        for row in case(given.quick):
            rows.append({"case": name} | row)
            cells = (f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items())
            print(f"{name:9s} " + "  ".join(cells), flush=True)
    if given.output:
        given.output.write_text(json.dumps({"rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
