from __future__ import annotations

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.synthetics import Scattering, add_coda, coda_share

RATE, SAMPLES, P, S = 40.0, 4000, 400, 800


def records(count):
    made = np.zeros((count, 3, SAMPLES), np.float32)
    time = np.arange(20) / RATE
    made[:, :, P : P + 20] = 0.3 * np.sin(2 * np.pi * 6 * time) * np.hanning(20)
    made[:, :, S : S + 20] = np.sin(2 * np.pi * 6 * time) * np.hanning(20)
    return made


def test_without_loss_the_energy_of_the_whole_space_is_kept():
    # direct and scattered energy over all distances at one time sum to 1; Paasschens is good to some percent
    speed, path, lapse = 3.5, 50.0, np.array([20.0, 60.0])[:, None]
    distance = np.linspace(1e-3, 1, 4001)[1:-1] * speed * lapse
    direct = np.exp(-distance / path) / (4 * np.pi * distance**2)
    density = coda_share(lapse, distance, speed, path) * direct / speed
    scattered = np.sum(4 * np.pi * distance**2 * density, axis=1) * np.diff(distance, axis=1)[:, 0]
    np.testing.assert_allclose(scattered + np.exp(-speed * lapse[:, 0] / path), 1.0, atol=0.05)


def test_late_coda_falls_as_diffusion_and_single_scattering_say():
    early = coda_share([40.0, 80.0], 1.0, 3.5, 1e5)  # single: t^-2
    assert early[0] / early[1] == pytest.approx(4.0, rel=0.05)
    late = coda_share([400.0, 800.0], 1.0, 3.5, 10.0)  # diffusion: t^-3/2
    assert late[0] / late[1] == pytest.approx(2**1.5, rel=0.05)


def test_the_coda_decays_as_asked():
    own = Scattering(free_path_km=80.0, q0=120.0, exponent=0.5, octaves=(6.0,))
    count, distance = 200, 35.0
    clean = records(count)
    made = add_coda(clean, RATE, np.tile([P, S], (count, 1)), distance, np.random.default_rng(0), own)
    power = np.mean((made - clean)[..., S + 40 :].astype(np.float64) ** 2, axis=(0, 1))
    since = (np.arange(S + 40, SAMPLES) + 0.5 - S) / RATE
    p_since = since + (S - P) / RATE
    energy = [(clean[0, :, a:b].astype(np.float64) ** 2).sum() / 3 for a, b in ((P, S), (S, SAMPLES))]
    wanted = 0.0
    for when, speed, path, one in ((p_since, 6.0, 80 / 0.3, energy[0]), (since, 3.5, 80.0, energy[1])):
        absorbed = np.exp(-2 * np.pi * 6**0.5 / 120 * when)
        wanted = wanted + one * coda_share(when + distance / speed, distance, speed, path) * absorbed / RATE
    ratio = power.reshape(-1, 158).mean(axis=1) / wanted.reshape(-1, 158).mean(axis=1)
    np.testing.assert_allclose(ratio, 1.0, atol=0.12)


def test_nothing_before_the_arrival_and_the_seed_is_all():
    clean, at = records(3), np.tile([P, S], (3, 1))
    one, two = (add_coda(clean, RATE, at, 20.0, np.random.default_rng(5)) for _ in range(2))
    assert not one[..., :P].any() and one[..., P + 30 : S].any()
    assert one.tobytes() == two.tobytes()
    assert len({row.tobytes() for row in one}) == 3


def test_higher_octaves_die_earlier():
    own = Scattering(q0=60.0, exponent=0.0, octaves=(2.0, 8.0))
    made = add_coda(records(40), RATE, np.tile([P, S], (40, 1)), 20.0, np.random.default_rng(1), own)
    spectrum = [np.abs(np.fft.rfft(made[..., a : a + 400])).mean(axis=(0, 1)) for a in (1000, 2800)]
    f = np.fft.rfftfreq(400, 1 / RATE)
    high = [one[(f > 7.6) & (f < 8.4)].sum() / one[(f > 1.6) & (f < 2.4)].sum() for one in spectrum]
    assert high[1] < 0.4 * high[0]


def test_wrong_input():
    with pytest.raises(ConfigError, match="arrivals"):
        add_coda(records(2), RATE, np.zeros((3, 2)), 20.0, np.random.default_rng(0))
    with pytest.raises(ConfigError, match="rise"):
        Scattering(octaves=(4.0, 2.0))
