"""Green's functions by pygrt (GPL, only here): an independent program as the oracle."""

from __future__ import annotations

import numpy as np

from onsets.synthetics import COMPONENTS

HEADER_BYTES = 632
EDGE = 128
UNIT = 1e-15
"""Its 1e-20 cm per dyne cm, in m per N m."""


def greens(folder, model, depths, distances, rate_hz, samples, **options):
    """Velocities for a step of moment, m/s per N m, shape (depths, distances, 10, samples).

    Its traces are displacements for an impulse of moment, which is the same. It does not taper, so that
    what rings before the first wave folds back to the end of the trace: it is run with :data:`EDGE` samples
    more at both ends. Its DS has the opposite sign.
    """
    from pygrt import PyModel1D

    sign = np.array([-1.0 if name.endswith("DS") else 1.0 for name in COMPONENTS])

    thick = np.diff(model.depth_km, append=model.depth_km[-1])
    columns = (thick, model.vp_km_s, model.vs_km_s, model.density_g_cm3, model.qp, model.qs)
    path = folder / "model.txt"
    np.savetxt(path, np.column_stack(columns), fmt="%.6g")
    out = folder / "greens"
    runner = PyModel1D(grn=str(out), modelpath=str(path))
    found = np.empty((len(depths), len(distances), len(COMPONENTS), samples))
    for row, depth in enumerate(depths):
        runner.greenfn(
            depsrc=depth, deprcv=0.0, dists=list(distances), nt=samples + 2 * EDGE, dt=1 / rate_hz,
            delayT0=-EDGE / rate_hz, keepAllFreq=True, nthreads=1, gf_source=["EX", "DC"],
            print_log=False, **options,
        )  # fmt: skip
        for column, distance in enumerate(distances):
            place = out / f"{path.name}_{depth:g}_0_{distance:g}"
            for trace, name in enumerate(COMPONENTS):
                values = np.fromfile(place / f"{name[1:]}{name[0]}.sac", "<f4", offset=HEADER_BYTES)
                found[row, column, trace] = values[EDGE : EDGE + samples] * UNIT
    return found * sign[:, None]


def low_pass(traces, rate_hz, corner_hz=0.8):
    """Keep what lies below a corner: 1 up to 3/4 of it, a cosine to 0 at it."""
    frequency = np.fft.rfftfreq(2 * traces.shape[-1], 1 / rate_hz)
    x = np.clip((frequency / corner_hz - 0.75) / 0.25, 0, 1)
    spectrum = np.fft.rfft(traces, 2 * traces.shape[-1]) * 0.5 * (1 + np.cos(np.pi * x))
    return np.fft.irfft(spectrum)[..., : traces.shape[-1]]


def agreement(ours, theirs, rate_hz):
    """Correlation and ratio of norms (ours to theirs) below 0.8 Hz, of each trace."""
    one, two = (low_pass(each.astype(np.float64), rate_hz) for each in (ours, theirs))
    norms = (one**2).sum(-1), (two**2).sum(-1)
    return (one * two).sum(-1) / np.sqrt(norms[0] * norms[1]), np.sqrt(norms[0] / norms[1])
