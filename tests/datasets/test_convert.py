import json

import numpy as np
import pytest

from onsets.datasets import convert as module
from onsets.datasets import open_dataset, open_shards, verify_shards, write_shards
from onsets.datasets.convert import each_record
from onsets.datasets.dataset import at_rate
from onsets.errors import CatalogueError, ConfigError
from onsets.store import StoreError
from onsets.types import Problem

from .making import in_memory, waves

NAN = float("nan")


def twelve(**columns):
    return in_memory([waves(k, 300) for k in range(12)], p_sample=np.arange(12.0) + 10, **columns)


SHARD = 3 * 3 * 300 * 4
"""Bytes of three records."""


def test_a_conversion_holds_every_record(tmp_path):
    seen = []
    made = write_shards(
        twelve(), tmp_path / "s", shard_bytes=SHARD, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(3, 12), (6, 12), (9, 12), (12, 12)]
    for k, sample in enumerate(made.read(range(12))):
        np.testing.assert_array_equal(sample.data, waves(k, 300))
        assert sample.arrivals == {"P": k + 10.0}
    assert verify_shards(tmp_path / "s") == []
    assert open_dataset(tmp_path / "s").rows["name"].tolist() == [f"r{k}" for k in range(12)]


def test_what_cannot_be_read_is_left_out_and_told(tmp_path):
    arrays = [waves(k, 300) for k in range(4)]
    arrays[1], arrays[2] = None, waves(2, 200)
    arrays[3][0, 5] = np.nan
    data = in_memory(arrays, finite=False, samples=[300] * 4)
    made = write_shards(data, tmp_path / "s")
    assert made.rows["name"].tolist() == ["r0", "r3"]
    assert [(p.where, p.reason, p.fatal) for p in made.problems] == [
        ("set/r1", "left out: record 1 is broken", True),
        ("set/r2", "left out: holds 200 samples, expected 300", True),
        ("set/r3", "1 samples were NaN or infinite: set to 0", False),
    ]
    assert made.read([1])[0].data[0, 5] == 0
    assert open_shards(tmp_path / "s").problems == made.problems


def test_problems_of_the_source_are_kept(tmp_path):
    import dataclasses

    data = dataclasses.replace(twelve(), problems=(Problem("t.csv: x", "left out: why", "XX.A.", 5, True),))
    assert write_shards(data, tmp_path / "s").problems == data.problems


def test_one_rate_for_all(tmp_path):
    data = in_memory(
        [waves(0, 400), waves(1, 400)],
        rate_hz=[200.0, 100.0],
        p_sample=[100.0, 50.0],
        coda_end_sample=[300.0, NAN],
    )
    made = write_shards(data, tmp_path / "s", rate_hz=100.0)
    assert made.rows["rate_hz"].tolist() == [100.0, 100.0] and made.rows["samples"].tolist() == [200, 400]
    assert made.rows["p_sample"].tolist() == [50.0, 50.0] and made.rows["coda_end_sample"][0] == 150.0
    one, two = made.read([0, 1])
    np.testing.assert_array_equal(one.data, at_rate(waves(0, 400), 200.0, 100.0))
    np.testing.assert_array_equal(two.data, waves(1, 400))


@pytest.mark.parametrize("values", ["float16", "int16"])
def test_half_the_space(tmp_path, values):
    made = write_shards(twelve(), tmp_path / "s", values=values, shard_bytes=SHARD)
    assert sum(file.stat().st_size for file in (tmp_path / "s").glob("*.npy")) < 12 * 3 * 300 * 2 + 4 * 200
    for k, sample in enumerate(made.read(range(12))):
        np.testing.assert_allclose(sample.data, waves(k, 300), atol=4 * 2**-11)


class StopError(Exception):
    pass


def interrupted(data, folder, after, **options):
    """Convert until some records were read, then stop as a killed process would."""
    reads = data.waveforms.read_one

    def read_one(k):
        if data.waveforms.reads >= after:
            raise StopError
        return reads(k)

    data.waveforms.read_one = read_one
    with pytest.raises(StopError):
        write_shards(data, folder, shard_bytes=SHARD, **options)


@pytest.mark.parametrize("after", [0, 2, 3, 4, 7, 11])
def test_a_conversion_goes_on_where_it_stopped(tmp_path, after):
    folder = tmp_path / "s"
    interrupted(twelve(), folder, after)
    (folder / ".onsets-0123456789ab.tmp").write_bytes(b"draft of a killed run")
    if after > 3:
        with pytest.raises(CatalogueError, match="was not finished"):
            open_shards(folder)
    data = twelve()
    made = write_shards(data, folder, shard_bytes=SHARD)
    assert data.waveforms.reads == 12 - 3 * max(0, (after - 1) // 3)
    whole = write_shards(twelve(), tmp_path / "whole", shard_bytes=SHARD)
    for name in sorted(file.name for file in (tmp_path / "whole").iterdir()):
        assert (folder / name).read_bytes() == (
            tmp_path / "whole" / name
        ).read_bytes() or name == "dataset.json"
    assert json.loads((folder / "dataset.json").read_text()) == json.loads(
        (tmp_path / "whole" / "dataset.json").read_text()
    )
    assert len(made) == len(whole) == 12 and not list(folder.glob(".onsets-*"))


def test_a_finished_conversion_is_left_as_it_is(tmp_path):
    write_shards(twelve(), tmp_path / "s", shard_bytes=SHARD)
    data = twelve()
    assert len(write_shards(data, tmp_path / "s", shard_bytes=SHARD)) == 12
    assert data.waveforms.reads == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"values": "int16"}, "conversion with values float32, not int16"),
        ({"rate_hz": 50.0}, "conversion with rate_hz None, not 50.0"),
    ],
)
def test_another_conversion_is_not_mixed_in(tmp_path, change, said):
    write_shards(twelve(), tmp_path / "s", shard_bytes=SHARD)
    with pytest.raises(ConfigError, match=said):
        write_shards(twelve(), tmp_path / "s", shard_bytes=SHARD, **change)


def test_other_records_are_not_mixed_in(tmp_path):
    write_shards(twelve(), tmp_path / "s", shard_bytes=SHARD)
    with pytest.raises(ConfigError, match="source_sha256"):
        write_shards(twelve(s_sample=200.0), tmp_path / "s", shard_bytes=SHARD)


def test_a_full_disk_leaves_what_was_finished_whole(tmp_path, monkeypatch):
    real, written = module.replacing, []

    def replacing(path):
        written.append(path)
        if len(written) == 5:
            raise StoreError(f"{path} cannot be written: No space left on device")
        return real(path)

    monkeypatch.setattr(module, "replacing", replacing)
    with pytest.raises(StoreError, match="No space left"):
        write_shards(twelve(), tmp_path / "s", shard_bytes=SHARD)
    monkeypatch.setattr(module, "replacing", real)
    data = twelve()
    made = write_shards(data, tmp_path / "s", shard_bytes=SHARD)
    assert data.waveforms.reads == 9 and len(made) == 12 and verify_shards(tmp_path / "s") == []


def test_a_record_longer_than_a_shard_is_kept(tmp_path):
    made = write_shards(
        in_memory([waves(0, 50), waves(1, 900), waves(2, 50)]), tmp_path / "s", shard_bytes=2000
    )
    for k, samples in enumerate([50, 900, 50]):
        np.testing.assert_array_equal(made.read([k])[0].data, waves(k, samples))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"values": "float"}, r"unknown kind of values 'float'; did you mean 'float(16|32)'"),
        ({"rate_hz": 0.0}, "rate 0.0 Hz, expected a positive number"),
        ({"rate_hz": NAN}, "rate nan Hz"),
    ],
)
def test_wrong_options_are_refused(tmp_path, options, said):
    with pytest.raises(ConfigError, match=said):
        write_shards(twelve(), tmp_path / "s", **options)
    assert not (tmp_path / "s").exists()


def test_a_folder_with_something_in_it_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(ConfigError, match="is not empty"):
        write_shards(twelve(), tmp_path)
    with pytest.raises(ConfigError, match="is a file"):
        write_shards(twelve(), tmp_path / "thesis.txt")
    with pytest.raises(ConfigError, match="no records to convert"):
        write_shards(twelve().select([]), tmp_path / "s")


def test_when_nothing_can_be_read_nothing_is_made(tmp_path):
    with pytest.raises(CatalogueError, match="none of 2 records could be read: left out: record 0 is broken"):
        write_shards(in_memory([None, None]), tmp_path / "s")


def test_each_record_in_turn():
    data = in_memory([waves(0), None])
    (i, record, problem), (j, nothing, reason) = each_record(data)
    assert (i, j, problem, nothing) == (0, 1, None, None) and reason.fatal
    np.testing.assert_array_equal(record, waves(0))
