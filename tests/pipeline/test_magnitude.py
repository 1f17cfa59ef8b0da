"""Amplitudes of made records, and everything that can be wrong with them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from onsets.earth import Frame
from onsets.errors import ConfigError
from onsets.magnitude import INSTRUMENTS, RELATIONS, MagnitudeOptions
from onsets.pipeline import Magnitudes, measure_magnitudes
from onsets.tables import Assignments, Events, Stations
from onsets.types import Trace
from onsets.waveforms import Response, Responses, write_mseed

from .archives import write_sds

RATE, GAIN = 100.0, 4e8
ORIGIN_NS = 1_704_110_400 * 10**9  # 2024-01-01T12:00
FRAME = Frame(30.0, 103.0)
AWAY_KM = (12.0, 30.0, 55.0)
DEPTH_KM = 8.0
PHASES = {"P": 6.0, "S": 3.5}


def events(count: int = 1, apart_s: float = 120.0) -> Events:
    return Events.of(
        {"event_id": f"e{i}", "time_ns": ORIGIN_NS + round(i * apart_s * 1e9), "latitude": 30.0,
         "longitude": 103.0, "depth_km": DEPTH_KM}
        for i in range(count)
    )  # fmt: skip


def stations() -> Stations:
    latitude, longitude = FRAME.to_geographic(np.array(AWAY_KM), np.zeros(3))
    rows = zip(latitude, longitude, strict=True)
    return Stations.of(
        {"station_id": f"XX.S{k}.", "latitude": a, "longitude": b} for k, (a, b) in enumerate(rows)
    )


def arrival_ns(event: int, station: int, phase: str, apart_s: float = 120.0) -> int:
    slant = np.hypot(AWAY_KM[station], DEPTH_KM)
    return ORIGIN_NS + round((event * apart_s + slant / PHASES[phase]) * 1e9)


def picks(count: int = 1, apart_s: float = 120.0) -> Assignments:
    return Assignments.of(
        {"event_id": f"e{i}", "station_id": f"XX.S{k}.", "phase": phase,
         "time_ns": arrival_ns(i, k, phase, apart_s), "weight": 1.0}
        for i in range(count) for k in range(3) for phase in "PS"
    )  # fmt: skip


def amplitude_m(magnitude: float, station: int, hz: float) -> float:
    """Ground displacement that draws the amplitude of a magnitude."""
    slant = np.hypot(AWAY_KM[station], DEPTH_KM)
    term = float(RELATIONS["hutton-boore-1987"].term(np.array([slant]))[0])
    period, damping, magnification = INSTRUMENTS["uhrhammer-collins-1990"]
    r = hz * period
    return 10 ** (magnitude - term) / 1000 / (magnification * r**2 / np.hypot(1 - r**2, 2 * damping * r))


def traces(station: int, magnitude: float, count: int = 1, hz: float = 4.0) -> list[Trace]:
    """Five minutes with a long harmonic S wave of each event on both horizontals."""
    start_ns = ORIGIN_NS - 60 * 10**9
    t = np.arange(int(400 * RATE)) / RATE
    rng = np.random.default_rng(station)
    rows = 2.0 * rng.normal(size=(3, len(t)))
    size = amplitude_m(magnitude, station, hz) * 2 * np.pi * hz * GAIN
    for i in range(count):
        late = t - (arrival_ns(i, station, "S") - start_ns) / 1e9
        shape = np.clip(late / 1.5, 0, 1) * np.clip((9.0 - late) / 3.0, 0, 1)
        rows[1:] += size * shape * np.sin(2 * np.pi * hz * late)
        first = t - (arrival_ns(i, station, "P") - start_ns) / 1e9
        rows[0] += 0.3 * size * np.where(first > 0, np.exp(-first.clip(0) / 3), 0) * np.sin(40 * first)
    return [
        Trace(f"XX.S{station}.", f"HH{c}", start_ns, RATE, np.rint(row).astype(np.int32))
        for c, row in zip("ZNE", rows, strict=True)
    ]


def gains() -> Responses:
    def flat(hz: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        return np.full(len(hz), GAIN, np.complex128)

    names = [f"XX.S{k}." for k in range(3)]
    return Responses({name: [Response(name, "", (0, 2**62), flat)] for name in names})


def archive(root: Path, magnitude: float = 2.5, count: int = 1, **changed: list[Trace]) -> Path:
    root.mkdir(exist_ok=True)
    for k in range(3):
        write_mseed(changed.get(f"S{k}") or traces(k, magnitude, count), root / f"S{k}.mseed")
    return root


def measured(root: Path, count: int = 1, **options: object) -> Magnitudes:
    given = dataclasses.replace(MagnitudeOptions(), **options)  # type: ignore[arg-type]
    return measure_magnitudes(events(count), picks(count), stations(), [root], gains(), given)


@pytest.mark.parametrize("magnitude", [1.5, 4.0])
def test_a_made_magnitude_is_measured(tmp_path: Path, magnitude: float) -> None:
    """A harmonic S wave of the amplitude that belongs to the magnitude, within 0.02."""
    found = measured(archive(tmp_path, magnitude))
    assert found.events.magnitude[0] == pytest.approx(magnitude, abs=0.02)
    assert found.events.magnitude_type[0] == "ML" and found.events.magnitude_error[0] < 0.02
    rows = found.amplitudes
    assert len(rows) == 6 and set(rows.channel) == {"HHN", "HHE"} and (rows.snr > 3).all()
    np.testing.assert_allclose(rows.magnitude, magnitude, atol=0.02)
    near = rows.distance_km[rows.station_id == "XX.S0."]
    np.testing.assert_allclose(near, np.hypot(12.0, 8.0), atol=0.01)
    shear = [arrival_ns(0, int(name[4]), "S") for name in rows.station_id]
    assert ((rows.time_ns - shear > 0) & (rows.time_ns - shear < 10 * 10**9)).all()
    assert found.problems == []


def test_an_archive_does_as_well_as_files(tmp_path: Path) -> None:
    for k in range(3):
        write_sds(tmp_path / "sds", traces(k, 2.5))
    given = measure_magnitudes(events(), picks(), stations(), tmp_path / "sds", gains())
    assert given.amplitudes.rows() == measured(archive(tmp_path / "files")).amplitudes.rows()


def test_corrections_and_relations(tmp_path: Path) -> None:
    root = archive(tmp_path)
    moved = measured(root, corrections=tuple((f"XX.S{k}.", 0.3) for k in range(3)))
    assert moved.events.magnitude[0] == pytest.approx(2.8, abs=0.02)
    other = measured(root, relation="bakun-joyner-1984")
    km = measured(root).amplitudes.distance_km
    shift = RELATIONS["bakun-joyner-1984"].term(km) - RELATIONS["hutton-boore-1987"].term(km)
    np.testing.assert_allclose(other.amplitudes.magnitude, measured(root).amplitudes.magnitude + shift)
    assert len(measured(root, relation="kim-1998").amplitudes) == 0  # made for 100 km and more


def test_a_missing_component_leaves_the_other(tmp_path: Path) -> None:
    found = measured(archive(tmp_path, S1=traces(1, 2.5)[:2]))
    mine = found.amplitudes.take(found.amplitudes.station_id == "XX.S1.")
    assert mine.channel.tolist() == ["HHN"] and found.events.magnitude[0] == pytest.approx(2.5, abs=0.02)


def spoilt(how: str) -> list[Trace]:
    rows = traces(1, 2.5)
    if how == "vertical":
        return rows[:1]
    onset = int((arrival_ns(0, 1, "S") - rows[0].start_ns) / 1e9 * RATE)
    if how == "gap":
        parts = [slice(0, onset), slice(onset + 50, None)]
        return [
            dataclasses.replace(
                row, data=row.data[part], start_ns=row.start_ns + round((part.start or 0) / RATE * 1e9)
            )
            for row in rows
            for part in parts
        ]
    data = [np.zeros_like(row.data) for row in rows]
    if how == "clipped":
        limit = int(0.5 * np.abs(rows[1].data).max())
        data = [row.data.clip(-limit, limit) for row in rows]
    if how == "noise":
        data = [np.random.default_rng(5).normal(0, 1e5, row.data.shape).astype(np.int32) for row in rows]
    return [dataclasses.replace(row, data=values) for row, values in zip(rows, data, strict=True)]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("vertical", "component missing"),
        ("gap", "gap"),
        ("clipped", "clipped"),
        ("zero", "component missing|one value"),
        ("noise", "times the noise"),
    ],
)
def test_what_cannot_be_measured_is_named_and_the_rest_counts(tmp_path: Path, how: str, said: str) -> None:
    found = measured(archive(tmp_path, S1=spoilt(how)))
    assert sorted(set(found.amplitudes.station_id)) == ["XX.S0.", "XX.S2."]
    assert found.events.magnitude[0] == pytest.approx(2.5, abs=0.02)
    (problem,) = found.problems
    assert problem.where == "XX.S1." and not problem.fatal
    import re

    assert re.search(f"1 of 1 records not used: .*({said})", problem.reason), problem.reason


def test_no_response_is_named(tmp_path: Path) -> None:
    known = Responses({name: some for name, some in gains().known.items() if name != "XX.S2."})
    found = measure_magnitudes(events(), picks(), stations(), [archive(tmp_path)], known)
    assert [p.where for p in found.problems] == ["XX.S2."] and "no response" in found.problems[0].reason
    assert found.events.magnitude[0] == pytest.approx(2.5, abs=0.02)


def test_local_magnitudes_need_responses(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="need responses"):
        measure_magnitudes(
            events(), picks(), stations(), [archive(tmp_path)], None, MagnitudeOptions(kind="local")
        )


def test_stations_without_waveforms_or_place_are_named(tmp_path: Path) -> None:
    few = stations().take([0, 2])
    write_sds(tmp_path, traces(0, 2.5))
    found = measure_magnitudes(events(), picks(), few, tmp_path, gains())
    told = {problem.where: problem.reason for problem in found.problems}
    assert "unknown station" in told["XX.S1."] and "no waveforms" in told["XX.S2."]
    assert found.events.magnitude[0] == pytest.approx(2.5, abs=0.02)


def test_an_event_that_follows_at_once_ends_the_window(tmp_path: Path) -> None:
    """Two events 4 s apart: the nearer stations still see the first S alone, the farther do not."""
    root = archive(tmp_path)
    found = measure_magnitudes(events(2, 4.0), picks(2, 4.0), stations(), [root], gains())
    first = found.amplitudes.take(found.amplitudes.event_id == "e0")
    assert set(first.station_id) <= {"XX.S0."}


def test_without_responses_durations_are_measured(tmp_path: Path) -> None:
    found = measure_magnitudes(events(), picks(), stations(), [archive(tmp_path)])
    assert found.events.magnitude_type[0] == "Md" and len(found.amplitudes) == 3
    assert np.isnan(found.amplitudes.amplitude_mm).all() and (found.amplitudes.duration_s > 5).all()
    stronger = measure_magnitudes(events(), picks(), stations(), [archive(tmp_path / "b", 4.0)])
    assert stronger.events.magnitude[0] > found.events.magnitude[0]


def test_no_events_no_magnitudes(tmp_path: Path) -> None:
    found = measure_magnitudes(events(0), picks(0), stations(), [archive(tmp_path)], gains())
    assert len(found.events) == len(found.amplitudes) == 0 and found.problems == []
