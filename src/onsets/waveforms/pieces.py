"""A record in pieces, for whoever must not hold it whole: an hour or so at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from onsets.types import Record

__all__ = ["Head", "Piece", "pieces", "spans"]

PIECE_S = 3600.0
"""Length of a piece, s, as far as that gives neither very few nor very many samples."""
_SAMPLES = (1 << 16, 1 << 20)


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a record before its samples are.

    Attributes
    ----------
    station_id, channel_prefix : str
    start_ns : int
    rate_hz : float
    samples : int
        As in :class:`onsets.types.Record`.
    """

    station_id: str
    channel_prefix: str
    start_ns: int
    rate_hz: float
    samples: int

    @classmethod
    def of(cls, record: Record) -> Head:
        """Return the head of a record that is there."""
        return cls(record.station_id, record.channel_prefix, record.start_ns, record.rate_hz, record.samples)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Some samples of a record, with their neighbours.

    Attributes
    ----------
    record : Record
        The samples and, as far as there are any, those of the halo on both sides. Flags and channels
        are those of the whole record or, when it was never there as a whole, of the piece.
    first : int
        Index in the whole record of the first sample of ``record``.
    begin, end : int
        Index in the whole record of the samples that this piece stands for, end excluded.
    """

    record: Record
    first: int
    begin: int
    end: int

    @property
    def core(self) -> slice:
        """Where in ``record`` the samples lie that the piece stands for."""
        return slice(self.begin - self.first, self.end - self.first)


def spans(head: Head) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each piece; they depend on rate and length of the record only."""
    length = round(min(max(PIECE_S * head.rate_hz, _SAMPLES[0]), _SAMPLES[1]))
    for begin in range(0, max(1, head.samples), length):
        yield begin, min(head.samples, begin + length)


def pieces(record: Record, halo: int = 0) -> Iterator[Piece]:
    """Yield a record that is there, piece by piece, as views.

    Parameters
    ----------
    record : Record
    halo : int
        Neighbouring samples that are wanted on both sides.
    """
    for begin, end in spans(Head.of(record)):
        first, last = max(0, begin - halo), min(record.samples, end + halo)
        part = dataclasses.replace(
            record,
            data=record.data[:, first:last],
            valid=record.valid[:, first:last],
            start_ns=record.time_ns(first),
        )
        yield Piece(part, first, begin, end)
