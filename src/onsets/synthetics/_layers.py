"""Waves in layers for many frequencies and wavenumbers at once: what interfaces and stacks reflect.

Conventions. Depth z grows downwards; time goes as ``exp(+i omega t)`` with Im(omega) < 0. With
``a = sqrt(k^2 - omega^2/vp^2)`` and ``b = sqrt(k^2 - omega^2/vs^2)``, real parts above 0, waves go down as
``exp(-a z)`` and up as ``exp(+a z)``. Displacement is ``U Y z^ + (V grad Y + W z^ x grad Y) / k`` for a
horizontal harmonic Y of wavenumber k; P and S (P-SV) and Q (SH) are the coefficients of the traction
on a horizontal plane in the same three directions. From the equations of motion,

    P-SV:  (U, V, P, S) of P waves is (s a, k, O, s 2 mu k a), of SV waves (k, s b, s 2 mu k b, O),
    SH:    (W, Q) is (1, s mu b),

with s = +1 for waves that go up and -1 for those that go down, and ``O = mu (k^2 + b^2)``. The product
``<y, y'> = U P' + V S' - P U' - S V'`` is 0 between all of them except ``<Pdown, Pup> = 2 a w`` and
``<Sdown, Sup> = 2 b w``, where ``w = rho omega^2``: it takes a motion apart into its waves without
solving equations, and where two layers meet it gives the reflection and transmission matrices from
differences of the two media, which stay exact when both are alike. Only decaying exponentials appear.

References
----------
Kennett, B. L. N. (1983). Seismic Wave Propagation in Stratified Media, chapters 3, 5 and 6.
Luco, J. E. and Apsel, R. J. (1983). On the Green's functions for a layered half-space. Part I.
BSSA 73, 909-929.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onsets.earth import LayeredModel

__all__ = ["Layer", "Matrix", "Stack", "across", "apart", "layer_waves", "product", "stack_of", "velocities"]

Complex = npt.NDArray[np.complex128]
Matrix = tuple[Complex, Complex, Complex, Complex]
"""Two by two, row by row: P from P, P from S, S from P, S from S."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer's constants and vertical wavenumbers; k in 1/km, moduli in g/cm3 (km/s)^2."""

    k: npt.NDArray[np.float64]
    a: Complex
    b: Complex
    ka2: Complex
    kb2: Complex
    w: Complex
    mu: Complex
    thickness_km: float

    def decay(self, distance_km: float) -> tuple[Complex, Complex]:
        """Return by what P and S change on their way up or down."""
        return np.exp(-self.a * distance_km), np.exp(-self.b * distance_km)


@dataclass(frozen=True, slots=True)
class Stack:
    """What lies above and below the inside of one layer, seen from its two ends.

    Attributes
    ----------
    above, surface
        Turn P-SV waves that go up at the layer's top to waves that come down there, and to motion (U, V)
        of the surface.
    above_sh, surface_sh
        The same for SH and W.
    below, below_sh
        Turns waves that go down at the layer's bottom to waves that come up there; None in the half-space.
    """

    above: Matrix
    surface: Matrix
    above_sh: Complex
    surface_sh: Complex
    below: Matrix | None
    below_sh: Complex | None


def velocities(
    model: LayeredModel, omega: Complex, dispersion: bool, reference_hz: float
) -> tuple[Complex, Complex]:
    """Return complex vp and vs, each of shape (layers, frequencies).

    ``v (1 + ln(i omega / omega0) / (pi Q))``, which is causal for a constant Q (Aki and Richards 2002,
    equation 5.94); without dispersion ``v (1 + i / 2Q)``.
    """
    factor = (
        np.log(1j * omega / (2 * np.pi * reference_hz)) / np.pi if dispersion else 0.5j * np.ones_like(omega)
    )
    loss = [1 + factor / np.asarray(quality)[:, None] for quality in (model.qp, model.qs)]
    return model.vp_km_s[:, None] * loss[0], model.vs_km_s[:, None] * loss[1]


def layer_waves(
    model: LayeredModel,
    layer: int,
    omega: Complex,
    speeds: tuple[Complex, Complex],
    k: npt.NDArray[np.float64],
) -> Layer:
    """Return the waves of a layer, arrays of shape (frequencies, wavenumbers) or (frequencies, 1)."""
    ka2, kb2 = ((omega / speed[layer])[:, None] ** 2 for speed in speeds)
    tops = model.depth_km
    thickness = float(tops[layer + 1] - tops[layer]) if layer + 1 < model.layers else np.inf
    w = np.take(np.asarray(model.density_g_cm3), layer) * omega[:, None] ** 2
    return Layer(k, np.sqrt(k**2 - ka2), np.sqrt(k**2 - kb2), ka2, kb2, w, w / kb2, thickness)


def product(one: Matrix, two: Matrix) -> Matrix:
    """Return the matrix product."""
    return (
        one[0] * two[0] + one[1] * two[2],
        one[0] * two[1] + one[1] * two[3],
        one[2] * two[0] + one[3] * two[2],
        one[2] * two[1] + one[3] * two[3],
    )


def apart(one: Matrix, two: Matrix) -> Matrix:
    """Return the inverse of (1 - one two): all that goes to and fro between two reflectors."""
    p, q, r, s = product(one, two)
    p, s = 1 - p, 1 - s
    scale = 1 / (p * s - q * r)
    return s * scale, q * scale, r * scale, p * scale


def across(matrix: Matrix, p: Complex, s: Complex) -> Matrix:
    """Return a reflection seen from a distance: each wave decays by its exponential on both ways."""
    ps = p * s
    return matrix[0] * p * p, matrix[1] * ps, matrix[2] * ps, matrix[3] * s * s


def _plus(one: Matrix, two: Matrix) -> Matrix:
    return one[0] + two[0], one[1] + two[1], one[2] + two[2], one[3] + two[3]


def _inverse(m: Matrix) -> Matrix:
    scale = 1 / (m[0] * m[3] - m[1] * m[2])
    return m[3] * scale, -m[1] * scale, -m[2] * scale, m[0] * scale


def _mirror(m: Matrix) -> Matrix:
    return m[0], -m[1], -m[2], m[3]


def _interface(upper: Layer, lower: Layer) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """Return rD, tD, rU, tU of P-SV between two layers.

    The waves above are ``(d1, u1) = (Qdd d2 + Qdu u2, Qud d2 + Quu u2)``; all four from the products of
    waves in the two media, and ``Quu``, ``Qud`` are ``Qdd``, ``Qdu`` with the signs of their corners turned.
    """
    k, rigidity = upper.k, lower.mu - upper.mu
    e = 2 * k**2 * rigidity
    up, low, g = lower.w - e, upper.w + e, lower.w - upper.w - e
    p, s = 1 / (2 * upper.a * upper.w), 1 / (2 * upper.b * upper.w)
    ps, sp = 2 * rigidity * lower.b * upper.a, 2 * rigidity * lower.a * upper.b
    a1, a2, b1, b2 = upper.a * up, lower.a * low, upper.b * up, lower.b * low
    dd = ((a1 + a2) * p, k * (g + ps) * p, k * (g + sp) * s, (b1 + b2) * s)
    du = ((a1 - a2) * p, k * (g - ps) * p, k * (g - sp) * s, (b1 - b2) * s)
    down = _inverse(dd)
    reflected = product(down, du)
    up_reflection: Matrix = (-reflected[0], -reflected[1], -reflected[2], -reflected[3])
    ud = _mirror(du)
    return product(ud, down), down, up_reflection, _plus(_mirror(dd), product(ud, up_reflection))


def _interface_sh(upper: Layer, lower: Layer) -> tuple[Complex, Complex, Complex]:
    """Return rD, tD and tU of SH between two layers; rU is -rD."""
    one: Complex = upper.mu * upper.b
    two: Complex = lower.mu * lower.b
    total = one + two
    return (one - two) / total, 2 * one / total, 2 * two / total


def _surface(top: Layer, free: bool) -> tuple[Matrix, Matrix]:
    """Return reflection at the surface and the motion (U, V) there, by waves that go up."""
    k, a, b = top.k, top.a, top.b
    zero, one = np.zeros_like(a), np.ones_like(a)
    if not free:
        return (zero, zero, zero, zero), (a, k * one, k * one, b)
    o = 2 * top.mu * k**2 - top.w
    p, s = 2 * top.mu * k * b, 2 * top.mu * k * a
    scale = 1 / (o * o - p * s)
    same = -(o * o + p * s) * scale
    scale_w = -2 * top.w * scale
    cross = scale_w * s * b
    return (
        (same, -2 * p * o * scale, -2 * s * o * scale, same),
        (scale_w * a * o, cross, cross, scale_w * b * o),
    )


def stack_of(layers: list[Layer], free: bool = True) -> list[Stack]:
    """Return what lies above and below each layer of a model.

    Parameters
    ----------
    layers : list of Layer
        From the surface down.
    free : bool
        Whether the surface is free; if not, the top layer goes on upwards and the motion is that of waves
        that go up.
    """
    below = _below(layers)
    above = [_surface(layers[0], free)]
    one = np.ones_like(layers[0].b)
    above_sh = [(one, 2 * one) if free else (0 * one, one)]
    for upper, lower in itertools.pairwise(layers):
        p, s = upper.decay(upper.thickness_km)
        r_down, t_down, r_up, t_up = _interface(upper, lower)
        seen, motion = across(above[-1][0], p, s), above[-1][1]
        through = product(apart(r_down, seen), t_up)
        moved: Matrix = (motion[0] * p, motion[1] * s, motion[2] * p, motion[3] * s)
        above.append((_plus(r_up, product(t_down, product(seen, through))), product(moved, through)))
        r, t_to_down, t_to_up = _interface_sh(upper, lower)
        seen_sh = above_sh[-1][0] * s * s
        passed = t_to_up / (1 - r * seen_sh)
        above_sh.append((t_to_down * seen_sh * passed - r, above_sh[-1][1] * s * passed))
    return [
        Stack(up[0], up[1], up_sh[0], up_sh[1], deep[0], deep[1])
        for up, up_sh, deep in zip(above, above_sh, below, strict=True)
    ]


def _below(layers: list[Layer]) -> list[tuple[Matrix | None, Complex | None]]:
    """Return the reflections from below of P-SV and SH, for each layer from the surface down."""
    found: list[tuple[Matrix | None, Complex | None]] = [(None, None)]
    for lower, upper in itertools.pairwise(layers[::-1]):
        r_down, t_down, r_up, t_up = _interface(upper, lower)
        r, t_to_down, t_to_up = _interface_sh(upper, lower)
        deeper, deeper_sh = found[-1]
        if deeper is not None and deeper_sh is not None:
            p, s = lower.decay(lower.thickness_km)
            seen, seen_sh = across(deeper, p, s), deeper_sh * s * s
            back = product(seen, product(apart(r_up, seen), t_down))
            r_down, r = (
                _plus(r_down, product(t_up, back)),
                r + t_to_up * seen_sh * t_to_down / (1 + r * seen_sh),
            )
        found.append((r_down, r))
    return found[::-1]
