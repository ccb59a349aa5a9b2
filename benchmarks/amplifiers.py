#!/usr/bin/env python3
"""Every metric of AnalogGym's amplifiers and its regulator against ngspice.

usage: benchmarks/amplifiers.py [--only NAME ...] [--corners tt,ss,ff,sf,fs] [--out DIR] [--engines native,lanes]
                                [--time-limit S] [--each] [--program PATH]
       benchmarks/amplifiers.py --published

Sizes, load and common mode as shipped (widths and lengths that no model card covers moved to the nearest legal ones), and
Leung_NMCF and Leung_NMCNR once more at ZeroSim's sizes and conditions. Circuits come from amplifier/ and ldo/ below
analoggym in NULLOR_DATA, or ../shared/data; the testbenches from share/testbenches. None is known by name.

Three engines run the testbench with reltol=1e-7 and trtol=0.1 in every deck, where what is left of the time steps is below
the limits: native and lanes are held against ngspice. Differences are in dB and degrees, else relative to the larger;
`within` is 0.1 dB, 0.1 deg, 0.1 %. A metric that one side lacks is a difference. Then native and ngspice run the decks as
they are: the last columns show how far the tolerances of the testbench put each from the refined ngspice. DIR keeps
ngspice's answers: a second run asks it nothing.
`--published` shows where the transient values that are printed for ZeroSim's two circuits come from: ngspice at its
default tolerance, and the first time point within 1 % instead of the moment.
Exit code 1 while a difference is larger than that.
"""
import argparse
import collections
import os
import pathlib
import sys

from amplifier_agreement.circuits import all_cases
from amplifier_agreement.measure import REFINED, Bench, metric_units
from amplifier_agreement.published import print_table

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMITS = {"dB": 0.1, "deg": 0.1, "": 1e-3}


def difference(ours, theirs, unit):
    """In dB, degrees or relatively; None where neither side has a value, infinite where one has."""
    if not ours or not theirs:
        return None if ours == theirs else float("inf")
    a, b = float(ours), float(theirs)
    if unit in ("dB", "deg") or a == b:
        return abs(a - b)
    return abs(a - b) / max(abs(a), abs(b))


def kind(unit):
    return unit if unit in LIMITS else ""


class Worst:
    """The largest difference and where it was."""
    def __init__(self):
        self.size, self.where, self.count = 0.0, "", 0

    def add(self, size, where):
        if size is None:
            return
        self.count += 1
        if size > self.size or not self.where:
            self.size, self.where = size, where

    def __str__(self):
        return f"{self.size:.1e}" if self.count else "-"


def row(cells):
    print("| " + " | ".join(str(c) for c in cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--corners", default="tt,ss,ff,sf,fs")
    parser.add_argument("--engines", default="native,lanes")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--time-limit", type=float, default=300, help="seconds for a circuit at a corner")
    parser.add_argument("--each", action="store_true", help="every metric of every circuit and corner")
    parser.add_argument("--published", action="store_true")
    parser.add_argument("--program", default=str(ROOT / "build" / "release" / "bin" / "nullor"))
    options = parser.parse_args()
    data = pathlib.Path(os.environ.get("NULLOR_DATA", ROOT.parent / "shared" / "data"))
    if not (data / "analoggym").is_dir():
        print(f"no folder {data / 'analoggym'}: set NULLOR_DATA")
        return 77
    if options.published:
        print_table(all_cases(data), REFINED)
        return 0
    bench = Bench(options.program, ROOT / "share" / "testbenches", options.out, options.time_limit)
    engines = options.engines.split(",")
    runs = {**{e: (e, True) for e in engines}, "native, deck": ("native", False), "ngspice, deck": ("ngspice", False)}
    by_metric = collections.defaultdict(lambda: {r: Worst() for r in runs})
    failed, moved = False, []
    row(["circuit", "classes", "values"] + [f"{r}: dB, deg, relative" for r in runs] + ["nearest to its limit", "within"])
    row(["---"] * (5 + len(runs)))
    for case in all_cases(data):
        if options.only and not any(o.lower() in case.name.lower() for o in options.only):
            continue
        if case.moved:
            moved.append(f"{case.name}: {', '.join(case.moved)}")
        units = metric_units(bench.text(case, False))
        total = {r: {k: Worst() for k in LIMITS} for r in runs}
        nearest, classes = Worst(), collections.Counter()
        for corner in options.corners.split(","):
            reference = bench.metrics(case, corner, "ngspice", True)
            found = {r: bench.metrics(case, corner, *run) for r, run in runs.items()}
            classes[found[engines[0]]["class"]] += 1
            for metric, unit in units.items():
                sizes = {r: difference(found[r][metric], reference[metric], unit) for r in runs}
                for r, size in sizes.items():
                    total[r][kind(unit)].add(size, f"{metric} {corner}")
                    by_metric[metric, kind(unit)][r].add(size, f"{case.name} {corner}")
                    if r in engines and size is not None:
                        nearest.add(size / LIMITS[kind(unit)], f"{metric} {corner}")
                if options.each:
                    print(f"    {metric + ' ' + corner:28} ngspice {reference[metric] or 'none'}, " +
                          ", ".join(f"{r} {found[r][metric] or 'none'}" for r in runs))
        failed |= nearest.size > 1
        row([case.name, ", ".join(f"{c} {n}" for c, n in classes.items()),
             sum(w.count for w in total[engines[0]].values())] +
            [", ".join(str(w) for w in total[r].values()) for r in runs] + [nearest.where, "NO" if nearest.size > 1 else "yes"])
    print()
    row(["metric", "limit", "values"] + list(runs) + ["largest at"])
    row(["---"] * (4 + len(runs)))
    for (metric, unit), worst in by_metric.items():
        row([metric, f"{LIMITS[unit]:g} {unit}".strip(), worst[engines[0]].count] + [str(worst[r]) for r in runs] +
            [max((worst[e] for e in engines), key=lambda w: w.size).where])
    if moved:
        print("\nSizes that no model card covers, moved to the nearest legal ones: " + "; ".join(moved))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
