"""Archives for the benchmarks: an hour, a day, a week and a day full of gaps, as SDS, made with a fixed seed.

Noise before the P of real records is tiled with cross-fades, and 288 of their events a day are added to it;
where the real records are not installed, coloured noise and wavelets stand for them. This is not real
continuous data: it has the spectra and the events of real data at a density that one can choose.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.types import Trace
from onsets.waveforms import write_mseed

RATE_HZ = 100.0
DAY = 8_640_000
START_NS = 1_704_067_200 * 10**9  # 2024-01-01
EVENTS_A_DAY = 288
GAPS_A_DAY = 2000
FADE = 200
SETS = ("ncedc_phasenet",)

Float = npt.NDArray[np.float64]


def real_records(shared: Path | None) -> list[tuple[Float, int]]:
    """Return three-component records with the sample of their P; none where no data are installed."""
    from onsets.datasets import open_dataset

    records: list[tuple[Float, int]] = []
    for name in SETS if shared is not None else ():
        folder = Path(shared or "", "data/labelled", name)
        if not folder.is_dir():
            continue
        dataset = open_dataset(folder)
        for sample in dataset.read(range(len(dataset))):
            p = sample.arrivals.get("P")
            live = np.abs(np.diff(sample.data, axis=1)).max(axis=1) > 0
            if p is not None and live.all() and 2500 < p < sample.data.shape[1] - 2500:
                records.append((sample.data.astype(np.float64), round(p)))
    return records


def made_records(rng: np.random.Generator) -> list[tuple[Float, int]]:
    """Return made-up records: coloured noise with a P and an S wavelet."""
    records = []
    t = np.arange(9000) / RATE_HZ
    for _ in range(60):
        data = np.cumsum(rng.normal(size=(3, 9000)), axis=1)
        data -= data.mean(axis=1, keepdims=True)
        data = 30 * rng.normal(size=(3, 9000)) + 3 * (data - np.roll(data, 50, axis=1))
        lag, frequency = rng.uniform(1.5, 12), rng.uniform(3, 12)
        for at, scale in ((30.0, (1.0, 0.4, 0.4)), (30.0 + lag, (0.6, 1.6, 1.6))):
            after = np.maximum(t - at, 0)
            wave = np.where(t >= at, np.exp(-after / 1.5) * np.sin(2 * np.pi * frequency * after), 0)
            data += 400 * np.array(scale)[:, None] * wave
        records.append((data, 3000))
    return records


def day_of(records: list[tuple[Float, int]], seed: int, samples: int = DAY) -> npt.NDArray[np.int32]:
    """Return one day of three components (Z N E), in counts."""
    rng = np.random.default_rng(seed)
    out = np.zeros((3, samples))
    at = 0
    rise = np.sqrt(np.linspace(0, 1, FADE))
    while at < samples:
        data, p = records[rng.integers(len(records))]
        noise = data[:, : p - 100]
        noise = noise - noise.mean(axis=1, keepdims=True)
        noise = 100 * noise / max(float(noise.std()), 1e-12)
        if rng.random() < 0.5:
            noise = noise[:, ::-1]
        noise[:, :FADE] *= rise
        noise[:, -FADE:] *= rise[::-1]
        n = min(noise.shape[1], samples - at)
        out[:, at : at + n] += noise[:, :n]
        at += noise.shape[1] - FADE
    count = max(1, round(EVENTS_A_DAY * samples / DAY))
    places = (np.arange(count) + rng.uniform(0.1, 0.9, count)) * samples / count
    for place in places.astype(int):
        data, p = records[rng.integers(len(records))]
        noise = float(data[:, : p - 100].std())
        event = data[:, p - 100 : p + 4000] - data[:, : p - 100].mean(axis=1, keepdims=True)
        size = float(np.abs(event).max()) / max(noise, 1e-12)
        wanted = 3 * 300 ** rng.random()  # of the largest value over the noise
        event = event * (100 * wanted / max(size * noise, 1e-12))
        event[:, -1000:] *= np.linspace(1, 0, 1000)
        event[:, :100] *= np.linspace(0, 1, 100)
        n = min(event.shape[1], samples - place)
        out[:, place : place + n] += event[:, :n]
    return np.clip(np.round(out), -(2**23), 2**23).astype(np.int32)


def _write(folder: Path, data: npt.NDArray[np.int32], start_ns: int, gaps: list[Any]) -> None:
    """Write one day of a station; ``gaps`` are samples to leave out of each component."""
    day = np.datetime64(start_ns, "ns").astype("datetime64[D]")
    number = int((day - day.astype("datetime64[Y]").astype("datetime64[D]")).astype(int)) + 1
    for letter, row, cuts in zip("ZNE", data, gaps, strict=True):
        channel = f"HH{letter}"
        target = folder / "2024" / "XX" / "BENCH" / f"{channel}.D"
        target.mkdir(parents=True, exist_ok=True)
        edges = [0, *(edge for cut in cuts for edge in cut), len(row)]
        traces = [
            Trace("XX.BENCH.", channel, start_ns + a * 10**7, RATE_HZ, row[a:b])
            for a, b in zip(edges[::2], edges[1::2], strict=True)
            if b > a
        ]
        write_mseed(traces, target / f"XX.BENCH..{channel}.D.2024.{number:03d}")


def gaps_of(samples: int, count: int, seed: int) -> list[tuple[int, int]]:
    """Return begin and end of gaps of 0.05 to 3 s, in order, that do not touch each other."""
    rng = np.random.default_rng(seed)
    begins = np.sort(rng.choice(samples // 400 - 2, count, replace=False) + 1) * 400
    return [(int(a), int(a) + int(rng.integers(5, 300))) for a in begins]


def make(folder: Path, works: list[str], shared: Path | None) -> None:
    """Make the archives asked for (``1h``, ``24h``, ``7d``, ``gappy``), unless they are there."""
    records = real_records(shared) or made_records(np.random.default_rng(0))
    for work in works:
        target = folder / work
        if (target / "done").exists():
            continue
        shutil.rmtree(target, ignore_errors=True)
        samples = 360_000 if work == "1h" else DAY
        for day in range(7 if work == "7d" else 1):
            data = day_of(records, 100 + day, samples if work != "1h" else DAY)[:, :samples]
            gaps = [gaps_of(samples, GAPS_A_DAY, 7 + k) if work == "gappy" else [] for k in range(3)]
            _write(target, data, START_NS + day * 86_400 * 10**9, gaps)
        (target / "done").touch()
