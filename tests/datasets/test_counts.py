import dataclasses
import json

import numpy as np

from onsets.datasets import summary
from onsets.types import Problem

from .making import labelled

NAN = float("nan")


def test_everything_is_counted():
    data = labelled(
        4,
        station_id=["A", "A", "B", "B"],
        event_id=["a", "a", "b", ""],
        category=["earthquake"] * 3 + ["noise"],
        rate_hz=[100.0, 100.0, 62.5, 100.0],
        p_sample=[100.0, 200.0, 100.0, NAN],
        s_sample=[300.0, NAN, 225.0, NAN],
        magnitude=[1.0, 2.0, 3.0, NAN],
        start_ns=np.array(["2020-01-01", "2021-01-01T00:00:00.5", "2019-06-01", "NaT"], "M8[ns]"),
        split=["train", "train", "test", ""],
    )
    data = dataclasses.replace(data, problems=(Problem("a", "b", fatal=True), Problem("c", "d")))
    said = summary(data)
    assert json.loads(json.dumps(said)) == said
    assert (said["records"], said["stations"], said["events"]) == (4, 2, 2)
    assert said["labels"] == {"P": 3, "S": 2, "both": 2}
    assert said["categories"] == {"earthquake": 3, "noise": 1}
    assert said["rates_hz"] == {"100": 3, "62.5": 1} and said["samples"] == {"6000": 4}
    assert said["parts"] == {"train": 2, "test": 1, "unknown": 1}
    assert said["start"] == ["2019-06-01T00:00:00.000000Z", "2021-01-01T00:00:00.500000Z"]
    assert said["s_minus_p_s"] == [2.0, 2.0, 2.0] and said["magnitude"] == [1.1, 2.0, 2.9]
    assert said["distance_km"] is None
    assert (said["left_out"], said["mended"]) == (1, 1)


def test_an_empty_dataset_is_counted_too():
    said = summary(labelled(0))
    assert said["records"] == 0 and said["start"] is None and said["magnitude"] is None
