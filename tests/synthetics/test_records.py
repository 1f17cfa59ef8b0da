"""Records of random sources: what is drawn, where arrivals are, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.synthetics import GreensOptions, Grid, RecordOptions, draw_sources, greens_table, records_of


@pytest.fixture(scope="module")
def table():
    grids = {"depths": Grid(at=(5.0, 12.0)), "distances": Grid(40, 80, 20)}
    return greens_table(GreensOptions(**grids, samples=256, quantity="velocity", taper_from=0.3))


def test_sources_fill_their_ranges(table):
    options = RecordOptions(count=5000, magnitude=(3, 5), lead_s=(2, 10))
    drawn = draw_sources(table, options)
    assert len(drawn) == 5000
    assert set(drawn.depth) == {0, 1} and set(drawn.distance) == {0, 1, 2}
    assert drawn.magnitude.min() >= 3 and drawn.magnitude.max() <= 5
    assert drawn.lead.min() == 10 and drawn.lead.max() == 50
    # even over double couples: half of all planes dip more than 60 degrees
    assert np.median(drawn.dip_deg) == pytest.approx(60, abs=2)
    # Mw 5: 2.1e-8 (10^16.6 1e7)^(1/3) = 1.55 s, times 0.5 to 2
    large = drawn.magnitude > 4.99
    assert drawn.duration_s[large].min() > 0.75 and drawn.duration_s[large].max() < 3.2


def test_a_seed_draws_the_same_again(table):
    one, two, other = (draw_sources(table, RecordOptions(count=9, seed=s)) for s in (4, 4, 5))
    np.testing.assert_array_equal(one.arrivals, two.arrivals)
    assert (one.azimuth_deg != other.azimuth_deg).all()


def test_waves_begin_at_the_labels(table):
    options = RecordOptions(count=300, lead_s=(5, 5), magnitude=(3, 3))
    drawn = draw_sources(table, options)
    data = records_of(table, drawn, options)
    assert data.shape == (300, 3, 256) and data.dtype == np.float32
    assert (data[:, :, :25] == 0).all()
    for record, (p, s) in zip(data, drawn.arrivals, strict=True):
        before, whole = np.abs(record[:, : int(p) - 4]).max(), np.abs(record).max()
        assert before < 0.02 * whole
        assert np.abs(record[:, int(s) : int(s) + 15]).max() > 0.05 * whole


def test_parts_and_single_components_are_the_same_records(table):
    options = RecordOptions(count=20)
    drawn = draw_sources(table, options)
    whole = records_of(table, drawn, options)
    np.testing.assert_allclose(records_of(table, drawn, options, slice(8, 12)), whole[8:12], rtol=1e-5)
    upright = records_of(table, drawn, RecordOptions(count=20, components="Z"))
    np.testing.assert_allclose(upright[:, 0], whole[:, 0], rtol=1e-5)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"count": 0}, "count is 0"),
        ({"pulse": "brun"}, "did you mean 'brune'"),
        ({"components": "ZRT"}, "ZNE or Z"),
        ({"magnitude": (6.0, 3.0)}, "magnitude is 6 to 3"),
        ({"lead_s": (-1.0, 3.0)}, "lead_s is -1"),
    ],
)
def test_options_that_cannot_be_used_are_refused(wrong, message):
    with pytest.raises(ConfigError, match=message):
        RecordOptions(**wrong)
