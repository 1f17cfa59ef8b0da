"""Pieces cover a record once, in order, with their neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from onsets.types import Record
from onsets.waveforms import Head, pieces
from onsets.waveforms.pieces import spans


def record_of(samples: int, rate_hz: float = 100.0) -> Record:
    data = np.arange(3 * samples, dtype=np.float32).reshape(3, samples)
    return Record("XX.ABC.", "HH", data, data % 7 > 0, 10**18, rate_hz)


@pytest.mark.parametrize("samples", [0, 1, 65_536, 360_000, 360_001, 800_000])
@pytest.mark.parametrize("halo", [0, 100])
def test_pieces_make_up_the_record(samples, halo) -> None:
    record = record_of(samples)
    found = list(pieces(record, halo))
    np.testing.assert_array_equal(
        np.concatenate([p.record.data[:, p.core] for p in found], axis=1), record.data
    )
    np.testing.assert_array_equal(
        np.concatenate([p.record.valid[:, p.core] for p in found], axis=1), record.valid
    )
    for piece in found:
        assert piece.record.start_ns == record.time_ns(piece.first)
        assert piece.begin - piece.first == min(halo, piece.begin)
        assert piece.record.samples == min(samples, piece.end + halo) - piece.first


@pytest.mark.parametrize(
    ("rate_hz", "longest"), [(0.1, 65_536), (1.0, 65_536), (100.0, 360_000), (2000.0, 1 << 20)]
)
def test_pieces_are_neither_tiny_nor_huge(rate_hz, longest) -> None:
    head = Head("XX.ABC.", "HH", 0, rate_hz, 3_000_000)
    found = list(spans(head))
    assert {end - begin for begin, end in found[:-1]} == {longest}
    assert found[-1][1] == 3_000_000
