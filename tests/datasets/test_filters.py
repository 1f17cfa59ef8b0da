import numpy as np
import pytest

from onsets.datasets import FILTERS, chosen, lppn_region, manual, msnet
from onsets.errors import CatalogueError, ConfigError

from .making import labelled

NAN = float("nan")

SMALL = {
    "p_status": "manual",
    "s_status": "manual",
    "magnitude": 1.5,
    "p_sample": 500.0,
    "s_sample": 900.0,
    "depth_km": 10.0,
    "distance_km": 20.0,
    "category": "earthquake",
}


def keeps(function, **changes):
    return bool(function(labelled(1, **SMALL | changes).rows)[0])


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, True),
        ({"p_status": "automatic"}, False),
        ({"s_status": "autopicker"}, False),
        ({"s_status": ""}, False),
    ],
)
def test_manual(changes, kept):
    assert keeps(manual, **changes) is kept


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, True),
        ({"magnitude": 3.5}, True),
        ({"magnitude": 3.6}, False),
        ({"magnitude": NAN}, False),
        ({"s_sample": 549.0}, False),
        ({"s_sample": 550.0}, True),
        ({"s_sample": 2000.0}, True),
        ({"s_sample": 2001.0}, False),
        ({"s_sample": NAN}, False),
        ({"rate_hz": 50.0, "s_sample": 1251.0}, False),
        ({"depth_km": 0.9}, False),
        ({"depth_km": 1.0}, True),
        ({"depth_km": 101.0}, False),
        ({"distance_km": 0.0}, False),
        ({"distance_km": NAN}, False),
        ({"p_status": "automatic"}, False),
    ],
)
def test_msnet(changes, kept):
    assert keeps(msnet, **changes) is kept


def test_the_limits_of_msnet_can_be_set():
    data = labelled(1, **SMALL)
    assert not msnet(data.rows, magnitude=(2, 3))[0]
    assert not msnet(data.rows, s_minus_p_s=(5, 9))[0]
    assert not msnet(data.rows, depth_to_distance=(1, 2))[0]


@pytest.mark.parametrize(
    ("station", "source", "category", "kept"),
    [
        ((37, -122), (38, -121), "earthquake", True),
        ((34, -126), (41, -118), "earthquake", True),
        ((33.9, -122), (38, -121), "earthquake", False),
        ((37, -122), (41.1, -121), "earthquake", False),
        ((37, -117.9), (38, -121), "earthquake", False),
        ((37, -122), (38, -126.1), "earthquake", False),
        ((37, -122), (NAN, NAN), "earthquake", False),
        ((60, 30), (NAN, NAN), "noise", True),
        ((37, -122), (NAN, NAN), "noise", True),
    ],
)
def test_lppn_keeps_stations_and_sources_of_its_region_and_noise(station, source, category, kept):
    assert (
        keeps(
            lppn_region,
            station_latitude=station[0],
            station_longitude=station[1],
            source_latitude=source[0],
            source_longitude=source[1],
            category=category,
        )
        is kept
    )


def test_filters_by_name():
    data = labelled(3, **SMALL | {"magnitude": [1.0, 5.0, 2.0]})
    assert chosen(data, "msnet").rows["name"].tolist() == ["r0", "r2"]
    assert len(chosen(data, "msnet", magnitude=(4, 6))) == 1
    with pytest.raises(ConfigError, match=r"unknown filter 'mnset'; did you mean 'msnet'\?"):
        chosen(data, "mnset")
    with pytest.raises(
        ConfigError, match=r"unknown limit 'magnitud' of filter 'msnet'; did you mean 'magnitude'\?"
    ):
        chosen(data, "msnet", magnitud=(1, 2))
    with pytest.raises(ConfigError, match="it has none"):
        chosen(data, "manual", magnitude=(1, 2))
    with pytest.raises(CatalogueError, match="keeps none of 3 records"):
        chosen(data, "msnet", magnitude=(8, 9))


@pytest.mark.parametrize("name", list(FILTERS))
def test_every_filter_answers_for_every_record(name):
    mask = FILTERS[name](labelled(4).rows)
    assert mask.shape == (4,) and mask.dtype == np.bool_ and not mask.any()
