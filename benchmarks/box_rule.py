#!/usr/bin/env python3
"""The box rule of the ZeroSim paper's labels, and the failures that only a simulation can tell.

usage: benchmarks/box_rule.py [--published 12500] [--samples 300] [--out FOLDER] [--engine lanes] [--jobs 1] [--program PATH]

The published set has 12,500 samples of NMCF, drawn by Python's `random` with seed 42 from a box that begins below what the
process allows; 3433 of their labels are failures, and 3356 of those are sizes outside the bins of the models. The labels
themselves are not at hand. Drawn here, by Python itself, are the first `published` samples of that stream; a sample is
legal when each of its lengths and widths lies in the box that the bins of the model cards span. Then `nullor dataset make
--sampling python --seed 42` measures the first `samples`: its class illegal_geometry must be exactly the box rule, and the
classes of the legal ones are what no rule on the inputs says. A test bench that runs to its end is what the paper calls
success (sim_success). FOLDER keeps the data set: a run that was ended goes on. NULLOR_DATA, or ../shared/data, holds analoggym and sky130. Exit code 1 where rule and class differ.
"""
import argparse
import collections
import csv
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

from amplifier_agreement.circuits import model_bins

ROOT = pathlib.Path(__file__).resolve().parent.parent
BOUNDS = ROOT / "examples" / "dataset" / "leung_nmcf.yaml"
NAME = "Leung_NMCF_Pin_3"
FIRST = 1  # where the stream has what is published as sample 1
FAILURES, GEOMETRIES, SAMPLES = 3433, 3356, 12500  # as published


def bounds():
    line = re.compile(r"(\w+): \{min: (\S+), max: (\S+), type: (\w+)\}")
    return [(m[1], m[2], m[3], m[4]) for m in map(line.match, BOUNDS.read_text().splitlines()) if m]


def stream(count):
    """The samples by name, as the published code draws them."""
    chance = random.Random(42)
    for _ in range(count):
        yield {name: chance.randint(int(low), int(high)) if kind == "int" else chance.uniform(float(low), float(high))
               for name, low, high, kind in bounds()}


def box_of(flat):
    bins = model_bins(flat)
    return tuple(1e6 * f(b[k] for b in bins) for k, f in enumerate((min, max, min, max)))


def legal(sample, boxes):
    for name, x in sample.items():
        device = re.search(r"_([WL])_.*_([NP])MOS", name)
        if not device:
            continue
        low, high = boxes[device[2]][:2] if device[1] == "L" else boxes[device[2]][2:]
        if not low <= x <= high:
            return False
    return True


def share(part, whole):
    return f"{part:>7} {100 * part / whole:>8.2f} %" if whole else f"{part:>7}"


def measured(options, data, scratch):
    """The rows of the first samples, simulated."""
    amplifier, out = data / "analoggym" / "amplifier", options.out or scratch / "set"
    if (out / "manifest.json").exists():
        command = ["--resume"]
    else:
        command = [str(amplifier / "spice_netlist" / NAME), "--include", str(amplifier / "design_variables" / NAME),
                   "--models", str(data / "sky130" / "corners" / "tt_flat.spice"),
                   "--testbench", str(ROOT / "share" / "testbenches" / "amplifier.toml"), "--bounds", str(BOUNDS),
                   "--samples", str(options.samples), "--sampling", "python", "--seed", "42", "--shard-size", "50",
                   "--engine", options.engine]
    subprocess.run([options.program, "-q", "dataset", "make", *command, "--jobs", options.jobs, "--out", str(out)],
                   check=True, stdout=subprocess.DEVNULL)
    subprocess.run([options.program, "-q", "dataset", "export", str(out), "-o", str(scratch / "set.csv")], check=True)
    with open(scratch / "set.csv") as file:
        return list(csv.DictReader(file))


def report(rows, rule):
    """Rule and simulation side by side; 1 where they contradict each other."""
    first = rows[FIRST]
    print(f"{'sample 1: gain [dB], gbw [Hz], margin [deg]':44}{float(first['dc_gain']):.4f}, {float(first['gbw']):.0f}, "
          f"{float(first['phase_margin']):.3f}; published 115.5752, 2554416, -173.787")
    wrong = [r["sample"] for r, ok in zip(rows, rule) if (r["class"] != "illegal_geometry") != ok]
    inside = [r for r in rows if r["class"] != "illegal_geometry"]
    classes = collections.Counter(r["class"] for r in inside)
    success = sum(int(r["sim_success"]) for r in inside)
    failures = len(rows) - classes["ok"]
    print(f"{'simulated, of them inside the box':44}{share(len(inside), len(rows))}")
    print(f"{'rule and class illegal_geometry differ':44}{len(wrong):>7}   {' '.join(wrong[:5])}")
    print(f"{'inside: every set-up ran (sim_success)':44}{share(success, len(inside))}")
    print(f"{'labels the box rule explains':44}{share(success + len(rows) - len(inside), len(rows))}")
    for name, count in classes.most_common():
        print(f"{'inside: ' + name:44}{share(count, len(inside))}")
    print(f"{'failures that only a simulation tells':44}{share(len(inside) - classes['ok'], failures)}  of {failures} failures")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--published", type=int, default=SAMPLES)
    parser.add_argument("--samples", type=int, default=300)
    parser.add_argument("--engine", default="lanes")
    parser.add_argument("--jobs", default="1")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--program", default=str(ROOT / "build" / "release" / "bin" / "nullor"))
    options = parser.parse_args()
    data = pathlib.Path(os.environ.get("NULLOR_DATA", ROOT.parent / "shared" / "data"))
    if not (data / "analoggym").is_dir():
        print(f"no folder {data / 'analoggym'}: set NULLOR_DATA")
        return 77
    boxes = {letter: box_of(data / "sky130" / "flat" / f"{letter.lower()}fet_01v8__tt.spice") for letter in "NP"}
    rule = [legal(sample, boxes) for sample in stream(max(options.published, options.samples))]
    outside = rule[:options.published].count(False)
    print(f"{'':44}{'here':>7}{'':>11}{'published':>10}")
    print(f"{'samples of the stream':44}{options.published:>7}{'':>11}{SAMPLES:>10}")
    print(f"{'outside the box of the models':44}{share(outside, options.published)}"
          f"{GEOMETRIES:>11} {100 * GEOMETRIES / SAMPLES:.2f} %")
    print(f"{'labels the box rule explains':44}{'':>18}{SAMPLES - FAILURES + GEOMETRIES:>11} "
          f"{100 * (SAMPLES - FAILURES + GEOMETRIES) / SAMPLES:.2f} %\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        return report(measured(options, data, pathlib.Path(folder)), rule)


if __name__ == "__main__":
    sys.exit(main())
