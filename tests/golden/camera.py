"""Quantiles of simulated camera images, made with numpy and scipy alone: writes camera.csv beside this file.

A second, plain implementation of the equations in docs/methods/sim.md: no cuts, no shortcuts, one image at a time. Hadrons carry no
muon arcs here and images are kept however few pixels the cleaning leaves (the Rust test sets both options to match).

    python3 camera.py          # a minute or two; numpy 2, scipy 1.15 or later
"""

import math
import os

import numpy as np
from scipy.special import erf

N_EVENTS = 40_000
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
PITCH = 0.15
AREA = PITCH**2 * math.sqrt(3) / 2

# Every point of the hexagonal lattice up to sqrt(133) pitches from the centre.
XY = np.array(
    [
        (PITCH * (a + b / 2), PITCH * b * math.sqrt(3) / 2)
        for a in range(-13, 14)
        for b in range(-13, 14)
        if a * a + a * b + b * b <= 133
    ]
)
assert len(XY) == 499
DISTANCE = np.hypot(*(XY[:, None] - XY[None]).transpose(2, 0, 1))
NEIGHBOURS = ((DISTANCE > 0.01) & (DISTANCE < 1.2 * PITCH)).astype(float)
HEXAGON = [(math.cos(k * math.pi / 3), math.sin(k * math.pi / 3)) for k in range(6)]
POINTS = XY[:, None] + 0.29 * PITCH * np.array([(0.0, 0.0)] + HEXAGON)[None]


def chord(phi, rho):
    square = 1 - rho**2 * np.sin(phi) ** 2
    root = np.sqrt(np.maximum(square, 0))
    if rho <= 1:
        return root + rho * np.cos(phi)
    return np.where((square > 0) & (np.cos(phi) > 0), 2 * root, 0)


def muon(rng):
    radius = rng.uniform(0.45, 1.30)
    rho = 1.4 * math.sqrt(rng.uniform())
    phi0 = rng.uniform(-math.pi, math.pi)
    offset, azimuth = 1.6 * math.sqrt(rng.uniform()), rng.uniform(0, 2 * math.pi)
    centre = offset * np.array([math.cos(azimuth), math.sin(azimuth)])
    width = math.hypot(0.035, 0.03 / radius * rng.uniform(0.5, 2.0))
    photons = rng.uniform(0.09, 0.16) / 137.036 / 2 * (1 / 300e-9 - 1 / 600e-9)
    brightness = photons * math.sin(2 * math.radians(radius)) * 6.0
    d = POINTS - centre
    r = np.hypot(d[..., 0], d[..., 1])
    phi = np.arctan2(d[..., 1], d[..., 0]) - phi0
    across = np.exp(-0.5 * ((r - radius) / width) ** 2) / (math.sqrt(2 * math.pi) * width)
    light = (brightness * chord(phi, rho) * across / np.maximum(r, 1e-3)).mean(1) * AREA
    t = np.linspace(-math.pi, math.pi, 720, endpoint=False)
    circle = centre[:, None] + radius * np.stack([np.cos(t), np.sin(t)])
    contained = (np.hypot(*circle) < np.hypot(*XY.T).max()).mean()
    arc = 1.0 if rho <= 1 else math.asin(1 / rho) / math.pi
    keep = light.sum() > 40 and arc * contained > 0.12
    return light, keep, {"radius": radius, "impact": rho}


def ellipse(centre, length, width, angle, skewness, size):
    d = POINTS - centre
    along = d[..., 0] * math.cos(angle) + d[..., 1] * math.sin(angle)
    across = d[..., 1] * math.cos(angle) - d[..., 0] * math.sin(angle)
    root = abs(skewness) ** (2 / 3)
    delta = math.copysign(math.sqrt(math.pi / 2 * root / (root + ((4 - math.pi) / 2) ** (2 / 3))), skewness)
    shape = delta / math.sqrt(1 - delta**2)
    scale = length / math.sqrt(1 - 2 * delta**2 / math.pi)
    z = (along + scale * delta * math.sqrt(2 / math.pi)) / scale
    normal = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    skewed = 2 / scale * normal * 0.5 * (1 + erf(shape * z / math.sqrt(2)))
    side = np.exp(-0.5 * (across / width) ** 2) / (math.sqrt(2 * math.pi) * width)
    return size * (skewed * side).mean(1) * AREA


def gamma(rng):
    decades = rng.uniform(0, 1.5)
    length = rng.lognormal(math.log(0.18 + 0.05 * decades), 0.25)
    width = max(length * rng.uniform(0.25, 0.5), 0.05)
    distance, azimuth = rng.uniform(0.3, 1.3), rng.uniform(0, 2 * math.pi)
    centre = distance * np.array([math.cos(azimuth), math.sin(azimuth)])
    angle = azimuth + rng.normal(0, 0.25)
    return ellipse(centre, length, width, angle, rng.uniform(0, 0.6), 100 * 10**decades), True, {}


def hadron(rng):
    size, n = 10 ** rng.uniform(1.9, 3.6), 1 + rng.poisson(1.3)
    shares = rng.dirichlet(np.full(n, 1.2))
    offset, azimuth = 1.7 * math.sqrt(rng.uniform()), rng.uniform(0, 2 * math.pi)
    core = offset * np.array([math.cos(azimuth), math.sin(azimuth)])
    light = np.zeros(len(XY))
    for k, share in enumerate(shares):
        length = rng.lognormal(math.log(0.25), 0.35)
        width = max(0.06, length * rng.uniform(0.35, 0.9))
        centre = core + (rng.normal(0, 0.35, 2) if k else 0)
        light += ellipse(centre, length, width, rng.uniform(0, math.pi), rng.uniform(-0.6, 0.6), share * size)
    return light, True, {}


def observe(rng, light):
    """Electronics, then cleaning at 5 and 2.5 deviations of a dark pixel."""
    n = rng.poisson(light) + rng.poisson(3.0, len(light))
    charge = n + 0.4 * np.sqrt(n) * rng.normal(size=len(n)) + 0.3 * rng.normal(size=len(n)) - 3.0
    counts = 5.3 * charge * (1 + 0.08 * rng.normal(size=len(n)))
    counts[rng.random(len(n)) < 0.01] = 0
    deviation = 5.3 * math.sqrt(3.0 * (1 + 0.4**2) + 0.3**2)
    picture = counts > 5 * deviation
    picture &= NEIGHBOURS @ picture > 0
    keep = picture | ((counts > 2.5 * deviation) & (NEIGHBOURS @ picture > 0))
    return np.where(keep, counts, 0)


def main():
    lines = ["kind,quantity," + ",".join(f"q{100 * q:.0f}" for q in QUANTILES)]
    for stream, draw in enumerate((muon, gamma, hadron)):
        rng = np.random.default_rng([20, stream])
        table = []
        while len(table) < N_EVENTS:
            light, keep, truth = draw(rng)
            bright = light > 5
            if not keep or not (bright & (NEIGHBOURS @ bright >= 2)).any():
                continue
            counts = observe(rng, light)
            row = {"size": light.sum(), "lit": (counts > 0).sum(), "charge": counts.sum(), "brightest": counts.max()}
            table.append(row | truth)
        for quantity in table[0]:
            values = np.quantile([row[quantity] for row in table], QUANTILES)
            lines.append(f"{draw.__name__},{quantity}," + ",".join(f"{v:.4f}" for v in values))
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "camera.csv"), "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
