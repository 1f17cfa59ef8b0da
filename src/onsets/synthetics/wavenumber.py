"""The sum over wavenumbers: from kernels to traces at many distances.

Sources repeat at horizontal distances L, which turns the integral over wavenumbers into a sum over
multiples of ``dk = 2 pi / L`` (Bouchon 1981). L is so long that none of the repeated ones is felt in the
window, ``L = r + v T`` for the farthest receiver, a speed above the fastest P, and the window's end T. What
the sum misses at its beginning, an Euler-Maclaurin term in ``dk^2`` (a plane pulse that reaches all
distances at once), is given back by the weights of the first wavenumbers, :data:`ENDS`; the integrands are
odd in k, which makes them exact to the order ``dk^8``.

Frequencies have the imaginary part ``-damping / T``, undone in the time domain: no pole lies on the real
axis, and what comes later than the window folds back weakened by ``exp(damping)``. Kernels do not know the
distance: for a block of frequencies they are one array, and their sums for all distances are four matrix
products with J0 to J3. Wavenumbers end where ``exp(-REACH)`` is left of the shallowest source's evanescent
field, and beyond every surface wave. The share of the last tenth of them in each trace is measured, not
assumed.

Static and near field are part of the sum, down to any distance above 0. The static offset of a step lasts
for ever and folds back as well, as an offset of ``exp(-damping)`` of itself (0.1 %) under the whole trace.
Receivers lie at the surface, so that shallow sources need many wavenumbers, ``REACH / depth / dk``.

References
----------
Bouchon, M. (1981). A simple method to calculate Green's functions for elastic layered media.
BSSA 71, 959-971, doi 10.1785/BSSA0710040959.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from onsets.earth import LayeredModel
from onsets.errors import ConfigError, MissingExtraError
from onsets.synthetics._kernels import ORDERS, kernels, traces
from onsets.synthetics._layers import Complex, layer_waves, stack_of, velocities
from onsets.synthetics.greens import COMPONENTS, GreensOptions, GreensTable
from onsets.types import Float32

__all__ = ["ConvergenceError", "solve"]

REACH = 14.0
"""Decay, in e-foldings, of the evanescent field of the shallowest source where the sum ends."""
SLOWEST = 0.8
"""No wave along the surface is slower than this share of the slowest S velocity (Rayleigh: 0.87 and more)."""
FASTER = 1.2
"""Room for dispersion and pulses of finite length in the repetition length."""
ON_INTERFACE_KM = 1e-6
TO_SI = 1e-15
"""From km, km/s and g/cm3 to m per N m."""
EDGE = 64
"""Samples before and after the window that are cut off, with what the taper spreads around wave fronts."""
BLOCK = 1 << 15
"""Frequencies times wavenumbers of a block: arrays of half a megabyte stay in the cache."""
ENDS = np.linalg.solve(
    np.arange(1.0, 5.0) ** (2 * np.arange(4) + 1)[:, None], [1 / 12, -1 / 120, 1 / 252, -1 / 240]
)
"""Added to the weights of the first wavenumbers: with them the sum over ``k, k^3, k^5, k^7`` is right at 0,
where a plain sum is off by the zeta function of -1, -3, -5, -7."""


class ConvergenceError(ConfigError):
    """A sum over wavenumbers has not converged with what the options allow."""


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """Everything that all blocks share."""

    model: LayeredModel
    depths: npt.NDArray[np.float64]
    omega: Complex
    speeds: tuple[Complex, Complex]
    step: float
    counts: npt.NDArray[np.int64]
    bessel: list[npt.NDArray[np.float64]]
    spectra: npt.NDArray[np.complex64]
    free: bool
    # sums of squares over frequencies of (last tenth, all), for each depth, trace, near and far distance
    power: npt.NDArray[np.float64]
    lock: threading.Lock = field(default_factory=threading.Lock)


def solve(
    model: LayeredModel,
    options: GreensOptions,
    *,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> GreensTable:
    """Compute a table of Green's functions.

    Parameters
    ----------
    model : LayeredModel
    options : GreensOptions
        ``options.model`` is not looked at.
    workers : int
        Threads over blocks of frequencies.
    progress : callable, optional
        Called with blocks done and in all.

    Returns
    -------
    GreensTable
        With values in memory.

    Raises
    ------
    ConfigError
        If a source lies above the surface or on an interface, or a window begins after the first wave.
    ConvergenceError
        If the last tenth of wavenumbers is more than ``options.tolerance`` of a trace.
    MissingExtraError
        If SciPy is not installed.
    """
    plan, start = _plan(model, options)
    blocks = _blocks(plan.counts)
    with ThreadPoolExecutor(max(1, workers)) as pool:
        for done, _ in enumerate(pool.map(lambda block: _block(plan, block), blocks), 1):
            if progress is not None:
                progress(done, len(blocks))
    share = np.sqrt(plan.power[0] / plan.power[1])
    _check_convergence(plan, options, share)
    values = _to_time(plan, options, start)
    return GreensTable(
        model,
        plan.depths,
        options.distances.values_km,
        options.rate_hz,
        options.samples,
        start,
        options.quantity,
        float(share.max()),
        values,
    )


def _plan(model: LayeredModel, options: GreensOptions) -> tuple[_Plan, npt.NDArray[np.float64]]:
    depths, distances = options.depths.values_km, options.distances.values_km
    _check_depths(model, depths)
    total = options.samples + 2 * EDGE
    duration = total / options.rate_hz
    start = np.full(len(distances), options.start_s)
    if options.reduction_km_s > 0:
        start = start + distances / options.reduction_km_s
    fastest = float(model.vp_km_s.max()) * FASTER
    shallowest = float(depths.min() - model.depth_km[0])
    late = start - np.hypot(distances, shallowest) / fastest
    if late.max() > 0:
        raise ConfigError(
            f"at {distances[late.argmax()]:g} km the window begins {late.max():.2f} s after a first wave; "
            "lower start_s or raise reduction_km_s"
        )
    frequency = np.fft.rfftfreq(total, 1 / options.rate_hz)
    omega = 2 * np.pi * frequency - 1j * options.damping / duration
    length = float((distances + fastest * (start + duration)).max())
    step = 2 * np.pi / length
    highest = np.hypot(np.abs(omega) / (SLOWEST * model.vs_km_s.min()), REACH / shallowest)
    counts = np.minimum(np.ceil(highest / step), options.wavenumbers).astype(np.int64)
    shape = (len(depths), len(COMPONENTS), len(omega), len(distances))
    plan = _Plan(
        model,
        depths,
        omega,
        velocities(model, omega, options.dispersion, options.reference_hz),
        step,
        counts,
        _bessel(step * np.arange(1, counts.max() + 1)[:, None] * distances),
        np.empty(shape, np.complex64),
        options.free_surface,
        np.zeros((2, *shape[:2], 2)),
    )
    return plan, start


def _check_depths(model: LayeredModel, depths: npt.NDArray[np.float64]) -> None:
    surface = float(model.depth_km[0])
    for depth in depths.tolist():
        if depth <= surface:
            raise ConfigError(
                f"source depth {depth:g} km is not below the surface, which is at {surface:g} km"
            )
        nearest = float(model.depth_km[np.abs(model.depth_km - depth).argmin()])
        if abs(nearest - depth) < ON_INTERFACE_KM:
            raise ConfigError(
                f"source depth {depth:g} km is on the interface at {nearest:g} km, where its layer is "
                "undecided; move it by 0.01 km or so"
            )


def _bessel(x: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
    """Return J0 to J3; the last two by recursion, by their series where that would cancel."""
    try:
        from scipy import special
    except ImportError as error:
        raise MissingExtraError("scipy", "synthetics", "making synthetics") from error
    j0, j1 = special.j0(x), special.j1(x)
    j2 = 2 * j1 / x - j0
    j3 = 4 * j2 / x - j1
    small = x < 0.3
    y = x[small] ** 2
    j2[small] = y / 8 * (1 - y / 12 * (1 - y / 32 * (1 - y / 60)))
    j3[small] = x[small] * y / 48 * (1 - y / 16 * (1 - y / 40 * (1 - y / 72)))
    return [j0, j1, j2, j3]


def _blocks(counts: npt.NDArray[np.int64]) -> list[slice]:
    """Return runs of frequencies of about :data:`BLOCK` kernels each; counts rise."""
    blocks, first = [], 0
    while first < len(counts):
        last = first + 1
        while last < len(counts) and (last + 1 - first) * counts[last] <= BLOCK:
            last += 1
        blocks.append(slice(first, last))
        first = last
    return blocks


def _block(plan: _Plan, block: slice) -> None:
    """Fill the spectra of some frequencies for all depths."""
    omega = plan.omega[block]
    count = int(plan.counts[block].max())
    k = plan.step * np.arange(1, count + 1)
    speeds = (plan.speeds[0][:, block], plan.speeds[1][:, block])
    layers = [layer_waves(plan.model, each, omega, speeds, k) for each in range(plan.model.layers)]
    stacks = stack_of(layers, plan.free)
    weight = k * (plan.step / (2 * np.pi) * TO_SI)
    weight[: len(ENDS)] *= 1 + ENDS[:count]
    tail = slice(count - max(1, count // 10), count)
    for depth, z in enumerate(plan.depths.tolist()):
        number = plan.model.layer_at(z)
        made = kernels(layers[number], stacks[number], z - float(plan.model.depth_km[number]))
        sums, last = {}, {}
        for bessel, names in zip(plan.bessel, ORDERS, strict=True):
            rows = np.empty((len(names), 2, len(omega), count))
            for row, name in zip(rows, names, strict=True):
                np.multiply(made[name].real, weight, out=row[0])
                np.multiply(made[name].imag, weight, out=row[1])
            flat = rows.reshape(-1, count)
            shape = (len(names), 2, len(omega), -1)
            total = (flat @ bessel[:count]).reshape(shape)
            part = (flat[:, tail] @ bessel[tail][:, [0, -1]]).reshape(shape)
            for name, whole, end in zip(names, total, part, strict=True):
                sums[name], last[name] = whole[0] + 1j * whole[1], end[0] + 1j * end[1]
        spectra, ends = traces(sums), traces(last)
        power = np.zeros(plan.power.shape[:1] + plan.power.shape[2:])
        for trace, name in enumerate(COMPONENTS):
            plan.spectra[depth, trace, block] = spectra[name]
            power[0, trace] = (np.abs(ends[name]) ** 2).sum(axis=0)
            power[1, trace] = (np.abs(spectra[name][:, [0, -1]]) ** 2).sum(axis=0)
        with plan.lock:
            plan.power[:, depth] += power


def _check_convergence(plan: _Plan, options: GreensOptions, share: npt.NDArray[np.float64]) -> None:
    worst = np.unravel_index(int(share.argmax()), share.shape)
    if not share[worst] <= options.tolerance:
        distances = options.distances.values_km
        raise ConvergenceError(
            f"the sum over {plan.counts.max()} wavenumbers has not converged: the last tenth is "
            f"{share[worst]:.2g} of {COMPONENTS[worst[1]]} at depth {plan.depths[worst[0]]:g} km, distance "
            f"{distances[[0, -1][worst[2]]]:g} km, expected at most {options.tolerance:g}; raise wavenumbers "
            f"(now {options.wavenumbers}), or take deeper sources or shorter records"
        )


def _to_time(plan: _Plan, options: GreensOptions, start: npt.NDArray[np.float64]) -> Float32:
    """Return traces from spectra, shape (depths, distances, 10, samples)."""
    share = np.linspace(0, 1, len(plan.omega))
    factor = np.ones(len(plan.omega))
    if options.taper_from < 1:
        x = np.clip((share - options.taper_from) / (1 - options.taper_from), 0, 1)
        factor = 1 - x**4 * (35 - 84 * x + 70 * x**2 - 20 * x**3)
    common = factor * options.rate_hz
    if options.quantity == "displacement":
        common = common / (1j * plan.omega)
    begin = start[:, None] - EDGE / options.rate_hz
    shift = np.exp(1j * plan.omega * begin) * common
    total = options.samples + 2 * EDGE
    undo = np.exp(-plan.omega[0].imag * np.arange(total) / options.rate_hz)
    depths, _, _, distances = plan.spectra.shape
    values = np.empty((depths, distances, len(COMPONENTS), options.samples), np.float32)
    for depth, trace in itertools.product(range(depths), range(len(COMPONENTS))):
        spectrum = plan.spectra[depth, trace].T * shift
        values[depth, :, trace] = (np.fft.irfft(spectrum, total, axis=-1) * undo)[:, EDGE:-EDGE]
    return values
