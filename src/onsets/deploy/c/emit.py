"""Write a network and its Spec as one C99 header and one source: tables of data around a fixed engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.deploy.c.graph import layers_of
from onsets.deploy.c.layer import Graph, Layer, Value
from onsets.deploy.c.plan import readers_of, ring_columns
from onsets.errors import ExportError
from onsets.spec import Spec
from onsets.waveforms import bandpass_sections, settling_samples

__all__ = ["PENDING", "Source", "c_name", "look_samples", "write_c"]

PENDING = 32
"""Candidates that may wait for each other."""
SEPARATION_S = 0.5
"""As in :func:`onsets.picking.decode`."""
CORNERS, BLOCK, FORGOTTEN = 2, 256, 1e-6
"""Of the band-pass: as in :func:`onsets.waveforms.bandpass`; samples filtered at once; see ``filter.c``."""
_ZNE = "ZNE"


@dataclass(frozen=True, slots=True)
class Source:
    """C source of a network.

    Attributes
    ----------
    name : str
        Prefix of all its names.
    header, source, harness, golden : str
        Text of the two files, of a program that runs them by commands, and of the golden test.
    memory : dict
        Bytes by purpose: ``rings``, ``scratch``, ``samples``, ``filter``, ``stack``, ``decoding`` and
        ``weights``.
    rows : tuple of tuple
        The memory map: name, channels, columns kept, columns in all, bytes.
    """

    name: str
    header: str
    source: str
    harness: str
    golden: str
    memory: dict[str, int]
    rows: tuple[tuple[str, int, int, int, int], ...]


def c_name(text: str) -> str:
    """Return a C identifier made of a name.

    Examples
    --------
    >>> c_name("lppn-8.4"), c_name("4lppn")
    ('lppn_8_4', 'n4lppn')
    """
    word = re.sub(r"\W+", "_", text).strip("_").lower() or "picker"
    return f"n{word}" if word[0].isdigit() else word


def write_c(model: Any, spec: Spec, name: str) -> Source:
    """Return the C source of an ONNX message.

    Parameters
    ----------
    model : ModelProto
        In single precision, or quantised (QDQ): then the integer layers are integers in C too.
    spec : Spec
    name : str
        Prefix of all names in the source.

    Raises
    ------
    ExportError
        If the network or its Spec needs what a stream cannot have.
    """
    _check(spec)
    graph = layers_of(model)
    columns = ring_columns(graph)
    word = c_name(name)
    offsets, total = [], 0
    for value, count in zip(graph.values, columns, strict=True):
        offsets.append(total)
        total += -(-count * value.channels * value.bytes // 4) * 4
    widest = max(value.channels for value in graph.values)
    constants = _constants(spec, graph, total, widest)
    memory = _memory(spec, graph, total, widest)
    rows = tuple(
        (_label(graph, k), value.channels, count, value.length, count * value.channels * value.bytes)
        for k, (value, count) in enumerate(zip(graph.values, columns, strict=True))
    )
    order = "".join(c for c in _ZNE if c in spec.components)
    words = {
        "name": word,
        "NAME": word.upper(),
        "MODEL": spec.name,
        "NOTES": _notes(spec, memory, rows),
        "CONSTANTS": "\n".join(f"#define {word.upper()}_{key} {text}" for key, text in constants.items()),
        "ORDER": " ".join(order),
        "TABLES": _tables(graph, columns, offsets, spec, order),
        "ALSO_OFFSETS": f" && w->told < w->made[{graph.outputs[1]}]" if _segments(spec) else "",
        "OFFSETS": f"load(w, &VIEWS[{graph.outputs[1]}], w->told, w->in + WIDEST)"
        if _segments(spec)
        else "NULL",
    }
    words |= {"DECODE": _filled("decode.c", words), **_filtering(spec, words)}
    head = f'#include "{word}.h"\n\n#include <math.h>\n#include <string.h>\n\n'
    source = head + _filled("engine.c", words) + _filled("front.c", words)
    header, harness, golden = (_filled(name, words) for name in ("header.h", "harness.c", "golden_main.c"))
    return Source(word, header, source, harness, golden, memory, rows)


def _check(spec: Spec) -> None:
    """Refuse what a stream with fixed memory cannot do."""
    if not any(label in spec.thresholds for label in spec.labels if label in ("P", "S")):
        raise ExportError(f"{spec.name} has no threshold for P or S; set Spec.thresholds")
    if -(-spec.samples // spec.hop_samples) + 2 > 255:
        raise ExportError(f"{spec.name} has a hop of {spec.hop_samples} samples; C stacks up to 253 windows")
    if spec.output_kind == "per_window" and spec.stacking != "mean":
        raise ExportError(f"{spec.name} has one value a window, which is not stacked by {spec.stacking}")


def _segments(spec: Spec) -> bool:
    return spec.output_kind == "per_segment"


def _picked(spec: Spec) -> list[str]:
    """Return the labels that become picks."""
    return [label for label in spec.labels if label in spec.thresholds and label != "detection"]


def _values(spec: Spec) -> int:
    return 1 if spec.output_kind == "per_window" else -(-spec.samples // spec.segment_samples)


def _constants(spec: Spec, graph: Graph, rings: int, widest: int) -> dict[str, str]:
    """Return what the templates need to know, as text of C."""
    windowed, labels = spec.output_kind == "per_window", _picked(spec)
    onset = spec.samples / 2 if spec.onset_samples is None else float(spec.onset_samples)
    step = spec.hop_samples if windowed else spec.segment_samples
    numbers: dict[str, Any] = {
        "RATE_HZ": spec.rate_hz,
        "SAMPLES": spec.samples,
        "HOP": spec.hop_samples,
        "COMPONENTS": len(spec.components),
        "OUTPUTS": len(spec.outputs),
        "LABELS": len(labels),
        "VALUES": _values(spec),
        "SEGMENT": spec.segment_samples,
        "ANCHOR": spec.anchor_samples,
        "ROWS": len(labels) * (2 if _segments(spec) else 1),
        "BLIND": spec.blinding_samples // spec.segment_samples,
        "CURVE_HZ": spec.rate_hz / step,
        "ONSET": onset if windowed else 0.0,
        "SEPARATION_S": 0.0 if spec.decoding == "trigger" else SEPARATION_S,
        "MARGIN_S": 2.0 if _segments(spec) else 2 * step / spec.rate_hz,
        "PENDING": PENDING,
        "SEGMENTS": int(_segments(spec)),
        "PER_WINDOW": int(windowed),
        "MEAN": int(spec.stacking == "mean"),
        "SOFTMAX": int(spec.activation == "softmax"),
        "SIGMOID": int(spec.activation == "sigmoid"),
        "DEMEAN": int(spec.demean),
        "BY_COMPONENT": int(spec.normalisation.startswith("component")),
        "STD": int(spec.normalisation.endswith("std")),
        "SCALED": int(spec.normalisation not in ("none", "logistic")),
        "LOGISTIC": int(spec.normalisation == "logistic"),
        "TONE": int(spec.tone),
        "UNBIASED": int(spec.unbiased),
        "TAPER": spec.taper_samples,
        "TRIGGER": int(spec.decoding == "trigger"),
        "OFF": "0.5f" if spec.decoding == "trigger" and not _segments(spec) else "1.0f",
        "RING_BYTES": max(4, rings),
        "WIDEST": widest,
        "VIEWS": len(graph.values),
    }
    if spec.bandpass_hz is not None:
        numbers |= {"SECTIONS": CORNERS, "LOOK": look_samples(spec), "BLOCK": BLOCK}
    return {key: number if isinstance(number, str) else repr(number) for key, number in numbers.items()}


def look_samples(spec: Spec) -> int:
    """Return the samples after which the band-pass has forgotten all but a millionth."""
    low_hz, high_hz = spec.bandpass_hz or (0.0, 0.0)
    return settling_samples(low_hz, high_hz, spec.rate_hz, CORNERS)


def _sections(spec: Spec) -> npt.NDArray[np.float64]:
    low_hz, high_hz = spec.bandpass_hz or (0.0, 0.0)
    return bandpass_sections(low_hz, high_hz, spec.rate_hz, CORNERS)


def _filtering(spec: Spec, words: dict[str, str]) -> dict[str, str]:
    """Return the words that stand for the band-pass, or for its absence."""
    if spec.bandpass_hz is None:
        return {"FILTER": "", "PUSH_ONE": "take", "RELEASE": "", "LATER": "", "AHEAD": ""}
    rows = [", ".join(f"{x:.17g}" for x in row) for row in _sections(spec)]
    table = ",\n    ".join(f"{{{row}}}" for row in rows)
    declared = f"static const double SECTIONS[@NAME@_SECTIONS][5] = {{\n    {table}}};\n"
    fields = (
        "    float ahead[@NAME@_COMPONENTS][@NAME@_LOOK + @NAME@_BLOCK];\n"
        "    uint8_t good[@NAME@_LOOK + @NAME@_BLOCK];\n"
        "    unsigned char running[@NAME@_COMPONENTS];\n"
        "    int32_t held, done[@NAME@_COMPONENTS];\n"
        "    double level[@NAME@_COMPONENTS], state[@NAME@_COMPONENTS][2 * @NAME@_SECTIONS];\n"
    )
    filtered = _filled("filter.c", words)
    return {
        "FILTER": "\n" + _put(declared, words) + filtered,
        "PUSH_ONE": "push_one",
        "RELEASE": "release(s, s->held);\n    ",
        "LATER": ", those that wait for the band-pass not",
        "AHEAD": _put(fields, words),
    }


def _memory(spec: Spec, graph: Graph, rings: int, widest: int) -> dict[str, int]:
    """Return bytes by purpose."""
    values, labels = _values(spec) + 1, len(_picked(spec))
    rows = labels * (2 if _segments(spec) else 1)
    waiting = 0 if spec.bandpass_hz is None else look_samples(spec) + BLOCK
    kept = [a for each in graph.layers for a in (each.weights, each.bias, each.scale) if a is not None]
    return {
        "samples": len(spec.components) * (4 * spec.samples + -(-spec.samples // 8)),
        "filter": waiting and waiting * (4 * len(spec.components) + 1) + len(spec.components) * 45 + 8,
        "stack": values * (4 * rows + 2),
        "decoding": labels * (12 * PENDING + 104) + 128,
        "rings": rings,
        "scratch": 16 * widest + 8 * len(graph.values) + 8,
        "weights": sum(a.nbytes for a in kept),
    }


def _label(graph: Graph, number: int) -> str:
    return next((each.label for each in graph.layers if each.output == number), "window")


def _notes(spec: Spec, memory: dict[str, int], rows: tuple[tuple[str, int, int, int, int], ...]) -> str:
    """Return the memory map as lines of a comment."""
    ram = sum(memory.values()) - memory["weights"]
    lines = [
        f" * {spec.samples} samples of {spec.components} at {spec.rate_hz:g} Hz, one window every "
        f"{spec.hop_samples}; {spec.paper}",
        " *",
        f" * RAM {ram:,} bytes: " + ", ".join(f"{k} {n:,}" for k, n in memory.items() if k != "weights"),
        f" * weights {memory['weights']:,} bytes, constant",
        " *",
        " * Rings: layer, channels x columns kept (of columns in all), bytes",
    ]
    lines += [f" *   {n} {c} x {k} ({t}) {b}" for n, c, k, t, b in rows]
    return "\n".join(line.rstrip() for line in lines).replace("*/", "* /")


def _tables(graph: Graph, columns: list[int], offsets: list[int], spec: Spec, order: str) -> str:
    """Return weights, views and layers as C."""
    text = [f"enum {{ WIDEST = {max(v.channels for v in graph.values)}, LOGITS = {graph.outputs[0]} }};", ""]
    for k, each in enumerate(graph.layers):
        text += _arrays(k, each)
    text.append("static const view VIEWS[] = {")
    text += [_view(value, count, at) for value, count, at in zip(graph.values, columns, offsets, strict=True)]
    text += ["};", "", "static const layer LAYERS[] = {"]
    text += [_row(k, each) for k, each in enumerate(graph.layers)]
    readers = readers_of(graph)
    firsts = [sum(map(len, readers[:k])) for k in range(len(readers) + 1)]
    labels = _picked(spec)
    keep = ", ".join(str(spec.outputs.index(label)) for label in labels)
    limits = ", ".join(_number(spec.thresholds[label]) for label in labels)
    names = ", ".join(f"'{label}'" for label in labels)
    places = ", ".join(str(order.index(c)) for c in spec.components)
    text += [
        "};",
        "",
        "/* Of value v the readers FIRST_READER[v] up to FIRST_READER[v + 1]. */",
        f"static const int16_t READERS[] = {{{_listed([k for some in readers for k in some])}}};",
        f"static const int16_t FIRST_READER[] = {{{_listed(firsts)}}};",
        "",
        f"static const int ORDER[] = {{{places}}}; /* of the network's rows in what is pushed */",
        f"static const int KEEP[] = {{{keep}}};",
        f"static const char PHASES[] = {{{names}}};",
        f"static const float THRESHOLDS[] = {{{limits}}};",
    ]
    return "\n".join(text)


def _listed(numbers: list[int]) -> str:
    lines = [", ".join(map(str, numbers[k : k + 24])) for k in range(0, len(numbers), 24)]
    return ",\n    ".join(lines)


def _number(x: float) -> str:
    """Return a float so that C reads the same float."""
    text = np.format_float_scientific(np.float32(x), unique=True, trim="-")
    mantissa, _, exponent = text.partition("e")
    plain = np.format_float_positional(np.float32(x), unique=True, trim="0")
    return f"{plain}f" if len(plain) <= len(text) + 2 else f"{mantissa}e{int(exponent)}f"


def _arrays(k: int, each: Layer) -> list[str]:
    """Return the constants of a layer."""
    text = []
    for letter, array in (("w", each.weights), ("b", each.bias), ("s", each.scale)):
        if array is None:
            continue
        whole = array.dtype == np.int8
        cells = [str(int(x)) if whole else _number(float(x)) for x in array.reshape(-1)]
        lines, line = [], "   "
        for cell in cells:
            if len(line) + len(cell) > 108:
                lines.append(line)
                line = "   "
            line += f" {cell},"
        kind = "signed char" if whole else "float"
        note = f" /* {each.label} */" if letter == "w" else ""
        head = f"static const {kind} {letter}{k}[{len(cells)}] = {{{note}"
        text += [head.replace("*/ */", "*/"), *lines, line, "};"]
    return text


def _view(value: Value, count: int, at: int) -> str:
    scale = _number(value.scale) if value.scale else "1.0f"
    return f"    {{{at}, {count}, {value.channels}, {value.length}, {value.bytes}, {value.zero}, {scale}}},"


def _row(k: int, each: Layer) -> str:
    also = each.inputs[1] if len(each.inputs) > 1 else -1
    arrays = [
        f"{letter}{k}" if array is not None else "NULL"
        for letter, array in (("w", each.weights), ("b", each.bias), ("s", each.scale))
    ]
    numbers = f"{each.kernel}, {each.stride}, {each.dilation}, {each.before}, {each.groups}"
    return (
        f"    {{{each.kind}, {each.function}, {each.inputs[0]}, {also}, {each.output}, {numbers}, "
        f"{', '.join(arrays)}, {_number(each.slope)}}}, /* {each.label} */"
    )


def _filled(template: str, words: dict[str, str]) -> str:
    """Put words into a template."""
    return _put(resources.files("onsets.deploy.c").joinpath(template).read_text(encoding="utf-8"), words)


def _put(text: str, words: dict[str, str]) -> str:
    return re.sub(r"@(\w+)@", lambda found: words[found[1]], text)
