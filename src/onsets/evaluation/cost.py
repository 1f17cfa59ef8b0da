"""What a picker costs: size, multiply-adds, and the seconds it took."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from onsets import networks
from onsets.errors import MissingExtraError, OnsetsError
from onsets.evaluation.cases import Case
from onsets.picking import NetworkPicker, Picker

__all__ = ["cost_of", "network_cost"]


def network_cost(picker: Picker) -> dict[str, float]:
    """Return parameters, multiply-adds a station-day and bytes (float32) of a picker.

    Returns
    -------
    dict
        Zero parameters and bytes and unknown multiply-adds for a classical picker; NaN where torch is
        missing or the network is not in the registry.
    """
    if not isinstance(picker, NetworkPicker):
        return {"parameters": 0, "macs_day": math.nan, "bytes": 0}
    spec = picker.spec
    try:
        row = networks.measure(networks.build(spec.network, **spec.options), spec)
    except (MissingExtraError, ImportError, OnsetsError):
        return dict.fromkeys(("parameters", "macs_day", "bytes"), math.nan)
    return {"parameters": row["parameters"], "macs_day": row["macs_day"], "bytes": row["bytes_fp32"]}


def cost_of(picker: Picker, cases: Sequence[Case]) -> dict[str, Any]:
    """Return what :func:`network_cost` says and the time measured.

    Returns
    -------
    dict
        Also ``seconds_per_record_hour``: processor time of one thread for an hour of record
        of one station, the picks described, reading not counted.
    """
    hours = sum(case.hours for case in cases)
    spent = sum(case.cost_s for case in cases)
    return {**network_cost(picker), "seconds_per_record_hour": spent / hours if hours else math.nan}
