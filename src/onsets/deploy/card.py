"""The card beside an exported file: what it is, where it came from, its hashes, what was verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from onsets.errors import ExportError
from onsets.networks import sha256
from onsets.spec import Spec

__all__ = ["card_paths", "check_card", "read_card", "spec_of", "write_card"]


def card_paths(target: str | Path) -> tuple[Path, Path]:
    """Return where the card of a file is: JSON and Markdown.

    Examples
    --------
    >>> [path.name for path in card_paths("out/x.onnx")]
    ['x.onnx.card.json', 'x.onnx.card.md']
    """
    path = Path(target)
    return path.with_name(path.name + ".card.json"), path.with_name(path.name + ".card.md")


def write_card(target: str | Path, files: list[Path], facts: dict[str, Any]) -> dict[str, Any]:
    """Write the card of an export and return it.

    Parameters
    ----------
    target : str or Path
        The file the card stands beside.
    files : list of Path
        All files of the export, in one folder.
    facts : dict
        ``model``, ``format``, ``spec`` and more; plain values.
    """
    path, page = card_paths(target)
    hashes = {file.name: {"sha256": sha256(file), "bytes": file.stat().st_size} for file in files}
    card = {**facts, "files": hashes}
    path.write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    page.write_text(_page(card), encoding="utf-8")
    return card


def read_card(target: str | Path) -> dict[str, Any]:
    """Return the card of an export.

    Raises
    ------
    ExportError
        If there is none, or it is none.
    """
    path, _ = card_paths(target)
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExportError(f"{target} has no card {path.name}; export it again with onsets export") from error
    except ValueError as error:
        raise ExportError(f"{path} is no JSON: {error}; export again with onsets export") from error
    if not isinstance(card, dict) or not {"format", "files", "spec", "model"} <= card.keys():
        raise ExportError(f"{path} is no card of an export; export again with onsets export")
    return card


def check_card(target: str | Path) -> dict[str, Any]:
    """Return the card of an export after checking every file it names.

    Raises
    ------
    ExportError
        If a file is missing, truncated or altered.
    """
    card = read_card(target)
    for name, facts in card["files"].items():
        path = Path(target).with_name(name)
        if not path.is_file():
            raise ExportError(f"{path} is missing; export again with onsets export")
        if path.stat().st_size != facts["bytes"]:
            got, want = path.stat().st_size, facts["bytes"]
            raise ExportError(f"{path} has {got} bytes, its card says {want}; it is truncated or altered")
        if sha256(path) != facts["sha256"]:
            raise ExportError(
                f"{path} has sha256 {sha256(path)}, its card says {facts['sha256']}; it was altered"
            )
    return card


def spec_of(card: dict[str, Any]) -> Spec:
    """Return the Spec in a card."""
    return Spec.from_json(json.dumps(card["spec"]))


def _page(card: dict[str, Any]) -> str:
    lines = [f"# {card['model']}, {card['format']}", ""]
    lines += [f"{card['spec']['paper']}", "", "| file | bytes | sha256 |", "|---|---:|---|"]
    lines += [f"| {name} | {each['bytes']:,} | `{each['sha256']}` |" for name, each in card["files"].items()]
    for title in ("source", "calibration", "memory", "verification"):
        if facts := card.get(title):
            lines += ["", f"## {title.capitalize()}", "", "| | |", "|---|---|"]
            lines += [f"| {key.replace('_', ' ')} | {_text(value)} |" for key, value in facts.items()]
    return "\n".join(lines) + "\n"


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(map(_text, value)) or "none"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
