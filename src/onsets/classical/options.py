"""What can be set for each classical picker, and the thresholds it is decoded with."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from onsets.errors import ConfigError, nearest

__all__ = [
    "CLASSICAL",
    "DEFAULT_THRESHOLDS",
    "OPTIONS",
    "BaerOptions",
    "KurtosisOptions",
    "Options",
    "StaLtaOptions",
    "options_of",
]

CLASSICAL = ("sta-lta", "aic", "kurtosis", "baer")
"""Kinds of classical pickers."""

VARIANTS = ("classic", "recursive", "delayed")

DEFAULT_THRESHOLDS: dict[str, dict[str, float]] = {
    "sta-lta": {"P": 3.5, "S": 2.5},
    "aic": {"P": 3.5, "S": 2.5},
    "kurtosis": {"P": 10.0, "S": 8.0},
    "baer": {"P": 20.0, "S": 20.0},
}
"""Value of each row of the curve at which a pick is made, by kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaLtaOptions:
    """Options of the kinds ``sta-lta`` and ``aic``.

    Attributes
    ----------
    variant : str
        ``classic``, ``recursive`` or ``delayed`` (over windows).
    short_s, long_s : float
        Averages, s; nothing is triggered in the first ``long_s`` of a record or after a gap.
    highpass_hz : float
        Corner of the causal high-pass; 0 for none.
    """

    variant: str = "recursive"
    short_s: float = 0.5
    long_s: float = 4.0
    highpass_hz: float = 1.0

    def __post_init__(self) -> None:
        _positive(self, "short_s", "long_s")
        if self.short_s >= self.long_s:
            raise ConfigError(f"short_s is {self.short_s}, expected below long_s, which is {self.long_s}")
        if self.variant not in VARIANTS:
            raise ConfigError(f"unknown variant {self.variant!r}; {nearest(self.variant, VARIANTS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KurtosisOptions:
    """Options of the kind ``kurtosis``.

    Attributes
    ----------
    window_s : float
        Sliding window, s; nothing is triggered in its first length of a record or after a gap.
    rise_s : float
        Time over which the kurtosis has to rise, s.
    highpass_hz : float
        Corner of the causal high-pass; 0 for none.
    """

    window_s: float = 4.0
    rise_s: float = 0.2
    highpass_hz: float = 1.0

    def __post_init__(self) -> None:
        _positive(self, "window_s", "rise_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class BaerOptions:
    """Options of the kind ``baer``.

    Attributes
    ----------
    preset_s : float
        Noise the first statistics come from, s; nothing is triggered in it.
    memory_s : float
        How far back the statistics reach, s.
    second_threshold : float
        Value above which samples do not count in full for the statistics; twice the default
        threshold, as in the paper.
    up_s, down_s : float
        Time a level must be held, s, and breaks of it that are bridged.
    highpass_hz : float
        Corner of the causal high-pass; 0 for none.
    """

    preset_s: float = 4.0
    memory_s: float = 30.0
    second_threshold: float = 40.0
    up_s: float = 0.3
    down_s: float = 0.1
    highpass_hz: float = 1.0

    def __post_init__(self) -> None:
        _positive(self, "preset_s", "memory_s", "second_threshold", "up_s", "down_s")


Options = StaLtaOptions | KurtosisOptions | BaerOptions

OPTIONS: dict[str, type[Options]] = {
    "sta-lta": StaLtaOptions,
    "aic": StaLtaOptions,
    "kurtosis": KurtosisOptions,
    "baer": BaerOptions,
}
"""Options of each kind, with their defaults."""


def _positive(options: Options, *names: str) -> None:
    for name in names:
        if not 0 < getattr(options, name) < float("inf"):
            raise ConfigError(f"{name} is {getattr(options, name)}, expected above 0 and finite")
    if not 0 <= options.highpass_hz < float("inf"):
        raise ConfigError(f"highpass_hz is {options.highpass_hz}, expected 0 or more")


def options_of(kind: str, values: dict[str, Any]) -> Options:
    """Return the checked options of a kind.

    Parameters
    ----------
    kind : str
        One of :data:`CLASSICAL`.
    values : dict
        Options that differ from their defaults.

    Raises
    ------
    ConfigError
        If the kind or an option is unknown or a value cannot be used.

    Examples
    --------
    >>> options_of("kurtosis", {"window_s": 5.0}).window_s
    5.0
    """
    if kind not in CLASSICAL:
        raise ConfigError(f"unknown classical picker {kind!r}; {nearest(kind, CLASSICAL)}")
    known = [field.name for field in dataclasses.fields(OPTIONS[kind])]
    for name, value in values.items():
        if name not in known:
            raise ConfigError(f"unknown option {name!r} of {kind}; {nearest(name, known)}")
        right = str if name == "variant" else (int, float)
        if isinstance(value, bool) or not isinstance(value, right):
            raise ConfigError(f"{name} is {value!r}, expected a {'word' if right is str else 'number'}")
    return OPTIONS[kind](**values)
