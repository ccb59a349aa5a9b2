#!/usr/bin/env python3
"""Sizing by exact gradients against evolution: evaluations and time to the same result.

usage: benchmarks/optimize.py [--program PROGRAM] [--seeds N]

A search has arrived when every goal is met and the aim, where there is one, is within 1 % of the least that any search of
that circuit found. Gradients need no seed; they start from the netlist's values. Evolution (CMA-ES) is run with N seeds;
its row shows the median and the range. `verified` counts results that the numerical engine confirms at reltol 1e-6.
"""

import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CIRCUITS = ["ring", "amplifier", "feram_read"]
NEAR = 0.01


def search(program, name, method, seed):
    folder = ROOT / "examples" / "optimize"
    done = subprocess.run(
        [program, "optimize", str(folder / f"{name}.cir"), "--spec", str(folder / f"{name}.toml"), "--method", method,
         "--evaluations", "3000", "--seed", str(seed), "--json"], capture_output=True, text=True)
    if not done.stdout:
        sys.exit(f"{name} {method}: {done.stderr}")
    return json.loads(done.stdout)


def least_aim(run):
    return min((a for a in run["aim_by_evaluation"] if a is not None), default=None)


def arrival(run, least):
    """Evaluations until the search has arrived, or None."""
    for k, (worst, aim) in enumerate(zip(run["shortfall_by_evaluation"], run["aim_by_evaluation"])):
        if worst is not None and worst <= 0 and (not least or aim <= least + NEAR * abs(least)):
            return k + 1
    return None


def show(name, method, runs, least):
    counts = [arrival(run, least) for run in runs]
    arrived = [c for c in counts if c is not None]
    milliseconds = [1e3 * run["seconds"] * c / run["evaluations"] for run, c in zip(runs, counts) if c is not None]
    verified = sum(all(goal["met"] for goal in run["goals"]) for run in runs)
    spread = f"{min(arrived)}..{max(arrived)}" if len(arrived) > 1 else ""
    print(f"{name:<12}{method:<11}{len(arrived):>4} of {len(runs):<4}{statistics.median(arrived) if arrived else float('nan'):>12.0f}"
          f"{spread:>14}{statistics.median(milliseconds) if arrived else float('nan'):>10.1f}{verified:>10}", flush=True)
    return statistics.median(arrived) if arrived else None


def main():
    arguments = sys.argv[1:]
    take = lambda flag, otherwise: arguments[arguments.index(flag) + 1] if flag in arguments else otherwise
    program = take("--program", str(ROOT / "build" / "release" / "bin" / "nullor"))
    seeds = int(take("--seeds", "20"))
    print(f"{'circuit':<12}{'method':<11}{'arrived':>11}{'evaluations':>12}{'range':>14}{'ms':>10}{'verified':>10}")
    for name in CIRCUITS:
        exact = [search(program, name, "gradient", 1)]
        evolved = [search(program, name, "evolution", seed) for seed in range(1, seeds + 1)]
        aims = [a for a in map(least_aim, exact + evolved) if a is not None]
        least = min(aims) if aims else 0
        a = show(name, "gradient", exact, least)
        b = show(name, "evolution", evolved, least)
        if a and b:
            print(f"{'':<12}{'ratio':<11}{'':>11}{b / a:>12.0f}", flush=True)


main()
