"""Times scikit-learn's MeanShift, DBSCAN and HDBSCAN on a folder of marks, at the settings that suit its truth best.

    pip install numpy scipy scikit-learn==1.9.1
    python benches/peers/clicks.py FOLDER --radius 4

FOLDER holds images.csv, viewers.csv, marks.csv and truth.csv. Every method clusters each image by itself; a cluster is kept
where enough of all viewers of the image, silent ones included, have marked it. Settings and threshold are chosen on the truth
itself, in the methods' favour. Found and true positions are matched one to one within the radius, most pairs first.

--viewers N leaves N random viewers on every image; the best setting is then the one with the best mean over samples.
--results FILE adds a row of ours: what `clump_scout --dir FOLDER --match-radius R --json FILE` wrote.
"""

import argparse
import csv
import json
import statistics
import time
import warnings
from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from sklearn.cluster import DBSCAN, HDBSCAN, MeanShift

warnings.simplefilter("ignore")


def rows(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


class Image:
    def __init__(self):
        self.viewers, self.volunteers, self.xy, self.truth = [], [], [], []

    def sample(self, n, rng):
        """The same image as n random viewers saw it."""
        part = Image()
        part.viewers = [self.viewers[i] for i in rng.permutation(len(self.viewers))[:n]]
        kept = np.array([volunteer in set(part.viewers) for volunteer in self.volunteers], dtype=bool)
        part.volunteers = [volunteer for volunteer, keep in zip(self.volunteers, kept) if keep]
        part.xy, part.truth = self.xy[kept], self.truth
        return part


def read(folder):
    images = {row["image"]: Image() for row in rows(folder / "images.csv")}
    for row in rows(folder / "viewers.csv"):
        images[row["image"]].viewers.append(row["volunteer"])
    for row in rows(folder / "marks.csv"):
        images[row["image"]].volunteers.append(row["volunteer"])
        images[row["image"]].xy.append([float(row["x"]), float(row["y"])])
    for row in rows(folder / "truth.csv"):
        images[row["image"]].truth.append([float(row["x"]), float(row["y"])])
    for image in images.values():
        image.xy = np.array(image.xy).reshape(-1, 2)
        image.truth = np.array(image.truth).reshape(-1, 2)
    return list(images.values())


def settings(lengths):
    for bandwidth in lengths:
        yield "MeanShift", f"bandwidth={bandwidth:g}", 1, lambda b=bandwidth: MeanShift(bandwidth=b)
    for eps, n in product(lengths, [2, 3, 4, 5, 6, 8, 10]):
        yield "DBSCAN", f"eps={eps:g}, min_samples={n}", 1, lambda e=eps, n=n: DBSCAN(eps=e, min_samples=n)
    for size, n, select, single in product([2, 3, 4, 5, 6, 8, 10], [1, 2, 3, 5, 8], ["eom", "leaf"], [False, True]):
        make = lambda size=size, n=n, select=select, single=single: HDBSCAN(
            min_cluster_size=size, min_samples=n, cluster_selection_method=select, allow_single_cluster=single, copy=True
        )
        name = f"min_cluster_size={size}, min_samples={n}, {select}" + (", single" if single else "")
        yield "HDBSCAN", name, max(size, n, 2), make


def cluster(make, least, image):
    """Position and share of viewers of every cluster."""
    if len(image.xy) < least:
        return np.empty((0, 2)), np.empty(0)
    labels = make().fit(image.xy).labels_
    members, viewers = defaultdict(list), defaultdict(set)
    for mark, label in enumerate(labels):
        if label >= 0:
            members[label].append(mark)
            viewers[label].add(image.volunteers[mark])
    positions = np.array([image.xy[marks].mean(axis=0) for marks in members.values()]).reshape(-1, 2)
    return positions, np.array([len(viewers[label]) / len(image.viewers) for label in members])


def matched(found, truth, radius):
    """Squared distances of the matched pairs."""
    if not (len(found) and len(truth)):
        return []
    square = cdist(found, truth, "sqeuclidean")
    # One pair more is worth more than any distances.
    cost = np.where(square <= radius**2, square - radius**2 * (1 + min(square.shape)), 0.0)
    pairs = zip(*linear_sum_assignment(cost))
    return [square[pair] for pair in pairs if square[pair] <= radius**2]


def score(found, images, radius):
    squares = [matched(xy, image.truth, radius) for xy, image in zip(found, images)]
    n_matched, n_found = sum(map(len, squares)), sum(map(len, found))
    n_truth = sum(len(image.truth) for image in images)
    return {
        "precision": n_matched / max(n_found, 1),
        "recall": n_matched / max(n_truth, 1),
        "f1": 2 * n_matched / max(n_found + n_truth, 1),
        "rms_px": (sum(map(sum, squares)) / max(n_matched, 1)) ** 0.5,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--radius", type=float, required=True, help="how far apart a match may be, in pixels")
    parser.add_argument("--lengths", type=float, nargs="+", help="bandwidths and eps to try; default: 0.25 to 2 radii")
    parser.add_argument("--methods", nargs="+", default=["MeanShift", "DBSCAN", "HDBSCAN"])
    parser.add_argument("--viewers", type=int, help="as many random viewers per image instead of all")
    parser.add_argument("--samples", type=int, default=20, help="how many samples of viewers; scores are their means")
    parser.add_argument("--repeats", type=int, default=3, help="timed runs at the best setting; the median counts")
    parser.add_argument("--results", type=Path, nargs="+", default=[], help="what clump_scout --json wrote")
    arguments = parser.parse_args()
    images = read(arguments.folder)
    samples = [images]
    if arguments.viewers:
        rngs = [np.random.default_rng(seed) for seed in range(arguments.samples)]
        samples = [[image.sample(arguments.viewers, rng) for image in images] for rng in rngs]
    lengths = arguments.lengths or [arguments.radius * eighths / 8 for eighths in range(2, 17)]
    steps = arguments.viewers or max(len(image.viewers) for image in images)
    thresholds = np.arange(1, steps + 1) / steps

    best = {}
    for method, name, least, make in settings(lengths):
        if method not in arguments.methods:
            continue
        clusters = [[cluster(make, least, image) for image in images] for images in samples]
        for threshold in thresholds:
            found = [[positions[shares >= threshold] for positions, shares in sample] for sample in clusters]
            scores = [score(found, images, arguments.radius) for found, images in zip(found, samples)]
            result = {key: statistics.mean(score[key] for score in scores) for key in scores[0]}
            if method not in best or result["f1"] > best[method]["f1"]:
                best[method] = result | {"setting": f"{name}, at least {threshold:.1%}", "make": make, "least": least}
    for row in best.values():
        make, least, seconds = row["make"], row["least"], []
        for _ in range(arguments.repeats):
            start = time.perf_counter()
            for image in samples[0]:
                cluster(make, least, image)
            seconds.append(time.perf_counter() - start)
        row["seconds"] = statistics.median(seconds)

    results = [row | {"method": method} for method, row in best.items()]
    results += [json.loads(path.read_text()) for path in arguments.results]
    print("| method | setting | precision | recall | F1 | rms px | seconds | ms/image |")
    print("|---|---|---|---|---|---|---|---|")
    for row in results:
        scores = " | ".join(f"{row[key]:.3f}" for key in ["precision", "recall", "f1"])
        times = f"{row['seconds']:.3f} | {1e3 * row['seconds'] / len(images):.2f}"
        print(f"| {row['method']} | {row.get('setting', '')} | {scores} | {row['rms_px']:.2f} | {times} |")


if __name__ == "__main__":
    main()
