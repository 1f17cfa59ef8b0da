"""Pictures to files: PNG, PDF or SVG by suffix, the same bytes for the same picture."""

from __future__ import annotations

import io
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onsets.errors import ConfigError, MissingExtraError, OnsetsError, nearest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PICTURES", "check_picture", "save_figure"]

PICTURES = (".png", ".pdf", ".svg")
"""Suffixes of pictures."""

_NO_DATES = {
    ".png": {"Software": None},
    ".pdf": {"Creator": None, "Producer": None, "CreationDate": None},
    ".svg": {"Creator": None, "Date": None},
}
# Text stays text in a PDF; the ids of an SVG are not random.
_SETTINGS: Any = {"pdf.fonttype": 42, "svg.fonttype": "path", "svg.hashsalt": "onsets", "savefig.bbox": None}


def check_picture(path: str | Path) -> str:
    """Return the suffix of a picture, or say at once why it cannot be made.

    Parameters
    ----------
    path : str or Path
        File ending in ``.png``, ``.pdf`` or ``.svg``.

    Raises
    ------
    ConfigError
        If the suffix is another or the folder does not exist.
    MissingExtraError
        If matplotlib is not installed.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in PICTURES:
        hint = nearest(suffix, PICTURES)
        raise ConfigError(f"cannot make a picture {path}: unknown format {suffix!r}; {hint}")
    if not path.parent.is_dir():
        raise ConfigError(f"cannot make a picture {path}: folder {path.parent} does not exist; make it first")
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plots", "plotting") from error
    return suffix


def save_figure(figure: Figure, path: str | Path, dpi: int = 160) -> Path:
    """Write a figure, whole or not at all, without a date in it.

    Parameters
    ----------
    figure : Figure
        Made without pyplot.
    path : str or Path
        File ending in ``.png``, ``.pdf`` or ``.svg``.
    dpi : int
        Pixels an inch of a PNG.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ConfigError, MissingExtraError
        As :func:`check_picture`.
    OnsetsError
        If the file cannot be written.
    """
    suffix = check_picture(path)
    import matplotlib

    buffer = io.BytesIO()
    with matplotlib.rc_context(_SETTINGS):
        figure.savefig(buffer, format=suffix[1:], dpi=dpi, metadata=_NO_DATES[suffix])
    final = Path(path)
    draft = final.with_name(f".onsets-{secrets.token_hex(6)}.tmp")
    try:
        draft.write_bytes(buffer.getvalue())
        os.replace(draft, final)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise OnsetsError(f"{path} cannot be written: {error.strerror or error}") from error
    return final
