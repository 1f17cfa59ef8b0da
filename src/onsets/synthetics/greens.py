"""Tables of Green's functions: what was asked for, what came out, and its place on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onsets.config import plain
from onsets.earth import LayeredModel
from onsets.errors import ConfigError
from onsets.store.atomic import StoreError, replacing
from onsets.synthetics.crust import velocity_model
from onsets.types import Float32

__all__ = ["COMPONENTS", "GreensOptions", "GreensTable", "Grid", "greens_table"]

COMPONENTS = ("ZEX", "REX", "ZDD", "RDD", "ZDS", "RDS", "TDS", "ZSS", "RSS", "TSS")
"""The ten traces of a depth and distance: component (Z up, R away from the source, T clockwise seen
from above) and source: explosion, diag(-1, -1, 2), vertical dip slip, vertical strike slip."""

FORMAT, VERSION = "onsets-greens", 1


@dataclass(frozen=True, slots=True)
class Grid:
    """Depths or distances, km: evenly from first to last, or one by one.

    Attributes
    ----------
    first, last, step : float
        Both ends are included; the last one is the largest ``first + n step`` that is not above it.
    at : tuple of float
        Rising values that replace the even ones.

    Examples
    --------
    >>> Grid(4, 6).values_km.tolist(), Grid(at=(20, 100, 300)).values_km.tolist()
    ([4.0, 5.0, 6.0], [20.0, 100.0, 300.0])
    """

    first: float = 0.0
    last: float = 0.0
    step: float = 1.0
    at: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.at and any(b <= a for a, b in zip(self.at, self.at[1:], strict=False)):
            raise ConfigError(f"at is {list(self.at)}, expected rising values")
        if not self.at and (self.step <= 0 or self.last < self.first):
            raise ConfigError(
                f"got first {self.first:g}, last {self.last:g}, step {self.step:g} km; "
                "expected last not below first and step above 0"
            )

    @property
    def values_km(self) -> npt.NDArray[np.float64]:
        """All values, rising."""
        if self.at:
            return np.array(self.at, np.float64)
        count = int(np.floor((self.last - self.first) / self.step + 1e-9)) + 1
        return self.first + self.step * np.arange(count)


@dataclass(frozen=True, slots=True)
class GreensOptions:
    """What a table holds and how it is computed.

    Attributes
    ----------
    model : str
        Name or path, see :func:`onsets.synthetics.velocity_model`.
    depths, distances : Grid
        Of sources below the model's datum and of receivers at the surface, km.
    rate_hz : float
    samples : int
        Of each trace; even.
    start_s : float
        Time of sample 0 after the origin.
    reduction_km_s : float
        If above 0, sample 0 is at ``start_s + distance / reduction_km_s``.
    quantity : str
        ``displacement`` (m per N m) or ``velocity`` (m/s per N m).
    taper_from : float
        Share of the Nyquist frequency from which spectra fall smoothly to 0 there; 1 for none.
        The filter is even in time: the later it begins, the more a sharp pulse rings around its arrival.
    dispersion : bool
        Velocities rise with frequency as attenuation and causality ask for; without, only the
        imaginary part is kept and pulses begin a little early.
    reference_hz : float
        Where the velocities are those of the model.
    free_surface : bool
        If not, the top layer goes on upwards for ever and the receivers are inside it.
    damping : float
        What comes a trace length late is weakened by ``exp(damping)`` before it folds back.
    wavenumbers : int
        Most of a frequency: a limit of time and memory for shallow sources.
    tolerance : float
        Largest share of the last tenth of wavenumbers in a trace.

    Raises
    ------
    ConfigError
        If a value cannot be used.
    """

    model: str = "crust1"
    depths: Grid = Grid(4.0, 19.0)
    distances: Grid = Grid(20.0, 470.0)
    rate_hz: float = 5.0
    samples: int = 1024
    start_s: float = 0.0
    reduction_km_s: float = 0.0
    quantity: str = "displacement"
    taper_from: float = 0.6
    dispersion: bool = True
    reference_hz: float = 1.0
    free_surface: bool = True
    damping: float = 7.0
    wavenumbers: int = 20000
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        if self.distances.values_km[0] <= 0:
            raise ConfigError(
                f"distance {self.distances.values_km[0]:g} km: the sum over wavenumbers needs a distance "
                "above 0; take 0.1 km or so"
            )
        if self.samples < 2 or self.samples % 2:
            raise ConfigError(f"samples is {self.samples}, expected an even number above 0")
        for name in ("rate_hz", "reference_hz", "damping", "tolerance", "wavenumbers"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"{name} is {getattr(self, name):g}, expected above 0")
        if self.quantity not in ("displacement", "velocity"):
            raise ConfigError(f"quantity is {self.quantity!r}, expected displacement or velocity")
        if not 0 < self.taper_from <= 1 or self.reduction_km_s < 0:
            raise ConfigError(
                f"taper_from is {self.taper_from:g}, expected above 0 up to 1; "
                f"reduction_km_s is {self.reduction_km_s:g}, expected 0 or above"
            )


@dataclass(frozen=True, slots=True, eq=False)
class GreensTable:
    """Responses at the surface to point sources whose moment is a step: 0 before the origin, 1 N m after.

    Equivalently, responses to a moment rate that is a unit impulse, so that a source of scalar moment
    M0 (N m) and moment rate M0 s(t), s of unit area, gives M0 times the convolution with s.

    Attributes
    ----------
    model : LayeredModel
    depths_km : ndarray of float64, shape (D,)
    distances_km : ndarray of float64, shape (X,)
    rate_hz : float
    samples : int
    start_s : ndarray of float64, shape (X,)
        Time of sample 0 after the origin.
    quantity : str
        ``displacement`` (m per N m) or ``velocity`` (m/s per N m).
    convergence : float
        Largest share of the last tenth of wavenumbers in any trace.
    values : ndarray of float32, shape (D, X, 10, samples)
        Traces in the order of :data:`COMPONENTS`; read-only and mapped where it comes from a file.
    """

    model: LayeredModel
    depths_km: npt.NDArray[np.float64]
    distances_km: npt.NDArray[np.float64]
    rate_hz: float
    samples: int
    start_s: npt.NDArray[np.float64]
    quantity: str
    convergence: float
    values: Float32


def greens_table(
    options: GreensOptions,
    cache: str | Path | None = None,
    *,
    model: LayeredModel | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> GreensTable:
    """Return a table, from the cache if it holds the same.

    Parameters
    ----------
    options : GreensOptions
    cache : str or Path, optional
        Folder of ``HASH.npy`` and ``HASH.json``; the hash is over options and the model's numbers.
    model : LayeredModel, optional
        Instead of ``options.model``.
    workers : int
        Threads over frequencies.
    progress : callable, optional
        Called with steps done and in all.

    Returns
    -------
    GreensTable
        With ``values`` mapped if there is a cache, else in memory.

    Raises
    ------
    ConfigError
        If the model is impossible, or a source lies above the surface or on an interface.
    ConvergenceError
        If a sum over wavenumbers has not converged.
    StoreError
        If the cache cannot be made or written.
    """
    from onsets.synthetics.wavenumber import solve

    layers = model or velocity_model(options.model)
    if cache is None:
        return solve(layers, options, workers=workers, progress=progress)
    name = _hash(layers, options)
    folder = Path(cache)
    if (found := _cached(folder / f"{name}.json", layers)) is not None:
        return found
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"no folder {folder} for tables: {error.strerror or error}") from error
    _write(folder, name, solve(layers, options, workers=workers, progress=progress), options)
    made = _cached(folder / f"{name}.json", layers)
    if made is None:
        raise StoreError(f"{folder / name}.npy was changed while it was read; run again")
    return made


def _numbers(model: LayeredModel) -> dict[str, list[str]]:
    columns = ("depth_km", "vp_km_s", "vs_km_s", "density_g_cm3", "qp", "qs")
    return {name: [repr(float(value)) for value in getattr(model, name)] for name in columns}


def _hash(model: LayeredModel, options: GreensOptions) -> str:
    """Return a name for what a table depends on: the model's numbers, not its name."""
    said = {key: value for key, value in plain(options).items() if key != "model"}
    said["depths"] = [float(value) for value in options.depths.values_km]
    said["distances"] = [float(value) for value in options.distances.values_km]
    text = json.dumps({"version": VERSION, "model": _numbers(model), **said}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _write(folder: Path, name: str, table: GreensTable, options: GreensOptions) -> None:
    """Write values, then what they are: a table without its JSON is not there."""
    said: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "options": plain(options),
        "model": _numbers(table.model),
        "depths_km": table.depths_km.tolist(),
        "distances_km": table.distances_km.tolist(),
        "rate_hz": table.rate_hz,
        "samples": table.samples,
        "start_s": table.start_s.tolist(),
        "quantity": table.quantity,
        "convergence": table.convergence,
        "components": list(COMPONENTS),
        "bytes": table.values.nbytes,
    }
    with replacing(folder / f"{name}.npy") as handle:
        np.save(handle, table.values, allow_pickle=False)
    with replacing(folder / f"{name}.json") as handle:
        handle.write(json.dumps(said, indent=1).encode())


def _cached(file: Path, model: LayeredModel) -> GreensTable | None:
    """Return the table of a JSON file, or None if it is not there or not whole."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        values = np.load(file.with_suffix(".npy"), mmap_mode="r", allow_pickle=False)
        shape = (len(said["depths_km"]), len(said["distances_km"]), len(COMPONENTS), said["samples"])
        if said["format"] != FORMAT or values.shape != shape or values.dtype != np.float32:
            return None
        return GreensTable(
            model,
            np.array(said["depths_km"]),
            np.array(said["distances_km"]),
            float(said["rate_hz"]),
            int(said["samples"]),
            np.array(said["start_s"]),
            str(said["quantity"]),
            float(said["convergence"]),
            values,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
