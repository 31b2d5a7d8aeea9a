"""A Dask cluster against the local pool: the same class, two workers each, in turns."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from autograder.classroom.running import grading
from bench.courses import STEM, class_of

STUDENTS, ROUNDS = 64, 5
WANTED = 1.15


def run() -> str:
    """Grade a class on both, in turns, and compare the medians."""
    from distributed import LocalCluster

    seconds: dict[str, list[float]] = {"pool": [], "cluster": []}
    with class_of("numpy", STUDENTS) as home:
        _grade(home, "")  # the doctor has looked at this machine
        with LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as dask:
            where = {"pool": "", "cluster": dask.scheduler_address}
            _grade(home, where["cluster"])  # and at the workers', which are warm now
            for _ in range(ROUNDS):
                for name, address in where.items():
                    seconds[name].append(_grade(home, address))
    pool, cluster = (float(np.median(seconds[name])) for name in ("pool", "cluster"))
    ratios = sorted(c / p for p, c in zip(seconds["pool"], seconds["cluster"], strict=True))
    return "\n".join(
        [
            f"{STUDENTS} submissions of the NumPy notebook of `grading`, recorded, two workers "
            f"each; median of {ROUNDS} rounds in turns on one machine, scheduler included (the "
            "pool's workers start in each round, the cluster's are there already). Load of the "
            f"machine at the end: {os.getloadavg()[0]:.1f}.",
            "",
            "| | seconds | a submission |",
            "|---|---:|---:|",
            f"| local pool | {pool:.2f} | {pool / STUDENTS:.3f} |",
            f"| Dask cluster | {cluster:.2f} | {cluster / STUDENTS:.3f} |",
            "",
            f"Ratio {cluster / pool:.2f} of the medians (wanted at most {WANTED:g}); by round "
            f"{ratios[0]:.2f} to {ratios[-1]:.2f}. It says nothing of a network between machines.",
        ]
    )


def _grade(home: Path, address: str) -> float:
    began = time.perf_counter()
    rows = grading.autograde_assignment(
        home, STEM, progress=False, workers=2, force=True, scheduler=address
    )
    if wrong := [row for row in rows if row.status != "graded"]:
        raise RuntimeError(f"{wrong[0].student} got {wrong[0].score}: {wrong[0].reason}")
    return time.perf_counter() - began
