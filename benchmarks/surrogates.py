#!/usr/bin/env python3
"""Surrogates over two and four parameters: error at points held out, honesty of the certificate, runs, reading time.

usage: benchmarks/surrogates.py [NAME ...] [--two] [--four] [--physics] [--jobs 0] [--program PROGRAM]

Every network is judged at 100 points it was not trained at. The truth is training anew at tolerance 1e-7, on windows of its
own; the error of a point is the largest over all node voltages and device states, relative, L2 over time.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# deck, replacements that make a number of the example a parameter, boxes of two and of four parameters
CASES = {
    "inverter": ("surrogate/inverter.cir", [], "w=1u:2u,cl=10f:20f", "w=1u:2u,cl=10f:20f,vdd=0.9:1.1,temp=-40:125"),
    "ring": ("neural/ring_oscillator.cir",
             [(".param vsupply=1", ".param vsupply=1 width=1u cl=10f"), ("w=1u", "w={width}"), ("w=2.5u", "w={2.5*width}"),
              ("cl y 0 10f", "cl y 0 {cl}")],
             "width=0.7u:1.4u,vsupply=0.9:1.1", "width=0.7u:1.4u,cl=7f:14f,vsupply=0.9:1.1,temp=-40:125"),
    "amplifier": ("neural/amplifier.cir", [(".param rd=5k", ".param rd=5k load=50f"), ("cl out 0 50f", "cl out 0 {load}")],
                  "width=1.5u:2.5u,rd=4k:6k", "width=1.5u:2.5u,rd=4k:6k,load=40f:60f,temp=-40:125"),
}
TOLERANCE = {2: ("1e-4", 200), 4: ("1e-3", 1000)}


def prepared(name, folder):
    file, replacements, *_ = CASES[name]
    text = (ROOT / "examples" / file).read_text()
    for old, new in replacements:
        if old not in text:
            raise SystemExit(f"{file} no longer holds '{old}'")
        text = text.replace(old, new)
    path = pathlib.Path(folder) / f"{name}.cir"
    path.write_text(text)
    return path


def train(program, deck, box, tolerance, runs, jobs, *more):
    network = deck.with_suffix(".safetensors")
    command = [program, "surrogate", str(deck), "--over", box, "-o", str(network), "--tolerance", tolerance, "--runs", str(runs),
               "--check", "--json", "--jobs", jobs, *more]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 8):
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    answer = json.loads(done.stdout)
    answer["bytes"] = network.stat().st_size
    return answer


def row(name, axes, goal, answer):
    check = answer["check"]
    met = check["worst"] <= float(goal)
    print(f"{name:<11}{axes:>11}{answer['runs']:>6}{answer['features']:>10}{answer['modes']:>7}{answer['seconds']:>8.1f}"
          f"{check['median']:>10.1e}{check['worst']:>10.1e}{goal:>7}{answer['certificate']:>13.1e}{check['rank_correlation']:>7.2f}"
          f"{100 * check['too_low']:>8.0f} %{check['worst_ratio']:>8.2f}{1e6 * check['seconds']:>8.0f}{answer['bytes'] / 1e6:>7.2f}"
          f"{'' if met else '   missed'}", flush=True)
    return met


def main():
    arguments = sys.argv[1:]
    options = {"--program": str(ROOT / "build" / "release" / "bin" / "nullor"), "--jobs": "0"}
    for key in options:
        if key in arguments:
            at = arguments.index(key)
            options[key] = arguments[at + 1]
            del arguments[at:at + 2]
    wanted = [a for a in arguments if a.startswith("--")] or ["--two", "--four", "--physics"]
    names = [a for a in arguments if not a.startswith("--")] or list(CASES)
    if any(n not in CASES for n in names) or any(w not in ("--two", "--four", "--physics") for w in wanted):
        raise SystemExit(__doc__)
    print(f"{'circuit':<11}{'parameters':>11}{'runs':>6}{'features':>10}{'modes':>7}{'s':>8}{'median':>10}{'largest':>10}{'goal':>7}"
          f"{'certificate':>13}{'ranks':>7}{'too low':>10}{'ratio':>8}{'us':>8}{'MB':>7}")
    met = True
    with tempfile.TemporaryDirectory() as folder:
        for axes, flag in ((2, "--two"), (4, "--four")):
            for name in names if flag in wanted else []:
                goal, runs = TOLERANCE[axes]
                box = CASES[name][1 + axes // 2]
                answer = train(options["--program"], prepared(name, folder), box, goal, runs, options["--jobs"])
                met = row(name, axes, goal, answer) and met
        for name in [n for n in names if n != "ring"] if "--physics" in wanted else []:
            answer = train(options["--program"], prepared(name, folder), CASES[name][2], "1e-3", 60, options["--jobs"],
                           "--physics-only")
            met = row(name + " *", 2, "1e-3", answer) and met
    print("* trained on the residual alone, without runs: 'runs' counts the points at which it is formed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
