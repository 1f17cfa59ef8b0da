from __future__ import annotations

import numpy as np
import pytest

from onsets.datasets import dataset_of_arrays, open_dataset, write_shards
from onsets.errors import ConfigError


def made(count=5, components="Z", **columns):
    rng = np.random.default_rng(1)
    data = rng.normal(size=(count, len(components), 40)).astype(np.float32)
    arrivals = np.stack([np.arange(count) + 3.5, np.full(count, np.nan)], axis=1)
    return data, dataset_of_arrays(data, arrivals, 5.0, components=components, columns=columns)


def test_rows_stand_where_their_component_belongs():
    data, dataset = made(components="EZ")
    sample = dataset.read([2])[0]
    np.testing.assert_array_equal(sample.data[0], data[2, 1])
    np.testing.assert_array_equal(sample.data[2], data[2, 0])
    assert not sample.data[1].any()
    assert sample.arrivals == {"P": 5.5} and sample.rate_hz == 5.0


def test_columns_are_kept_and_each_record_is_an_event_unless_told():
    _, dataset = made(distance_km=np.arange(5.0), split="train")
    assert len(set(dataset.rows["event_id"].tolist())) == 5
    np.testing.assert_array_equal(dataset.rows["distance_km"], np.arange(5.0))
    assert len(dataset.part("train")) == 5


def test_it_can_be_stored(tmp_path):
    data, dataset = made()
    write_shards(dataset, tmp_path / "store")
    found = open_dataset(tmp_path / "store")
    np.testing.assert_array_equal(found.read([4])[0].data[0], data[4, 0])
    np.testing.assert_array_equal(found.rows["p_sample"], dataset.rows["p_sample"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"components": "ZN"}, "expected"),
        ({"components": "X"}, "some of ZNE"),
        ({"rate_hz": 0.0}, "above 0"),
        ({"arrivals": np.zeros((3, 2))}, "expected"),
        ({"columns": {"distance": 1.0}}, "distance_km"),
    ],
)
def test_what_does_not_fit_is_said(change, words):
    given = {"arrivals": np.zeros((4, 2)), "rate_hz": 5.0, "components": "Z", "columns": {}} | change
    with pytest.raises(ConfigError, match=words):
        dataset_of_arrays(
            np.ones((4, 1, 8), np.float32), given.pop("arrivals"), given.pop("rate_hz"), **given
        )
