"""The one tree of errors.

A message says what failed and where (station, file, time), what was got and expected, and what
to do. Each error also inherits the builtin it refines, so ``except ValueError`` keeps working.
"""

from __future__ import annotations

__all__ = [
    "CatalogueError",
    "ConfigError",
    "ExportError",
    "MissingExtraError",
    "OnsetsError",
    "SpecError",
    "WaveformError",
    "nearest",
]


class OnsetsError(Exception):
    """Anything onsets raises on purpose."""


class WaveformError(OnsetsError, ValueError):
    """A waveform cannot be used: unreadable, empty, of a wrong rate, or without a component."""


class SpecError(OnsetsError, ValueError):
    """A network, its weights or its Spec are unknown or do not fit each other."""


class ConfigError(OnsetsError, ValueError):
    """An option or a configuration file is wrong; the run stops at once."""


class CatalogueError(OnsetsError, ValueError):
    """A station, pick or event table is wrong or incomplete."""


class ExportError(OnsetsError, RuntimeError):
    """A network cannot be written in the wanted format."""


class MissingExtraError(OnsetsError, ImportError):
    """An optional dependency is needed but not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs {package}, which is not installed; pip install 'onsets[{extra}]'")
        self.package, self.extra = package, extra


def nearest(word: str, choices: list[str] | tuple[str, ...]) -> str:
    """Return a hint naming the closest choice, or all of them.

    Parameters
    ----------
    word : str
        What the user wrote.
    choices : list of str
        What would have been right.

    Returns
    -------
    str
        ``did you mean 'x'?`` or ``choose from a, b, c``.

    Examples
    --------
    >>> nearest("defualt", ["default", "sta-lta"])
    "did you mean 'default'?"
    """
    import difflib

    close = difflib.get_close_matches(word, choices, n=1)
    return f"did you mean {close[0]!r}?" if close else "choose from " + ", ".join(choices)
