#!/usr/bin/env python3
"""Times crowd-kit and aggregate_labels on the same votes in the same run, and prints the ratios.

    python3 -m venv venv && venv/bin/pip install crowd-kit
    cargo build --release --package manyhands-examples --example aggregate_labels
    venv/bin/python benches/peers/votes.py target/release/examples/aggregate_labels

Votes are simulated: 100 000 items, 10 votes each, by 5 000 workers who are right in 55 to 98 % of either class; 30 % of the items are of class 1.
Reading the file is not counted on either side, nor making ids into numbers on ours. Ours runs on all cores; crowd-kit has one thread. Each figure is
the least of five fits in one process.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene, MajorityVote

ITEMS, PER_ITEM, WORKERS, ROUNDS, RUNS = 100_000, 10, 5_000, 10, 5


def simulate():
    rng = np.random.default_rng(0)
    truth = (rng.random(ITEMS) < 0.3).astype(int)
    skill = rng.uniform(0.55, 0.98, (WORKERS, 2))
    item = np.repeat(np.arange(ITEMS), PER_ITEM)
    worker = rng.integers(0, WORKERS, ITEMS * PER_ITEM)
    right = rng.random(len(item)) < skill[worker, truth[item]]
    votes = pd.DataFrame({"item": item, "worker": worker, "label": np.where(right, truth[item], 1 - truth[item])})
    return votes.drop_duplicates(), pd.DataFrame({"item": np.arange(ITEMS), "truth": truth})


def best(run):
    return min(run() for _ in range(RUNS))


def peer(make, votes):
    def run():
        start = time.perf_counter()
        make().fit(votes)
        return time.perf_counter() - start

    return best(run)


def ours(program, folder, *arguments):
    report = folder / "report.json"
    files = ["--labels", folder / "label.csv", "--truth", folder / "truth.csv", "--json", report]
    how = ["--threads", str(os.cpu_count()), "--runs", str(RUNS)]
    subprocess.run([program, *files, *arguments, *how], check=True)
    return json.loads(report.read_text())["seconds_fit"]


def main():
    program = Path(sys.argv[1]).resolve()
    votes, truth = simulate()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        votes.to_csv(folder / "label.csv", index=False)
        truth.to_csv(folder / "truth.csv", index=False)
        table = votes.rename(columns={"item": "task"})
        rows = [
            ("majority", lambda: MajorityVote(), ["--method", "majority"]),
            (
                f"dawid-skene, {ROUNDS} rounds",
                lambda: DawidSkene(n_iter=ROUNDS, tol=0),
                ["--method", "dawid-skene", "--rounds", str(ROUNDS)],
            ),
        ]
        print(f"{len(votes)} votes                crowd-kit  manyhands  ratio")
        for name, make, arguments in rows:
            mine, theirs = ours(program, folder, *arguments), peer(make, table)
            print(f"{name:28} {theirs:8.3f} s {mine:8.4f} s {theirs / mine:6.0f}")


if __name__ == "__main__":
    main()
