"""Light seismic phase picking: P and S onsets from continuous records, on small machines.

>>> import onsets
>>> sorted(set(onsets.__all__) - set(dir(onsets)))
[]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onsets.errors import OnsetsError
    from onsets.picking import load
    from onsets.pipeline import associate, pick_files
    from onsets.spec import Spec
    from onsets.store import write_picks
    from onsets.tables import Detections, Picks
    from onsets.types import Curve, Pick, Record, Trace
    from onsets.waveforms import read, read_records

__all__ = [
    "Curve",
    "Detections",
    "OnsetsError",
    "Pick",
    "Picks",
    "Record",
    "Spec",
    "Trace",
    "associate",
    "load",
    "pick_files",
    "read",
    "read_records",
    "write_picks",
]

_ROOMS = {
    "Curve": "types",
    "Detections": "tables",
    "OnsetsError": "errors",
    "Pick": "types",
    "Picks": "tables",
    "Record": "types",
    "Spec": "spec",
    "Trace": "types",
    "associate": "pipeline",
    "load": "picking",
    "pick_files": "pipeline",
    "read": "waveforms",
    "read_records": "waveforms",
    "write_picks": "store",
}


def __getattr__(name: str) -> Any:
    """Import a public name's room when it is first used, so that importing onsets does nothing."""
    if name in _ROOMS:
        import importlib

        return getattr(importlib.import_module(f"onsets.{_ROOMS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
