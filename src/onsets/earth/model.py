"""Flat, constant layers over a half-space: the velocity model of locations and synthetics."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from onsets.errors import ConfigError

__all__ = ["LayeredModel", "brocher_density"]


@dataclass(frozen=True, slots=True, eq=False)
class LayeredModel:
    """Layers from the surface down; the last one goes on for ever.

    Attributes
    ----------
    depth_km : ndarray of float64, shape (layers,)
        Top of each layer, rising; the first is the surface (negative when it lies above sea level).
    vp_km_s, vs_km_s : ndarray of float64, shape (layers,)
    density_g_cm3 : ndarray of float64, shape (layers,)
        When not given, from vp after Brocher (2005).
    qp, qs : ndarray of float64, shape (layers,)
        Quality factors; infinite (no attenuation) when not given.

    Raises
    ------
    ConfigError
        If lengths differ, depths do not rise, a velocity or density is not above 0, or vp/vs is below
        sqrt(4/3), which no stable solid has (its bulk modulus would be negative).

    References
    ----------
    Brocher, T. M. (2005). Empirical relations between elastic wavespeeds and density in the Earth's
    crust. BSSA 95, 2081-2092, doi 10.1785/0120050077, equation 1.

    Examples
    --------
    >>> model = LayeredModel([0.0, 22.0], [6.1, 6.3], [3.55, 3.65])
    >>> model.layer_at(22.0)
    1
    """

    depth_km: npt.NDArray[np.float64]
    vp_km_s: npt.NDArray[np.float64]
    vs_km_s: npt.NDArray[np.float64]
    density_g_cm3: npt.NDArray[np.float64] | None = None
    qp: npt.NDArray[np.float64] | None = None
    qs: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        vp = np.atleast_1d(np.asarray(self.vp_km_s, np.float64))
        filled = {"density_g_cm3": brocher_density(vp), "qp": np.full(vp.shape, np.inf)}
        filled["qs"] = filled["qp"]
        for column in fields(self):
            given = getattr(self, column.name)
            values = filled[column.name] if given is None else np.atleast_1d(np.asarray(given, np.float64))
            if values.shape != vp.shape:
                raise ConfigError(
                    f"velocity model: {column.name} has {values.size} values, expected {vp.size}"
                )
            object.__setattr__(self, column.name, values.copy())
            getattr(self, column.name).setflags(write=False)
        self._check()

    def _check(self) -> None:
        if not np.isfinite(self.depth_km).all() or (np.diff(self.depth_km) <= 0).any():
            raise ConfigError(f"velocity model: tops are {self.depth_km.tolist()} km, expected rising depths")
        for column in fields(self)[1:]:
            values = getattr(self, column.name)
            wrong = ~(values > 0) | (np.isinf(values) & (column.name not in ("qp", "qs")))
            if wrong.any():
                layer = int(np.argmax(wrong))
                raise ConfigError(
                    f"velocity model: {column.name} of layer {layer} is {values[layer]:g}, expected above 0"
                )
        ratio = self.vp_km_s / self.vs_km_s
        if (ratio**2 < 4 / 3).any():
            layer = int(np.argmin(ratio))
            raise ConfigError(
                f"velocity model: vp/vs of layer {layer} is {ratio[layer]:.3f}, expected at least 1.155"
            )

    @property
    def layers(self) -> int:
        """Number of layers, the half-space counted."""
        return len(self.depth_km)

    def layer_at(self, depth_km: float) -> int:
        """Return the index of the layer at a depth; an interface belongs to the layer below."""
        return max(0, int(np.searchsorted(self.depth_km, depth_km, side="right")) - 1)


def brocher_density(vp_km_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return density (g/cm3) from vp (km/s), Brocher (2005), equation 1."""
    powers = np.array([1.6612, -0.4721, 0.0671, -0.0043, 0.000106])
    density: npt.NDArray[np.float64] = sum(
        factor * np.asarray(vp_km_s) ** (power + 1) for power, factor in enumerate(powers)
    )
    return density
