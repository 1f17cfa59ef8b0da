"""Published attenuation of Wood-Anderson amplitudes and of coda durations, by name.

Local magnitude is ``log10(A) - log10(A0)``, A the zero-to-peak amplitude in mm on the trace of a
Wood-Anderson seismograph:

==================  ===========================================  ===========  ==========  ===========
name                -log10(A0), r in km                          distance     component   range, km
==================  ===========================================  ===========  ==========  ===========
hutton-boore-1987   1.110 log(r/100) + 0.00189 (r - 100) + 3.0   hypocentral  horizontal  10 to 700
bakun-joyner-1984   1.000 log(r/100) + 0.00301 (r - 100) + 3.0   hypocentral  horizontal  0 to 400
richter-1958        table                                        epicentral   horizontal  0 to 600
cisn-2011           1.11 log r + 0.00189 r + 0.5964 + sum of     hypocentral  horizontal  0.1 to 500
                    six Chebyshev polynomials of log r
bobbio-2009         1.79 log r - 0.58 (southern Italy)           hypocentral  horizontal  0 to 200
alsaker-1991        0.91 log r + 0.00087 r + 1.01 (Norway)       hypocentral  vertical    0 to 1500
greenhalgh-1986     1.10 log r + 0.0013 r + 0.70 (Australia)     epicentral   vertical    40 to 700
kim-1998            1.55 log r - 0.22 (eastern North America)    epicentral   horizontal  100 to 800
==================  ===========================================  ===========  ==========  ===========

Duration magnitude, with t the lapse time of the coda in s: ``michaelson-1990`` -1.03 + 2.10 log t +
0.00268 t (central California, station terms left out) and ``castello-2007`` 2.49 log t - 2.31 (Italy).

Deviations: ``hutton-boore-1987`` with the default instrument (static magnification 2080) is the standard
of IASPEI (2013); the paper assumed 2800. ``cisn-2011`` below 8 km goes on with the mean slope in log r of
8 to 60 km, and its constant holds the 0.0054 by which the authors' program makes 100 km exactly 3.0. The
range of ``bobbio-2009`` is ours.

References
----------
Hutton, L. K., and Boore, D. M. (1987), doi 10.1785/BSSA0770062074. Bakun, W. H., and Joyner, W. B.
(1984), doi 10.1785/BSSA0740051827. Richter, C. F. (1958), Elementary Seismology, table 22-1. Uhrhammer,
R. A., et al. (2011), doi 10.1785/0120100106. Bobbio, A., et al. (2009), BSSA 99, 2461. Michaelson,
C. A. (1990), doi 10.1785/BSSA0800051190. Castello, B., et al. (2007), BSSA 97. The others,
and Richter's table, as printed in Bormann, P. (2012), doi 10.2312/GFZ.NMSOP-2_DS_3.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["DURATIONS", "RELATIONS", "Relation"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Relation:
    """How amplitudes decay.

    Attributes
    ----------
    term : callable
        Distance in km -> -log10(A0).
    range_km : tuple of float
        Distances it was made for; farther and nearer stations are not used.
    epicentral : bool
        Distance along the surface instead of from the hypocentre.
    vertical : bool
        Amplitudes of the vertical component instead of the two horizontal ones.
    """

    term: Callable[[Floats], Floats]
    range_km: tuple[float, float]
    epicentral: bool = False
    vertical: bool = False


def _formula(slope: float, per_km: float, constant: float) -> Callable[[Floats], Floats]:
    return lambda r: np.asarray(slope * np.log10(r) + per_km * r + constant)


# Epicentral distance (km) and -log A0.
_RICHTER_KM = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, *range(120, 601, 20))
_RICHTER = (
    *(1.4, 1.5, 1.7, 2.1, 2.4, 2.6, 2.8, 2.8, 2.9, 3.0, 3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 3.65, 3.7),
    *(3.8, 3.9, 4.0, 4.1, 4.2, 4.3, 4.4, 4.5, 4.5, 4.6, 4.6, 4.7, 4.7, 4.8, 4.8, 4.9, 4.9, 4.9),
)
_CISN = (0.056, -0.031, -0.053, -0.080, -0.028, 0.015)
_CISN_KM = (8.0, 60.0, 500.0)


def _richter(distance_km: Floats) -> Floats:
    return np.interp(distance_km, _RICHTER_KM, _RICHTER)


def _cisn(distance_km: Floats) -> Floats:
    near, _, far = np.log10(_CISN_KM)

    def above(log_r: Any) -> Any:
        turn = np.arccos(np.clip(2 * (log_r - near) / (far - near) - 1, -1, 1))
        waves = sum(size * np.cos(n * turn) for n, size in enumerate(_CISN, 1))
        return 1.11 * log_r + 0.00189 * 10**log_r + 0.591 + 0.0054 + waves

    log_r = np.log10(distance_km)
    first, second = above(np.log10(_CISN_KM[0])), above(np.log10(_CISN_KM[1]))
    slope = (second - first) / np.log10(_CISN_KM[1] / _CISN_KM[0])
    return np.where(log_r < near, first + slope * (log_r - near), above(np.maximum(log_r, near)))


RELATIONS: dict[str, Relation] = {
    "hutton-boore-1987": Relation(_formula(1.110, 0.00189, 3.0 - 2.22 - 0.189), (10, 700)),
    "bakun-joyner-1984": Relation(_formula(1.000, 0.00301, 3.0 - 2.0 - 0.301), (0, 400)),
    "richter-1958": Relation(_richter, (0, 600), epicentral=True),
    "cisn-2011": Relation(_cisn, (0.1, 500)),
    "bobbio-2009": Relation(_formula(1.79, 0.0, -0.58), (0, 200)),
    "alsaker-1991": Relation(_formula(0.91, 0.00087, 1.01), (0, 1500), vertical=True),
    "greenhalgh-1986": Relation(_formula(1.10, 0.0013, 0.70), (40, 700), epicentral=True, vertical=True),
    "kim-1998": Relation(_formula(1.55, 0.0, -0.22), (100, 800), epicentral=True),
}
"""Name -> decay of Wood-Anderson amplitudes."""

DURATIONS: dict[str, Callable[[Floats], Floats]] = {
    "michaelson-1990": lambda t: np.asarray(-1.03 + 2.10 * np.log10(t) + 0.00268 * t),
    "castello-2007": lambda t: np.asarray(2.49 * np.log10(t) - 2.31),
}
"""Name -> magnitude of a duration in s."""
