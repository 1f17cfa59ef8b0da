"""Make records from continuous data where teachers are sure and agree.

    python recipes/weights/teach.py --teacher A.safetensors [--teacher B.safetensors] OUT DATA [DATA ...]

Teachers are network files such as ``onsets weights import`` and ``onsets train`` write. Each picks each file
of DATA at three playing speeds. An onset that every teacher sees, with two speeds or more within 0.4 s of
each other and once with a probability of 0.5 or more, is taken; any other candidate is doubtful. OUT
becomes a dataset (shards) of 90 s records: events that stand alone, from the candidate before to the one
after, and quiet stretches without any candidate. What lies beyond is zeros, which training takes as not
recorded.

A teacher alone calls many a small event quiet: of what a first student picked in the quiet stretches of
PhaseNet with 0.4 or more, nine in ten had a pick at a second station within 10 s (one in seven by chance).
So the student of a first round is the second teacher.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from onsets.datasets import dataset_of_arrays, write_shards
from onsets.picking import NetworkPicker, load
from onsets.types import Record
from onsets.waveforms import read_records, resample

SPEEDS = (1.0, 0.7, 0.5)
RATE_HZ = 100.0
SAMPLES = 9000
CANDIDATE, SURE = 0.2, 0.5
TOGETHER_S = 0.4
LEAD_S, TAIL_S = 4.0, 4.0
"""What an event needs before its first arrival and after its last one."""
CLEAR_S = 1.5
"""Distance to a candidate that is not the event's own."""
LONGEST_S = 60.0
"""S - P beyond which two onsets are two events."""


@dataclass(frozen=True, slots=True)
class Onset:
    """A candidate: sample of the record, phase, and whether to believe it."""

    sample: float
    phase: str
    sure: bool


@dataclass(slots=True, eq=False)
class Taken:
    """Records cut so far."""

    data: list[npt.NDArray[np.float32]] = field(default_factory=list)
    arrivals: list[tuple[float, float]] = field(default_factory=list)
    columns: list[tuple[str, str, str, int]] = field(default_factory=list)

    def add(self, record: Record, name: str, first: int, last: int, event: dict[str, float] | None) -> None:
        """Cut samples ``first`` to ``last`` of a record; and an event's arrivals in it."""
        data = np.zeros((3, SAMPLES), np.float32)
        data[:, : last - first] = record.data[:, first:last] * record.valid[:, first:last]
        pair = event or {}
        self.data.append(data)
        self.arrivals.append((pair.get("P", np.nan) - first, pair.get("S", np.nan) - first))
        kind = "noise" if event is None else "earthquake"
        start_ns = record.start_ns + round(first * 1e9 / record.rate_hz)
        self.columns.append((name, kind, record.station_id, start_ns))


def dense(teacher: str) -> NetworkPicker:
    """Return a teacher at its best use: windows a quarter apart, their ends left out."""
    picker = load(teacher, thresholds={"P": CANDIDATE, "S": CANDIDATE}, rate_as=RATE_HZ)
    if not isinstance(picker, NetworkPicker):
        raise SystemExit(f"{teacher} is no network")
    value = picker.spec.segment_samples
    hop, blind = (value * (picker.spec.samples // share // value) for share in (4, 10))
    return dataclasses.replace(
        picker, spec=dataclasses.replace(picker.spec, hop_samples=hop, blinding_samples=blind)
    )


def candidates(record: Record, teachers: list[NetworkPicker]) -> list[Onset]:
    """Return every onset that any teacher sees at any speed, in time."""
    seen: dict[str, list[tuple[float, float, tuple[int, float]]]] = {"P": [], "S": []}
    for number, speed in itertools.product(range(len(teachers)), SPEEDS):
        picks = teachers[number].pick(resample(record, RATE_HZ * speed))
        for phase, time_ns, probability in zip(picks.phase, picks.time_ns, picks.probability, strict=True):
            at = (int(time_ns) - record.start_ns) * 1e-9 * record.rate_hz
            seen[str(phase)].append((at, float(probability), (number, speed)))
    onsets = []
    for phase, found in seen.items():
        found.sort()
        while found:
            group = [one for one in found if one[0] - found[0][0] <= TOGETHER_S * RATE_HZ]
            found = found[len(group) :]
            weight = np.array([probability for _, probability, _ in group])
            at = float(np.average([at for at, _, _ in group], weights=weight))
            views = {view for *_, view in group}
            agreed = len({number for number, _ in views}) == len(teachers)
            sure = agreed and len({speed for _, speed in views}) >= 2 and weight.max() >= SURE
            onsets.append(Onset(at, phase, bool(sure)))
    return sorted(onsets, key=lambda onset: onset.sample)


def cut_events(record: Record, onsets: list[Onset], name: str, taken: Taken) -> None:
    """Take events that stand alone."""
    clear = round(CLEAR_S * RATE_HZ)
    k = 0
    while k < len(onsets):
        event = [onsets[k]]
        follows = onsets[k + 1] if k + 1 < len(onsets) else None
        if (
            onsets[k].phase == "P"
            and follows is not None
            and follows.phase == "S"
            and follows.sample - onsets[k].sample < LONGEST_S * RATE_HZ
        ):
            event.append(follows)
        before = 0 if k == 0 else round(onsets[k - 1].sample) + clear
        k += len(event)
        after = record.samples if k == len(onsets) else round(onsets[k].sample) - clear
        first, last = event[0].sample, event[-1].sample
        low = max(before, round(last) + round(TAIL_S * RATE_HZ) - SAMPLES, round(first) - SAMPLES // 2)
        high = min(after, low + SAMPLES)
        roomy = first - low >= LEAD_S * RATE_HZ and high - last >= TAIL_S * RATE_HZ
        if roomy and all(onset.sure for onset in event):
            taken.add(record, name, low, high, {onset.phase: onset.sample for onset in event})


def cut_quiet(record: Record, onsets: list[Onset], name: str, taken: Taken) -> None:
    """Take stretches of 40 s and more that start 30 s after a candidate and end 5 s before the next."""
    edges = [0.0, *(onset.sample + 30 * RATE_HZ for onset in onsets)]
    ends = [*(onset.sample - 5 * RATE_HZ for onset in onsets), float(record.samples)]
    for start, end in zip(edges, ends, strict=True):
        for first in range(round(start), round(end) - 4000, SAMPLES):
            last = min(round(end), first + SAMPLES)
            if record.valid[:, first:last].any():
                taken.add(record, name, first, last, None)


def recordings(path: str) -> Iterator[Record]:
    """Yield the records of a file, folder or pattern that last 15 s and more, at the rate of teachers."""
    records, problems = read_records([path])
    for problem in problems:
        sys.stderr.write(f"{problem.where}: {problem.reason}\n")
    for record in records:
        if record.samples >= 15 * record.rate_hz and record.valid.any():
            yield resample(record, RATE_HZ)


def main() -> None:
    """Pick, cut, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--teacher", action="append", required=True, help="safetensors file; again for more")
    parser.add_argument("out", type=Path)
    parser.add_argument("data", nargs="+", help="files, folders or patterns; the folder's name is kept")
    args = parser.parse_args()
    taken, teachers = Taken(), [dense(path) for path in args.teacher]
    for path in args.data:
        count = len(taken.data)
        for played in recordings(path):
            onsets = candidates(played, teachers)
            cut_events(played, onsets, Path(path).name, taken)
            cut_quiet(played, onsets, Path(path).name, taken)
        kinds = [kind for _, kind, _, _ in taken.columns[count:]]
        sys.stdout.write(f"{path}: {kinds.count('earthquake')} events, {kinds.count('noise')} quiet\n")
        sys.stdout.flush()
    names, kinds, stations, starts = (list(column) for column in zip(*taken.columns, strict=True))
    columns = {
        "dataset": [f"taught-{name}" for name in names],
        "category": kinds,
        "station_id": stations,
        "start_ns": np.array(starts).astype("datetime64[ns]"),
        "event_id": "",
    }
    data = dataset_of_arrays(np.stack(taken.data), np.array(taken.arrivals), RATE_HZ, columns=columns)
    write_shards(data, args.out)
    sys.stdout.write(f"{len(data)} records -> {args.out}\n")


if __name__ == "__main__":
    main()
