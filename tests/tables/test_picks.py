import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.tables import (
    DETECTION_COLUMNS,
    LEDGER_COLUMNS,
    PICK_COLUMNS,
    Detections,
    LedgerRow,
    Picks,
    iso_time,
)
from onsets.types import Pick

WORD = st.text("ABCXYZ.-0123456789", min_size=1, max_size=8)
NUMBER = st.one_of(st.just(math.nan), st.floats(-1e30, 1e30))
PICKS = st.lists(
    st.builds(
        Pick,
        station_id=WORD,
        channel_prefix=WORD,
        phase=st.sampled_from(["P", "S", "Pn"]),
        time_ns=st.integers(-(2**62), 2**62),
        probability=NUMBER,
        uncertainty_s=NUMBER,
        snr_db=NUMBER,
        amplitude=NUMBER,
        polarity=st.sampled_from(["U", "D", ""]),
        model=WORD,
        flags=st.frozensets(st.sampled_from(["1C", "gap", "edge", "short"])),
    ),
    max_size=6,
)


def same(left, right):
    """Equality of picks in which NaN equals NaN."""
    pairs = zip(left, right, strict=True)
    return all(
        repr(a) == repr(b) for one, two in pairs for a, b in zip(fields(one), fields(two), strict=True)
    )


def fields(pick):
    values = dataclasses.asdict(pick)
    values["flags"] = sorted(values["flags"])
    return list(values.values())


@given(PICKS)
def test_picks_come_back_as_they_went_in(picks):
    table = Picks.of(picks)
    assert len(table) == len(picks)
    assert same(table, picks)


@given(PICKS, PICKS)
def test_joined_tables_hold_all_rows_in_order(one, two):
    assert same(Picks.concat([Picks.of(one), Picks.of(two)]), [*one, *two])


@given(PICKS)
def test_taking_by_mask_slice_and_index(picks):
    table, n = Picks.of(picks), len(picks)
    mask = np.arange(n) % 2 == 0
    assert same(table.take(mask), picks[::2])
    assert same(table.take(slice(1, None)), picks[1:])
    assert same(table.take(np.arange(n)[::-1]), picks[::-1])


@given(PICKS)
def test_sorting_is_by_time_station_phase(picks):
    expected = sorted(picks, key=lambda pick: (pick.time_ns, pick.station_id, pick.phase))
    assert same(Picks.of(picks).sorted(), expected)


@given(PICKS)
def test_rows_have_the_columns_of_the_interface(picks):
    rows = Picks.of(picks).rows()
    assert [tuple(row) for row in rows] == [PICK_COLUMNS] * len(picks)
    for row, pick in zip(rows, picks, strict=True):
        assert row["time"] == iso_time(pick.time_ns)
        assert row["flags"].split() == sorted(pick.flags)
        assert row["probability"] == (None if math.isnan(pick.probability) else pick.probability)
        assert not any(isinstance(value, float) and math.isnan(value) for value in row.values())
        assert all(type(value) in (str, float, type(None)) for value in row.values())


def test_no_tables_make_an_empty_one():
    empty = Picks.concat([])
    assert len(empty) == 0
    assert list(empty) == []
    assert empty.rows() == []
    assert len(empty.sorted()) == 0
    assert (empty.time_ns.dtype, empty.snr_db.dtype, empty.phase.dtype.kind) == (np.int64, np.float64, "U")


def test_long_station_codes_are_not_cut_when_joined():
    short, long = (Picks.of([Pick(name, "HH", "P", 0)]) for name in ("X.A.", "AM.R0E05.00"))
    assert Picks.concat([short, long]).station_id.tolist() == ["X.A.", "AM.R0E05.00"]


@pytest.mark.parametrize(
    ("time_ns", "text"),
    [
        (0, "1970-01-01T00:00:00.000000Z"),
        (499, "1970-01-01T00:00:00.000000Z"),
        (500, "1970-01-01T00:00:00.000001Z"),
        (1_499, "1970-01-01T00:00:00.000001Z"),
        (999_999_500, "1970-01-01T00:00:01.000000Z"),
        (-1, "1970-01-01T00:00:00.000000Z"),
        (-501, "1969-12-31T23:59:59.999999Z"),
        (951_782_399_999_999_999, "2000-02-29T00:00:00.000000Z"),
        (1_251_073_207_123_456_789, "2009-08-24T00:20:07.123457Z"),
    ],
)
def test_times_are_printed_to_the_nearest_microsecond(time_ns, text):
    assert iso_time(time_ns) == text
    assert iso_time(np.int64(time_ns)) == text


@given(st.integers(0, 4 * 10**18))
def test_a_printed_time_is_within_half_a_microsecond(time_ns):
    printed = np.datetime64(iso_time(time_ns)[:-1], "ns").astype(np.int64)
    assert abs(int(printed) - time_ns) <= 500


def test_detections_keep_their_rows():
    rows = [("XX.A.", 5, 10, 0.9, "m"), ("XX.LONGER.00", 7, 9, 0.4, "n")]
    table = Detections.concat([Detections.of(rows[:1]), Detections.of(iter(rows[1:]))])
    assert len(table) == 2
    assert [tuple(row) for row in table.rows()] == [DETECTION_COLUMNS] * 2
    assert table.rows()[1] == {
        "station_id": "XX.LONGER.00",
        "start": iso_time(7),
        "end": iso_time(9),
        "probability": 0.4,
        "model": "n",
    }


def test_no_detections():
    empty = Detections.concat([])
    assert len(empty) == 0
    assert empty.rows() == []
    assert empty.start_ns.dtype == np.int64


def test_a_ledger_row_says_none_where_nothing_is_known():
    row = LedgerRow(station_id="XX.ABC.", highest_p=0.7).row()
    assert tuple(row) == LEDGER_COLUMNS
    assert (row["highest_p"], row["highest_s"], row["why"]) == (0.7, None, "")
