"""Sorted tables in the layout of LevelDB, and the fields of protocol buffers in them.

A table is a run of blocks, each followed by its kind and its checksum, then a block that lists the
blocks, then a footer. In a block every key shares a prefix with the one before. Lengths and offsets are
checked before they are used.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from onsets.networks.importers._crc32c import masked_crc32c

MAGIC = 0xDB4775248B80FB57
FOOTER, TRAILER = 48, 5  # bytes: the end of the table; kind and checksum after each block


class BrokenError(ValueError):
    """The bytes are not what they should be."""


def table(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield keys and values of a sorted table."""
    if len(raw) < FOOTER or struct.unpack("<Q", raw[-8:])[0] != MAGIC:
        raise BrokenError("the last bytes are not those of a table")
    footer, at = raw[-FOOTER:-8], 0
    for _ in range(2):  # of an empty block, then of the list of blocks
        offset, at = _varint(footer, at)
        size, at = _varint(footer, at)
    for _, handle in _entries(_block(raw, offset, size)):
        offset, at = _varint(handle, 0)
        size, at = _varint(handle, at)
        yield from _entries(_block(raw, offset, size))


def _block(raw: bytes, offset: int, size: int) -> bytes:
    end = offset + size
    if end + TRAILER > len(raw) - FOOTER:
        raise BrokenError(f"a block ends at byte {end + TRAILER} of {len(raw) - FOOTER}")
    if masked_crc32c(raw[offset : end + 1]) != struct.unpack("<I", raw[end + 1 : end + TRAILER])[0]:
        raise BrokenError(f"checksum of the block at byte {offset} differs")
    if raw[end] != 0:
        raise BrokenError(f"the block at byte {offset} is compressed, only plain ones can be read")
    return raw[offset:end]


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    if len(block) < 4:
        raise BrokenError("a block is too short")
    restarts = struct.unpack("<I", block[-4:])[0]
    end, at, key = len(block) - 4 - 4 * restarts, 0, b""
    if end < 0:
        raise BrokenError("a block is too short for its restarts")
    while at < end:
        shared, at = _varint(block, at)
        more, at = _varint(block, at)
        size, at = _varint(block, at)
        if shared > len(key) or at + more + size > end:
            raise BrokenError("an entry leaves its block")
        key = key[:shared] + block[at : at + more]
        yield key, block[at + more : at + more + size]
        at += more + size


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    """Return a variable-length integer and the position after it."""
    value = 0
    for k in range(10):
        if at + k >= len(raw):
            break
        value |= (raw[at + k] & 0x7F) << (7 * k)
        if raw[at + k] < 0x80:
            return value, at + k + 1
    raise BrokenError("a number does not end")


def fields_of(raw: bytes) -> dict[int, list[int | bytes]]:
    """Return the fields of a protocol buffer: integers, or bytes for whatever is nested."""
    found: dict[int, list[int | bytes]] = {}
    at = 0
    while at < len(raw):
        tag, at = _varint(raw, at)
        value: int | bytes
        if tag & 7 == 0:
            value, at = _varint(raw, at)
        else:
            if tag & 7 == 2:
                size, at = _varint(raw, at)
            elif tag & 7 in (1, 5):
                size = 8 if tag & 7 == 1 else 4
            else:
                raise BrokenError(f"a field of kind {tag & 7}")
            if at + size > len(raw):
                raise BrokenError("a field leaves its message")
            value, at = raw[at : at + size], at + size
        found.setdefault(tag >> 3, []).append(value)
    return found
