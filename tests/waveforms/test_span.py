"""An index says what reading finds, and reading a span finds what reading all and cutting does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.types import Trace
from onsets.waveforms import index_files, read_span, read_traces, runs_beyond, trim, write_mseed

START_NS = 1_704_067_200 * 10**9
RATE_HZ = 100.0


def traces(station: str = "XX.ABC.", samples: int = 60_000) -> list[Trace]:
    rng = np.random.default_rng(len(station))
    return [
        Trace(station, f"HH{c}", START_NS, RATE_HZ, rng.integers(-999, 999, samples).astype(np.int32))
        for c in "ZNE"
    ]


def same(some: list[Trace], others: list[Trace]) -> bool:
    assert [(t.station_id, t.channel, t.start_ns) for t in some] == [
        (t.station_id, t.channel, t.start_ns) for t in others
    ]
    return all(np.array_equal(a.data, b.data) for a, b in zip(some, others, strict=True))


@pytest.mark.parametrize("version", [2, 3])
def test_a_span_is_what_all_cut_to_it_is(tmp_path: Path, version: int) -> None:
    write_mseed([*traces(), *traces("YY.D.00")], tmp_path / "a.mseed", version=version)
    span = (START_NS + 100 * 10**9, START_NS + 123_450_000_000)
    found, problems = read_span([tmp_path / "a.mseed"], *span, "XX.ABC.")
    whole, _ = read_traces(tmp_path)
    assert not problems
    assert len(found) == 3 and len(found[0].data) == 2345
    assert same(found, [t for t in trim(whole, *span) if t.station_id == "XX.ABC."])


def test_a_damaged_file_gives_the_span_and_says_what_was_lost(tmp_path: Path) -> None:
    write_mseed(traces()[:1], tmp_path / "a.mseed")
    buffer = bytearray((tmp_path / "a.mseed").read_bytes())
    buffer[512 * 20 : 512 * 21] = bytes(512)
    (tmp_path / "a.mseed").write_bytes(buffer)
    found, problems = read_span([tmp_path / "a.mseed"], START_NS, START_NS + 600 * 10**9)
    assert len(found) == 2
    assert any(problem.fatal and "skipped" in problem.reason for problem in problems)


def test_outside_the_span_there_is_nothing_and_nothing_is_wrong(tmp_path: Path) -> None:
    write_mseed(traces(), tmp_path / "a.mseed")
    assert read_span([tmp_path / "a.mseed"], 0, 10**9) == ([], [])


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    found, problems = read_span([tmp_path / "gone.mseed"], 0, 1)
    assert found == [] and problems[0].fatal


def test_the_index_names_stations_and_spans(tmp_path: Path) -> None:
    late = [Trace(t.station_id, t.channel, t.start_ns + 2 * 3600 * 10**9, RATE_HZ, t.data) for t in traces()]
    write_mseed([*traces(), *late, *traces("YY.D.00")], tmp_path / "a.mseed")
    (tmp_path / "empty.mseed").write_bytes(b"")
    told: list[tuple[float, float, str]] = []
    held, problems = index_files([tmp_path], lambda *step: told.append(step))
    assert [(one.station_id, len(one.spans)) for one in held] == [("XX.ABC.", 2), ("YY.D.00", 1)]
    assert held[1].spans == ((START_NS, START_NS + 600 * 10**9),)
    assert held[0].size == (tmp_path / "a.mseed").stat().st_size
    assert [Path(problem.where).name for problem in problems] == ["empty.mseed"] and problems[0].fatal
    assert told[-1] == (2, 2, "reading headers")


def test_the_index_decodes_what_has_no_sound_headers(tmp_path: Path) -> None:
    write_mseed(traces()[:1], tmp_path / "a.mseed")
    buffer = (tmp_path / "a.mseed").read_bytes()
    (tmp_path / "a.mseed").write_bytes(buffer[: 512 * 30] + b"\x07" * 77 + buffer[512 * 30 :])
    held, problems = index_files(tmp_path)
    assert len(held) == 1 and not problems
    assert held[0].spans == ((START_NS, START_NS + 600 * 10**9),)


def test_the_index_takes_other_formats(tmp_path: Path) -> None:
    obspy = pytest.importorskip("obspy")
    obspy.read()[0].write(str(tmp_path / "a.sac"), format="SAC")
    held, _ = index_files(tmp_path)
    assert [one.station_id for one in held] == ["BW.RJOB."]


def test_nothing_of_the_name_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        index_files([tmp_path / "no"])


def test_a_file_that_runs_beyond_a_time(tmp_path: Path) -> None:
    write_mseed(traces()[:1], tmp_path / "a.mseed")
    end_ns = START_NS + 600 * 10**9
    assert runs_beyond(tmp_path / "a.mseed", end_ns - 20_000_000)
    assert not runs_beyond(tmp_path / "a.mseed", end_ns)
    (tmp_path / "b.mseed").write_bytes(b"nothing known")
    assert runs_beyond(tmp_path / "b.mseed", end_ns)
