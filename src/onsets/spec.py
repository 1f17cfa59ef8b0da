"""The Spec: what must be known to run a network besides its weights.

It travels inside the weights (safetensors metadata) and the ONNX metadata, so that a file rebuilds
its own picker and nobody has to remember a window length or a component order.
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any

from onsets.errors import SpecError, nearest

__all__ = ["NORMALISATIONS", "STACKINGS", "Spec"]

NORMALISATIONS = ("none", "component-std", "window-std", "component-max", "window-max", "logistic")
STACKINGS = ("mean", "max")
DECODINGS = ("peaks", "trigger")
WINDOW_GRIDS = ("time", "record")
STRIDE = 256
"""Samples by which the deepest layer of most networks steps: moved by so many, an answer moves as a whole."""
_INTEGERS = ("samples", "hop_samples", "segment_samples", "blinding_samples", "taper_samples")
_NUMBERS = ("rate_hz", *_INTEGERS)
_WORDS = (
    "name",
    "network",
    "components",
    "normalisation",
    "activation",
    "output_kind",
    "stacking",
    "decoding",
    "paper",
)


def _is(value: Any, kind: type) -> bool:
    """Say whether a value is a finite number of the kind; a bool is none."""
    return isinstance(value, kind) and not isinstance(value, bool) and math.isfinite(value)  # type: ignore[arg-type]


def _figures(values: Any, labels: tuple[str, ...]) -> bool:
    """Say whether values are numbers by label."""
    return isinstance(values, dict) and all(k in labels and _is(v, Real) for k, v in values.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """How to feed a network and how to read what it says.

    Attributes
    ----------
    name : str
        Name of the picker, such as ``default``.
    network : str
        Key of the registry that rebuilds the network.
    options : dict
        Arguments of the registry's builder.
    rate_hz : float
        Rate the network expects.
    samples : int
        Window length.
    hop_samples : int
        Samples between window starts when picking a record (``samples`` means no overlap); 0 takes
        the most at which every sample is outside the blinding of some window.
    components : str
        Order of the input rows, such as ``ZNE`` or ``ENZ``; ``Z`` for one component.
    bandpass_hz : tuple of float, or None
        Corners of the Butterworth band-pass (2 corners, run forward and backward) that the record
        gets before it is cut.
    demean : bool
        Remove each component's mean over the window's valid samples first.
    normalisation : str
        One of :data:`NORMALISATIONS`; applied to each window after the mean is removed.
        ``component-*`` scales each component by its own value, ``window-*`` all by the largest.
    unbiased : bool
        A standard deviation divides by the number of samples less one (SeisBench).
    taper_samples : int
        Samples at both window ends that rise from 0 to 1 as a cosine, after all else (SeisBench's
        EQTransformer).
    tone : bool
        Add sin(pi n / 2) to the first component after normalising (published LPPN weights).
    outputs : tuple of str
        Label of each row of the first output: ``N`` (noise), ``P``, ``S``, ``detection``.
    activation : str
        ``softmax`` (over rows), ``sigmoid`` (each row) or ``none``; applied outside the network.
    output_kind : str
        ``per_sample`` (each value speaks of one moment), ``per_segment`` (of a stretch, in which a second
        output of one row holds the onset's offset in samples) or ``per_window`` (one value a window).
    segment_samples : int
        Input samples per output value: LPPN's stride; 1 for a value a sample. A ``per_sample`` value
        speaks of the first of its samples.
    onset_samples : int or None
        ``per_window`` only: where in the window the onset is that its value speaks of; the middle
        if None.
    blinding_samples : int
        Samples at each window end that do not count when windows are stacked.
    stacking : str
        ``mean`` or ``max`` of overlapping windows.
    decoding : str
        How a curve becomes onsets: ``peaks`` (highest point of each stretch above the threshold, between
        samples, two of a phase at least 0.5 s apart) or ``trigger`` (highest sample from where the
        threshold is reached to where the curve falls below half of it: SeisBench).
    window_grid : str
        ``time``: windows begin at multiples of the hop since 1970, so that picks do not depend on where
        a record begins; ``record``: they begin with the record (SeisBench, and networks ``per_window``).
        The first and the last window begin and end with the record, in the first case to within
        ``anchor_samples``.
    auxiliary : tuple of str
        Outputs trained but removed at deployment.
    thresholds : dict
        Default threshold of each label.
    uncertainty_s : dict
        Half-width in seconds that held 68 % of the residuals on the development split, by phase.
    uncertainty_widths : dict
        The same as a multiple of the width of the curve's peak (see :class:`onsets.picking.Onsets`), by
        phase: where it is given, each pick has an uncertainty of its own.
    paper : str
        Reference with DOI.

    Examples
    --------
    >>> spec = Spec(name="x", network="lppn", rate_hz=100.0, samples=3072, outputs=("N", "P", "S"))
    >>> Spec.from_json(spec.to_json()) == spec
    True
    """

    name: str
    network: str
    options: dict[str, Any] = field(default_factory=dict)
    rate_hz: float
    samples: int
    hop_samples: int = 0
    components: str = "ZNE"
    bandpass_hz: tuple[float, float] | None = None
    demean: bool = True
    normalisation: str = "component-std"
    unbiased: bool = False
    taper_samples: int = 0
    tone: bool = False
    outputs: tuple[str, ...]
    activation: str = "softmax"
    output_kind: str = "per_sample"
    segment_samples: int = 1
    onset_samples: int | None = None
    blinding_samples: int = 0
    stacking: str = "mean"
    decoding: str = "peaks"
    window_grid: str = "time"
    auxiliary: tuple[str, ...] = ()
    thresholds: dict[str, float] = field(default_factory=dict)
    uncertainty_s: dict[str, float] = field(default_factory=dict)
    uncertainty_widths: dict[str, float] = field(default_factory=dict)
    paper: str = ""

    def __post_init__(self) -> None:
        kinds = {key: isinstance(getattr(self, key), str) for key in _WORDS}
        kinds |= {key: _is(getattr(self, key), Integral if key in _INTEGERS else Real) for key in _NUMBERS}
        for key in ("outputs", "auxiliary"):
            value = getattr(self, key)
            kinds[key] = isinstance(value, tuple) and all(isinstance(word, str) for word in value)
        kinds["bandpass_hz"] = self.bandpass_hz is None or (
            len(self.bandpass_hz) == 2 and all(_is(corner, Real) for corner in self.bandpass_hz)
        )
        kinds["onset_samples"] = self.onset_samples is None or _is(self.onset_samples, Integral)
        kinds["options"] = isinstance(self.options, dict)
        self._require(kinds)
        if self.hop_samples == 0:  # the widest that leaves no sample unheard
            widest = (self.samples - 2 * self.blinding_samples) // max(1, self.segment_samples)
            object.__setattr__(self, "hop_samples", widest * self.segment_samples)
        heard = self.samples - (0 if self.output_kind == "per_window" else 2 * self.blinding_samples)
        band = self.bandpass_hz
        self._require(
            {
                "rate_hz": self.rate_hz > 0,
                "samples": self.samples > 0,
                "onset_samples": self.onset_samples is None or 0 <= self.onset_samples < self.samples,
                "blinding_samples": 0 <= 2 * self.blinding_samples < self.samples,
                "segment_samples": 0 < self.segment_samples <= self.samples
                and self.hop_samples % self.segment_samples == 0,
                "hop_samples": 0 < self.hop_samples <= heard,
                "components": self.components != ""
                and set(self.components) <= set("ZNE")
                and len(set(self.components)) == len(self.components),
                "bandpass_hz": band is None or 0 < band[0] < band[1] < self.rate_hz / 2,
                "normalisation": self.normalisation in NORMALISATIONS,
                "activation": self.activation in ("softmax", "sigmoid", "none"),
                "output_kind": self.output_kind in ("per_sample", "per_segment", "per_window"),
                "stacking": self.stacking in STACKINGS,
                "decoding": self.decoding in DECODINGS,
                "window_grid": self.window_grid in WINDOW_GRIDS,
                "taper_samples": 0 <= 2 * self.taper_samples <= self.samples,
                "outputs": len(self.outputs) > 0 and len(set(self.outputs)) == len(self.outputs),
                "thresholds": _figures(self.thresholds, self.labels),
                "uncertainty_s": _figures(self.uncertainty_s, self.labels),
                "uncertainty_widths": _figures(self.uncertainty_widths, self.labels),
            }
        )

    def _require(self, checks: dict[str, bool]) -> None:
        for key, right in checks.items():
            if not right:
                raise SpecError(f"Spec of {self.name!r}: {key} = {getattr(self, key)!r} cannot be used")

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels that make a curve: every output but noise."""
        return tuple(label for label in self.outputs if label != "N")

    @property
    def anchor_samples(self) -> int:
        """Samples to whose multiples the first and the last window of a record keep."""
        if self.window_grid == "record" or self.output_kind == "per_window":
            return self.segment_samples
        return math.gcd(self.hop_samples, math.lcm(self.segment_samples, STRIDE))

    def to_json(self) -> str:
        """Return the Spec as one line of JSON with sorted keys."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Spec:
        """Rebuild a Spec.

        Parameters
        ----------
        text : str
            What :meth:`to_json` wrote.

        Raises
        ------
        SpecError
            If it is no JSON object, a key is unknown or missing, or a value cannot be used.
        """
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise SpecError(f"Spec is not JSON: {error}") from error
        if not isinstance(values, dict):
            raise SpecError(f"Spec is a {type(values).__name__}, expected a JSON object")
        known = [f.name for f in dataclasses.fields(cls)]
        for key in values:
            if key not in known:
                raise SpecError(f"Spec has an unknown key {key!r}; {nearest(key, known)}")
        for key in ("outputs", "auxiliary", "bandpass_hz"):
            if isinstance(values.get(key), list):
                values[key] = tuple(values[key])
        try:
            return cls(**values)
        except TypeError as error:
            raise SpecError(f"Spec is incomplete: {error}") from error
