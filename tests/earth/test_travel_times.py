"""Travel times against pyrocko's ray tracer, Fermat's principle, and their own derivatives."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.earth import LayeredModel, travel_times
from onsets.errors import ConfigError

MODELS = {
    "crust": LayeredModel(
        [0, 1, 5, 13, 21, 31], [5.65, 6.2, 6.25, 6.3, 6.5, 7.5], [2.75, 2.8, 3.4, 3.45, 3.5, 4]
    ),
    "slow layer": LayeredModel([0, 3, 6, 20, 35], [4.0, 5.8, 5.2, 6.6, 8.0], [2.2, 3.3, 2.9, 3.8, 4.6]),
    "top above the sea": LayeredModel([-2.0, 1.0, 5.0], [3.0, 5.5, 6.5], [1.7, 3.2, 3.75]),
}
DISTANCES = np.array([0.5, 3, 7, 12, 25, 50, 77, 120, 200, 300.0])


@pytest.fixture(scope="module")
def cake():
    """Pyrocko's tracer on an earth 200 times as large, whose curvature is below 2 ms in 300 km."""
    tracer = pytest.importorskip("pyrocko.cake")
    old = {name: getattr(tracer, name) for name in ("earthradius", "d2m", "m2d")}
    tracer.earthradius = 200 * old["earthradius"]
    tracer.d2m = tracer.d2r * tracer.earthradius
    tracer.m2d = 1 / tracer.d2m
    yield tracer
    for name, value in old.items():
        setattr(tracer, name, value)


def traced(cake, model, phase, source, receiver):
    """First arrivals at DISTANCES by cake: up, down and every head wave."""
    top = model.depth_km[0]
    bottoms = [*model.depth_km[1:], model.depth_km[-1] + 500]
    lines = [
        f"{depth - top} {vp} {vs} 2.7 1000 500"
        for first, last, vp, vs in zip(model.depth_km, bottoms, model.vp_km_s, model.vs_km_s, strict=True)
        for depth in (first, last)
    ]
    layered = cake.LayeredModel.from_scanlines(cake.read_nd_model_str("\n".join(lines)))
    kinds = [phase.lower(), phase, phase + "\\"]
    deeper = [depth - top for depth in model.depth_km[1:] if depth > max(source, receiver)]
    kinds += [f"{phase}v_{depth:g}{phase.lower()}" for depth in deeper]
    best = {}
    for kind in kinds:
        places = DISTANCES * 1000 * cake.m2d
        ends = {"zstart": (source - top) * 1000, "zstop": (receiver - top) * 1000}
        for arrival in layered.arrivals(places, phases=[cake.PhaseDef(kind)], **ends):
            key = int(np.argmin(np.abs(places - arrival.x)))
            best[key] = min(arrival.t, best.get(key, np.inf))
    return np.array([best[key] for key in range(len(DISTANCES))])


@pytest.mark.parametrize("phase", ["P", "S"])
@pytest.mark.parametrize("name", MODELS)
def test_first_arrivals_agree_with_cake(cake, name, phase):
    model = MODELS[name]
    for source in (0.5, 3.7, 12.1, 40.0):
        for receiver in (0.0, 1.2, -1.2):
            if receiver >= model.depth_km[0]:
                ours = travel_times(model, phase, DISTANCES, source, receiver).time_s
                theirs = traced(cake, model, phase, source, receiver)
                np.testing.assert_allclose(ours, theirs, atol=0.003)


@pytest.mark.parametrize("name", MODELS)
def test_derivatives_are_those_of_the_times(name):
    rng = np.random.default_rng(3)
    x, source, receiver = rng.uniform(0, 200, 2000), rng.uniform(-1, 40, 2000), rng.uniform(-1, 3, 2000)
    arrivals, small = travel_times(MODELS[name], "P", x, source, receiver), 1e-5
    for slope, moved in (
        (arrivals.distance_slope_s_km, (small, 0, 0)),
        (arrivals.depth_slope_s_km, (0, small, 0)),
        (arrivals.receiver_slope_s_km, (0, 0, small)),
    ):
        ends = [
            travel_times(
                MODELS[name], "P", x + sign * moved[0], source + sign * moved[1], receiver + sign * moved[2]
            )
            for sign in (1, -1)
        ]
        same = (ends[0].branch == ends[1].branch) & (ends[0].branch == arrivals.branch)
        numeric = (ends[0].time_s - ends[1].time_s) / (2 * small)
        assert same.mean() > 0.99
        np.testing.assert_allclose(slope[same], numeric[same], atol=1e-4)


@given(st.floats(0, 400), st.floats(-2, 80), st.floats(-2, 80), st.sampled_from("PS"))
def test_there_and_back_take_equal_time(distance, one, two, phase):
    there = travel_times(MODELS["slow layer"], phase, distance, one, two)
    back = travel_times(MODELS["slow layer"], phase, distance, two, one)
    assert float(there.time_s) == pytest.approx(float(back.time_s), abs=1e-9)
    assert float(there.depth_slope_s_km) == pytest.approx(float(back.receiver_slope_s_km), abs=1e-9)
    assert float(there.time_s) >= np.hypot(distance, one - two) / MODELS["slow layer"].vp_km_s.max() - 1e-9


def test_a_fast_layer_is_reached_from_below_as_from_above():
    model = LayeredModel([0.0, 2.0], [6.0, 3.0], [3.4, 1.7])
    mirrored = LayeredModel([0.0, 2.0], [3.0, 6.0], [1.7, 3.4])
    below = travel_times(model, "P", DISTANCES, 3.0, 2.5)
    above = travel_times(mirrored, "P", DISTANCES, 1.0, 1.5)
    np.testing.assert_allclose(below.time_s, above.time_s)
    np.testing.assert_allclose(below.depth_slope_s_km, -above.depth_slope_s_km)
    assert below.branch.tolist() == [-one for one in above.branch.tolist()]
    assert (below.branch == -1).any()
    # Fermat: down 3 -> 2 km, along, and back to 2.5 km, whatever the two points on the border.
    along, ends = DISTANCES[-1], np.linspace(0, 5, 2001)
    legs = [np.hypot(up, ends) / 3.0 - ends / 6.0 for up in (1.0, 0.5)]
    assert below.time_s[-1] == pytest.approx(along / 6.0 + legs[0].min() + legs[1].min(), abs=1e-5)


def test_two_layers_by_the_textbook():
    model = LayeredModel([0.0, 30.0], [6.0, 8.0], [3.5, 4.6])
    pn = travel_times(model, "Pn", 200.0, 10.0)
    expected = 200 / 8 + (30 + 20) * np.sqrt(1 / 36 - 1 / 64)
    assert float(pn.time_s) == pytest.approx(expected, abs=1e-12)
    assert float(pn.takeoff_deg) == pytest.approx(np.degrees(np.arcsin(6 / 8)))
    pg = travel_times(model, "Pg", 200.0, 10.0)
    assert float(pg.time_s) == pytest.approx(np.hypot(200, 10) / 6, abs=1e-12)
    assert float(pg.takeoff_deg) == pytest.approx(180 - np.degrees(np.arctan(200 / 10)))
    near = travel_times(model, "Pn", 5.0, 10.0)
    assert float(near.time_s) == pytest.approx(np.hypot(5, 10) / 6)


def test_straight_up_level_and_above_the_model():
    model = MODELS["crust"]
    up = travel_times(model, "P", 0.0, 5.0, -1.0)
    assert float(up.time_s) == pytest.approx(2 / 5.65 + 4 / 6.2)
    assert float(up.takeoff_deg) == pytest.approx(180)
    level = travel_times(model, "Pg", 7.0, 3.0, 3.0)
    assert float(level.time_s) == pytest.approx(7 / 6.2)
    assert float(level.depth_slope_s_km) == 0.0
    high = travel_times(model, "P", 0.5, -2.0, -1.0)  # both above the top: its first velocity holds
    assert float(high.time_s) == pytest.approx(np.hypot(0.5, 1.0) / 5.65)
    assert float(travel_times(model, "P", 0.0, 1.0, 1.0).time_s) == 0.0


def test_matrices_are_broadcast_and_chunks_join(monkeypatch):
    whole = travel_times(MODELS["crust"], "S", DISTANCES, np.array([[1.0], [9.0]]), -0.3)
    monkeypatch.setattr(sys.modules["onsets.earth.travel_times"], "_CHUNK", 3)
    parts = travel_times(MODELS["crust"], "S", DISTANCES, np.array([[1.0], [9.0]]), -0.3)
    assert whole.time_s.shape == (2, len(DISTANCES))
    np.testing.assert_allclose(parts.time_s, whole.time_s, rtol=1e-9)


def test_a_phase_without_travel_times_is_refused():
    with pytest.raises(ConfigError, match="phase 'Lg'"):
        travel_times(MODELS["crust"], "Lg", 1.0, 1.0)
