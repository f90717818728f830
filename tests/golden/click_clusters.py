"""Makes click_clusters.json: clusters of marks by scikit-learn's MeanShift, DBSCAN and HDBSCAN, and whether they depend on the order of marks.

    pip install scikit-learn==1.9.1
    python tests/golden/click_clusters.py > tests/golden/click_clusters.json
"""

import json
import warnings

import numpy as np
from sklearn.cluster import DBSCAN, HDBSCAN, MeanShift
from sklearn.metrics import adjusted_rand_score

warnings.simplefilter("ignore")


def marks(seed, n_objects, n_viewers, side, decimals):
    """Viewers of 0.7 who mark with a scatter of 2 pixels, and a false mark in ten."""
    rng = np.random.default_rng(seed)
    objects = rng.uniform(0, side, (n_objects, 2))
    seen = objects[rng.integers(0, n_objects, int(0.7 * n_objects * n_viewers))]
    false = rng.uniform(0, side, (max(1, len(seen) // 10), 2))
    xy = np.concatenate([seen + rng.normal(0, 2, seen.shape), false])
    return rng.permutation(np.round(xy, decimals))


def case(name, xy, methods):
    algorithms = {
        "mean_shift": lambda bandwidth: MeanShift(bandwidth=bandwidth),
        "dbscan": lambda eps, n: DBSCAN(eps=eps, min_samples=n),
        "hdbscan": lambda size, n, single: HDBSCAN(
            min_cluster_size=size, min_samples=n, allow_single_cluster=bool(single), copy=True
        ),
    }
    cases = []
    for method, parameters in methods:
        labels = algorithms[method](*parameters).fit(xy).labels_
        shuffles = [np.random.default_rng(seed).permutation(len(xy)) for seed in range(20)]
        shuffled = [algorithms[method](*parameters).fit(xy[order]).labels_ for order in shuffles]
        cases.append(
            {
                "name": f"{name}, {method} {parameters}",
                "xy": xy.tolist(),
                "method": method,
                "parameters": parameters,
                "labels": labels.tolist(),
                "order_matters": any(adjusted_rand_score(labels[o], s) < 1 for o, s in zip(shuffles, shuffled)),
            }
        )
    return cases


ALL = [
    ("mean_shift", [3.0]),
    ("mean_shift", [6.5]),
    ("dbscan", [2.0, 4]),
    ("dbscan", [3.0, 2]),
    ("hdbscan", [4, 4, 0]),
    ("hdbscan", [5, 3, 0]),
    ("hdbscan", [6, 6, 1]),
]
CASES = [
    *case("few objects", marks(1, 3, 12, 80, 6), ALL),
    *case("many objects", marks(2, 25, 10, 160, 6), ALL),
    *case("crowded", marks(3, 12, 15, 40, 6), ALL),
    *case("false marks only", np.random.default_rng(4).uniform(0, 200, (30, 2)).round(6), ALL),
    *case("one object", marks(5, 1, 20, 50, 6), ALL),
    *case("whole pixels", marks(6, 10, 12, 90, 0), ALL),
    *case("one mark", np.array([[3.0, 4.0]]), ALL[:4]),
    *case("equal marks", np.full((7, 2), 5.0), ALL[:4]),
    *case("two far marks", np.array([[0.0, 0.0], [100.0, 0.0]]), ALL[:4]),
]

print("[\n" + ",\n".join(json.dumps(c) for c in CASES) + "\n]")
