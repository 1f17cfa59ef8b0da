import numpy as np
import pytest

from onsets.datasets import COLUMNS, Dataset, join
from onsets.datasets.dataset import all_finite, at_rate, fill_columns
from onsets.errors import CatalogueError, ConfigError, WaveformError

from .making import in_memory, labelled, waves

NAN = float("nan")


def three():
    return in_memory(
        [waves(0, 400), waves(1, 500), waves(2, 600)],
        station_id=["XX.A.", "XX.B.", "XX.C."],
        event_id=["e1", "e2", ""],
        p_sample=[100.5, NAN, NAN],
        s_sample=[200.0, 300.0, NAN],
    )


def test_records_become_samples():
    one, two, three_ = three().read([0, 1, 2])
    assert (one.name, one.dataset, one.station_id, one.event_id) == ("r0", "set", "XX.A.", "e1")
    assert (one.arrivals, two.arrivals, three_.arrivals) == ({"P": 100.5, "S": 200.0}, {"S": 300.0}, {})
    np.testing.assert_array_equal(two.data, waves(1, 500))
    one.data[:] = 0  # own memory
    np.testing.assert_array_equal(three().read([0])[0].data, waves(0, 400))


def test_nothing_is_read_before_it_is_asked_for():
    data = three()
    some = data.select(data.rows["samples"] > 450)
    assert data.waveforms.reads == 0 and len(some) == 2
    assert [sample.name for sample in some.read([1, 0])] == ["r2", "r1"]
    assert data.waveforms.reads == 2


def test_selections_chain_and_keep_their_waveforms():
    data = three().select([2, 0]).select(slice(1, None))
    assert data.rows["name"].tolist() == ["r0"]
    np.testing.assert_array_equal(data.read([0])[0].data, waves(0, 400))
    assert len(three().select([])) == 0


def test_a_new_rate_moves_arrivals():
    (sample,) = three().read([0], rate_hz=50.0)
    assert sample.rate_hz == 50.0 and sample.arrivals == {"P": 50.25, "S": 100.0}
    np.testing.assert_array_equal(sample.data, at_rate(waves(0, 400), 100.0, 50.0))
    assert sample.data.shape == (3, 200)


@pytest.mark.parametrize("first", [[0, 0], [100, -50], [390, 10_000], [-900, 450]])
def test_a_block_holds_the_asked_stretch_and_zeros_elsewhere(first):
    out = np.full((2, 3, 450), 7.0, dtype=np.float32)
    three().read_block([2, 0], out, first)
    for row, (seed, length), start in zip(out, [(2, 600), (0, 400)], first, strict=True):
        expected = np.zeros((3, 450), dtype=np.float32)
        for k in range(450):
            if 0 <= start + k < length:
                expected[:, k] = waves(seed, length)[:, start + k]
        np.testing.assert_array_equal(row, expected)


def test_a_block_of_several_rates_is_refused():
    data = in_memory([waves(), waves()], rate_hz=[100.0, 50.0])
    with pytest.raises(CatalogueError, match=r"rates \[50.0, 100.0\] Hz, expected one"):
        data.read_block([0, 1], np.zeros((2, 3, 10), dtype=np.float32))
    assert data.read_block([1], np.zeros((1, 3, 10), dtype=np.float32)).any()


@pytest.mark.parametrize("shape", [(2, 3, 5), (1, 2, 5)])
def test_a_block_must_fit_what_is_asked(shape):
    with pytest.raises(ConfigError, match="expected"):
        three().read_block([0], np.zeros(shape, dtype=np.float32))


def test_samples_that_are_not_finite_are_zeros():
    array = waves()
    array[0, 3], array[1, 4], array[2, 5] = np.nan, np.inf, -np.inf
    (sample,) = in_memory([array], finite=False).read([0])
    assert sample.data[0, 3] == sample.data[1, 4] == sample.data[2, 5] == 0
    assert sample.data[0, 4] == array[0, 4]


@pytest.mark.parametrize("bad", [[np.nan], [np.inf], [-np.inf], [np.inf, -np.inf], [np.nan, np.inf]])
def test_what_is_not_finite_is_found_and_large_values_are_finite(bad):
    array = waves()
    assert all_finite(array) and all_finite(np.full((3, 4), np.float32(3e38)))
    array[1, 7 : 7 + len(bad)] = bad
    assert not all_finite(array)


def test_a_record_of_another_length_than_its_table_says_is_an_error():
    with pytest.raises(WaveformError, match=r"set/r0 has shape \(3, 500\), expected \(3, 400\)"):
        in_memory([waves()], samples=[400]).read([0])


def test_joined_datasets_read_from_their_own_files():
    one, two = three(), in_memory([waves(7), waves(8)], dataset="other")
    both = join([one.select([2, 0]), two])
    assert both.rows["name"].tolist() == ["r2", "r0", "r0", "r1"]
    assert both.rows["dataset"].tolist() == ["set", "set", "other", "other"]
    for k, expected in enumerate([waves(2, 600), waves(0, 400), waves(7), waves(8)]):
        np.testing.assert_array_equal(both.read([k])[0].data, expected)
    picked = both.select([3, 0])
    np.testing.assert_array_equal(picked.read([0])[0].data, waves(8))
    with pytest.raises(ConfigError, match="no dataset"):
        join([])


def test_an_empty_member_does_not_shift_the_others():
    both = join([three().select([]), three(), three().select([])])
    np.testing.assert_array_equal(both.read([1])[0].data, waves(1, 500))


def test_a_part_of_the_split():
    data = three().assign(split=["train", "test", "train"])
    assert data.part("train").rows["name"].tolist() == ["r0", "r2"]
    with pytest.raises(CatalogueError, match="part 'dev' is empty: the dataset has parts test, train"):
        data.part("dev")


def test_columns_are_checked():
    data = labelled(2)
    with pytest.raises(ConfigError, match=r"unknown column 'splt' of a dataset; did you mean 'split'\?"):
        data.assign(splt=["a", "b"])
    with pytest.raises(ConfigError, match=r"column 'split' has shape \(1,\)"):
        data.assign(split=["a"])
    with pytest.raises(ConfigError, match="lacks the column 'name'"):
        Dataset({}, data.waveforms, np.arange(2))
    with pytest.raises(ConfigError, match="unknown column 'nme'"):
        fill_columns({"nme": "x"}, 1)
    with pytest.raises(ConfigError, match="mask has shape"):
        data.select([True])


def test_unknown_is_empty_or_nan():
    rows = labelled(1).rows
    assert set(rows) == set(COLUMNS)
    assert rows["event_id"].tolist() == [""] and np.isnan(rows["magnitude"]).all()
    assert np.isnat(rows["start_ns"]).all()
