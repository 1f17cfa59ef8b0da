from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.synthetics import ground_noise, noise_model_db, recorded_noise


@pytest.mark.parametrize(("level", "name"), [(0.0, "get_nlnm"), (1.0, "get_nhnm")])
def test_the_models_are_those_of_obspy(level, name):
    spectral = pytest.importorskip("obspy.signal.spectral_estimation")
    period, wanted = getattr(spectral, name)()
    inside = (period >= 0.1) & (period < 1e5)
    np.testing.assert_allclose(noise_model_db(period[inside], level), wanted[inside], atol=0.05)


@pytest.mark.parametrize(
    ("level", "quantity", "power"), [(0.0, "acceleration", 0), (1.0, "velocity", 1), (0.5, "velocity", 1)]
)
def test_the_spectrum_is_the_models(level, quantity, power):
    rng = np.random.default_rng(0)
    rate, length, pieces = 20.0, 2048, 256
    made = ground_noise(1, 1, length * pieces, rate, rng, level=level, quantity=quantity)[0, 0].astype(
        np.float64
    )
    # Welch, without overlap
    windows = made.reshape(pieces, length) * np.hanning(length)
    density = (
        2 * np.mean(np.abs(np.fft.rfft(windows)) ** 2, axis=0) / (rate * np.sum(np.hanning(length) ** 2))
    )
    frequency = np.fft.rfftfreq(length, 1 / rate)
    band = (frequency > 0.08) & (frequency < 8)
    wanted = noise_model_db(1 / frequency[band], level) - 20 * power * np.log10(2 * np.pi * frequency[band])
    off = 10 * np.log10(density[band]) - wanted
    assert abs(off.mean()) < 0.2 and np.abs(off).max() < 2.5


def test_displacement_is_the_integral_of_velocity():
    made = [
        ground_noise(1, 1, 4096, 20.0, np.random.default_rng(3), quantity=quantity)[0, 0].astype(np.float64)
        for quantity in ("displacement", "velocity")
    ]
    spectra = [np.abs(np.fft.rfft(wave)[1:]) for wave in made]
    omega = 2 * np.pi * np.fft.rfftfreq(4096, 1 / 20.0)[1:]
    np.testing.assert_allclose(spectra[0][4:400] * omega[4:400], spectra[1][4:400], rtol=1e-2)


def test_levels_are_each_records_own_and_the_seed_is_all():
    rng = np.random.default_rng
    made = ground_noise(2, 3, 4000, 50.0, rng(1), level=[0.2, 0.8])
    assert made[1].std() > 20 * made[0].std()
    again = ground_noise(2, 3, 4000, 50.0, rng(1), level=[0.2, 0.8])
    assert made.tobytes() == again.tobytes()
    assert np.abs(np.corrcoef(made[0])[np.triu_indices(3, 1)]).max() < 0.5  # few periods of long waves


def test_recorded_noise_has_the_recorded_spectrum():
    rng = np.random.default_rng(2)
    source = np.cumsum(rng.normal(size=(2, 20_000)), axis=1)
    source = np.diff(source - source.mean(axis=1, keepdims=True), axis=1) + 0.5 * rng.normal(size=(2, 1))
    source[1] = np.convolve(rng.normal(size=source.shape[1] + 4), np.ones(5) / 5, "valid")
    made = recorded_noise(source.astype(np.float32), 3, 30_000, rng)
    assert made.shape == (3, 2, 30_000)
    np.testing.assert_allclose(made.std(axis=2).mean(axis=0), source.std(axis=1), rtol=0.1)
    power = [
        np.abs(np.fft.rfft(x))[: len(x) // 8].mean() / np.abs(np.fft.rfft(x)).mean()
        for x in (source[1], made[0, 1])
    ]
    assert power[1] == pytest.approx(power[0], rel=0.1)


def test_what_cannot_be_made_is_said():
    rng = np.random.default_rng(0)
    with pytest.raises(ConfigError, match="acceleration, velocity"):
        ground_noise(1, 1, 10, 1.0, rng, quantity="speed")
    with pytest.raises(ConfigError, match="2 or more"):
        recorded_noise(np.zeros((3, 1), np.float32), 1, 10, rng)
