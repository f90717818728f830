"""Makes metrics.json: scores of random and degenerate clusterings, rankings and probabilities by scikit-learn and scipy.

    pip install scikit-learn==1.9.1 scipy
    python tests/golden/metrics.py > tests/golden/metrics.json
"""

import json

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn import metrics as m
from sklearn.metrics.cluster import contingency_matrix


def clustering(name, truth, clusters):
    table = contingency_matrix(truth, clusters)
    rows, cols = linear_sum_assignment(table, maximize=True)
    nmi = m.normalized_mutual_info_score
    return {
        "name": name,
        "truth": [int(t) for t in truth],
        "clusters": [int(c) for c in clusters],
        "homogeneity": m.homogeneity_score(truth, clusters),
        "completeness": m.completeness_score(truth, clusters),
        "v_measure": m.v_measure_score(truth, clusters),
        "nmi_arithmetic": nmi(truth, clusters, average_method="arithmetic"),
        "nmi_geometric": nmi(truth, clusters, average_method="geometric"),
        "mutual_information": m.mutual_info_score(truth, clusters),
        "ari": m.adjusted_rand_score(truth, clusters),
        "purity": table.max(axis=0).sum() / len(truth),
        "accuracy": table[rows, cols].sum() / len(truth),
    }


def ranking(name, truth, scores):
    predicted = np.asarray(scores) > 0.5
    return {
        "name": name,
        "truth": [bool(t) for t in truth],
        "scores": [float(s) for s in scores],
        "average_precision": m.average_precision_score(truth, scores),
        "roc_auc": m.roc_auc_score(truth, scores),
        "precision": m.precision_score(truth, predicted, zero_division=0),
        "recall": m.recall_score(truth, predicted, zero_division=0),
        "f1": m.f1_score(truth, predicted, zero_division=0),
        "accuracy": m.accuracy_score(truth, predicted),
        "matthews_correlation": m.matthews_corrcoef(truth, predicted),
    }


def calibration_error(right, p, groups):
    """Mean over bins of |frequency - mean probability|, weighted by items; the definition of Guo and others (2017), eq. 3."""
    return sum(len(g) / len(p) * abs(right[g].mean() - p[g].mean()) for g in groups if len(g))


def calibration_errors(right, p):
    out = {}
    for n_bins in (10, 15):
        edges = np.linspace(0, 1, n_bins + 1)
        inside = [(p > low) & (p <= high) for low, high in zip(edges, edges[1:])]
        inside[0] |= p == 0
        out[f"ece_width_{n_bins}"] = calibration_error(right, p, [np.flatnonzero(i) for i in inside])
        out[f"ece_mass_{n_bins}"] = calibration_error(right, p, np.array_split(np.argsort(p), n_bins))
    return out


def probabilities(name, truth, p):
    return {
        "name": name,
        "truth": [bool(t) for t in truth],
        "probabilities": [float(v) for v in p],
        "log_loss": m.log_loss(truth, p, labels=[False, True]),
        "brier": m.brier_score_loss(truth, p),
        **calibration_errors(np.asarray(truth, float), p),
    }


def class_probabilities(name, truth, p):
    labels = np.arange(p.shape[1])
    return {
        "name": name,
        "truth": [int(t) for t in truth],
        "probabilities": [[float(v) for v in row] for row in p],
        "log_loss": m.log_loss(truth, p, labels=labels),
        "brier": m.brier_score_loss(truth, p, labels=labels, scale_by_half=False),
        **calibration_errors((p.argmax(axis=1) == truth).astype(float), p.max(axis=1)),
    }


rng = np.random.default_rng(7)
clusterings = [
    clustering("small", [0] * 7 + [1] * 3, [0, 0, 0, 1, 1, 2, 2, 2, 3, 3]),
    clustering("equal up to names", [0, 0, 1, 1, 2], [5, 5, 0, 0, 1]),
    clustering("one class and one cluster", [3, 3, 3], [0, 0, 0]),
    clustering("one class, many clusters", [0, 0, 0, 0], [0, 1, 1, 2]),
    clustering("many classes, one cluster", [0, 1, 1, 2], [0, 0, 0, 0]),
    clustering("singletons on both sides", [0, 1, 2, 3], [3, 2, 1, 0]),
    clustering("a single item", [0], [0]),
    clustering("independent", [0, 0, 1, 1], [0, 1, 0, 1]),
]
for n, n_classes, n_clusters, noise in [
    (60, 2, 10, 0.2),
    (60, 10, 2, 0.2),
    (80, 6, 6, 0.5),
    (80, 10, 10, 0.3),
    (100, 3, 40, 0.1),
    (40, 40, 40, 1.0),
]:
    truth = rng.integers(0, n_classes, n)
    clusters = np.where(rng.random(n) < noise, rng.integers(0, n_clusters, n), truth * 7 % n_clusters)
    clusterings.append(clustering(f"{n} items, {n_classes} classes, {n_clusters} clusters", truth, clusters))
truth = rng.integers(0, 4, 50) * 1_000_003
clusters = rng.integers(0, 5, 50) * 999_999_937
clusterings.append(clustering("sparse numbers", truth, clusters))

rankings = []
for n, share, digits in [(30, 0.5, 9), (80, 0.1, 9), (80, 0.3, 1), (50, 0.04, 1), (12, 0.5, 0)]:
    truth = rng.random(n) < share
    truth[:2] = [True, False]
    scores = np.round(np.clip(0.35 * truth + rng.random(n) * 0.8, 0, 1), digits)
    rankings.append(ranking(f"{n} items, {share} positive, {digits} digits", truth, scores))

binary, classes = [], []
for n, sharpness in [(40, 1.0), (200, 3.0), (500, 0.3)]:
    p = rng.beta(sharpness, 2 * sharpness, n)
    truth = rng.random(n) < p**1.5
    binary.append(probabilities(f"{n} items, sharpness {sharpness}", truth, p))
p = np.array([0.0, 1.0, 0.25, 0.75, 0.05])
binary.append(probabilities("certain and right", np.array([False, True, False, True, False]), p))
for n, n_classes in [(50, 2), (150, 3), (200, 10)]:
    p = rng.dirichlet(np.full(n_classes, 0.5), n)
    truth = np.array([rng.choice(n_classes, p=0.8 * row + 0.2 / n_classes) for row in p])
    classes.append(class_probabilities(f"{n} items, {n_classes} classes", truth, p))

print("{")
print('"clusterings": [\n' + ",\n".join(json.dumps(c) for c in clusterings) + "\n],")
print('"rankings": [\n' + ",\n".join(json.dumps(r) for r in rankings) + "\n],")
print('"probabilities": [\n' + ",\n".join(json.dumps(b) for b in binary) + "\n],")
print('"class_probabilities": [\n' + ",\n".join(json.dumps(c) for c in classes) + "\n]")
print("}")
