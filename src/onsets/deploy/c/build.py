"""Compile the C source here and run it by commands: for verifying, never for picking."""

from __future__ import annotations

import shutil
import struct
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from onsets.deploy.c.emit import Source, c_name
from onsets.errors import ExportError
from onsets.types import Float32

__all__ = ["FLAGS", "Program", "compile_c", "compile_files", "flash_bytes", "write_source"]

FLAGS = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2", "-ffp-contract=off")
SANITIZERS = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@dataclass(slots=True)
class Program:
    """A compiled picker that is fed by commands.

    Attributes
    ----------
    path : Path
        The executable.
    commands : list of bytes
        What it will be told; see the methods.
    """

    path: Path
    commands: list[bytes] = field(default_factory=list)

    def _add(self, letter: str, count: int, data: bytes = b"") -> Program:
        self.commands.append(letter.encode() + struct.pack("=Q", count) + data)
        return self

    def begin(self, rate_hz: float) -> Program:
        """Begin at a rate."""
        return self._add("r", 0, struct.pack("=d", rate_hz))

    def push(self, samples: Float32) -> Program:
        """Push samples of shape ``(components, n)``, in the order Z N E."""
        return self._add("p", samples.shape[1], np.ascontiguousarray(samples, np.float32).tobytes())

    def gap(self, count: int) -> Program:
        """Say that samples are missing."""
        return self._add("g", count)

    def end(self) -> Program:
        """End the record."""
        return self._add("e", 0)

    def windows(self, data: Float32) -> Program:
        """Run the network on normalised windows ``(n, components, samples)``."""
        return self._add("n", len(data), np.ascontiguousarray(data, np.float32).tobytes())

    def sizes(self) -> Program:
        """Ask for the bytes of the two structures."""
        return self._add("m", 0)

    def time(self, count: int) -> Program:
        """Ask how long the network takes for so many windows."""
        return self._add("t", count)

    def run(self, wrapper: tuple[str, ...] = ()) -> list[str]:
        """Run all commands and return the lines printed.

        Raises
        ------
        ExportError
            If the program fails, with what it said last.
        """
        done = subprocess.run(
            [*wrapper, str(self.path)], input=b"".join(self.commands), capture_output=True, check=False
        )
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()[-2000:]
            raise ExportError(f"{self.path} stopped with code {done.returncode}: {said}")
        return done.stdout.decode().splitlines()

    def picks(self, wrapper: tuple[str, ...] = ()) -> list[tuple[str, float, float]]:
        """Run all commands and return the picks: phase, sample and probability."""
        words = [line.split() for line in self.run(wrapper) if line.startswith("pick ")]
        return [(phase, float(sample), float(value)) for _, phase, sample, value in words]

    def answers(self) -> Float32:
        """Run all commands and return what the network said, shape ``(values, outputs + 1)``."""
        lines = [line.split() for line in self.run() if line[:1] in "-0123456789in"]
        return np.array(lines, dtype=np.float32)


def compile_c(source: Source, folder: str | Path, *, sanitise: bool = False) -> Program:
    """Write and compile a picker with every warning an error.

    Parameters
    ----------
    source : Source
    folder : str or Path
        Where sources and program are written.
    sanitise : bool
        With the address and undefined-behaviour sanitizers.
    """
    where = Path(folder)
    where.mkdir(parents=True, exist_ok=True)
    main = write_source(source, where / f"{source.name}.c")[0]
    return compile_files(main, where, flags=(*FLAGS, *(SANITIZERS if sanitise else ())))


def write_source(source: Source, path: Path) -> list[Path]:
    """Write the files of a source: the picker, its header and the harness beside it."""
    texts = {
        path: source.source,
        path.with_name(f"{source.name}.h"): source.header,
        path.with_name(f"{source.name}_harness.c"): source.harness,
    }
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")
    return list(texts)


def compile_files(
    main: Path, folder: Path, *, flags: tuple[str, ...] = FLAGS, compiler: str = "gcc"
) -> Program:
    """Compile an exported picker that lies in files, with its harness.

    Parameters
    ----------
    main : Path
        The ``.c`` file; header and harness lie beside it.
    folder : Path
        Where the program goes.
    flags : tuple of str
    compiler : str

    Raises
    ------
    ExportError
        Without the compiler, or if it complains.
    """
    if shutil.which(compiler) is None:
        raise ExportError(f"running a C picker needs {compiler}, which is not installed")
    program = folder / f"{main.stem}-{'checked' if SANITIZERS[1] in flags else 'run'}"
    harness = next(iter(main.parent.glob(f"{c_name(main.stem)}_harness.c")), None)
    if harness is None:
        raise ExportError(f"{main} has no harness beside it; export again with onsets export")
    command = [compiler, *flags, str(main.resolve()), str(harness.resolve()), "-o", str(program), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ExportError(f"{compiler} refuses {main}: {done.stderr.strip()[:2000]}")
    return Program(program)


def flash_bytes(main: str | Path, compiler: str = "gcc") -> int:
    """Return the bytes of code and constants of a C picker compiled for size, by ``size``."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "flash.o"
        flags = [flag for flag in FLAGS if flag != "-O2"]
        command = [compiler, *flags, "-Os", "-c", str(Path(main).resolve()), "-o", str(target)]
        subprocess.run(command, check=True)
        said = subprocess.run(["size", str(target)], capture_output=True, text=True, check=True).stdout
    text, data = said.splitlines()[1].split()[:2]
    return int(text) + int(data)
