"""What a training says while it runs: a log of JSON lines, and TensorBoard where it is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from onsets.errors import ConfigError
from onsets.store.atomic import StoreError, replacing

__all__ = ["Journal", "read_journal"]


class Journal:
    """A log that is added to, a line an update or epoch.

    Parameters
    ----------
    folder : str or Path
        Gets ``log.jsonl`` and, with TensorBoard installed, ``tensorboard/``.
    after : int
        Go on after this many updates: later lines, of a run that was cut short, are dropped.
    """

    def __init__(self, folder: str | Path, after: int = 0) -> None:
        self.path = Path(folder) / "log.jsonl"
        kept = [row for row in read_journal(self.path) if row["step"] <= after] if after else []
        with replacing(self.path) as handle:
            handle.write("".join(json.dumps(row) + "\n" for row in kept).encode())
        self._handle = open(self.path, "a", encoding="utf-8")  # noqa: SIM115
        self._board = _board(Path(folder) / "tensorboard", after)

    def write(self, kind: str, step: int, **values: Any) -> None:
        """Add a line ``{"kind": kind, "step": step, ...}``; numbers keep all their digits.

        Raises
        ------
        StoreError
            On a full disk, for one.
        """
        row = {"kind": kind, "step": step, **values}
        try:
            self._handle.write(json.dumps(row) + "\n")
            if kind != "step":
                self._handle.flush()
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written: {error.strerror or error}") from error
        if self._board is not None:
            for key, value in values.items():
                if isinstance(value, float):
                    self._board.add_scalar(f"{kind}/{key}", value, step)

    def close(self) -> None:
        """Write what is pending."""
        self._handle.close()
        if self._board is not None:
            self._board.close()


def read_journal(path: str | Path) -> list[dict[str, Any]]:
    """Return the lines of a log; a last line that was cut short is left out.

    Raises
    ------
    ConfigError
        If another line is broken.
    """
    file = Path(path)
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            if number == len(lines):
                break
            raise ConfigError(f"{path}, line {number} is no JSON: {error}") from error
    return rows


def _board(folder: Path, after: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder), purge_step=after or None)
