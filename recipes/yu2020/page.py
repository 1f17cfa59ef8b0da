"""The report: docs/reproductions/yu2020.md with its pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from claims import HOLDS, NOT, OPEN, PAPER, Claim, judge_claims
from judging import Judged, read_judged
from pictures import draw_pictures
from plan import HALF, LEVELS, NETWORKS, SETS, SHOWN, Folders, Scale

from onsets.evaluation import PHASES, Card, Section, as_markdown
from onsets.store.atomic import replacing

TITLE = "Yu, Chu, Sheng & Ma (2020) reproduced"
CLAIM_WORDS = (
    "Each claim is judged at the scale above, by a rule that was written before the networks were trained "
    "(`recipes/yu2020/claims.py`). What a verdict rests on stands further below."
)
SHARE_WORDS = (
    "Percent of the records whose highest pick (a probability of at least 0.05) lies within three samples, "
    "0.6 s, of the label, with half of its 95 % interval."
)
ROC_WORDS = (
    "The paper does not say what its negatives are. Here a positive is the highest probability within half "
    "a second of a label, a negative that of each second further than two seconds from it."
)
Results = Mapping[str, Mapping[tuple[str, str], Judged]]


def write_page(scale: Scale, folders: Folders, notes: Mapping[str, Any], target: Path, device: str) -> None:
    """Write the page, and its pictures into a folder of its name beside it."""
    results = {name: read_judged(folders.judged(name)) for name in SHOWN}
    folder = target.with_suffix("")
    pictures = draw_pictures(results, folders, folder, device)
    shown = {name: (f"{folder.name}/{name}", words) for name, words in pictures.items()}
    claims = judge_claims(results, notes["timing"])
    card = Card(TITLE, _facts(scale, notes, claims), (*_numbers(notes, results, claims), *_drawn(shown),
        Section("What each claim rests on", "\n\n".join(map(_paragraph, claims))),
        Section("What it took", _time_words(scale, notes), *_times(notes)),
        Section("How it was made, and where the paper is silent", _method(scale)),
    ))  # fmt: skip
    with replacing(target) as handle:
        handle.write(as_markdown(card).encode())


def as_text(folders: Folders, notes: Mapping[str, Any]) -> str:
    """Return the results as a table of plain text: a line a network, and how long all took."""
    results = {name: read_judged(folders.judged(name)) for name in SHOWN}
    lines = [f"{'network':24}{'parameters':>11}{'P right':>9}{'S right':>9}{'P AUC':>7}{'S AUC':>7}"
             f"{'ONNX s':>8}{'GPU s':>8}{'trained s':>10}"]  # fmt: skip
    for name, shown in SHOWN.items():
        row, test = notes["timing"]["rows"][name], [results[name]["test", phase] for phase in PHASES]
        spent = notes["trained"].get(name, {}).get("wall_s")
        lines.append(
            f"{shown:24}{row['parameters']:>11,}"
            + "".join(f"{100 * own.share[0]:>8.1f}%" for own in test)
            + "".join(f"{own.auc:>7.3f}" for own in test)
            + "".join(f"{_seconds(value):>8}" for value in (row["onnx_s"], row["gpu_s"]))
            + (f"{'-' if spent is None else f'{spent:.0f}':>10}")
        )
    counts = _counts(judge_claims(results, notes["timing"]))
    return "\n".join([*lines, counts])


def _numbers(notes: Mapping[str, Any], results: Results, claims: Sequence[Claim]) -> tuple[Section, ...]:
    told = [(claim.says, claim.where, claim.verdict) for claim in claims]
    return (
        Section("Claims", CLAIM_WORDS, ("claim", "in the paper", "verdict"), told),
        Section("Table 5: size and speed", _table_words(notes), *_table_5(notes["timing"])),
        Section("Right picks", SHARE_WORDS, *_by_set(results, _share)),
        Section("Areas under the ROC", ROC_WORDS, *_by_set(results, lambda own: f"{own.auc:.3f}")),
    )


def _drawn(shown: Mapping[str, tuple[str, str]]) -> tuple[Section, ...]:
    words = {
        "Training data (figure 4)": "",
        "ROC (figure 5)": "",
        "Errors (figure 6)": "Pick minus label of picks within 0.6 s: box quartiles, line median, "
        "diamond mean, whiskers 5 and 95 %.",
        "Records in noise (figure 7)": "The first record of the noise tests within 40 to 100 km, and the "
        "first beyond 400 km; nothing else chose them.",
        "ROC in noise (figure 8)": "",
    }
    titles = zip(words.items(), shown.values(), strict=True)
    return tuple(Section(title, text, pictures=(picture,)) for (title, text), picture in titles)


def _paragraph(claim: Claim) -> str:
    return f"**{claim.says}** ({claim.where}) **{claim.verdict.capitalize()}.** {claim.found}"


def _facts(scale: Scale, notes: Mapping[str, Any], claims: Sequence[Claim]) -> tuple[str, ...]:
    visits = scale.batch * scale.updates
    return (
        "Yu Z., Chu R., Sheng M., Ma H. (2020). A new deep neural network for phase picking with balanced "
        "speed and accuracy. Acta Seismologica Sinica 42 (3), 269-282. doi:10.11939/jass.20190154",
        f"Scale **{scale.name}**: {scale.train:,} training records, {scale.updates:,} updates of "
        f"{scale.batch} records ({visits:,} in all) for every network; the paper trained on 140,000 records "
        "for an unknown time.",
        _counts(claims),
        f"CPU: {notes['timing']['cpu']}, {os.cpu_count()} cores; GPU: {notes['timing']['gpu'] or 'none'}; "
        f"torch {notes['timing']['torch']}. `make yu2020` makes this page again.",
    )


def _counts(claims: Sequence[Claim]) -> str:
    holds, fails, unknown = (
        sum(claim.verdict == verdict for claim in claims) for verdict in (HOLDS, NOT, OPEN)
    )
    return f"{holds} claims hold, {fails} do not, {unknown} cannot be judged here."


def _table_words(notes: Mapping[str, Any]) -> str:
    said = notes["timing"]["half_difference"]
    return (
        "Seconds for 15 records of 1,024 samples, the fastest of several turns, on one core by torch and by "
        "ONNX Runtime, beside the paper's (Xeon E3-1225 and Quadro K2200, threads unknown). FP16 on the CPU "
        "is true half precision; its probabilities differ from single precision by at most "
        f"{said['true_to_single']:.1e}. Its picks below were computed as a GPU does, with numbers of 16 bits "
        f"and sums of 32, which differs from true half precision by at most {said['stand_in_to_true']:.1e}."
    )


def _table_5(timing: Mapping[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    head = ("network", "parameters", "paper", "multiply-adds a record", "MB",
            "torch (s)", "ONNX (s)", "paper, CPU (s)", "GPU (s)", "paper, GPU (s)")  # fmt: skip
    rows = []
    for name, shown in SHOWN.items():
        row, paper = timing["rows"][name], PAPER.get(name, (None, None, None))
        counts = (f"{row['parameters']:,}", f"{paper[0]:,}" if paper[0] else "–")
        sizes = (f"{row['multiply_adds'] / 1e6:,.0f} M", f"{row['bytes'] / 1e6:.2f}")
        times = (row["cpu_s"], row["onnx_s"], paper[1], row["gpu_s"], paper[2])
        rows.append((shown, *counts, *sizes, *map(_seconds, times)))
    return head, rows


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2g}" if value < 10 else f"{value:.0f}"


def _by_set(results: Results, cell: Callable[[Judged], str]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return a table with a column for each phase and set."""
    words = {"test": "0 to 0.2", **{f"noise-{level}": f"{level}" for level in LEVELS}}
    parts = [(kind, phase) for phase in PHASES for kind in SETS]
    head = ("network", *(f"{phase}, noise {words[kind]}" for kind, phase in parts))
    return head, [(shown, *(cell(results[name][part]) for part in parts)) for name, shown in SHOWN.items()]


def _share(own: Judged) -> str:
    share, half = own.share
    return f"{100 * share:.1f} ± {100 * half:.1f}"


def _time_words(scale: Scale, notes: Mapping[str, Any]) -> str:
    trained = notes["trained"].values()
    spent = sum(each["cpu_s"] for each in (*notes["stages"].values(), *trained)) + sum(
        notes["judged"].values()
    )
    macs = sum(notes["timing"]["rows"][name]["multiply_adds"] for name in NETWORKS)
    did = 3 * macs * scale.batch * scale.updates / 1e12
    counted = (
        "wall times are those of a machine that others may have used too, and trainings ran side by side. "
        f"Training is counted as three times the forward pass: {did:,.0f} T multiply-adds here."
    )
    if any(each["device"] != "cpu" for each in trained):
        wall = sum(each["wall_s"] for each in notes["stages"].values())
        longest = max(each["wall_s"] for each in trained)
        return (
            f"Data took {wall / 60:.1f} minutes, the longest training {longest / 60:.1f}, everything "
            f"{spent / 60:.0f} minutes of processor time; {counted}"
        )
    full = 3 * macs * 700_000 / 1e12
    return (
        f"{spent / 60:.0f} minutes of processor time, so {spent / 120:.0f} on two free cores at best; "
        f"{counted} At full scale it is {full:,.0f} T. A GPU that sustains 30 T multiply-adds a second in "
        f"half precision would need {full / 30 / 60:.0f} minutes; CNN+RNN, 2,048 small steps one after "
        "another whatever the batch, about 0.2 s an update, so 9 minutes beside the others; Green's "
        "functions and records under 2 minutes. That is an estimate from multiply-adds: full scale was not "
        "measured."
    )


def _times(notes: Mapping[str, Any]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows = [(name, f"{s['wall_s']:.0f}", f"{s['cpu_s']:.0f}", "") for name, s in notes["stages"].items()]
    for name in NETWORKS:
        own = notes["trained"][name]
        words = f"{own['device']}, {own['precision']}"
        rows.append((f"training {SHOWN[name]}", f"{own['wall_s']:.0f}", f"{own['cpu_s']:.0f}", words))
    rows.append(
        ("judging all nine", "–", f"{sum(notes['judged'].values()):.0f}", "ONNX Runtime, torch for FP16")
    )
    return ("what", "wall (s)", "processor (s)", "where"), rows


def _method(scale: Scale) -> str:
    return (
        "Data: `recipes/yu2020/records.py` says what is as printed and what is ours (crust, ground velocity, "
        "source time functions, place of the origin). Green's functions are those of "
        "`onsets.synthetics` at depths of 4, 5 ... 19 km and distances of 20, 21 ... 470 km. The held-out "
        "records are other sources over the same Green's functions, as in the paper: how the networks do in "
        "another crust is not tested. Noise is white; its share of the record's standard deviation is drawn "
        "evenly up to 0.447, a variance of up to 0.2.\n\n"
        "Training: labels, weights and loss stand in `recipes/yu2020-*.toml`. Ours, because the paper is "
        f"silent: Adam with one cycle of the rate up to {scale.rate:g}, the number of updates, and bfloat16 "
        "arithmetic where the processor has it (not for CNN+RNN on a CPU; what was used stands in the table "
        f"above). The weights with the lowest loss on {scale.dev} development records, looked at four times, "
        "are kept.\n\n"
        "The FP16 network is the trained separable one, rounded. The 1-D encoder-decoder is the same "
        "function as the paper's without the weights that never act; it is not one of the paper's eight, "
        f"{SHOWN[HALF]} is."
    )
