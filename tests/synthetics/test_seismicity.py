from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.synthetics import Seismicity, gutenberg_richter, make_sources, omori_times


@pytest.mark.parametrize("b", [0.8, 1.0, 1.3])
def test_b_value_is_recovered(b):
    magnitudes = gutenberg_richter(20_000, b, 1.0, 9.0, np.random.default_rng(0))
    # Aki (1965): maximum likelihood, standard error b / sqrt(n)
    found = np.log10(np.e) / (magnitudes.mean() - 1.0)
    assert found == pytest.approx(b, abs=4 * b / np.sqrt(20_000))
    assert magnitudes.min() >= 1.0 and magnitudes.max() <= 9.0


@pytest.mark.parametrize("p", [0.9, 1.0, 1.2])
def test_p_value_is_recovered(p):
    optimize = pytest.importorskip("scipy.optimize")
    c, end, n = 0.02, 100.0, 20_000
    times = omori_times(n, c, p, end, np.random.default_rng(1))
    assert (np.diff(times) >= 0).all() and times[0] >= 0 and times[-1] <= end

    def minus_log_likelihood(values):
        q, d = values[0], np.exp(values[1])
        area = np.log((end + d) / d) if abs(q - 1) < 1e-9 else ((end + d) ** (1 - q) - d ** (1 - q)) / (1 - q)
        return q * np.log(times + d).sum() + n * np.log(area)

    q, log_c = optimize.minimize(minus_log_likelihood, [1.05, np.log(0.01)], method="Nelder-Mead").x
    assert q == pytest.approx(p, abs=0.03)
    assert np.exp(log_c) == pytest.approx(c, rel=0.15)


def test_a_big_catalogue_gives_its_b_and_p_back():
    options = Seismicity(
        days=200, background_per_day=100, b_value=1.1, largest=8.0, mainshock=7.5, mainshock_day=50.0,
        aftershocks=20_000, omori_c_days=0.02, omori_p=1.15,
    )  # fmt: skip
    made = make_sources(options, np.random.default_rng(8))
    others = made.magnitude[made.kind != "mainshock"]
    assert np.log10(np.e) / (others.mean() - options.smallest) == pytest.approx(1.1, abs=0.03)
    # Omori as a straight line: numbers in equal steps of log t, late enough not to feel c
    since = made.time_s[made.kind == "aftershock"] / 86_400 - 50
    counts, edges = np.histogram(since, np.geomspace(0.5, 150, 9))
    slope = np.polyfit(np.log(np.sqrt(edges[1:] * edges[:-1])), np.log(counts / np.diff(edges)), 1)[0]
    assert -slope == pytest.approx(1.15, abs=0.06)


def test_a_catalogue_holds_what_was_asked_for():
    options = Seismicity(days=10, background_per_day=200, mainshock=5.5, mainshock_day=2.0, aftershocks=300)
    made = make_sources(options, np.random.default_rng(2))
    kinds = {kind: int((made.kind == kind).sum()) for kind in ("background", "mainshock", "aftershock")}
    assert kinds["mainshock"] == 1 and kinds["aftershock"] == 300 and abs(kinds["background"] - 2000) < 200
    assert (np.diff(made.time_s) >= 0).all() and made.time_s.max() <= 10 * 86400
    after = made.take(made.kind == "aftershock")
    assert after.time_s.min() >= 2 * 86400 and after.magnitude.max() <= 5.5
    main = made.take(made.kind == "mainshock")
    apart = np.hypot(after.x_km - main.x_km, after.y_km - main.y_km)
    assert np.quantile(apart, 0.95) < 8  # half a diagonal of a plane of 6 km
    assert np.hypot(made.x_km, made.y_km)[made.kind == "background"].max() <= options.radius_km
    assert made.depth_km.min() >= 3 and made.depth_km.max() <= 15


def test_the_seed_is_all():
    options = Seismicity(mainshock=4.0, aftershocks=20)
    one, two = (make_sources(options, np.random.default_rng(3)) for _ in range(2))
    for column in dataclasses.fields(one):
        np.testing.assert_array_equal(getattr(one, column.name), getattr(two, column.name))


@pytest.mark.parametrize(
    "wrong",
    [{"days": 0.0}, {"largest": 0.5}, {"mainshock": 4.0, "mainshock_day": 3.0}, {"depth_km": (0.0, 5.0)}],
)
def test_impossible_options(wrong):
    with pytest.raises(ConfigError, match=list(wrong)[-1]):
        Seismicity(**wrong)
