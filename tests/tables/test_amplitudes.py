"""Amplitudes as columns, and in files."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.store import read_amplitudes, write_amplitudes
from onsets.tables import AMPLITUDE_COLUMNS, Amplitudes

TABLE = Amplitudes.of(
    [
        {"event_id": "e", "station_id": "XX.A.", "channel": "HHN", "time_ns": 10**18, "amplitude_mm": 0.25},
        {
            "event_id": "e",
            "station_id": "XX.B.",
            "duration_s": 33.5,
            "magnitude_type": "Md",
        },
    ]
)


def test_rows_have_the_columns():
    first, second = TABLE.rows()
    assert tuple(first) == AMPLITUDE_COLUMNS
    assert first["amplitude_mm"] == 0.25 and first["duration_s"] is None and second["channel"] == ""


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_files_give_them_back(tmp_path, suffix):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    write_amplitudes(TABLE, tmp_path / f"a{suffix}")
    back = read_amplitudes(tmp_path / f"a{suffix}")
    assert back.rows() == TABLE.rows() and back.channel.tolist() == ["HHN", ""]
    assert np.isnan(back.amplitude_mm[1])
    with pytest.raises(ConfigError, match="unknown format"):
        write_amplitudes(TABLE, tmp_path / "a.xml")
