"""Closed solutions of point sources in homogeneous media."""

from __future__ import annotations

import numpy as np


def cosine_moment(t, duration):
    """Moment of a rate of (1 - cos) that lasts so long."""
    u = np.clip(t, 0, duration) / duration
    return u - np.sin(2 * np.pi * u) / (2 * np.pi)


def cosine_rate(t, duration):
    inside = (t > 0) & (t < duration)
    return np.where(inside, (1 - np.cos(2 * np.pi * t / duration)) / duration, 0)


def stokes(model, depth, distance, azimuth_deg, tensor, t, duration):
    """Z, R, T displacement (m) in a full space, `depth` above the source; Aki and Richards (2002), 4.29."""
    a, b, rho = (float(column[0]) for column in (model.vp_km_s, model.vs_km_s, model.density_g_cm3))
    nn, ee, dd, ne, nd, ed = tensor
    moment = np.array([[nn, ne, nd], [ne, ee, ed], [nd, ed, dd]])
    azimuth = np.radians(azimuth_deg)
    x = np.array([distance * np.cos(azimuth), distance * np.sin(azimuth), -depth])
    r = np.linalg.norm(x)
    g, trace = x / r, np.trace(moment)
    mg, gmg = moment @ g, g @ moment @ g
    tau = np.linspace(r / a, r / b, 4001)
    inside = tau * cosine_moment(t[:, None] - tau, duration)
    near = (inside[:, 1:] + inside[:, :-1]).sum(axis=1) / 2 * (tau[1] - tau[0])
    u = (
        np.outer(15 * g * gmg - 3 * g * trace - 6 * mg, near) / r**4
        + np.outer(6 * g * gmg - g * trace - 2 * mg, cosine_moment(t - r / a, duration)) / (a * r) ** 2
        - np.outer(6 * g * gmg - g * trace - 3 * mg, cosine_moment(t - r / b, duration)) / (b * r) ** 2
        + np.outer(g * gmg, cosine_rate(t - r / a, duration)) / (a**3 * r)
        - np.outer(g * gmg - mg, cosine_rate(t - r / b, duration)) / (b**3 * r)
    )
    north, east, down = u * 1e-15 / (4 * np.pi * rho)
    c, s = np.cos(azimuth), np.sin(azimuth)
    return np.stack([-down, c * north + s * east, c * east - s * north])


def okada(model, depth, north, east, dip_deg, rake_deg):
    """Z, N, E static displacement (m per N m) of the surface, strike north; Okada (1985), 8 and 9."""
    mu = float(model.density_g_cm3[0] * model.vs_km_s[0] ** 2)
    lame = float(model.density_g_cm3[0] * model.vp_km_s[0] ** 2) - 2 * mu
    x, y, d = north, -east, depth
    sin, cos = np.sin(np.radians(dip_deg)), np.cos(np.radians(dip_deg))
    p, q, r = y * cos + d * sin, y * sin - d * cos, np.sqrt(x**2 + y**2 + d**2)
    m, s = mu / (lame + mu), r + d
    i1 = m * y * (1 / (r * s**2) - x**2 * (3 * r + d) / (r**3 * s**3))
    i2 = m * x * (1 / (r * s**2) - y**2 * (3 * r + d) / (r**3 * s**3))
    i3 = m * x / r**3 - i2
    i4 = -m * x * y * (2 * r + d) / (r**3 * s**2)
    i5 = m * (1 / (r * s) - x**2 * (2 * r + d) / (r**3 * s**2))
    strike = np.array([3 * x * x * q, 3 * x * y * q, 3 * x * d * q]) / r**5 + np.array([i1, i2, i4]) * sin
    slip = np.array([3 * x * p * q, 3 * y * p * q, 3 * d * p * q]) / r**5
    slip -= np.array([i3, i1, i5]) * sin * cos
    rake = np.radians(rake_deg)
    ux, uy, uz = -(np.cos(rake) * strike + np.sin(rake) * slip) / (2 * np.pi * mu) * 1e-15
    return np.array([uz, ux, -uy])
