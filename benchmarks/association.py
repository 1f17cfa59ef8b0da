"""Associate real and semi-synthetic picks, and say what was found and at what cost.

    python benchmarks/association.py [--quick] [--only NAME ...] [-o OUT.json]

Cases (those whose data is not installed are skipped):

italy       2016-10-14, 115,440 PhaseNet picks of 56 stations; REAL's published settings for the engine
            ``real``, the same thresholds for ``pyocto``. REAL itself finds 2,099 events in 163 s of
            processor time, PyOcto 2,395. Both engines against each other (3 s, 10 km), against the 102
            LOC-FLOW events of the first 50 minutes, and against PyOcto called without us.
flat, dense Calaveras, 308 events with the true event of every pick; settings as the network and the
            picks give them.
million     10^6 synthetic picks of 100 stations over ten days, half of them noise: time and memory.

Every run is a process of its own, so that its time and memory are its own. Nothing here is tuned on the
truth: settings are REAL's published ones or what :mod:`onsets.association.settle` derives.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from onsets.association import PyoctoOptions, RealOptions, associate, from_real_strings, settled
from onsets.earth import LayeredModel
from onsets.evaluation.events import match_events, score_association
from onsets.tables import Events, Picks, Stations

SHARED = Path(os.environ.get("ONSETS_SHARED", "../shared")) / "data"
ITALY = SHARED / "association" / "italy_20161014_real"
REAL_STRINGS = {"R": "0.1/20/0.04/2/5", "G": "1.4/20/0.01/1", "V": "6.2/3.3"}
REAL_STRINGS |= {"S": "3/2/12/3/0.5/0.2/1/0.25/0.2/4"}


def columns(path: Path) -> dict[str, list[str]]:
    """Read a CSV, gzipped or not, as columns."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def as_picks(station_id: list[str], phase: list[str], time_ns: Any, probability: Any) -> Picks:
    """Return picks of which nothing else is known."""
    n = len(phase)
    blank, nan = np.full(n, "", "U1"), np.full(n, np.nan)
    weight = np.asarray(probability, np.float64)
    station, phases = np.array(station_id, np.str_), np.array(phase, np.str_)
    return Picks(station, blank, phases, time_ns, weight, nan, nan, nan, blank, blank, blank)


def nanoseconds(times: list[str]) -> Any:
    """Return ns UTC of ISO times."""
    return np.array(times, "datetime64[ns]").astype(np.int64)


def italy_model() -> LayeredModel:
    """Return the model of REAL's demo, which is linear between its points, in layers of 500 m."""
    points = [line.split() for line in (ITALY / "demo_real/REAL/tt_db/itvel.nd").read_text().splitlines()]
    rows = np.array([words[:3] for words in points if len(words) > 2], float)[:14]
    rows[1:, 0] += 1e-9 * np.arange(1, len(rows))  # the Moho is two points at one depth
    tops = np.arange(0.0, 40.0, 0.5)
    middle = tops + 0.25
    return LayeredModel(
        tops, np.interp(middle, rows[:, 0], rows[:, 1]), np.interp(middle, rows[:, 0], rows[:, 2])
    )


def italy() -> tuple[Picks, Stations, LayeredModel]:
    """Return the day in central Italy."""
    table = columns(ITALY / "picks_phasenet_tidy.csv.gz")
    names = [f"{net}.{sta}." for net, sta in zip(table["network"], table["station"], strict=True)]
    picks = as_picks(names, table["phase"], nanoseconds(table["time"]), np.array(table["probability"], float))
    places = columns(ITALY / "stations.csv")
    stations = Stations.of(
        {
            "station_id": f"{places['network'][i]}.{places['station'][i]}.",
            "latitude": float(places["latitude"][i]),
            "longitude": float(places["longitude"][i]),
            "elevation_m": 1000 * float(places["elevation_km"][i]),
        }
        for i in range(len(places["station"]))
    )
    return picks, stations, italy_model()


def italy_reference() -> Events:
    """Return the 102 located events of the first 50 minutes."""
    table = columns(ITALY / "reference_locflow.csv")
    times = nanoseconds(table["time"])
    return Events.of(
        {
            "event_id": str(i),
            "time_ns": times[i],
            "latitude": float(table["latitude"][i]),
            "longitude": float(table["longitude"][i]),
            "depth_km": float(table["depth_km"][i]),
        }
        for i in range(len(times))
    )


def calaveras(kind: str) -> tuple[Picks, Stations, LayeredModel, Any]:
    """Return picks, stations, HypoDD's model of the region and the true event of each pick."""
    name = {"flat": "calaveras_flat_manual", "dense": "calaveras_dense_semisynthetic"}[kind]
    folder = SHARED / "association" / name
    table = columns(folder / "picks_with_truth.csv")
    truth = np.array(table["true_event_id"], np.int64)
    names = [f".{station}." for station in table["station"]]
    picks = as_picks(names, table["phase"], nanoseconds(table["time"]), np.ones(len(names)))
    places = columns(folder / "stations.csv")
    stations = Stations.of(
        {"station_id": f".{name}.", "latitude": float(lat), "longitude": float(lon)}
        for name, lat, lon in zip(places["station"], places["latitude"], places["longitude"], strict=True)
    )
    from onsets.earth import read_model

    return picks, stations, read_model(SHARED / "location/hypodd/example2/hypoDD.inp"), truth


def million(days: float = 10.0, picks_in_all: int = 1_000_000) -> tuple[Picks, Stations, LayeredModel]:
    """Return a synthetic network's picks: half noise, half of events of 12 to 60 picks."""
    rng = np.random.default_rng(8)
    model = LayeredModel([0.0, 5.0, 25.0], [5.5, 6.2, 7.8], [3.1, 3.55, 4.4])
    side = 120.0
    x, y = rng.uniform(0, side, 100), rng.uniform(0, side, 100)
    stations = Stations.of(
        {"station_id": f"XX.S{i:03d}.", "x_km": x[i], "y_km": y[i], "elevation_m": 0.0} for i in range(100)
    )
    from onsets.earth import time_grid

    grids = [time_grid(model, phase, 21.0, 200.0) for phase in "PS"]
    span = days * 86_400
    station, phase, time_s = [], [], []
    made = 0
    while made < picks_in_all // 2:
        place, depth, origin = rng.uniform(0, side, 2), rng.uniform(2, 18), rng.uniform(60, span - 60)
        distance = np.hypot(x - place[0], y - place[1])
        near = np.argsort(distance)[: int(rng.integers(8, 40))]
        for kind in (0, 1):
            seen = near[rng.random(len(near)) < 0.8]
            arrival = origin + grids[kind].times(distance[seen], depth) + rng.normal(0, 0.1, len(seen))
            station.append(seen)
            phase.append(np.full(len(seen), kind))
            time_s.append(arrival)
            made += len(seen)
    noise = picks_in_all - made
    station.append(rng.integers(0, 100, noise))
    phase.append(rng.integers(0, 2, noise))
    time_s.append(rng.uniform(0, span, noise))
    rows, kinds = np.concatenate(station), np.concatenate(phase)
    names = np.array([f"XX.S{i:03d}." for i in range(100)])
    times = np.round(np.concatenate(time_s) * 1e9).astype(np.int64)
    return as_picks(names[rows], np.where(kinds == 0, "P", "S"), times, np.ones(len(rows))), stations, model


def options_for(case: str, method: str) -> PyoctoOptions | RealOptions:
    """Return the settings of a case."""
    if case.startswith("italy"):
        if method == "real":
            return RealOptions(**from_real_strings(**REAL_STRINGS))
        return PyoctoOptions(
            picks=12, p_picks=3, s_picks=3, both=3, depth_km=20.0, threads=1, passes=1
        )  # one pass, as bare PyOcto
    return RealOptions() if method == "real" else PyoctoOptions(threads=1 if case != "million" else 2)


def bare_pyocto(picks: Picks, stations: Stations, model: LayeredModel) -> int:
    """Call PyOcto as its manual says, with the settings of the case italy; return the number of events."""
    import tempfile

    import pandas
    import pyocto

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model")
        layers = pandas.DataFrame({"depth": model.depth_km, "vp": model.vp_km_s, "vs": model.vs_km_s})
        pyocto.VelocityModel1D.create_model(layers, 0.5, 250.0, 25.0, path)
        speeds = pyocto.VelocityModel1D(path, 1.0, 112.0, model.vp_km_s[0], model.vs_km_s[0])
        low, high = stations.latitude.min() - 0.1, stations.latitude.max() + 0.1
        left, right = stations.longitude.min() - 0.13, stations.longitude.max() + 0.13
        engine = pyocto.OctoAssociator.from_area(
            (low, high), (left, right), (0, 20), speeds, 45.0, n_picks=12, n_p_picks=3, n_s_picks=3,
            n_p_and_s_picks=3, pick_match_tolerance=1.0, n_threads=1,
        )  # fmt: skip
        table = pandas.DataFrame(
            {"id": stations.station_id, "latitude": stations.latitude, "longitude": stations.longitude}
        )
        table["elevation"] = stations.elevation_m
        rows = pandas.DataFrame(
            {"station": picks.station_id, "time": picks.time_ns / 1e9, "phase": picks.phase}
        )
        events, _ = engine.associate(rows, engine.transform_stations(table))
        engine.transform_events(events)
    return len(events)


def run(case: str, method: str, out: Path) -> None:
    """Run one case in this process; write what it found and cost."""
    truth = None
    if case in ("flat", "dense"):
        picks, stations, model, truth = calaveras(case)
    elif case == "million":
        picks, stations, model = million()
    else:
        picks, stations, model = italy()
    if case == "italy-quick":
        picks = picks.take(picks.time_ns < picks.time_ns.min() + 3600 * 10**9)
    began, cpu = time.perf_counter(), time.process_time()
    result: dict[str, Any] = {"case": case, "method": method, "picks": len(picks)}
    if method == "bare-pyocto":
        result["events"] = bare_pyocto(picks, stations, model)
        events = None
    else:
        options = options_for(case, method)
        events, assignments = associate(picks, stations, model, options)
        result |= {"events": len(events), "assigned": len(assignments)}
    result |= {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - began}
    result["memory_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    if events is not None:
        used = settled(picks, stations, model, options)
        result["thresholds"] = [used.p_picks, used.s_picks, used.picks, used.both]
        result["median_residual_s"] = float(np.median(np.abs(assignments.residual_s)))
        if truth is not None:
            number = {name: i for i, name in enumerate(events.event_id.tolist())}
            keys = zip(
                *(getattr(assignments, name).tolist() for name in ("station_id", "phase", "time_ns")),
                strict=True,
            )
            owner = dict(zip(keys, (number[name] for name in assignments.event_id.tolist()), strict=True))
            mine = zip(picks.station_id.tolist(), picks.phase.tolist(), picks.time_ns.tolist(), strict=True)
            score = score_association(np.array([owner.get(key, -1) for key in mine]), truth)
            result |= {"precision": score.precision, "recall": score.recall, "pick_f1": score.pick_f1}
        if case.startswith("italy"):
            result["reference_matched"] = len(match_events(italy_reference(), events).pairs)
        names = ("event_id", "time_ns", "latitude", "longitude", "depth_km")
        np.savez(out.with_suffix(".npz"), **{name: getattr(events, name) for name in names})
    out.write_text(json.dumps(result))


def main() -> None:
    """Run the cases, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the first hour in Italy only, no million")
    parser.add_argument("--only", nargs="*", help="cases to run")
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--one", nargs=3, metavar=("CASE", "METHOD", "OUT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        run(given.one[0], given.one[1], Path(given.one[2]))
        return
    day = "italy-quick" if given.quick else "italy"
    work = [(day, "real"), (day, "pyocto"), (day, "bare-pyocto")]
    work += [(case, method) for case in ("flat", "dense") for method in ("pyocto", "real")]
    work += [] if given.quick else [("million", "real"), ("million", "pyocto")]
    import tempfile

    rows: list[dict[str, Any]] = []
    found: dict[str, Events] = {}
    with tempfile.TemporaryDirectory() as folder:
        for case, method in work:
            if given.only and case not in given.only:
                continue
            if case != "million" and not ITALY.is_dir():
                print(f"{case}: its data is not installed; set ONSETS_SHARED", file=sys.stderr)
                continue
            out = Path(folder, f"{case}-{method}.json")
            subprocess.run([sys.executable, __file__, "--one", case, method, str(out)], check=True)
            rows.append(json.loads(out.read_text()))
            if case == day and method != "bare-pyocto":
                arrays = np.load(out.with_suffix(".npz"))
                found[method] = Events.of(
                    dict(zip(arrays.files, values, strict=True))
                    for values in zip(*(arrays[name] for name in arrays.files), strict=True)
                )
            print(line(rows[-1]), flush=True)
    if len(found) == 2:
        shared = len(match_events(found["real"], found["pyocto"]).pairs)
        rows.append({"case": day, "method": "agreement", "matched": shared, "of": len(found["real"])})
        print(f"{day}: pyocto has {shared} of the {len(found['real'])} events of real (3 s, 10 km)")
    if given.output:
        given.output.write_text(json.dumps({"rows": rows}, indent=1) + "\n")


def line(row: dict[str, Any]) -> str:
    """Return a row of the table."""
    text = f"{row['case']:12s} {row['method']:12s} {row['events']:6d} events {row['cpu_s']:7.1f} s cpu"
    text += f" {row['memory_gb']:5.2f} GB"
    for key in ("precision", "recall", "pick_f1", "median_residual_s"):
        text += f"  {key} {row[key]:.3f}" if key in row else ""
    for key in ("reference_matched", "thresholds"):
        text += f"  {key} {row[key]}" if key in row else ""
    return text


if __name__ == "__main__":
    main()
