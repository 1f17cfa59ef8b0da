"""Say which record trains, which develops and which is kept away, with whole regions left out.

    python recipes/weights/parts.py FOLDER

FOLDER holds the sets of ``recipes/weights/default.toml``. ``parts/all.csv`` and, for each region, ``parts/
without-REGION.csv`` are written into it: tables for ``data.parts``. Arrivals within two minutes of each
other, at any station and in any set, are one event and on one side.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from pathlib import Path

import numpy as np

from onsets.datasets import Dataset, event_groups, join, open_dataset, write_parts

REGIONS = {
    "ncedc": ("ncedc_phasenet", "ncedc_phasenet_testdata", "ncedc_deepdenoiser_P_only"),
    "nz": ("nz_dfdp_eqcorrscan",),
    "north": (
        "nordic_tphasenet_regional_40hz",
        *(f"{kind}-{name}" for kind in ("taught", "heard") for name in ("*.mseed", "hengill_malmi_200hz")),
    ),
    "iquique": ("taught-iquique_deepphasepick", "heard-iquique_deepphasepick"),
}
"""North are the Nordic arrays and Iceland: of a folder of files per event only the pattern is known."""
SYNTHETIC = ("synthetic", "synthetic-regional")
SETS = (*REGIONS["ncedc"], *REGIONS["nz"], "nordic_tphasenet_regional_40hz", "taught", *SYNTHETIC, "heard")
DEV_PERCENT = 20
NEAR_S = 100.0
"""More than half a record and the time from one station to the other."""
KEPT_AWAY = ("-iquique_deepphasepick", "CX.PB02", "2014-05-01")
"""End of the sets, beginning of the station's name and day on which false picks are counted."""


def named(root: Path, name: str) -> Dataset:
    """Open a set; give records that lack event and time what their table says instead.

    NCEDC's names hold the time of P. Of Nordic bulletins only the year is known: all of it is one event.
    """
    data = open_dataset(root / name)
    table = root / name / "metadata.csv"
    if name in ("taught", "heard"):
        return by_hour(data)
    if not table.is_file():
        return data
    with open(table, newline="", encoding="utf-8") as handle:
        told = {row["trace_name"]: row for row in csv.DictReader(handle)}
    rows = [told[key] for key in data.rows["name"].tolist()]
    events = data.rows["event_id"].tolist()
    years = [f"{name} {row['trace_year']}" if row.get("trace_year") else "" for row in rows]
    start = data.rows["start_ns"].copy()
    for k, row in enumerate(rows):
        if np.isnat(start[k]) and (text := row.get("trace_name_time", "")):
            lead_s = data.rows["p_sample"][k] / data.rows["rate_hz"][k]
            start[k] = np.datetime64(text.removesuffix("Z"), "ns") - np.timedelta64(round(1e9 * lead_s), "ns")
    both = [event or year for event, year in zip(events, years, strict=True)]
    return data.assign(event_id=np.array(both), start_ns=start)


def by_hour(data: Dataset) -> Dataset:
    """Take all that continuous data hold in one hour as one event; leave out what is near the full hour."""
    middle_s = data.rows["start_ns"].astype(np.int64) / 1e9 + data.rows["samples"] / data.rows["rate_hz"] / 2
    near = np.abs((middle_s + NEAR_S) % 3600 - NEAR_S) < NEAR_S
    hours = [f"hour {hour:.0f}" for hour in middle_s // 3600]
    return data.assign(event_id=np.array(hours)).select(np.flatnonzero(~near))


def gather(root: Path) -> Dataset:
    """Return all records with an event each."""
    data = join([named(root, name) for name in SETS])
    return data.assign(event_id=np.array([f"event {number}" for number in event_groups(data.rows)]))


def side(event: str) -> str:
    """Return the part of an event: a matter of its name alone."""
    number = int(hashlib.sha256(event.encode()).hexdigest(), 16)
    return "dev" if number % 100 < DEV_PERCENT else "train"


def divide(data: Dataset, region: str = "") -> Dataset:
    """Give every record its part; a region that is left out is the part ``test``."""
    rows = data.rows
    split = np.array([side(event) for event in rows["event_id"].tolist()], dtype="U5")
    name, station, day = KEPT_AWAY
    dates = rows["start_ns"].astype("datetime64[D]").astype(str)
    away = np.char.endswith(rows["dataset"], name) & np.char.startswith(rows["station_id"], station)
    split[away & (dates == day)] = ""
    if region:
        out = np.isin(rows["dataset"], REGIONS[region])
        gone = set(rows["event_id"][out].tolist())
        split[[event in gone for event in rows["event_id"].tolist()]] = ""
        split[out] = "test"
    return data.assign(split=split)


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    data = gather(args.folder)
    (args.folder / "parts").mkdir(exist_ok=True)
    for region in ("", *REGIONS):
        name = f"without-{region}" if region else "all"
        parted = divide(data, region)
        write_parts(parted, args.folder / "parts" / f"{name}.csv")
        counts = {part: int((parted.rows["split"] == part).sum()) for part in ("train", "dev", "test", "")}
        sys.stdout.write(
            f"{name}: " + ", ".join(f"{n} {part or 'unused'}" for part, n in counts.items()) + "\n"
        )


if __name__ == "__main__":
    main()
