import h5py
import numpy as np
import pytest

from onsets.datasets import open_diting
from onsets.datasets.diting import diting_key
from onsets.errors import CatalogueError, ConfigError

from .making import waves, write_table

ROW = {
    "": "0",
    "part": "0",
    "key": "14.01",
    "ev_id": "14",
    "evmag": " 1.5",
    "mag_type": "ml ",
    "p_pick": "1500",
    "p_clarity": "I",
    "p_motion": "U",
    "s_pick": "1800",
    "net": "SC",
    "sta_id": "100",
    "dis": "45.5",
    "Z_P_power_snr": "20.0",
    "N_S_power_snr": "10.0",
    "E_S_power_snr": "30.0",
}


def make_part(folder, rows, part=0, name=None, **arrays):
    write_table(folder / (name or f"DiTing330km_part_{part}.csv"), rows)
    with h5py.File(folder / f"DiTing330km_part_{part}.hdf5", "w") as file:
        file.create_group("earthquake")
        for key, data in arrays.items():
            file[f"earthquake/{key.replace('_', '.')}"] = data
    return folder


def part(folder):
    return make_part(folder, [ROW], **{"000014_0100": waves(0, 9000).T})


@pytest.mark.parametrize(
    ("text", "key"),
    [("14.01", "000014.0100"), ("000014.0100", "000014.0100"), ("123456.1234", "123456.1234")],
)
def test_keys_get_their_zeros_back(text, key):
    assert diting_key(text) == key


def test_a_record(tmp_path):
    data = open_diting(part(tmp_path))
    row = {name: column[0].item() for name, column in data.rows.items()}
    assert row["name"] == "000014.0100" and row["station_id"] == "SC.100." and row["event_id"] == "14"
    assert (row["rate_hz"], row["samples"], row["p_sample"], row["s_sample"]) == (50.0, 9000, 1500.0, 1800.0)
    assert (row["magnitude"], row["distance_km"], row["snr_db"], row["lowest_snr_db"]) == (
        1.5,
        45.5,
        20.0,
        10.0,
    )
    assert row["category"] == "earthquake" and np.isnat(data.rows["start_ns"]).all()
    np.testing.assert_array_equal(data.read([0])[0].data, waves(0, 9000))
    assert data.read([0], rate_hz=100.0)[0].arrivals == {"P": 3000.0, "S": 3600.0}


def test_parts_come_in_the_order_of_their_numbers(tmp_path):
    for k in (10, 2):
        row = ROW | {"key": f"{k}.01", "ev_id": str(k), "p_pick": "10", "s_pick": "20"}
        make_part(tmp_path, [row], k, **{f"{k:06d}_0100": waves(k, 300 + k).T})
    data = open_diting(part(tmp_path))
    assert data.rows["event_id"].tolist() == ["14", "2", "10"]
    assert data.rows["samples"].tolist() == [9000, 302, 310]
    np.testing.assert_array_equal(data.read([2])[0].data, waves(10, 310))


def test_a_pick_outside_its_array_is_told(tmp_path):
    data = open_diting(make_part(tmp_path, [ROW], **{"000014_0100": waves(0, 1600).T}))
    assert data.read([0])[0].arrivals == {"P": 1500.0}
    assert "S at sample 1800 lies outside its 1600 samples" in data.problems[0].reason


def test_the_light_edition_is_one_table(tmp_path):
    rows = [ROW, ROW | {"part": "3", "key": "000015.0200"}]
    make_part(tmp_path, rows, 3, "DiTing330km_light.csv", **{"000015_0200": waves(3, 4000).T})
    make_part(tmp_path, rows, 0, "DiTing330km_light.csv", **{"000014_0100": waves(0, 4000).T})
    data = open_diting(tmp_path)
    assert data.rows["name"].tolist() == ["000014.0100", "000015.0200"]
    np.testing.assert_array_equal(data.read([1])[0].data, waves(3, 4000))


def test_a_record_without_array_is_left_out_and_told(tmp_path):
    make_part(tmp_path, [ROW, ROW | {"key": "99.01"}], **{"000014_0100": waves(0, 4000).T})
    data = open_diting(tmp_path)
    assert len(data) == 1 and "earthquake/000099.0100 is missing" in data.problems[0].reason


def test_what_is_no_diting_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no DiTing in"):
        open_diting(tmp_path)
    write_table(tmp_path / "DiTing330km_light.csv", [ROW | {"part": ""}])
    with pytest.raises(CatalogueError, match="row 0 has no part"):
        open_diting(tmp_path)
    part(tmp_path)
    (tmp_path / "DiTing330km_part_0.hdf5").unlink()
    with pytest.raises(ConfigError, match="no waveforms file"):
        open_diting(tmp_path)
