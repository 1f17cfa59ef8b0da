"""A table of parts is read as it was written, and what does not fit is said."""

import numpy as np
import pytest

from onsets.datasets import read_parts, write_parts
from onsets.errors import CatalogueError, ConfigError

from .making import labelled

EVENTS = ["e0", "e0", "e1", "e2", ""]


def records(**changes):
    return labelled(5, **({"event_id": EVENTS, "p_sample": 100.0} | changes))


def test_parts_come_back(tmp_path):
    split = records(split=["train", "train", "dev", "test", ""], name=['a"b', "c,d", "e", "f", "g"])
    written = write_parts(split, tmp_path / "parts.csv")
    header = written.read_text().splitlines()[0]
    assert header == "dataset,name,station_id,event_id,split"
    fresh = split.assign(split=np.full(5, ""))
    assert read_parts(fresh, written).rows["split"].tolist() == ["train", "train", "dev", "test", ""]


def test_records_that_are_not_named_have_no_part(tmp_path):
    split = records(split=["train", "train", "dev", "test", "test"])
    write_parts(split.select([0, 1]), tmp_path / "parts.csv")
    assert read_parts(records(), tmp_path / "parts.csv").rows["split"].tolist() == ["train"] * 2 + [""] * 3
    other = records(dataset="elsewhere")
    with pytest.raises(CatalogueError, match=r"names none of the 5 records of \['elsewhere'\].*about set"):
        read_parts(other, tmp_path / "parts.csv")


def test_an_event_in_both_parts_is_named(tmp_path):
    write_parts(records(split=["train", "test", "dev", "test", "test"]), tmp_path / "parts.csv")
    with pytest.raises(CatalogueError, match="event e0 is in both 'train' and 'test'"):
        read_parts(records(), tmp_path / "parts.csv")


def test_what_cannot_be_used_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no table"):
        read_parts(records(), tmp_path / "none.csv")
    (tmp_path / "bad.csv").write_text("dataset,name,spilt\nset,r0,dev\n")
    with pytest.raises(CatalogueError, match="did you mean 'spilt'"):
        read_parts(records(), tmp_path / "bad.csv")
    (tmp_path / "twice.csv").write_text("dataset,name,split\nset,r0,dev\nset,r0,test\n")
    with pytest.raises(CatalogueError, match="set/r0 is in both 'dev' and 'test'"):
        read_parts(records(), tmp_path / "twice.csv")
