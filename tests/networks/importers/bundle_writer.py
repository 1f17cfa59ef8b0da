"""Write TensorFlow checkpoint bundles, from the description of the format."""

from __future__ import annotations

import struct

import numpy as np

from onsets.networks.importers._crc32c import masked_crc32c

MAGIC = bytes.fromhex("57fb808b247547db")
DTYPES = {"float32": 1, "float64": 2, "int32": 3, "uint8": 4, "int64": 9, "bool": 10, "float16": 19}


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number, value):
    """A field of a protocol buffer: an integer, nested bytes, or a fixed 32-bit number as 4 bytes tuple."""
    if isinstance(value, tuple):
        return varint(number << 3 | 5) + value[0]
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def block(entries, restart_every=16):
    """Entries whose keys share a prefix with the one before, except at every restart."""
    out, restarts, before = bytearray(), [], b""
    for k, (key, value) in enumerate(entries):
        shared = 0
        if k % restart_every == 0:
            restarts.append(len(out))
        else:
            while shared < min(len(key), len(before)) and key[shared] == before[shared]:
                shared += 1
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    restarts = restarts or [0]
    return bytes(out) + struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts))


def table(entries, per_block=7, kind=0):
    """A whole sorted table; ``kind`` 1 would say that blocks are compressed."""
    out, handles = bytearray(), []

    def put(content):
        handle = varint(len(out)) + varint(len(content))
        tail = content + bytes([kind])
        out.extend(tail + struct.pack("<I", masked_crc32c(tail)))
        return handle

    for k in range(0, len(entries), per_block):
        part = entries[k : k + per_block]
        handles.append((part[-1][0], put(block(part))))
    meta, index = put(block([])), put(block(handles, restart_every=1))
    return bytes(out) + (meta + index).ljust(40, b"\0") + MAGIC


def entry(array, offset, raw, shard=0):
    shape = b"".join(field(2, field(1, size)) for size in array.shape)
    checksum = (struct.pack("<I", masked_crc32c(raw)),)
    parts = field(1, DTYPES[array.dtype.name]) + field(2, shape)
    parts += field(3, shard) if shard else b""
    return parts + field(4, offset) + field(5, len(raw)) + field(6, checksum)


def write_bundle(folder, name, arrays, shards=1, **options):
    """Write arrays by name, spread over data files in turn; return the bundle's path."""
    data = [bytearray() for _ in range(shards)]
    entries = [(b"", field(1, shards) + field(3, field(1, 1)))]
    for k, key in enumerate(sorted(arrays, key=str.encode)):
        array = np.asarray(arrays[key])
        raw, shard = array.astype(array.dtype.newbyteorder("<")).tobytes(), k % shards
        entries.append((key.encode(), entry(array, len(data[shard]), raw, shard)))
        data[shard] += raw
    (folder / f"{name}.index").write_bytes(table(entries, **options))
    for k, raw in enumerate(data):
        (folder / f"{name}.data-{k:05d}-of-{shards:05d}").write_bytes(raw)
    return folder / name
