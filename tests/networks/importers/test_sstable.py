from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsets.networks.importers._crc32c import masked_crc32c
from onsets.networks.importers._sstable import BrokenError, fields_of, table

from . import bundle_writer
from .bundle_writer import MAGIC, field, varint

keys = st.text("ab/_1", max_size=12).map(str.encode)
rows = st.dictionaries(keys, st.binary(max_size=200), min_size=1, max_size=40).map(
    lambda d: sorted(d.items())
)


@given(rows, st.integers(1, 9))
def test_what_was_written_is_read(entries, per_block):
    assert list(table(bundle_writer.table(entries, per_block))) == entries


@given(rows, st.data())
def test_altered_bytes_never_pass_for_another_table(entries, data):
    """They are seen, or lie where nothing is read: in the empty block and the footer's padding."""
    raw = bytearray(bundle_writer.table(entries))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    try:
        got = list(table(bytes(raw)))
    except BrokenError:
        got = entries
    assert got == entries


@given(rows, st.data())
def test_cut_tables_are_broken(entries, data):
    raw = bundle_writer.table(entries)
    with pytest.raises(BrokenError):
        list(table(raw[: data.draw(st.integers(0, len(raw) - 1))]))


@given(st.binary(max_size=300))
def test_noise_is_broken_even_with_a_footer(noise):
    with pytest.raises(BrokenError):
        list(table(noise + b"\xff" * 40 + MAGIC))


def test_compressed_blocks_are_refused():
    with pytest.raises(BrokenError, match="compressed"):
        list(table(bundle_writer.table([(b"a", b"1")], kind=1)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x05\x01\x01ab" + struct.pack("<II", 0, 1),  # shares 5 bytes with nothing
        b"\x00\x01\x7fab" + struct.pack("<II", 0, 1),  # value leaves the block
        struct.pack("<I", 1 << 30),  # restarts leave the block
        b"\x80" * 11 + struct.pack("<II", 0, 1),  # a number without end
    ],
)
def test_blocks_with_right_checksums_and_wrong_lengths(content):
    tail = content + b"\0"
    raw = tail + struct.pack("<I", masked_crc32c(tail))
    footer = (varint(0) + varint(0) + varint(0) + varint(len(content))).ljust(40, b"\0") + MAGIC
    with pytest.raises(BrokenError):
        list(table(raw + footer))


def test_fields_of_each_kind():
    raw = (
        field(1, 300) + field(2, b"abc") + field(6, (b"wxyz",)) + varint(3 << 3 | 1) + bytes(8) + field(1, 7)
    )
    assert fields_of(raw) == {1: [300, 7], 2: [b"abc"], 6: [b"wxyz"], 3: [bytes(8)]}


@pytest.mark.parametrize("raw", [b"\x08", b"\x12\x05ab", b"\x35abc", b"\x0b", b"\x80" * 12])
def test_cut_or_unknown_fields(raw):
    with pytest.raises(BrokenError):
        fields_of(raw)
