#!/usr/bin/env python3
"""Times manyhands-zooniverse and Python's csv and json modules on the same classification exports, in turn, in one run.

    python3 benches/peers/zooniverse.py [ROWS ...]      default 100000 1000000

Builds two small programs and writes the exports to a temporary folder, so that they are in the page cache. Python does the least that
gives the same votes: rows by csv.reader, the annotations and the metadata of each by json.loads, a dictionary for the first vote of a
volunteer on a subject. Every figure is the best of three runs, in turns; the processor time of ours is that of the whole process, start and end
included, that of Python the reading's alone.
"""

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CONFIG = """
[task.muon]
kind = "question"
keys = ["T0"]
positive = ["Yes"]
negative = ["No"]
"""


def by_python(path):
    """The same votes as the configuration above gives, with Python's own modules."""
    first, n_rows, n_beta = {}, 0, 0
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        column = {name: index for index, name in enumerate(next(rows))}
        for row in rows:
            n_rows += 1
            n_beta += json.loads(row[column["metadata"]]).get("live_project") is False
            answers = [one["value"] for one in json.loads(row[column["annotations"]]) if one["task"] == "T0"]
            who = row[column["user_id"]] or row[column["user_name"]]
            key = (who, row[column["subject_ids"]])
            when = (row[column["created_at"]], int(row[column["classification_id"]]))
            if answers and (key not in first or when < first[key][0]):
                first[key] = (when, {"No": 0, "Yes": 1}[answers[0]])
    return n_rows, len(first)


def cpu_seconds(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def main():
    sizes = [int(n) for n in sys.argv[1:]] or [100_000, 1_000_000]
    for package, example in [("manyhands-sim", "export"), ("manyhands-zooniverse", "throughput")]:
        subprocess.run(["cargo", "build", "--release", "-q", "-p", package, "--example", example], cwd=ROOT, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
    programs = os.path.join(target, "release", "examples")
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "config.toml")
        with open(config, "w") as file:
            file.write(CONFIG)
        for size in sizes:
            path = os.path.join(folder, f"export{size}.csv")
            subprocess.run([os.path.join(programs, "export"), str(size), "7", path], check=True)
            megabytes = os.path.getsize(path) / 1e6
            ours, python = [], []
            for _ in range(3):
                before = cpu_seconds(resource.RUSAGE_CHILDREN)
                out = subprocess.run([os.path.join(programs, "throughput"), path, config], check=True, capture_output=True)
                result = json.loads(out.stdout)
                result["cpu"] = cpu_seconds(resource.RUSAGE_CHILDREN) - before
                ours.append(result)
                before, begin = cpu_seconds(resource.RUSAGE_SELF), time.perf_counter()
                rows, votes = by_python(path)
                python.append((time.perf_counter() - begin, cpu_seconds(resource.RUSAGE_SELF) - before))
            assert (rows, votes) == (ours[0]["rows"], ours[0]["votes"]), (rows, votes, ours[0])
            best = {key: min(run[key] for run in ours) for key in ("seconds", "cpu", "peak_rss_mb")}
            other, other_cpu = (min(run[index] for run in python) for index in (0, 1))
            print(f"{size} rows, {megabytes:.1f} MB, {votes} votes")
            print(f"  manyhands   {best['seconds']:.3f} s ({best['cpu']:.3f} s of processor), "
                  f"{megabytes / best['seconds']:.0f} MB/s, peak {best['peak_rss_mb']} MB")
            print(f"  csv + json  {other:.3f} s ({other_cpu:.3f} s of processor), {megabytes / other:.0f} MB/s")
            print(f"  ratio       {other / best['seconds']:.1f} by the clock, {other_cpu / best['cpu']:.1f} by processor time")


if __name__ == "__main__":
    main()
