"""Makes student.json: q, P, KL(P‖Q) and its gradient, by numpy.

    pip install numpy==2.4.6
    python tests/golden/student.py > tests/golden/student.json

The equations are those of Xie, Girshick and Farhadi (2016), written with one big array and no loops. The gradient is checked
against central differences before anything is printed. Every coordinate is a multiple of 1/64, so it is exact as f32.
"""

import json

import numpy as np


def soft_assignment(z, centres, alpha):
    distance = ((z[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    kernel = (1 + distance / alpha) ** (-(alpha + 1) / 2)
    return kernel / kernel.sum(axis=1, keepdims=True)


def target_distribution(q):
    weight = q**2 / q.sum(axis=0)
    return weight / weight.sum(axis=1, keepdims=True)


def kl(p, q):
    return float((p * np.log(p / q)).sum())


def gradient(p, z, centres, alpha):
    difference = z[:, None, :] - centres[None, :, :]
    kernel = 1 / (1 + (difference**2).sum(axis=2) / alpha)
    force = (alpha + 1) / alpha * ((p - soft_assignment(z, centres, alpha)) * kernel)[:, :, None] * difference
    return force.sum(axis=1), -force.sum(axis=0)


def slopes(loss, at, shift=1e-5):
    out = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        step = np.zeros_like(at)
        step[place] = shift
        out[place] = (loss(at + step) - loss(at - step)) / (2 * shift)
    return out


def case(name, z, centres, alpha):
    z, centres = np.asarray(z, float), np.asarray(centres, float)
    q = soft_assignment(z, centres, alpha)
    p = target_distribution(q)
    d_z, d_centres = gradient(p, z, centres, alpha)
    assert np.allclose(d_z, slopes(lambda at: kl(p, soft_assignment(at, centres, alpha)), z), atol=1e-8)
    assert np.allclose(d_centres, slopes(lambda at: kl(p, soft_assignment(z, at, alpha)), centres), atol=1e-8)
    arrays = {"embedding": z, "centres": centres, "q": q, "p": p, "d_embedding": d_z, "d_centres": d_centres}
    return {"name": name, "alpha": alpha, "kl": kl(p, q)} | {key: array.tolist() for key, array in arrays.items()}


def main():
    rng = np.random.default_rng(7)
    on_grid = lambda *shape: np.round(rng.normal(size=shape) * 128) / 64
    cases = [
        case("three points and two centres", [[0, 0], [1, 0], [3, 4]], [[0, 0], [3, 3]], 1.0),
        case("forty points in ten dimensions", on_grid(40, 10), on_grid(7, 10), 1.0),
        case("more degrees of freedom", on_grid(25, 3), on_grid(5, 3), 2.5),
        case("fewer than one", on_grid(25, 3), on_grid(5, 3), 0.5),
        case("one cluster", on_grid(6, 2), on_grid(1, 2), 1.0),
    ]
    print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")


if __name__ == "__main__":
    main()
