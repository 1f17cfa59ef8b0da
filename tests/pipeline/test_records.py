"""Synthetic records as datasets."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.datasets import open_dataset
from onsets.errors import ConfigError
from onsets.pipeline.records import RecordsPlan, dataset_of_sources, write_records
from onsets.synthetics import GreensOptions, Grid, RecordOptions, draw_sources, greens_table, records_of

GREENS = GreensOptions(depths=Grid(at=(8.0,)), distances=Grid(30, 60, 30), samples=128, quantity="velocity")


@pytest.mark.parametrize("to", ["shards", "seisbench"])
def test_what_is_written_is_what_was_drawn(tmp_path, to):
    pytest.importorskip("h5py")
    options = RecordOptions(count=7, lead_s=(0, 5))
    plan = RecordsPlan(GREENS, options, str(tmp_path / "greens"))
    write_records(plan, tmp_path / "made", to)
    back = open_dataset(tmp_path / "made")
    table = greens_table(GREENS, tmp_path / "greens")
    drawn = draw_sources(table, options)
    wanted = records_of(table, drawn, options)
    samples = back.read(range(7))
    np.testing.assert_allclose(np.stack([one.data for one in samples]), wanted, rtol=1e-5)
    inside = drawn.arrivals < 128
    np.testing.assert_allclose(back.arrivals[inside], drawn.arrivals[inside], atol=1e-6)
    assert np.isnan(back.arrivals[~inside]).all()
    np.testing.assert_allclose(back.rows["magnitude"], drawn.magnitude, atol=1e-6)


def test_records_are_made_in_blocks_in_any_order(monkeypatch):
    monkeypatch.setattr("onsets.pipeline.records.BLOCK", 4)
    table = greens_table(GREENS)
    options = RecordOptions(count=11, components="Z")
    made = dataset_of_sources(table, options)
    wanted = records_of(table, draw_sources(table, options), options)
    for k in (10, 3, 4, 0, 7):
        record = made.waveforms.read_one(k)
        np.testing.assert_allclose(record[0], wanted[k, 0], rtol=1e-5)
        assert (record[1:] == 0).all()


def test_an_unknown_layout_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="did you mean 'shards'"):
        write_records(RecordsPlan(), tmp_path / "x", "shard")
