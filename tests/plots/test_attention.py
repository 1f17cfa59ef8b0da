from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from onsets.errors import ConfigError
from onsets.plots.attention import figure_attention, plot_attention

STEPS = 24


def local(seed=0, steps=STEPS, reach=1):
    weights = np.random.default_rng(seed).random((steps, steps))
    distance = np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
    return np.where(distance <= reach, weights, 0.0)


@pytest.fixture
def attention():
    weights = np.random.default_rng(1).random((2, STEPS, STEPS)).astype(np.float32)
    weights /= weights.sum(axis=2, keepdims=True)
    return {"global_1": weights[0], "global_2": weights[None, 1], "P": local(2), "S": local(3)}


def images(figure):
    return [ax for ax in figure.axes if ax.images]


def test_rows_share_the_windows_time_axis(record, attention):
    figure = figure_attention(record, attention)
    bars = [ax for ax in figure.axes if ax.get_position().width < 0.05]
    rows = [ax for ax in figure.axes if ax not in bars]
    assert (len(rows), len(bars)) == (3 + 1 + 4, 4)
    assert {ax.get_xlim() for ax in rows} == {(0.0, 29.99)}
    assert len({(ax.get_position().x0, ax.get_position().x1) for ax in rows}) == 1
    tops = [ax.get_position().y1 for ax in rows]
    assert tops == sorted(tops, reverse=True)
    assert all(a.get_position().y0 > b.get_position().y1 for a, b in itertools.pairwise(rows))


def test_maps_show_the_weights(record, attention):
    first, second, p, s = (ax.images[0].get_array() for ax in images(figure_attention(record, attention)))
    np.testing.assert_array_equal(first, attention["global_1"])
    np.testing.assert_array_equal(second, attention["global_2"][0])
    for got, weights in ((p, attention["P"]), (s, attention["S"])):
        assert got.shape == (3, STEPS)
        np.testing.assert_array_equal(got[1], np.diag(weights))
        np.testing.assert_array_equal(got[0, 1:], np.diag(weights, -1))
        np.testing.assert_array_equal(got[2, :-1], np.diag(weights, 1))
        assert got.mask[0, 0]
        assert got.mask[2, -1]


def test_received_is_relative_to_an_even_share(record, attention):
    attention["global_1"] = np.full((STEPS, STEPS), 1 / STEPS)
    figure = figure_attention(record, attention)
    even, other = (patch.get_data() for patch in figure.axes[3].patches)
    np.testing.assert_allclose(even.values, 1)
    np.testing.assert_allclose(other.values, attention["global_2"][0].sum(axis=0), rtol=1e-6)
    np.testing.assert_allclose(even.edges, np.linspace(0, 29.99, STEPS + 1))


def test_local_only_and_one_component(record, attention):
    one = dataclasses.replace(record, valid=record.valid & [[True], [False], [False]])
    figure = figure_attention(one, {"P": attention["P"]})
    assert len(figure.axes) == 3  # waveform, map, its colours
    assert [tick.get_text() for tick in figure.axes[1].get_yticklabels()] == ["before", "same", "after"]


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".svg"])
def test_same_input_same_bytes(record, attention, tmp_path, suffix):
    paths = [plot_attention(record, attention, tmp_path / f"{k}{suffix}") for k in range(2)]
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    assert len(first) > 5000


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.zeros((3, 4)), r"attention 'P' has shape \(3, 4\)"),
        (np.zeros((2, 4, 4)), r"has shape \(2, 4, 4\), expected \(steps, steps\) of one window"),
        (np.zeros((0, 0)), r"has shape \(0, 0\)"),
        (np.full((4, 4), np.nan), "values that are not finite"),
    ],
)
def test_weights_that_cannot_be_drawn(record, weights, message):
    with pytest.raises(ConfigError, match=message):
        figure_attention(record, {"P": weights})


def test_nothing_to_draw(record, attention, tmp_path):
    with pytest.raises(ConfigError, match=r"attention of BW\.RJOB\.: no attention"):
        figure_attention(record, {})
    with pytest.raises(ConfigError, match="unknown format"):
        plot_attention(record, attention, tmp_path / "a.gif")


def test_of_a_network(record, tmp_path):
    torch = pytest.importorskip("torch")
    from onsets.networks import build

    with torch.no_grad():
        looked = build("leqnet").eval().attention(torch.randn(1, 3, 3000))
    maps = images(figure_attention(record, looked))
    assert [ax.images[0].get_array().shape for ax in maps] == [(28, 28), (28, 28), (3, 28), (3, 28)]
