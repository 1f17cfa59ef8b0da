import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.datasets.table import Cells, first_number, read_blocks
from onsets.errors import CatalogueError, ConfigError


def cells(**columns):
    return Cells("t.csv", 0, columns)


def test_numbers_and_what_is_none():
    some = cells(a=["1.5", "", "None", "nan", "x", " 7 "])
    values = some.numbers("a")
    np.testing.assert_array_equal(values, [1.5, np.nan, np.nan, np.nan, np.nan, 7.0])
    assert some.faults == {4: "a is 'x', expected a number"}


def test_the_first_column_that_is_there_counts():
    some = cells(b=["2"], c=["3"])
    assert some.numbers("a", "b", "c").tolist() == [2.0]
    assert math.isnan(some.numbers("z")[0]) and some.texts("z") == [""]


def test_times_to_the_nanosecond():
    some = cells(t=["2006-07-23 15:58:50", "2006-07-23T15:58:50.123456789Z", "", "soon", "9999-01-01", "12"])
    times = some.times("t")
    assert times[1] - times[0] == np.timedelta64(123_456_789, "ns")
    assert times[0] == np.datetime64("2006-07-23T15:58:50", "ns")
    assert np.isnat(times[2:]).all() and sorted(some.faults) == [3, 4, 5]
    assert some.faults[3] == "t is 'soon', expected an ISO 8601 time (UTC)"


@pytest.mark.parametrize(
    ("text", "number"), [("[[2896.]]", 2896.0), ("2896", 2896.0), ("[12.5, 1]", 12.5), ("[[]]", math.nan)]
)
def test_the_first_number_of_a_list(text, number):
    assert first_number(text) == pytest.approx(number, nan_ok=True)


def test_levels_are_mean_and_least():
    some = cells(s=["[56.0 50.0 44.0]", "", "[nan 3. inf]", "loud"])
    mean, least = some.levels("s")
    np.testing.assert_array_equal(mean, [50.0, np.nan, 3.0, np.nan])
    np.testing.assert_array_equal(least, [44.0, np.nan, 3.0, np.nan])
    mean, least = cells(z=["1"], n=["2"], e=[""]).levels("z", "n", "e")
    assert (mean[0], least[0]) == (1.5, 1.0)


@given(st.integers(0, 23), st.integers(1, 9))
def test_blocks_hold_all_rows_in_order(tmp_path_factory, rows, block):
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_text("a,b\n" + "".join(f"{k},x{k}\n" for k in range(rows)))
    blocks = list(read_blocks(path, ["a"], block))
    assert [text for some in blocks for text in some.texts("a")] == [str(k) for k in range(rows)]
    assert [some.first for some in blocks] == list(range(0, max(rows, 1), block))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"trace_nam\nx\n", "no column 'trace_name'; did you mean 'trace_nam'?"),
        (b"", "no column 'trace_name'"),
        (b"trace_name,b\nx\n", "line 2: got 1 cells, expected 2"),
        (b"trace_name\n\xff\xfe\n", "no CSV table in UTF-8"),
    ],
)
def test_a_table_that_is_none_is_named(tmp_path, text, said):
    path = tmp_path / "t.csv"
    path.write_bytes(text)
    with pytest.raises(CatalogueError, match=said.replace("?", r"\?")):
        list(read_blocks(path, ["trace_name"]))


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no table"):
        list(read_blocks(tmp_path / "t.csv", []))
