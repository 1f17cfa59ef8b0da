"""The complete response against closed solutions, another program and ray theory; what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.earth import LayeredModel, travel_times
from onsets.errors import ConfigError
from onsets.synthetics import (
    COMPONENTS,
    ConvergenceError,
    GreensOptions,
    Grid,
    convolve,
    double_couple,
    explosion,
    greens_table,
    rotate_to_zne,
    synthesise,
    velocity_model,
)
from tests.synthetics import oracle
from tests.synthetics.analytic import okada, stokes

ONE = LayeredModel([0.0], [6.0], [3.5], [2.7])


def table(depths, distances, model=None, **options):
    return greens_table(
        GreensOptions(depths=Grid(at=tuple(depths)), distances=Grid(at=tuple(distances)), **options),
        model=model,
    )


def test_a_full_space_is_stokes_solution():
    distances = [3.0, 20.0, 60.0, 100.0]
    made = table([5.0], distances, ONE, free_surface=False, samples=384)
    rng = np.random.default_rng(0)
    t = np.arange(384) / 5
    for column, distance in enumerate(distances):
        tensor, azimuth = rng.normal(size=(6, 6)) + np.eye(6), rng.uniform(0, 360, 6)
        step = synthesise(made, 0, column, azimuth, tensor)
        ours = convolve(step, 5.0, "cosine", 4.0)
        for one, m, a in zip(ours, tensor, azimuth, strict=True):
            wanted = stokes(ONE, 5.0, distance, a, m, t, 4.0)
            largest = np.abs(wanted).max()
            np.testing.assert_allclose(one, wanted, atol=0.01 * largest)


def test_the_static_limit_is_okadas_half_space():
    made = table([8.0], [5.0, 20.0], ONE, samples=256)
    for column, (azimuth, dip, rake) in ((0, (35.0, 40.0, 70.0)), (1, (200.0, 75.0, -160.0))):
        zrt = synthesise(made, 0, column, azimuth, double_couple(0.0, dip, rake))
        still = rotate_to_zne(zrt, azimuth + 180)[0, :, 150:].mean(axis=1)
        r = made.distances_km[column]
        north, east = r * np.cos(np.radians(azimuth)), r * np.sin(np.radians(azimuth))
        wanted = okada(ONE, 8.0, north, east, dip, rake)
        np.testing.assert_allclose(still, wanted, atol=0.01 * np.abs(wanted).max())


def test_the_static_limit_of_an_explosion_is_mogis():
    made = table([8.0], [5.0, 20.0], ONE, samples=256)
    still = synthesise(made, [0, 0], [0, 1], 0.0, explosion(2))[..., 150:].mean(axis=2)
    modulus = 2.7 * (6.0**2 - 3.5**2)  # lambda + mu
    r = np.hypot(made.distances_km, 8.0)
    factor = 1e-15 / (2 * np.pi * modulus * r**3)
    wanted = np.stack([8.0 * factor, made.distances_km * factor, 0 * r], axis=1)
    np.testing.assert_allclose(still, wanted, atol=0.01 * wanted.max())


def vertical_strain(model, depth, distance):
    """e_zz at the top for M_zz = 1 at a depth, by moving the receiver up and down in the top layer."""
    moved = []
    for dz in (-0.05, 0.05):  # more cover: the receiver is higher
        tops = model.depth_km + np.r_[0.0, np.full(model.layers - 1, dz)]
        columns = (model.vp_km_s, model.vs_km_s, model.density_g_cm3)
        made = table([depth + dz], [distance], LayeredModel(tops, *columns), free_surface=False, samples=256)
        moved.append(synthesise(made, 0, 0, 0.0, [[0, 0, 1, 0, 0, 0]], "Z")[0, 0])
    return convolve(((moved[1] - moved[0]) / 0.1)[None, None], 5.0, "cosine", 3.0)[0, 0]


def test_source_and_receiver_may_be_exchanged():
    # e_zz here by M_zz there, through three different layers, both ways
    up = LayeredModel([0.0, 8.0, 9.5], [5.0, 5.6, 7.0], [2.8, 3.3, 4.1], [2.5, 2.6, 3.0])
    down = LayeredModel([0.0, 6.0, 7.5], [7.0, 5.6, 5.0], [4.1, 3.3, 2.8], [3.0, 2.6, 2.5])
    one, two = vertical_strain(up, 15.5, 12.0), vertical_strain(down, 15.5, 12.0)
    np.testing.assert_allclose(one, two, atol=2e-3 * np.abs(one).max())


def compare(tmp_path, depths, distances, correlation):
    pytest.importorskip("pygrt")
    model, options = velocity_model("crust1"), {"quantity": "velocity", "reference_hz": 2.5}
    theirs = oracle.greens(tmp_path, model, depths, distances, 5.0, 1024)
    ours = table(depths, distances, **options).values
    found, ratio = oracle.agreement(ours, theirs, 5.0)
    assert found.shape == (len(depths), len(distances), len(COMPONENTS))
    assert found.min() >= correlation
    assert ratio.min() >= 0.95 and ratio.max() <= 1.05


def test_an_independent_program_agrees(tmp_path):
    compare(tmp_path, [10.0], [20.0, 100.0], 0.999)


@pytest.mark.slow
def test_an_independent_program_agrees_at_all_depths_and_distances(tmp_path):
    compare(tmp_path, [5.0, 10.0, 18.0], [20.0, 100.0, 300.0], 0.999)


def onset_s(trace, rate_hz, expected_s):
    """Time at which a trace reaches half of what it reaches within 1.5 s of a time."""
    t = np.arange(len(trace)) / rate_hz
    near = np.flatnonzero(np.abs(t - expected_s) < 1.5)
    size = np.abs(trace[near])
    k = int(np.argmax(size >= 0.5 * size.max()))
    return t[near[k]]


def test_first_arrivals_are_those_of_ray_theory():
    model, depths, distances = velocity_model("crust1"), [5.0, 10.0, 18.0], [20.0, 60.0, 100.0, 300.0]
    made = table(depths, distances, rate_hz=10.0, samples=1024)
    times = [travel_times(model, phase, distances, np.array(depths)[:, None]).time_s for phase in "PS"]
    for row, column in np.ndindex(len(depths), len(distances)):
        # a step behind a head wave, a pulse of a direct one: half of it is at the arrival
        for name, time in zip(("ZEX", "TSS"), times, strict=True):
            trace, expected = made.values[row, column, COMPONENTS.index(name)], float(time[row, column])
            assert abs(onset_s(trace, 10.0, expected) - expected) <= 0.2


def test_a_layer_cut_into_equal_ones_is_the_same():
    whole = LayeredModel([0.0, 20.0], [5.5, 6.5], [3.1, 3.8], [2.6, 2.9], [200.0, 400.0], [100.0, 200.0])
    where = [0, 0, 0, 1, 1]
    columns = (getattr(whole, name)[where] for name in ("vp_km_s", "vs_km_s", "density_g_cm3", "qp", "qs"))
    cut = LayeredModel([0.0, 4.0, 9.0, 20.0, 25.0], *columns)
    one, two = (table([6.0, 22.0], [10.0, 50.0], model, samples=128).values for model in (whole, cut))
    np.testing.assert_allclose(two, one, atol=1e-5 * np.abs(one).max())


def test_velocity_is_the_slope_of_displacement():
    displacement, velocity = (
        table([7.0], [30.0], samples=256, quantity=name).values[0, 0].astype(np.float64)
        for name in ("displacement", "velocity")
    )
    spectrum = 2j * np.pi * np.fft.rfftfreq(512, 0.2) * np.fft.rfft(displacement - displacement[:, -1:], 512)
    middle = slice(10, 240)
    slope = np.fft.irfft(spectrum)[:, middle]
    np.testing.assert_allclose(slope, velocity[:, middle], atol=0.02 * np.abs(velocity).max())


def test_windows_may_begin_anywhere_before_the_first_wave():
    common = {"samples": 512, "quantity": "velocity"}
    plain = table([10.0], [40.0, 80.0], **common)
    moved = table([10.0], [40.0, 80.0], start_s=-2.0, reduction_km_s=8.0, **common)
    np.testing.assert_allclose(moved.start_s, [3.0, 8.0])
    for column, shift in ((0, 15), (1, 40)):
        np.testing.assert_allclose(
            moved.values[0, column, :, : 512 - shift],
            plain.values[0, column, :, shift:],
            atol=2e-3 * np.abs(plain.values[0, column]).max(),
        )
    with pytest.raises(ConfigError, match=r"begins .* s after a first wave"):
        table([10.0], [40.0], start_s=10.0)


def test_attenuation_takes_amplitude_and_delays():
    model = velocity_model("crust1")
    columns = [getattr(model, name) for name in ("depth_km", "vp_km_s", "vs_km_s", "density_g_cm3")]
    lossy = LayeredModel(*columns, np.full(4, 100.0), np.full(4, 50.0))
    pulses = {}
    for name, each, options in (
        ("elastic", LayeredModel(*columns), {}),
        ("causal", lossy, {}),
        ("plain", lossy, {"dispersion": False}),
    ):
        pulses[name] = table([10.0], [60.0], each, samples=256, **options).values[0, 0, -1]
    # the S wave, cut out: its loss is that of t*, its delay that of a velocity below the one at 1 Hz
    spectra = {name: np.fft.rfft(np.diff(trace[70:110]), 512) for name, trace in pulses.items()}
    travel, frequency = np.hypot(60, 10) / 3.55, np.fft.rfftfreq(512, 0.2)[31]
    for name, slower in (("causal", np.log(1 / frequency) / (np.pi * 50)), ("plain", 0.0)):
        change = spectra[name][31] / spectra["elastic"][31]
        assert abs(change) == pytest.approx(np.exp(-np.pi * frequency * travel / 50), rel=0.05)
        delay_s = -np.angle(change) / (2 * np.pi * frequency)
        assert delay_s == pytest.approx(travel * slower, abs=0.02)


def test_threads_do_not_change_the_values():
    options = GreensOptions(depths=Grid(at=(6.0,)), distances=Grid(at=(25.0,)), samples=128)
    one, two = (greens_table(options, workers=workers).values for workers in (1, 3))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("depth", "message"), [(0.0, "not below the surface"), (-1.0, "not below the surface")]
)
def test_a_source_above_the_surface_is_refused(depth, message):
    with pytest.raises(ConfigError, match=message):
        table([depth, 5.0], [20.0])


def test_the_surface_is_the_top_of_the_model():
    mountain = LayeredModel([-2.0, 10.0], [5.5, 6.0], [3.1, 3.5])
    assert np.isfinite(table([-1.0], [20.0], mountain, samples=64).values).all()
    with pytest.raises(ConfigError, match="surface, which is at -2 km"):
        table([-2.5], [20.0], mountain)


def test_a_source_on_an_interface_is_refused():
    with pytest.raises(ConfigError, match="on the interface at 22 km"):
        table([10.0, 22.0], [20.0])


def test_a_sum_that_has_not_converged_says_how_far_it_is():
    with pytest.raises(ConvergenceError, match=r"last tenth is [\d.e-]+ of .* expected at most 0.001"):
        table([0.05], [20.0], wavenumbers=500, samples=128)
    assert 0 < table([5.0], [20.0], samples=128).convergence < 1e-3
