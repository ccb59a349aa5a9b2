#!/usr/bin/env python3
"""Data sets of all amplifiers of AnalogGym, and with --only Basic_LDO of its regulator: made, counted, and held against ngspice.

usage: benchmarks/datasets.py make   --out FOLDER [--only NAME ...] [--rows 10000] [--large 100000] [--round 2500] [--jobs 1] [--wide] [--log]
       benchmarks/datasets.py report --out FOLDER
       benchmarks/datasets.py check  --out FOLDER [--rows 500] [--limit 120] [--jobs 1]   (ngspice, one thread: seconds a row)
       benchmarks/datasets.py refine --out FOLDER [--limit 120]   (after check)

Every sizing is drawn from the box of the ZeroSim paper: W 0.2 .. 10 um, L 0.13 .. 1 um, 1 .. 100 parallel devices, bias 1 .. 40 uA,
capacitors 1 .. 100 pF, and resistors 1 kOhm .. 1 MOhm by their logarithm (the regulator: half to twice the shipped sizes); supply, load
and input level are the test bench's own.
`make` gives Leung_NMCF and Leung_NMCNR --large rows and the others --rows, --round rows of each in turn, and goes on where it was
ended. With --wide every sizing is measured at five corners, and its supply, load and temperature are drawn with it; --rows of each.
With --log, widths, lengths and numbers of devices (not whole then) are drawn by their logarithms too: a uniform draw seldom has a circuit
of small ones.
`report` prints rows and failure classes. `check` (not of --wide) draws rows of all sets at random, measures them in ngspice and prints
how many have the same class, the differences of the metrics, and each row whose class differs; rows that ngspice has not done after --limit
seconds are counted apart, and what it has answered is kept in FOLDER/check.jsonl. `refine` measures those with a metric off by more
than 0.2 % once more with both programs at reltol=1e-7, vntol=1e-10, abstol=1e-15, and prints what is left, and which channels end
less than a nanometre below a limit of a model card.
NULLOR_DATA, or ../shared/data, holds analoggym and sky130.
"""
import argparse
import concurrent.futures
import csv
import json
import math
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from amplifier_agreement.circuits import assignments, model_bins

ROOT = pathlib.Path(__file__).resolve().parent.parent
LARGE = ("Leung_NMCF_Pin_3", "Leung_NMCNR_Pin_3")
LDO = "Basic_LDO"
BOXES = [(r"_W_", "{min: 0.2, max: 10, type: float}"), (r"_L_", "{min: 0.13, max: 1.0, type: float}"),
         (r"_M_", "{min: 1, max: 100, type: int}"), (r"^CURRENT_", "{min: 1e-6, max: 4e-5, type: float}"),
         (r"^CAPACITOR_", "{min: 1e-12, max: 1e-10, type: float}"), (r"^RESISTOR_", "{min: 1e3, max: 1e6, type: log}")]
LOG_BOXES = [(r"_W_", "{min: 0.42, max: 10, type: log}"), (r"_L_", "{min: 0.15, max: 1.0, type: log}"), (r"_M_", "{min: 1, max: 100, type: log}"), *BOXES]
WIDE = {"supply_voltage": "{min: 1.62, max: 1.98}", "load_capacitance": "{min: 1p, max: 100p, type: log}", "temperature": "{min: -40, max: 125}"}
CORNERS = ("tt", "ss", "ff", "sf", "fs")
SHARD = 500
POINTS = 20000  # a fast inner loop that rings within the band would otherwise be followed for 400 us, period by period


def bounds(variables, boxes=BOXES):
    lines = []
    for name in variables:
        box = next((box for pattern, box in boxes if re.search(pattern, name)), None)
        if box:
            lines.append(f"{name}: {box}\n")
    return "".join(lines)


def box_around(variables):
    """Half to twice of what is shipped: elsewhere a regulator hardly ever regulates."""
    lines = []
    for name, text in variables.items():
        value = float(text)
        low = max(value / 2, 0.42 if "_w_" in name else 0.15 if "_l_" in name else 0)
        whole = "_m_" in name or name.startswith("M_")
        lines.append(f"{name}: {{min: {math.ceil(low) if whole else low:g}, max: {2 * value:g}, type: {'int' if whole else 'log'}}}\n")
    return "".join(lines)


class Sets:
    def __init__(self, options):
        self.out, self.log = pathlib.Path(options.out), options.log
        self.program, self.testbench = options.program, ROOT / "share" / "testbenches" / "amplifier.toml"
        data = pathlib.Path(os.environ.get("NULLOR_DATA", ROOT.parent / "shared" / "data"))
        self.amplifiers = data / "analoggym" / "amplifier"
        if not self.amplifiers.is_dir():
            sys.exit(f"no {self.amplifiers}: set NULLOR_DATA")
        self.regulator = data / "analoggym" / "ldo"
        self.models = data / "sky130" / "corners"
        self.names = sorted(p.name for p in (self.amplifiers / "spice_netlist").iterdir())
        if options.only:
            self.names = [name for name in [*self.names, LDO] if any(only in name for only in options.only)]

    def files(self, name):
        """Netlist, variables, testbench, arguments for models other than those of transistors."""
        if name == LDO:
            return (self.regulator / "spice_netlist" / "LDO_netlist.txt", self.regulator / "design_variables" / "LDO_variables.txt",
                    ROOT / "share" / "testbenches" / "ldo.toml", ["--models", self.models / "mim_typical.spice"])
        return (self.amplifiers / "spice_netlist" / name, self.amplifiers / "design_variables" / name,
                self.testbench, [])

    def run(self, *arguments):
        return subprocess.run([self.program, "-q", "dataset", *map(str, arguments)], text=True, capture_output=True)

    def box(self, name, variables):
        if name == LDO:
            return box_around(variables)
        if self.log:
            return bounds(variables, LOG_BOXES)
        paper = ROOT / "examples" / "dataset" / "leung_nmcf.yaml"  # the same box, in the order that draws the paper's samples
        return paper.read_text() if "NMCF" in name else bounds(variables)

    def plan(self, name, rows, bounds_file=None, folder=None, corner="tt"):
        netlist, variables, testbench, models = self.files(name)
        if bounds_file is None:
            self.out.mkdir(parents=True, exist_ok=True)
            bounds_file = self.out / f"{name}.yaml"
            bounds_file.write_text(self.box(name, assignments(variables)))
        return ["make", netlist, "--include", variables, "--models", self.models / f"{corner}_flat.spice", *models, "--testbench", testbench,
                "--bounds", bounds_file, "--samples", rows, "--shard-size", SHARD, "--point-limit", POINTS, "--out", folder or self.out / name]

    def status(self, name):
        answer = self.run("status", self.out / name, "--json")
        return json.loads(answer.stdout) if answer.returncode == 0 else None


def wide_plan(sets, name, rows):
    """Of a set with all corners and drawn conditions."""
    plan = sets.plan(name, rows // len(CORNERS), corner="{corner}")
    box = sets.out / f"{name}.yaml"
    box.write_text(box.read_text() + "".join(f"{key}: {value}\n" for key, value in WIDE.items()))
    return [*plan, "--axis", "corner=" + ",".join(CORNERS)]


def make(sets, options):
    todo = {name: options.large if name in LARGE and not options.wide else options.rows for name in sets.names}
    for name, rows in todo.items():
        if not (sets.out / name).is_dir():
            plan = wide_plan(sets, name, rows) if options.wide else sets.plan(name, rows)
            done = sets.run(*plan, "--sampling", "python" if "NMCF" in name else "uniform", "--seed", 42, "--engine", "lanes", "--plan")
            if done.returncode:
                sys.exit(f"{name}: {done.stderr}")
    first = 0
    while todo:
        last = first + max(1, options.round // SHARD) - 1
        for name in list(todo):
            shards = math.ceil(todo[name] / SHARD)
            if first >= shards:
                del todo[name]
                continue
            done = sets.run("make", "--resume", "--out", sets.out / name, "--shards", f"{first}-{min(last, shards - 1)}", "--jobs",
                            options.jobs)
            if done.returncode:
                sys.exit(f"{name}: {done.stderr}")
            print(f"{name}: shards {first} to {min(last, shards - 1)}", file=sys.stderr, flush=True)
        first = last + 1


def report(sets):
    print(f"{'':20} {'rows':>7} {'legal':>7}   share of the legal rows [%]")
    print(f"{'':20} {'':>7} {'':>7} {'ok':>7} {'unstable':>9} {'no crossing':>12} {'out of region':>14} {'not settled':>12} {'other':>6}")
    for name in sets.names:
        answer = sets.run("stats", sets.out / name, "--partial", "--json")
        if answer.returncode:
            continue
        stats = json.loads(answer.stdout)
        classes = stats["classes"]
        legal = stats["rows"] - classes["illegal_geometry"]
        share = {key: 100 * count / max(legal, 1) for key, count in classes.items() if key != "illegal_geometry"}
        known = [share.pop(key, 0) for key in ("ok", "unstable", "no_unity_gain_crossing", "device_out_of_region", "not_settled")]
        print(f"{name.removesuffix('_Pin_3'):20} {stats['rows']:7} {legal:7} {known[0]:7.1f} {known[1]:9.1f} {known[2]:12.1f} {known[3]:14.1f} "
              f"{known[4]:12.1f} {sum(share.values()):6.1f}")


def read_rows(path):
    with open(path) as file:
        return list(csv.DictReader(file))


def exported(sets, scratch):
    tables = {}
    for name in sets.names:
        table = pathlib.Path(scratch) / f"{name}.csv"
        done = sets.run("export", sets.out / name, "--partial", "-o", table)
        if done.returncode == 0:
            tables[name] = read_rows(table)
    return tables


def check(sets, options):
    with tempfile.TemporaryDirectory() as scratch:
        tables = exported(sets, scratch)
        chance = random.Random(1)
        everything = [(name, k) for name, rows in tables.items() for k in range(len(rows))]
        if not everything:
            sys.exit("no set has rows")
        compare(sets, scratch, tables, chance.sample(everything, min(options.rows, len(everything))), options)


def measured(sets, scratch, name, k, row, limit, engine="ngspice"):
    """Class, reason and metrics of that sizing."""
    fixed, table, folder = (pathlib.Path(scratch) / f"{name}-{k}{end}" for end in (".yaml", ".csv", ""))
    fixed.write_text("".join(f"{key}: {{min: {row[key.lower()]}, max: {row[key.lower()]}}}\n"
                             for key in re.findall(r"^(\w+):", (sets.out / f"{name}.yaml").read_text(), re.M)))
    done = sets.run(*sets.plan(name, 1, fixed, folder), "--engine", engine, "--jobs", 1, "--time-limit", limit)
    if "no bin of model" in done.stderr:  # a box of one point that no card holds: refused before anything is simulated
        return {"name": name, "row": k, "class": "illegal_geometry", "reason": done.stderr}
    if done.returncode or sets.run("export", folder, "-o", table).returncode:
        raise RuntimeError(f"{name}, row {k}: {done.stderr}")
    other = read_rows(table)[0]
    shutil.rmtree(folder)
    return {"name": name, "row": k, **{key: other.get(key) for key in ("class", "reason", *metrics(sets))}}


def compare(sets, scratch, tables, drawn, options):
    answers_path = sets.out / "check.jsonl"  # what ngspice has answered stays there
    answers = {}
    if answers_path.exists():
        answers = {(one["name"], one["row"]): one for one in map(json.loads, answers_path.read_text().splitlines())}
    missing = [one for one in drawn if one not in answers]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool, answers_path.open("a") as file:
        waiting = [pool.submit(measured, sets, scratch, name, k, tables[name][k], options.limit) for name, k in missing]
        try:
            for number, answer in enumerate(concurrent.futures.as_completed(waiting)):
                one = answer.result()
                answers[one["name"], one["row"]] = one
                print(json.dumps(one), file=file, flush=True)
                print(f"{len(drawn) - len(missing) + number + 1} of {len(drawn)}", end="\r", file=sys.stderr, flush=True)
        finally:
            pool.shutdown(cancel_futures=True)
    same, late, off, differing = 0, 0, {}, []
    for name, k in drawn:
        row, other = tables[name][k], answers[name, k]
        if other["class"] == "time_limit":
            late += 1
            continue
        if other["class"] == row["class"]:
            same += 1
        else:
            differing.append(f"{name} row {k}: {row['class']} ({row['reason']}), ngspice {other['class']} ({other['reason']})")
        for metric in metrics(sets):
            a, b = (float(one.get(metric) or "nan") for one in (row, other))
            if math.isfinite(a) and math.isfinite(b):
                off.setdefault(metric, []).append(abs(a - b) / max(abs(b), 1e-30))
    print(f"{len(drawn) - late} rows, {same} of the same class; {late} more that ngspice did not finish within {options.limit:g} s")
    print("relative difference of the metrics that both have\n" + f"{'':16} {'rows':>5} {'median':>9} {'95 %':>9} {'largest':>9}")
    for metric, values in off.items():
        values.sort()
        print(f"{metric:16} {len(values):5} {statistics.median(values):9.1e} {values[int(0.95 * (len(values) - 1))]:9.1e} {values[-1]:9.1e}")
    print("\n".join(differing))


def refine(sets, options):
    text = re.sub(r"\.options .*\n", "", sets.testbench.read_text())
    limits = sorted({bin[0] for device in ("nfet_01v8", "pfet_01v8", "pfet_01v8_lvt") for bin in
                     model_bins(sets.models.parent / "flat" / f"{device}__tt.spice")})
    with tempfile.TemporaryDirectory() as scratch:
        sets.testbench = pathlib.Path(scratch) / "tight.toml"
        sets.testbench.write_text(text.replace("deck = '''\n", "deck = '''\n.options reltol=1e-7 vntol=1e-10 abstol=1e-15\n"))
        tables = exported(sets, scratch)
        for answer in map(json.loads, (sets.out / "check.jsonl").read_text().splitlines()):
            name, k = answer["name"], answer["row"]
            row = tables[name][k]
            off = differing(sets, row, answer)
            if answer["class"] == "time_limit" or not off:
                continue
            lengths = [float(value) * 1e-6 for key, value in row.items() if re.search(r"_l_", key)]
            short = [1e6 * l for l in lengths if any(0 < limit - l < 1e-9 for limit in limits)]
            left = differing(sets, *(measured(sets, scratch, name, k, row, options.limit, engine) for engine in ("native", "ngspice")))
            print(f"{name} row {k}: {show(off)}\n    tight: {show(left) or 'none'}"
                  + (f"; L = {', '.join(f'{l:.4f}' for l in short)} um below a limit" if short else ""), flush=True)


def differing(sets, ours, others):
    """Metrics that both have and that differ by more than 0.2 %."""
    pairs = {m: tuple(float(one.get(m) or "nan") for one in (ours, others)) for m in metrics(sets)}
    return {m: (a, b) for m, (a, b) in pairs.items() if abs(a - b) > 2e-3 * max(abs(b), 1e-30)}


def show(pairs):
    return ", ".join(f"{metric} {a:.6g} / {b:.6g}" for metric, (a, b) in pairs.items())


def metrics(sets):
    text = (ROOT / "share" / "testbenches" / "amplifier.toml").read_text()
    return [m[1] for m in re.finditer(r'\[\[metric\]\]\nname = "(\w+)"(?:(?!\[\[).|\n)*?paper = ', text)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("make", "report", "check", "refine"))
    parser.add_argument("--out", required=True)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--large", type=int, default=100000)
    parser.add_argument("--round", type=int, default=2500)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--wide", action="store_true")
    parser.add_argument("--log", action="store_true")
    parser.add_argument("--limit", type=float, default=120)
    parser.add_argument("--program", default=str(ROOT / "build" / "release" / "bin" / "nullor"))
    options = parser.parse_args()
    options.rows = options.rows or (500 if options.what == "check" else 10000)
    sets = Sets(options)
    if options.what == "report":
        report(sets)
    else:
        {"make": make, "check": check, "refine": refine}[options.what](sets, options)


if __name__ == "__main__":
    main()
