"""A test that a firmware engineer reruns on the target: a made-up record and what was picked in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from onsets.deploy.c.build import Program
from onsets.deploy.c.emit import Source
from onsets.spec import Spec

__all__ = ["golden_record", "saw_tooth", "write_golden"]

EVERY = 16
TOLERANCE, SAMPLE_TOLERANCE = 1e-3, 0.05
"""Of probability and of a pick's sample: rounding of another processor and C library."""


def golden_record(spec: Spec) -> npt.NDArray[np.int16]:
    """Return a made-up record of some windows: noise, and a P and an S every half window.

    Returns
    -------
    ndarray of int16, shape (components, samples)
    """
    samples = spec.samples + 2 * spec.hop_samples
    count = len(spec.components)
    state, noise = 1, np.zeros(samples * count)
    for k in range(len(noise)):
        state = (1103515245 * state + 12345) % 2**31
        noise[k] = (state >> 16) % 41 - 20
    record = noise.reshape(count, samples)
    t = np.arange(samples) / spec.rate_hz
    period = spec.samples / spec.rate_hz / 2
    for onset in np.arange(period / 2, t[-1], period):
        for delay, size in ((0.0, 400.0), (0.15 * period, 1200.0)):
            after = np.clip(t - onset - delay, 0, None)
            wave = np.exp(-after / (0.04 * period)) * np.sin(2 * np.pi * 0.06 * spec.rate_hz * after)
            record = record + np.arange(1, count + 1)[:, None] / count * size * wave
    return np.asarray(np.round(record), dtype=np.int16)


def saw_tooth(spec: Spec) -> npt.NDArray[np.float32]:
    """Return the window that the golden test gives to the network alone, shape (1, components, samples)."""
    t = np.arange(spec.samples)
    rows = [(t * (7 + 4 * k)) % 101 - 50 for k in range(len(spec.components))]
    return (np.array(rows, dtype=np.float32) / np.float32(25))[None]


def write_golden(source: Source, program: Program, spec: Spec, folder: str | Path) -> list[Path]:
    """Write ``NAME_golden.h`` and ``NAME_golden.c`` with what a compiled picker says here.

    Parameters
    ----------
    source : Source
    program : Program
        The picker compiled on this machine, which ``onsets verify`` compares with the network.
    spec : Spec
    folder : str or Path

    Returns
    -------
    list of Path
    """
    record = golden_record(spec)
    program.commands.clear()
    picks = program.begin(spec.rate_hz).push(record.astype(np.float32)).end().picks()
    program.commands.clear()
    logits = program.windows(saw_tooth(spec)).answers()[::EVERY, :-1]
    program.commands.clear()
    phases = [phase for phase, _, _ in picks]
    rows = [", ".join(map(str, row)) for row in record]
    lines = [
        f"/* What {source.name} said where it was exported; see {source.name}_golden.c. */",
        "#include <stdint.h>",
        f"#define GOLDEN_EVERY {EVERY}",
        f"#define GOLDEN_TOLERANCE {TOLERANCE}",
        f"#define GOLDEN_SAMPLE_TOLERANCE {SAMPLE_TOLERANCE}",
        f"#define GOLDEN_SAMPLES {record.shape[1]}",
        f"#define GOLDEN_PICKS ((size_t){len(picks)})",
        f"static const int16_t GOLDEN_RECORD[{len(rows)}][{record.shape[1]}] = {{",
        *[f"{{{_wrapped(row)}}}," for row in rows],
        "};",
        f"static const char GOLDEN_PHASE[] = {{{''.join(map(_quoted, phases))}0}};",
        f"static const double GOLDEN_SAMPLE[] = {{{''.join(f'{at!r}, ' for _, at, _ in picks)}0}};",
        f"static const double GOLDEN_PROBABILITY[] = {{{''.join(f'{v!r}, ' for _, _, v in picks)}0}};",
        f"static const double GOLDEN_LOGITS[][{logits.shape[1]}] = {{",
        *[f"{{{', '.join(f'{x:.7g}' for x in row)}}}," for row in logits],
        "};",
    ]
    header = Path(folder) / f"{source.name}_golden.h"
    header.write_text("\n".join(lines) + "\n", encoding="utf-8")
    main = Path(folder) / f"{source.name}_golden.c"
    main.write_text(source.golden, encoding="utf-8")
    return [header, main]


def _quoted(letter: str) -> str:
    return f"'{letter}', "


def _wrapped(row: str, width: int = 100) -> str:
    lines, line = [], ""
    for word in row.split(" "):
        if len(line) + len(word) > width:
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\n".join([*lines, line])
