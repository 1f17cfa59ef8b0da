"""Station-days against time: SeisBench as it comes, SeisBench tuned (batches of 32), and onsets, in turn.

    python benchmarks/throughput.py [--quick] [--work FOLDER] [--budget SECONDS] -o OUT.json

Archives are made with a fixed seed (see archives.py), the same published weights are put into both sides
(see peers.py), and each measurement is a process of its own with one thread, the sides taking turns, five
times (three with ``--quick``). Ours includes reading the files, SeisBench's does not. Every finished process
is noted in FOLDER/runs.jsonl: with ``--budget`` the program ends after that many seconds, and when it is
called again it goes on. A table is written beside OUT.json as Markdown. Seconds are wall time; ratios of CPU
time stand beside those of wall time, as other programs disturb them less; the parts of ours are CPU time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

START = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
TURNS, QUICK_TURNS = 5, 3
WINDOWS = {"phasenet": (3001, 1501), "eqtransformer": (6000, 3000), "lppn": (3072, 1536)}
TOLERANCE_NS = 10_000_000
EDGE_NS = {"phasenet": 0, "eqtransformer": 10**9}  # SeisBench leaves the ends of a record out


def plan(turns: int, quick: bool) -> list[dict[str, Any]]:
    """Return the processes to run, in order; SeisBench's slowest runs once, and not at all if quick."""
    jobs = []
    for turn in range(turns):
        for network in ("phasenet", "eqtransformer"):
            jobs += [
                {"side": side, "network": network, "work": "24h", "turn": turn}
                for side in ("peer", "peer_tuned", "ours")
            ]
        jobs += [
            {"side": side, "network": "phasenet", "work": "two", "turn": turn}
            for side in ("peer_tuned", "ours")
        ]
        jobs += [{"side": "ours", "network": "lppn", "work": "24h", "turn": turn}]
        jobs += [{"side": "ours", "network": "phasenet", "work": "gappy", "turn": turn}]
    jobs += [
        {"side": "ours", "network": network, "work": work, "turn": 0}
        for network in ("phasenet", "lppn")
        for work in ("1h", "7d")
    ]
    if not quick:
        jobs += [
            {"side": "peer_tuned", "network": "phasenet", "work": work, "turn": 0} for work in ("gappy", "7d")
        ]
        jobs += [{"side": "peer_tuned", "network": "phasenet", "work": "1h", "turn": 0}]
    return jobs


def prepare(folder: Path, shared: Path | None, works: set[str]) -> None:
    """Make archives and weights that are not there yet, and export ours once."""
    import archives
    import peers

    from onsets.networks.importers import import_file

    archives.make(folder, sorted(works), shared)
    for network, write in (("phasenet", peers.write_phasenet), ("eqtransformer", peers.write_eqtransformer)):
        target = folder / network
        if not (target / "ours.safetensors").exists():
            target.mkdir(exist_ok=True)
            write(shared, target)
            import_file(target / f"{peers.THEIRS}.pt", "seisbench", target / "ours.safetensors")
    if not (folder / "lppn" / "ours.safetensors").exists():
        (folder / "lppn").mkdir(exist_ok=True)
        peers.write_lppn(shared, folder / "lppn" / "ours.safetensors")
    for network in WINDOWS:
        run_child({"side": "load", "network": network, "work": "1h"}, folder)


def files_of(folder: Path, work: str) -> list[str]:
    """Return the files of an archive."""
    return [str(path) for path in sorted((folder / ("24h" if work == "two" else work)).glob("2024/*/*/*/*"))]


def child(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Do one measurement in this process."""
    files = files_of(folder, job["work"])
    if job["side"] in ("ours", "load"):
        result = _ours(job, folder, files)
    else:
        result = _peer(job, folder, files)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {**job, **result, "rss_mb": round(usage.ru_maxrss / 1024)}


def _ours(job: dict[str, Any], folder: Path, files: list[str]) -> dict[str, Any]:
    from dataclasses import replace

    from onsets.picking import load
    from onsets.pipeline import Unit, pick_unit

    picker = load(str(folder / job["network"] / "ours.safetensors"), threads=1)
    if job["side"] == "load":
        return {}
    spent = [0.0, 0]

    class Timed:
        def run(self, batch: Any) -> Any:
            began = time.process_time()
            out = picker.runner.run(batch)
            spent[0] += time.process_time() - began
            spent[1] += len(batch)
            return out

    began, cpu = time.perf_counter(), time.process_time()
    run = pick_unit(Unit("XX.BENCH", tuple(files)), replace(picker, runner=Timed()))
    return {
        "wall_s": time.perf_counter() - began,
        "cpu_s": time.process_time() - cpu,
        "network_s": spent[0],
        "windows": spent[1],
        "picks": [[p, int(t)] for p, t in zip(run.picks.phase.tolist(), run.picks.time_ns, strict=True)],
    }


def _peer(job: dict[str, Any], folder: Path, files: list[str]) -> dict[str, Any]:
    import warnings

    warnings.simplefilter("ignore")
    import obspy
    import peers
    import torch

    torch.set_num_threads(1)
    model = peers.load_peer(job["network"], folder / job["network"]).eval()
    stream = obspy.Stream()
    for path in files:
        stream += obspy.read(path)
    options = {"batch_size": 32} if job["side"] == "peer_tuned" else {}
    began, cpu = time.perf_counter(), time.process_time()
    out = model.classify(stream, **options)
    return {
        "wall_s": time.perf_counter() - began,
        "cpu_s": time.process_time() - cpu,
        "picks": [[pick.phase, int(pick.peak_time._ns)] for pick in out.picks],
    }


def run_child(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Run one job in a process of its own, or in two at once."""
    environment = {**os.environ, **dict.fromkeys(START, "1"), "ONSETS_CACHE": str(folder / "cache")}
    command = [sys.executable, __file__, "--work", str(folder), "--child", json.dumps(job)]
    count = 2 if job["work"] == "two" else 1
    children = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    results = []
    for process in children:
        out, errors = process.communicate()
        if process.returncode:
            raise SystemExit(f"{job} failed:\n{errors[-2000:]}")
        results.append(json.loads(out.splitlines()[-1]))
    if count == 2:  # both do a station-day in the time of the slower one
        return {**results[0], "wall_s": max(one["wall_s"] for one in results) / 2}
    return results[0]


def gemm_gmac_s() -> float:
    """Return the multiply-adds a second, in 10^9, of one core's best matrix product."""
    code = (
        "import numpy as np, time\n"
        "a = np.random.rand(768, 768).astype(np.float32); best = 9.0\n"
        "for _ in range(30):\n    t = time.thread_time(); a @ a; best = min(best, time.thread_time() - t)\n"
        "print(768 ** 3 / best / 1e9)"
    )
    environment = {**os.environ, **dict.fromkeys(START, "1")}
    return float(
        subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True).stdout
    )


def agreement(ours: list[Any], theirs: list[Any], edge_ns: int) -> float:
    """Return the share of their picks and ours that the other has within a sample, record ends left out."""
    if not theirs:
        return float(not ours)
    low, high = min(t for _, t in theirs), max(t for _, t in theirs)
    met = count = 0
    for phase in "PS":
        some, others = (np.array(sorted(t for p, t in side if p == phase)) for side in (ours, theirs))
        some = some[(some >= low - edge_ns) & (some <= high + edge_ns)] if edge_ns else some
        for a, b in ((some, others), (others, some)):
            count += len(a)
            met += sum(bool(len(b)) and int(np.abs(b - t).min()) <= TOLERANCE_NS for t in a)
    return met / max(count, 1)


def summarise(runs: list[dict[str, Any]], machine: str, peak: float) -> dict[str, Any]:
    """Return medians, ratios, memory and agreement, one row a network and work."""
    from onsets.networks import figures

    cost = {row["name"]: row["macs_window"] for row in figures()}
    kinds = dict.fromkeys((run["network"], run["work"]) for run in runs)
    rows = [
        row_of([run for run in runs if (run["network"], run["work"]) == kind], cost, peak) for kind in kinds
    ]
    return {"machine": machine, "gemm_gmac_s": peak, "rows": rows}


def row_of(runs: list[dict[str, Any]], cost: dict[str, int], peak: float) -> dict[str, Any]:
    """Return the row of one network and work."""
    network, work = runs[0]["network"], runs[0]["work"]
    ours, peer, tuned = ([run for run in runs if run["side"] == s] for s in ("ours", "peer", "peer_tuned"))

    def middle(some: list[dict[str, Any]], key: str = "wall_s") -> float | None:
        return statistics.median(run[key] for run in some) if some else None

    def over(some: list[dict[str, Any]], key: str = "wall_s") -> float | None:
        return middle(some, key) / middle(ours, key) if some and ours else None  # type: ignore[operator]

    row: dict[str, Any] = {
        "network": network,
        "work": work,
        "ours_s": middle(ours),
        "peer_s": middle(peer),
        "peer_tuned_s": middle(tuned),
        "ratio": over(peer),
        "ratio_tuned": over(tuned),
        "ours_cpu_s": middle(ours, "cpu_s"),
        "peer_cpu_s": middle(peer, "cpu_s"),
        "peer_tuned_cpu_s": middle(tuned, "cpu_s"),
        "ratio_cpu": over(peer, "cpu_s"),
        "ratio_tuned_cpu": over(tuned, "cpu_s"),
        "rss_mb": max((run["rss_mb"] for run in ours), default=None),
        "peer_rss_mb": max((run["rss_mb"] for run in peer + tuned), default=None),
        "picks_equal_share": None,
        "turns": len(ours),
    }
    if ours:
        row["network_s"] = middle(ours, "network_s")
        row["outside_s"] = statistics.median(run["cpu_s"] - run["network_s"] for run in ours)
        row["limit_s"] = ours[0]["windows"] * cost[network] / 1e9 / peak
        row["picks"] = len(ours[0]["picks"])
    if ours and (peer or tuned) and work != "gappy":
        theirs = (peer or tuned)[0]["picks"]
        row["picks_equal_share"] = agreement(ours[0]["picks"], theirs, EDGE_NS[network])
    return row


def table(summary: dict[str, Any]) -> str:
    """Return the rows as Markdown."""

    def cell(value: Any, form: str = ".2f") -> str:
        return "" if value is None else format(value, form)

    lines = [
        f"{summary['machine']}; one core's matrix product: {summary['gemm_gmac_s']:.0f} GMAC/s",
        "",
        "| network | work | SeisBench s | tuned s | onsets s | x default | x tuned | by CPU time | RSS MB "
        "| SeisBench MB | same picks | network s | outside s | limit s |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in summary["rows"]:
        cells = [row["network"], row["work"]]
        cells += [cell(row[key]) for key in ("peer_s", "peer_tuned_s", "ours_s", "ratio", "ratio_tuned")]
        cells += [", ".join(filter(None, (cell(row[key]) for key in ("ratio_cpu", "ratio_tuned_cpu"))))]
        cells += [cell(row[key], "d") for key in ("rss_mb", "peer_rss_mb")]
        cells += [cell(row["picks_equal_share"], ".2%")]
        cells += [cell(row.get(key)) for key in ("network_s", "outside_s", "limit_s")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def machine_name() -> str:
    """Return processor, cores and system."""
    name = platform.processor() or platform.machine()
    cpu = Path("/proc/cpuinfo")
    if cpu.is_file():
        models = [
            line.split(":")[1].strip()
            for line in cpu.read_text().splitlines()
            if line.startswith("model name")
        ]
        name = models[0] if models else name
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"


def main() -> int:
    """Run what is missing, write the summary; 0 when everything has run, 3 when the budget ended first."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="three turns, SeisBench without gaps and week")
    parser.add_argument("--work", type=Path, help="folder of archives, weights and finished runs")
    parser.add_argument("--budget", type=float, default=float("inf"), help="seconds after which to stop")
    parser.add_argument("--turns", type=int, help="turns instead of five")
    parser.add_argument("-o", "--output", type=Path, help="JSON; the table goes beside it as .md")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    folder = arguments.work or Path(tempfile.gettempdir()) / "onsets-throughput"
    if arguments.child:
        print(json.dumps(child(json.loads(arguments.child), folder)))
        return 0
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    root = Path(os.environ.get("ONSETS_SHARED", Path(__file__).parents[2] / "shared"))
    jobs = plan(arguments.turns or (QUICK_TURNS if arguments.quick else TURNS), arguments.quick)
    prepare(folder, root if (root / "weights").is_dir() else None, {job["work"] for job in jobs} - {"two"})
    note = folder / "runs.jsonl"
    runs = [json.loads(line) for line in note.read_text().splitlines()] if note.exists() else []
    done = {tuple(run[key] for key in ("side", "network", "work", "turn")) for run in runs}
    ended = 0
    for job in jobs:
        if tuple(job.values()) in done:
            continue
        if time.monotonic() - began > arguments.budget:
            ended = 3
            break
        runs.append(run_child(job, folder))
        with note.open("a") as file:
            file.write(json.dumps(runs[-1]) + "\n")
        print(f"{job}: {runs[-1]['wall_s']:.2f} s, {runs[-1]['rss_mb']} MB", file=sys.stderr, flush=True)
    wanted = {tuple(job.values()) for job in jobs}
    some = [run for run in runs if tuple(run[key] for key in ("side", "network", "work", "turn")) in wanted]
    summary = summarise(some, machine_name(), gemm_gmac_s())
    if arguments.output:
        arguments.output.write_text(json.dumps(summary, indent=1) + "\n")
        arguments.output.with_suffix(".md").write_text(table(summary))
    print(table(summary))
    return ended


if __name__ == "__main__":
    raise SystemExit(main())
