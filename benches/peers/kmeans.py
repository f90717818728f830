#!/usr/bin/env python3
"""Times scikit-learn's k-means and ours on the same rows in the same run, and prints the ratios.

    python3 -m venv venv && venv/bin/pip install scikit-learn
    cargo build --release --package manyhands-benches --example kmeans
    venv/bin/python benches/peers/kmeans.py target/release/examples/kmeans

Rows are f32 around as many points as there are clusters, overlapping. Both sides start from greedy k-means++. Rounds alternate between the two, each
with a seed of its own; a ratio is the median over rounds of ours / theirs, with its quartiles. Inertia is the median over rounds: lower is better. Both use --threads.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

# rows, columns, clusters, restarts, iterations, tolerance, rows in a mini-batch (0: all)
CASES = {
    "20 iterations, K = 10": (70_000, 10, 10, 1, 20, 0.0, 0),
    "20 iterations, K = 50": (70_000, 10, 50, 1, 20, 0.0, 0),
    "to rest, 3 restarts, K = 10": (70_000, 10, 10, 3, 300, 1e-4, 0),
    "to rest, 3 restarts, K = 50": (70_000, 10, 50, 3, 300, 1e-4, 0),
    "20 iterations, 784 columns": (7_000, 784, 10, 1, 20, 0.0, 0),
    "mini-batches, K = 50": (1_000_000, 10, 50, 1, 100, 1e-4, 10_000),
}


def rows(n, n_columns, n_clusters):
    rng = np.random.default_rng(7)
    groups = rng.uniform(-2, 2, (n_clusters, n_columns))
    return (groups[np.arange(n) % n_clusters] + rng.uniform(-1, 1, (n, n_columns))).astype(np.float32)


def theirs(data, n_clusters, n_restarts, iterations, tolerance, batch, seed):
    from sklearn.cluster import KMeans, MiniBatchKMeans

    how = {"n_clusters": n_clusters, "n_init": n_restarts, "max_iter": iterations, "tol": tolerance, "random_state": seed}
    model = MiniBatchKMeans(**how | {"batch_size": batch, "tol": 0.0}) if batch else KMeans(**how)
    start = time.perf_counter()
    model.fit(data)
    seconds = time.perf_counter() - start
    distance = ((data.astype(float) - model.cluster_centers_.astype(float)[model.labels_]) ** 2).sum()
    return {"seconds": seconds, "inertia": distance}


def ours(program, path, n_columns, n_clusters, *how_and_seed):
    arguments = [program, path, n_columns, n_clusters, *how_and_seed]
    return json.loads(subprocess.run(map(str, arguments), check=True, capture_output=True, text=True).stdout)


def compare(program, case, n_rounds):
    """One record per round of either side: seconds and inertia."""
    n, n_columns, n_clusters, *how = case
    data = rows(n, n_columns, n_clusters)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        data.tofile(path)
        ours(program, path, n_columns, n_clusters, *how, 0)
        theirs(data, n_clusters, *how, 0)
        pairs = [
            (ours(program, path, n_columns, n_clusters, *how, seed), theirs(data, n_clusters, *how, seed))
            for seed in range(n_rounds)
        ]
    return [list(side) for side in zip(*pairs)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path, help="the example `kmeans` of manyhands-benches")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), metavar="CASE")
    arguments = parser.parse_args()
    for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"]:
        os.environ[name] = str(arguments.threads)
    warnings.simplefilter("ignore")
    print(f"{'':30} scikit-learn     ours   ratio [quartiles]     inertia of ours / theirs")
    for name in arguments.cases:
        mine, peer = compare(arguments.program.resolve(), CASES[name], arguments.rounds)
        median = lambda side, key: statistics.median(record[key] for record in side)
        ratios = [a["seconds"] / b["seconds"] for a, b in zip(mine, peer)]
        low, middle, high = np.quantile(ratios, [0.25, 0.5, 0.75])
        times = f"{1e3 * median(peer, 'seconds'):9.0f} ms {1e3 * median(mine, 'seconds'):6.0f} ms"
        print(f"{name:30} {times}   {middle:.2f} [{low:.2f}, {high:.2f}]   {median(mine, 'inertia') / median(peer, 'inertia'):.4f}")


if __name__ == "__main__":
    main()
