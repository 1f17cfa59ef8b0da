import dataclasses
import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch.nn import functional  # noqa: E402

from onsets import networks  # noqa: E402
from onsets.errors import CatalogueError  # noqa: E402
from onsets.training import SegmentTraining, draw_batch, fit_segments, pack, segment_loss  # noqa: E402
from onsets.types import Sample  # noqa: E402

NAN = math.nan
SPEC = dataclasses.replace(
    networks.spec("lppn", width=1),
    samples=256,
    hop_samples=128,
    components="ZNE",
    normalisation="component-max",
)
PLAIN = SegmentTraining(
    batch=16, jitter=1.0, noise_only=0.0, second_event=0.0, noise=0.0, drop=0.0, gap=0.0, steps=30
)


def sample(name, arrivals, samples=800, seed=0, dataset="set"):
    """A spike on every component at each arrival, in faint noise."""
    data = np.random.default_rng(seed).normal(size=(3, samples)).astype(np.float32) * 1e-4
    for at in arrivals.values():
        data[:, int(at)] += 5.0
    return Sample(name, dataset, "XX.ABC.", name, data, 100.0, arrivals)


def events(count=6, **arrivals):
    return [
        sample(f"e{k}", arrivals or {"P": 300.0 + 7 * k, "S": 360.0 + 9 * k}, seed=k) for k in range(count)
    ]


def noises(count=4):
    return pack([sample(f"n{k}", {}, seed=50 + k) for k in range(count)], shortest=512)


def drawn(some, options=PLAIN, seed=0, spec=SPEC):
    return draw_batch(pack(some), noises(), spec, options, torch.Generator().manual_seed(seed))


# pack


def test_records_are_packed_without_mean_and_with_a_peak_of_one():
    short, long = sample("a", {"P": 100.0}, 200), sample("b", {"S": 500.0}, 600)
    packed = pack([dataclasses.replace(short, data=short.data * 1e6 + 3e6), long])
    assert packed.data.shape == (2, 3, 600)
    torch.testing.assert_close(packed.data.abs().amax(dim=(1, 2)), torch.ones(2))
    torch.testing.assert_close(packed.data.mean(dim=2), torch.zeros(2, 3), atol=1e-4, rtol=0)
    assert not packed.data[0, :, 200:].any()
    assert packed.arrivals[0, 0] == 100.0
    assert packed.arrivals.isnan().tolist() == [[False, True], [True, False]]


def test_datasets_have_their_weights():
    packed = pack([sample("a", {}), sample("b", {}, dataset="rare")], weights={"rare": 4.0})
    assert packed.weight.tolist() == [1.0, 4.0]


def test_short_noise_is_continued_by_its_mirror_image():
    packed = pack([sample("a", {}, samples=100)], shortest=250)
    data = packed.data[0]
    assert data.shape == (3, 250)
    assert torch.equal(data[:, 100:200], data[:, :100].flip(1))
    assert torch.equal(data[:, 200:], data[:, :50])


def test_silence_stays_silence():
    dead = dataclasses.replace(sample("a", {}), data=np.zeros((3, 80), np.float32))
    assert not pack([dead]).data.any()


@pytest.mark.parametrize("rates", [[], [100.0, 40.0]])
def test_records_of_several_rates_or_none_are_refused(rates):
    some = [dataclasses.replace(sample(str(rate), {}), rate_hz=rate) for rate in rates]
    with pytest.raises(CatalogueError, match="expected one"):
        pack(some)


# draw_batch


def test_shapes_and_types():
    options = dataclasses.replace(SegmentTraining(), batch=9)
    windows, classes, offsets, arrivals = drawn(events(), options)
    assert (windows.shape, windows.dtype) == ((9, 3, 256), torch.float32)
    assert (classes.shape, classes.dtype) == ((9, 32), torch.int64)
    assert (offsets.shape, offsets.dtype) == ((9, 32), torch.float32)
    assert arrivals.shape == (9, 2)
    assert windows.isfinite().all()


def test_windows_that_end_within_a_segment_have_the_network_s_number_of_segments():
    spec = dataclasses.replace(SPEC, samples=260, hop_samples=128)
    windows, classes, offsets, _ = drawn(events(), spec=spec)
    logits, offset = networks.build("lppn", width=1)(windows)
    assert classes.shape == offsets.shape == offset[:, 0].shape == logits[:, 0].shape


def test_a_seed_repeats_itself_and_another_does_not():
    options = SegmentTraining(batch=8)
    one, two, other = (drawn(events(), options, seed) for seed in (1, 1, 2))
    for a, b in zip(one, two, strict=True):
        assert torch.equal(torch.nan_to_num(a.double()), torch.nan_to_num(b.double()))
    assert not torch.equal(one[0], other[0])


@pytest.mark.parametrize("jitter", [1.0, 1.6])
def test_spikes_stand_where_the_labels_say(jitter):
    options = dataclasses.replace(PLAIN, batch=64, jitter=jitter)
    windows, classes, offsets, arrivals = drawn(events(P=400.0), options)
    seen = 0
    for window, cells, moved, at in zip(windows, classes, offsets, arrivals[:, 0].tolist(), strict=True):
        if not 1 <= at < 254:
            assert not (cells == 1).any()
            continue
        seen += 1
        top = window[0].abs()
        # a spike between two samples is seen on both
        assert abs(int(top.argmax()) - at) <= 1
        cell = int(at // 8)
        assert cells[cell] == 1
        assert cell * 8 + moved[cell].item() == pytest.approx(at, abs=1e-3)
    assert seen > 40


def test_onsets_stand_anywhere_in_the_window():
    arrivals = drawn(events(P=400.0), dataclasses.replace(PLAIN, batch=400))[3][:, 0]
    inside = arrivals[(arrivals >= 0) & (arrivals < 256)]
    counts = torch.histc(inside, 8, 0, 256)
    assert counts.min() > 0.5 * counts.mean()
    assert 0 < (arrivals < 0).double().mean() < 0.2


def test_speed_changes_the_time_between_p_and_s():
    options = dataclasses.replace(PLAIN, batch=200, jitter=1.6)
    arrivals = drawn(events(P=400.0, S=480.0), options)[3]
    apart = arrivals[:, 1] - arrivals[:, 0]
    assert apart.min() == pytest.approx(80 / 1.6, rel=0.03)
    assert apart.max() == pytest.approx(80 * 1.6, rel=0.03)


def test_a_second_event_is_labelled():
    some = events(P=400.0, S=440.0)
    once = drawn(some, dataclasses.replace(PLAIN, batch=200))
    twice = drawn(some, dataclasses.replace(PLAIN, batch=200, second_event=1.0))
    assert int((once[1] > 0).sum(dim=1).max()) == 2
    most = (twice[1] > 0).sum(dim=1)
    assert int(most.max()) == 4
    assert most.double().mean() > 1.5 * (once[1] > 0).sum(dim=1).double().mean()
    # each onset has its offset, of either event
    assert torch.equal(twice[1] > 0, ~twice[2].isnan())
    assert (twice[2][twice[1] > 0] >= 0).all()
    assert (twice[2][twice[1] > 0] < 8).all()


def test_windows_of_noise_have_no_onset():
    windows, classes, offsets, arrivals = drawn(events(), dataclasses.replace(PLAIN, noise_only=1.0))
    assert not classes.any()
    assert offsets.isnan().all()
    assert arrivals.isnan().all()
    assert (windows.abs().amax(dim=(1, 2)) > 0).all()


def test_what_may_hide_an_unlabelled_phase_does_not_count():
    _, classes, _, arrivals = drawn(events(P=400.0), dataclasses.replace(PLAIN, batch=64))
    for cells, p in zip(classes, arrivals[:, 0].tolist(), strict=True):
        at = torch.arange(32) * 8
        assert (cells[at > p + 24] == -1).all()
        assert (cells[at <= p + 24] >= 0).all()
    _, classes, _, arrivals = drawn(events(S=400.0), dataclasses.replace(PLAIN, batch=64))
    for cells, s in zip(classes, arrivals[:, 1].tolist(), strict=True):
        at = torch.arange(32) * 8
        assert (cells[at < s - 24] == -1).all()
        assert (cells[at >= s - 24] >= 0).all()


def test_with_both_phases_everything_counts():
    _, classes, _, _ = drawn(events(), dataclasses.replace(PLAIN, batch=64, second_event=0.5))
    assert (classes >= 0).all()


def test_what_is_beyond_a_record_stays_zero_as_in_picking():
    some = [sample("a", {"P": 60.0, "S": 80.0}, samples=100)]
    spec = dataclasses.replace(SPEC, normalisation="component-std")
    windows, _, _, arrivals = drawn(some, dataclasses.replace(PLAIN, batch=400), spec=spec)
    silent = []
    for window, (p, _) in zip(windows, arrivals.tolist(), strict=True):
        end = math.ceil(p + 40)
        if 0 < end < 250:
            silent.append(not window[:, end:].any())
    # white noise and drift are mixed into 30 and 15 windows of a hundred
    assert len(silent) > 100
    assert np.mean(silent) == pytest.approx(0.7 * 0.85, abs=0.1)


# segment_loss


def test_the_loss_is_that_of_its_parts():
    g = torch.Generator().manual_seed(0)
    logits, offset = torch.randn(4, 3, 10, generator=g), 8 * torch.rand(4, 1, 10, generator=g)
    classes = torch.randint(0, 3, (4, 10), generator=g)
    offsets = torch.where(classes > 0, 8 * torch.rand(4, 10, generator=g), NAN)
    expected = 0.0
    for row in range(4):
        for cell in range(10):
            expected += -torch.log_softmax(logits[row, :, cell], 0)[classes[row, cell]].item()
            if classes[row, cell] > 0:
                error = abs(offset[row, 0, cell] - offsets[row, cell]).item()
                expected += 0.1 * (error**2 / 2 if error < 1 else error - 0.5)
    assert segment_loss(logits, offset, classes, offsets, 0.1).item() == pytest.approx(expected / 4, rel=1e-5)


def test_what_is_hidden_or_without_onset_does_not_pull():
    logits = torch.zeros(2, 3, 5, requires_grad=True)
    offset = torch.zeros(2, 1, 5, requires_grad=True)
    classes = torch.tensor([[0, -1, 1, -1, 0], [-1] * 5])
    offsets = torch.full((2, 5), NAN)
    offsets[0, 2] = 4.0
    loss = segment_loss(logits, offset, classes, offsets, 0.1)
    loss.backward()
    assert loss.isfinite()
    assert (logits.grad.abs().sum(dim=1) > 0).tolist() == (classes >= 0).tolist()
    assert (offset.grad[:, 0] != 0).tolist() == (~offsets.isnan()).tolist()


def test_nothing_to_learn_from_is_a_loss_of_zero():
    loss = segment_loss(
        torch.zeros(1, 3, 5), torch.zeros(1, 1, 5), torch.full((1, 5), -1), torch.full((1, 5), NAN), 0.1
    )
    assert loss.item() == 0.0


# fit_segments


def fitted(options, seed=0):
    torch.manual_seed(seed)
    losses = []
    network = networks.build("lppn", width=1)
    averaged = fit_segments(
        network, SPEC, pack(events()), noises(), options, lambda step, loss: losses.append((step, loss))
    )
    return network, averaged, losses


@pytest.fixture(scope="module")
def thirty_steps():
    return fitted(dataclasses.replace(PLAIN, rate=2e-2))


def test_thirty_steps_lower_the_loss(thirty_steps):
    _, averaged, losses = thirty_steps
    assert [step for step, _ in losses] == list(range(30))
    values = [loss for _, loss in losses]
    assert np.mean(values[-5:]) < 0.7 * np.mean(values[:5])
    assert not averaged.training


def test_two_runs_of_one_seed_are_equal_to_the_bit():
    options = dataclasses.replace(SegmentTraining(), steps=8, batch=8, seed=4)
    one, two = fitted(options)[1].state_dict(), fitted(options)[1].state_dict()
    other = fitted(dataclasses.replace(options, seed=5))[1].state_dict()
    assert all(torch.equal(one[key], two[key]) for key in one)
    assert not all(torch.equal(one[key], other[key]) for key in one)


def test_what_is_returned_is_an_average_of_the_weights(thirty_steps):
    network, averaged, _ = thirty_steps
    last, mean = network.state_dict(), averaged.state_dict()
    weights = [key for key in last if key.endswith("weight")]
    assert not all(torch.equal(last[key], mean[key]) for key in weights)
    assert all(value.isfinite().all() for value in mean.values())
    counters = [key for key in last if key.endswith("num_batches_tracked")]
    assert counters
    assert all(int(mean[key]) == 30 for key in counters)


def test_events_without_an_arrival_are_refused():
    bare = pack([*events(2), sample("bare", {})])
    with pytest.raises(CatalogueError, match="1 of 3 events have no arrival"):
        fit_segments(networks.build("lppn", width=1), SPEC, bare, noises(), PLAIN)


def test_a_trained_network_prefers_the_right_segment(thirty_steps):
    _, averaged, _ = thirty_steps
    windows, classes, offsets, _ = drawn(events(), dataclasses.replace(PLAIN, batch=64), seed=77)
    with torch.no_grad():
        logits, _ = averaged(windows)
    right = functional.cross_entropy(logits, classes, ignore_index=-1)
    none = functional.cross_entropy(torch.zeros_like(logits), classes, ignore_index=-1)
    assert right < 0.5 * none
    assert offsets.shape == classes.shape
