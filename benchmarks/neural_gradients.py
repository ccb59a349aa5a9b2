#!/usr/bin/env python3
"""Gradients of the neural engine by three routes, for every parameter of every example.

usage: benchmarks/neural_gradients.py [NAME ...] [--tolerance 1e-8] [--jobs 0] [--program PROGRAM]

adjoint: backward through the windows. forward: the same windows by tangents. differences: the numerical engine at 100,000
points or more, Richardson's extrapolation. Deviations are relative to the derivative, but not less than 1e-2 of what one
percent of a parameter for one percent of the objective would be: below that a parameter does not matter. A parameter that is
zero is held against the largest derivative by another of its unit; where zero switches its effect off in the device, so that
the adjoint has no derivative there, it is counted under "off". Of the two largest circuits, only parameters on which the
objective depends are compared with differences.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Values at instants of the print grid where things move, away from corners (there a difference has no second order), and one
# average. The derivative of a passage between samples has the first-order error of the straight line, which differences over many
# samples do not see.
CASES = [("filter/rc_pulse", {"falling": "find v(out) at=5.55u"}),
         ("neural/feram", {"switching": "find v(cell) at=3.8n"}),
         ("neural/amplifier", {"falling": "find v(out) at=1.25n", "mean": "avg v(out) from=1n to=5n"}),
         ("neural/memristor", {"current": "find i(v1) at=12m"}),
         ("neural/self_heating", {"warming": "find v(rise) at=300m"}),
         ("neural/optical_link", {"edge": "find v(out) at=30.4n"}),
         ("neural/ring_oscillator", {"late": "find v(n1) at=0.8n"})]
# The rate of the memristor jumps in its slope at the thresholds, and its rates change the current by less than 1e-4 of their
# own change: 400,000 points leave 0.4 % of the smallest derivative in doubt, 1,600,000 leave 3e-8. The laser of the link answers
# edges of 0.3 ns within picoseconds.
POINTS = {"neural/memristor": 1600000, "neural/optical_link": 400000}
# The currents begin at 1 mA instead of zero: a difference around zero would drive the diodes backwards.
MOVED = {"neural/self_heating": ("pulse(0 1 ", "pulse(1m 1 ")}
LARGE = {"neural/optical_link", "neural/ring_oscillator"}
FLOOR = 1e-2


def prepared(name, measures, folder):
    """The example with samples so dense that straight lines between them do no harm."""
    text = (ROOT / "examples" / f"{name}.cir").read_text()
    if name in MOVED:
        text = text.replace(*MOVED[name])
    stop = re.search(r"^\.tran\s+\S+\s+(\d+(?:\.\d+)?)([a-z]*)", text, re.M)
    step, shortest = (f"{float(stop[1]) / points:.10g}{stop[2]}" for points in (20000, POINTS.get(name, 100000)))
    text = re.sub(r"^\.tran.*$", f".tran {step} {stop[1]}{stop[2]} 0 {shortest}", text, flags=re.M)
    added = "".join(f".meas tran {of} {what}\n" for of, what in measures.items() if what)
    text = re.sub(r"^\.end\s*$", added + ".end", text, flags=re.M)
    path = pathlib.Path(folder) / (name.replace("/", "_") + ".cir")
    path.write_text(text)
    return path


def gradient(program, deck, of, route, tolerance, jobs, parameters=()):
    """(value, rows by parameter); of all parameters when none are given"""
    options = ["--engine", "neural", "--tolerance", tolerance] if route != "differences" else []
    if parameters:
        options += ["--wrt", ",".join(parameters)]
    done = subprocess.run([program, "gradient", str(deck), "--of", of, "--json", "--route", route, "--jobs", jobs, *options],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{deck.name} {of} {route}: {done.stderr}")
    answer = json.loads(done.stdout)
    return answer["value"], {row["parameter"]: row for row in answer["gradient"]}


def deviation(rows, others, value):
    """(largest deviation, its parameter, compared, switched off)"""
    worst, where, count, off = 0.0, "", 0, 0
    for name, other in others.items():
        # The adjoint leaves out parameters without influence; differences those that cannot be moved.
        if name not in rows and other["value"] == 0 and other["derivative"] != 0:
            off += 1
            continue
        a, b = rows[name]["derivative"] if name in rows else 0.0, other["derivative"]
        if other["value"]:
            floor = FLOOR * abs(value / other["value"])
        else:  # what others of the same unit do
            floor = max((abs(o["derivative"]) for n, o in others.items() if n != name and o["unit"] == other["unit"]), default=0.0)
            if floor == 0.0:
                continue
        size = max(abs(b), floor)
        count += 1
        if size > 0 and abs(a - b) / size > worst:
            worst, where = abs(a - b) / size, name
    return worst, where, count, off


def main():
    arguments = sys.argv[1:]
    options = {"--program": str(ROOT / "build" / "release" / "bin" / "nullor"), "--tolerance": "1e-8", "--jobs": "0"}
    for key in options:
        if key in arguments:
            at = arguments.index(key)
            options[key] = arguments[at + 1]
            del arguments[at:at + 2]
    if any(a.startswith("-") for a in arguments):
        raise SystemExit(__doc__)
    program, tolerance, jobs = options["--program"], options["--tolerance"], options["--jobs"]
    print(f"{'circuit':<18}{'of':<12}{'parameters':>11}{'adjoint - forward':>19}{'compared':>10}{'off':>5}{'adjoint - differences':>23}  largest at")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, measures in CASES:
            short = name.split("/")[1]
            if arguments and short not in arguments:
                continue
            deck = prepared(name, measures, folder)
            for of in measures:
                value, adjoint = gradient(program, deck, of, "adjoint", tolerance, jobs)
                _, forward = gradient(program, deck, of, "forward", tolerance, jobs)
                _, differences = gradient(program, deck, of, "differences", tolerance, jobs, adjoint if name in LARGE else ())
                between, _, count, _ = deviation(adjoint, forward, value)
                to, where, compared, off = deviation(adjoint, differences, value)
                failed += between > 1e-9 or to > 1e-5 or count == 0
                print(f"{short:<18}{of:<12}{count:>11}{between:>19.1e}{compared:>10}{off:>5}{to:>23.1e}  {where}", flush=True)
    print("all within 1e-9 and 1e-5" if not failed else f"{failed} beyond 1e-9 or 1e-5")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
