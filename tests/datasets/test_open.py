import numpy as np
import pytest

from onsets.datasets import KINDS, kind_of, open_dataset, write_seisbench, write_shards
from onsets.errors import ConfigError

from .making import NOISE, STEAD, in_memory, make_stead, waves


def test_the_files_say_the_kind(tmp_path):
    make_stead(tmp_path / "stead", [STEAD, NOISE])
    make_stead(tmp_path / "chunks", [STEAD], "chunk3")
    data = in_memory([waves(0), waves(1)])
    write_shards(data, tmp_path / "shards")
    write_seisbench(data, tmp_path / "layout")
    write_seisbench(data, tmp_path / "chunked", chunk_records=1)
    expected = {
        "stead": "stead",
        "chunks": "stead",
        "shards": "shards",
        "layout": "seisbench",
        "chunked": "seisbench",
        "stead/merge.csv": "stead",
        "chunks/chunk3.hdf5": "stead",
    }
    for name, kind in expected.items():
        assert kind_of(tmp_path / name) == kind
        assert len(open_dataset(tmp_path / name)) == len(open_dataset(tmp_path / name, kind)) > 0
    np.testing.assert_array_equal(open_dataset(tmp_path / "layout").read([1])[0].data, waves(1))


def test_kinds_by_name_only(tmp_path):
    (tmp_path / "DiTing330km_part_3.csv").write_text("")
    assert kind_of(tmp_path) == kind_of(tmp_path / "DiTing330km_part_3.csv") == "diting"
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "picks.csv").write_text("")
    assert kind_of(tmp_path / "own") == "mseed-catalogue"
    assert set(KINDS) == {"shards", "stead", "diting", "seisbench", "mseed-catalogue"}


def test_what_is_unknown_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no dataset at"):
        open_dataset(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="holds no dataset that is known"):
        open_dataset(tmp_path)
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(ConfigError, match="holds no dataset that is known"):
        open_dataset(tmp_path / "a.txt")
    with pytest.raises(ConfigError, match=r"unknown kind of dataset 'sted'; did you mean 'stead'\?"):
        open_dataset(tmp_path, "sted")
