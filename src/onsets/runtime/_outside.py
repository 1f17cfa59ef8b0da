"""Find, in an ONNX model's bytes, tensors whose values lie in other files.

ONNX Runtime looks for such files beside the model or, for a model in memory, in the working
directory. A model that comes from someone else must not choose which file of ours is read, so it is
refused before it is run. Only the messages that can hold a tensor are walked; no package is needed.
"""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["points_outside"]

# message -> field number -> message in that field, after onnx.proto
_FIELDS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14


def points_outside(model: bytes) -> bool:
    """Say whether a model keeps values of tensors in other files.

    Parameters
    ----------
    model : bytes
        Content of an ONNX file.

    Returns
    -------
    bool

    Raises
    ------
    ValueError
        If the bytes are no protocol buffer.
    """
    waiting = [("model", memoryview(model))]
    while waiting:
        message, data = waiting.pop()
        for number, value in _fields(data):
            if message == "tensor":
                if number == _EXTERNAL_DATA or (number == _DATA_LOCATION and value != 0):
                    return True
            elif number in _FIELDS[message]:
                if isinstance(value, int):
                    raise ValueError(f"field {number} of {message} is a number")
                waiting.append((_FIELDS[message][number], value))
    return False


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """Yield number and content of each field: bytes, or a number."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == 2:
            length, at = _varint(data, at)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError(f"wire type {kind} at byte {at}")
        if number == 0 or at + length > len(data):
            raise ValueError(f"field {number} of {length} bytes at byte {at} of {len(data)}")
        yield number, data[at : at + length]
        at += length


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """Return a number of variable length and the place after it."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("it ends within a number")
        byte, at = data[at], at + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError(f"a number of more than 10 bytes at byte {at}")
