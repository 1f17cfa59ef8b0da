"""Pickers without a network: STA/LTA, AIC, kurtosis and Baer-Kradolfer, in numpy alone.

A Record becomes a Curve (:func:`characteristic`) that is decoded like a network's, with the
thresholds of :data:`DEFAULT_THRESHOLDS`; :func:`refine` then moves its picks to the onsets. The
functions below them work on plain arrays of one component.
"""

from __future__ import annotations

from onsets.classical.aic import aic, aic_onset, ar_aic_onset
from onsets.classical.baer import baer_curve, baer_onset
from onsets.classical.curve import characteristic
from onsets.classical.kurtosis import kurtosis, kurtosis_onset
from onsets.classical.options import (
    CLASSICAL,
    DEFAULT_THRESHOLDS,
    OPTIONS,
    BaerOptions,
    KurtosisOptions,
    StaLtaOptions,
)
from onsets.classical.refine import METHODS, REFINE_WINDOW_S, refine
from onsets.classical.sta_lta import classic_sta_lta, delayed_sta_lta, recursive_sta_lta

__all__ = [
    "CLASSICAL",
    "DEFAULT_THRESHOLDS",
    "METHODS",
    "OPTIONS",
    "REFINE_WINDOW_S",
    "BaerOptions",
    "KurtosisOptions",
    "StaLtaOptions",
    "aic",
    "aic_onset",
    "ar_aic_onset",
    "baer_curve",
    "baer_onset",
    "characteristic",
    "classic_sta_lta",
    "delayed_sta_lta",
    "kurtosis",
    "kurtosis_onset",
    "recursive_sta_lta",
    "refine",
]
