"""A card as Markdown and as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Card", "Section", "as_html", "as_markdown", "shown"]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a card.

    Attributes
    ----------
    title : str
    text : str
        One paragraph; empty for none.
    head : tuple of str
        Columns of its table; empty for none.
    rows : sequence of tuple
        Cells as text.
    pictures : tuple of (str, str)
        File name and what it shows.
    """

    title: str
    text: str = ""
    head: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = ()
    pictures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown: a title, what must be known first, and sections."""

    title: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]


def shown(value: Any, digits: int = 3, sign: bool = False) -> str:
    """Return a number for a table; unknown is a dash.

    Examples
    --------
    >>> shown(0.12345), shown(float("nan")), shown(-0.01, sign=True), shown(12)
    ('0.123', '–', '-0.010', '12')
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:{'+' if sign else ''}.{digits}f}" if isinstance(value, float) else str(value)


def as_markdown(card: Card) -> str:
    """Return the card as Markdown; pictures are links to files beside it."""
    lines = [f"# {card.title}", "", *(f"- {note}" for note in card.notes)]
    for section in card.sections:
        lines += ["", f"## {section.title}", ""]
        if section.text:
            lines += [section.text, ""]
        if section.head:
            lines += [_line(section.head), "|" + "---|" * len(section.head)]
            lines += [_line(row) for row in section.rows]
        for file, words in section.pictures:
            lines += ["", f"![{words}]({file})"]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #262626 }
body { max-width: 1200px; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.6em } h2 { font-size: 1.2em; margin-top: 2em }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: 13px }
th, td { padding: 3px 9px; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
th { border-bottom: 1.5px solid #8c8c8c; background: #fff } tr:nth-child(even) { background: #f5f7fa }
td.word, th.word { text-align: left } img { max-width: 100%; margin: .8em 0 }
"""


def as_html(card: Card, folder: Path) -> str:
    """Return the card as one HTML page with its pictures inside.

    Parameters
    ----------
    card : Card
    folder : Path
        Where the pictures are.
    """
    said = html.escape
    out = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{said(card.title)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{said(card.title)}</h1>",
        "<ul>" + "".join(f"<li>{said(note)}</li>" for note in card.notes) + "</ul>",
    ]
    for section in card.sections:
        out.append(f"<h2>{said(section.title)}</h2>")
        if section.text:
            out.append(f"<p>{said(section.text)}</p>")
        if section.head:
            out.append(_table(section))
        for file, words in section.pictures:
            code = base64.b64encode((folder / file).read_bytes()).decode()
            out.append(f'<img alt="{said(words)}" src="data:image/png;base64,{code}">')
    return "\n".join([*out, "</body></html>"]) + "\n"


def _table(section: Section) -> str:
    """Return a table; columns of words stand left, columns of numbers right."""
    words = [any(row[k][:1].isalpha() for row in section.rows) for k in range(len(section.head))]

    def line(tag: str, cells: Sequence[str]) -> str:
        kinds = [' class="word"' if word else "" for word in words]
        inner = (f"<{tag}{k}>{html.escape(cell)}</{tag}>" for k, cell in zip(kinds, cells, strict=True))
        return "<tr>" + "".join(inner) + "</tr>"

    body = "\n".join(line("td", row) for row in section.rows)
    return f'<div class="wide"><table>{line("th", section.head)}\n{body}</table></div>'
