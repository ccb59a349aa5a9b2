#!/usr/bin/env python3
"""Sizing of three SKY130 amplifiers of AnalogGym, from the shipped sizes to all goals met at every corner, one thread.

usage: benchmarks/optimize_sky130.py [--program PROGRAM] [--data FOLDER] [--corners tt,ss,ff] [--time-limit SECONDS] [--seed N]
                                     [--method gradient] [--engine numeric] [--screen MODEL] [--only NAME]

Compared are the same searches over the same set-ups, goals and corners, driven by the native engine and by ngspice:

gradient    SLSQP. Native: slopes by adjoints. ngspice has none to offer: slopes by one-sided differences, one run a variable.
evolution   CMA-ES, with multiplicities as whole numbers. Native: a generation in lanes. ngspice: one process a set-up and point.
both        evolution for half the evaluations, then gradients.

--screen     the native searches begin where a predictor (nullor predict train) finds the circuit promising.

`runs` counts measurements of the amplifier: one a corner and point, and one a corner and difference. `CPU` includes the
children, so it says what a quiet machine would need. Searches end at the time limit; the last column says how many goals
the result meets at all corners by the scalar native engine, whichever engine drove the search.
"""

import json
import os
import pathlib
import resource
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
AMPLIFIERS = {"Leung_NMCNR_Pin_3": "leung_nmcnr", "Leung_NMCF_Pin_3": "leung_nmcf", "HoiLee_AFFC_Pin_3": "hoilee_affc"}
SEARCHES = [("numeric", "gradient"), ("numeric", "both"), ("numeric", "evolution"), ("ngspice", "gradient"),
            ("ngspice", "evolution")]


def search(program, data, name, files, corners, engine, method, limit, seed, screen):
    gym = data / "analoggym" / "amplifier"
    examples = ROOT / "examples" / "optimize"
    done = subprocess.run(
        [program, "optimize", gym / "spice_netlist" / name, "--include", gym / "design_variables" / name,
         "--models", f"{data}/sky130/corners/{{corner}}_flat.spice", "--axis", f"corner={corners}",
         "--testbench", ROOT / "share" / "testbenches" / "amplifier.toml", "--bounds", examples / f"{files}.yaml",
         "--spec", examples / f"{files}.toml", "--engine", engine, "--method", method, "--evaluations", "5000",
         "--time-limit", str(limit), "--seed", str(seed), "--jobs", "1", "--json", *(["--screen", screen] if screen else [])], capture_output=True, text=True)
    if not done.stdout:
        sys.exit(f"{name} {engine} {method}: {done.stderr}")
    return json.loads(done.stdout)


def main():
    arguments = sys.argv[1:]
    take = lambda flag, otherwise: arguments[arguments.index(flag) + 1] if flag in arguments else otherwise
    program = take("--program", str(ROOT / "build" / "release" / "bin" / "nullor"))
    data = pathlib.Path(take("--data", os.environ.get("NULLOR_DATA", str(ROOT.parent / "shared" / "data"))))
    if not (data / "analoggym" / "amplifier").exists():
        sys.exit(f"no analoggym/amplifier below {data}: say where with --data or NULLOR_DATA")
    print(f"{'amplifier':<20}{'engine':<9}{'method':<11}{'evaluations':>12}{'runs':>7}{'wall s':>9}{'CPU s':>9}  goals met",
          flush=True)
    for name, files in AMPLIFIERS.items():
        for engine, method in SEARCHES:
            if method != take("--method", method) or engine != take("--engine", engine) or take("--only", "") not in name:
                continue
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            run = search(program, data, name, files, take("--corners", "tt,ss,ff"), engine, method,
                         float(take("--time-limit", "600")), int(take("--seed", "1")),
                         take("--screen", "") if engine == "numeric" else "")
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            met = sum(goal["met"] for goal in run["goals"])
            print(f"{name:<20}{engine:<9}{method:<11}{run['evaluations']:>12}{run['runs']:>7}{run['seconds']:>9.1f}{cpu:>9.1f}"
                  f"  {met} of {len(run['goals'])}", flush=True)


main()
