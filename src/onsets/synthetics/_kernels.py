"""Point sources in a layer: what reaches the surface at a frequency and wavenumber.

A moment tensor M at a depth makes the motion of a horizontal plane jump there. With ``k^`` the direction
of a plane wave and ``n^ = z^ x k^``, the equations of motion give

    [U] = M_zz / (lambda + 2 mu)       [V] = -i M_kz / mu      [W] = -i M_nz / mu
    [P] = 0      [S] = k M_kk - k lambda M_zz / (lambda + 2 mu)      [Q] = k M_kn

and the products of :mod:`onsets.synthetics._layers` take the jump apart into waves that leave the source
upwards and downwards. Summed over directions, terms in ``cos(m phi)`` become ``i^m J_m(k r) cos(m theta)``,
so that all factors are real:

    EX (m = 0, M = 1):             P up = P down = -1 / (2 a rho vp^2)
    DD (m = 0, M = diag(-1,-1,2)): P up = P down = (3k^2 - 2 omega^2/vp^2) / (2 a w),
                                   S down = -S up = 3k / 2w
    DS (m = 1, M_xz = 1):          P down = -P up = k / w, S up = S down = (2k^2 - omega^2/vs^2) / (2 b w),
                                   SH down = -SH up = 1 / 2 mu
    SS (m = 2, M_xx = -M_yy = 1):  P up = P down = k^2 / (2 a w), S down = -S up = k / 2w,
                                   SH up = SH down = k / (2 mu b)

The motion at a distance r is ``1/2pi`` times the integral over ``k dk`` of, with x = k r,

    m = 0:  Z = -U J0,   R = -V J1
    m = 1:  Z = -U J1,   R = V J1' + W J1/x = A J0 - B J2,   T = V J1/x + W J1' = A J0 + B J2
    m = 2:  Z = -U J2,   R = V J2' + 2W J2/x = A J1 - B J3,  T = 2V J2/x + W J2' = A J1 + B J3

and ``A = (V + W)/2``, ``B = (V - W)/2``: the near-field terms in 1/x are in it, exactly, without a division.

References
----------
Kennett, B. L. N. (1983). Seismic Wave Propagation in Stratified Media, section 4.4.
Herrmann, R. B. and Wang, C. Y. (1985). A comparison of synthetic seismograms. BSSA 75, 41-56
(the ten traces).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onsets.synthetics._layers import Complex, Layer, Matrix, Stack, across, apart, product

__all__ = ["ORDERS", "kernels", "traces"]

ORDERS: tuple[tuple[str, ...], ...] = (
    ("ZEX", "ZDD", "ADS"),
    ("REX", "RDD", "ZDS", "ASS"),
    ("ZSS", "BDS"),
    ("BSS",),
)
"""Which kernels go with the Bessel functions J0, J1, J2 and J3."""


def _matrices(layer: Layer, stack: Stack, down_km: float) -> tuple[Matrix, Matrix]:
    """Return what turns waves from the source, upwards and downwards, to motion (U, V) of the surface."""
    p, s = layer.decay(down_km)
    w = stack.surface
    moved: Matrix = (w[0] * p, w[1] * s, w[2] * p, w[3] * s)
    if stack.below is None:
        zero = np.zeros_like(p)
        return moved, (zero, zero, zero, zero)
    below = across(stack.below, *layer.decay(layer.thickness_km - down_km))
    upwards = product(moved, apart(below, across(stack.above, p, s)))
    return upwards, product(upwards, below)


def _sh(layer: Layer, stack: Stack, down_km: float) -> tuple[Complex, Complex]:
    """Return W of the surface for sources DS and SS."""
    s = np.exp(-layer.b * down_km)
    moved = stack.surface_sh * s / (2 * layer.mu)
    if stack.below_sh is None:
        return -moved, moved * layer.k / layer.b
    rest = np.exp(-layer.b * (layer.thickness_km - down_km))
    below = stack.below_sh * rest * rest
    moved = moved / (1 - below * stack.above_sh * s * s)
    return moved * (below - 1), moved * (below + 1) * layer.k / layer.b


def kernels(layer: Layer, stack: Stack, down_km: float) -> dict[str, Complex]:
    """Return the kernels of :data:`ORDERS` for a source so far below its layer's top.

    Parameters
    ----------
    layer : Layer
        The source's.
    stack : Stack
        Of the same layer.
    down_km : float
        From the layer's top to the source, above 0 and below the layer's thickness.

    Returns
    -------
    dict of str to ndarray of complex128, shape (frequencies, wavenumbers)
        Per unit of moment that is an impulse, lengths in km, moduli in g/cm3 (km/s)^2.
    """
    up, down = _matrices(layer, stack, down_km)
    both = tuple(u + d for u, d in zip(up, down, strict=True))
    less = tuple(d - u for u, d in zip(up, down, strict=True))
    k, a, b, w = layer.k, layer.a, layer.b, layer.w
    half_w, p, s = 1 / (2 * w), 1 / (2 * a * w), 1 / (2 * b * w)
    ex = -layer.ka2 * p
    dd, ds, ss = (3 * k**2 - 2 * layer.ka2) * p, (2 * k**2 - layer.kb2) * s, k**2 * p
    once = k * half_w
    w_ds, w_ss = _sh(layer, stack, down_km)
    v_ds = 2 * once * less[2] + ds * both[3]
    v_ss = ss * both[2] + once * less[3]
    return {
        "ZEX": -ex * both[0],
        "REX": -ex * both[2],
        "ZDD": -(dd * both[0] + 3 * once * less[1]),
        "RDD": -(dd * both[2] + 3 * once * less[3]),
        "ZDS": -(2 * once * less[0] + ds * both[1]),
        "ZSS": -(ss * both[0] + once * less[1]),
        "ADS": (v_ds + w_ds) / 2,
        "BDS": (v_ds - w_ds) / 2,
        "ASS": (v_ss + w_ss) / 2,
        "BSS": (v_ss - w_ss) / 2,
    }


def traces(sums: dict[str, npt.NDArray[np.complex128]]) -> dict[str, npt.NDArray[np.complex128]]:
    """Return the ten traces from the sums of the kernels with their Bessel functions."""
    made = {name: value for name, value in sums.items() if name[0] in "ZR"}
    for source in ("DS", "SS"):
        one, two = sums[f"A{source}"], sums[f"B{source}"]
        made |= {f"R{source}": one - two, f"T{source}": one + two}
    return made
