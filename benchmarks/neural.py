#!/usr/bin/env python3
"""The neural engine by collocation windows: error, training time, seeds, every transient deck of the agreement suite, spectra of
switching nodes, and growth of the cost with the circuit.

usage: benchmarks/neural.py [circuits] [seeds] [suite] [spectrum] [scale] [--program PROGRAM]

Errors are what `--check` prints: the largest relative L2 distance of a node voltage or device state to a numerical run of
200,000 trapezoidal steps at reltol 1e-7. Times are training times of one thread, operating point included, smallest of five.
`spectrum` and `scale` say in neural_spectrum.py and neural_scale.py what they measure; `scale` takes ten minutes.
"""

import os
import pathlib
import re
import statistics
import subprocess
import sys

from neural_scale import scale
from neural_spectrum import spectrum

ROOT = pathlib.Path(__file__).resolve().parent.parent
CIRCUITS = ["filter/rc_pulse", "neural/amplifier", "neural/inverter", "neural/ring_oscillator", "neural/feram",
            "neural/memristor", "neural/optical_link", "neural/self_heating"]
# NeuroSPICE (arXiv 2512.23624), training on a GPU [s]: circuits of the same class, not the same circuits.
PUBLISHED = {"amplifier": 240, "ring_oscillator": 433, "feram": 399}
TRAINED = re.compile(r"neural: (\d+) windows, (\d+) trained weights in (\S+) ms; estimated error (\S+) ")
READ = re.compile(r"check: 1000 points of a signal are read off the network in (\d+) us")
CHECKED = re.compile(r"check: (\S+) from the numerical engine .* largest at (\S+)")


class Run:
    def __init__(self, program, deck, *options, timeout=300):
        command = [program, "run", str(deck), "--engine", "neural", *options]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
        except subprocess.TimeoutExpired:
            self.ok, self.message = False, f"over {timeout} s"
            return
        trained, checked = TRAINED.search(done.stderr), CHECKED.search(done.stderr)
        self.ok = done.returncode == 0 and trained is not None
        error = re.search(r"error: (.*)", done.stderr)
        self.message = error.group(1) if error else ""
        if self.ok:
            self.windows, self.milliseconds, self.estimate = int(trained[1]), float(trained[3]), float(trained[4])
            read = READ.search(done.stderr)
            self.reading = float(read[1]) if read else None
            self.error, self.signal = (float(checked[1]), checked[2]) if checked else (None, "")


def fastest(program, deck, tolerance):
    return min(Run(program, deck, "--tolerance", tolerance).milliseconds for _ in range(5))


def circuits(program):
    tolerances = ["1e-3", "1e-4", "1e-5", "1e-6", "1e-7", "1e-8"]
    print(f"{'circuit':<18}" + "".join(f"{'error at ' + t:>16}" for t in tolerances) + f"{'ms at 1e-4':>12}{'1e-6':>8}{'1e-8':>8}{'read us':>8}{'published':>12}")
    for name in CIRCUITS:
        deck = ROOT / "examples" / f"{name}.cir"
        short = name.split("/")[1]
        runs = [Run(program, deck, "--tolerance", t, "--check") for t in tolerances]
        cells = "".join(f"{run.error:>16.1e}" if run.ok else f"{'failed':>16}" for run in runs)
        times = "".join(f"{fastest(program, deck, t):>{w}.1f}" for t, w in (("1e-4", 12), ("1e-6", 8), ("1e-8", 8)))
        reading = f"{min(run.reading for run in runs if run.ok):>8.0f}"
        published = f"{PUBLISHED[short]:>10} s" if short in PUBLISHED else ""
        print(f"{short:<18}{cells}{times}{reading}{published}", flush=True)


def seeds(program):
    print(f"{'circuit':<18}{'converged':>10}{'error: least':>14}{'median':>10}{'largest':>10}{'ms: median':>12}{'largest':>9}")
    for name in CIRCUITS:
        deck = ROOT / "examples" / f"{name}.cir"
        runs = [Run(program, deck, "--seed", str(seed), "--check") for seed in range(1, 21)]
        good = [run for run in runs if run.ok]
        errors, times = [run.error for run in good], [run.milliseconds for run in good]
        print(f"{name.split('/')[1]:<18}{len(good):>7}/20{min(errors):>14.1e}{statistics.median(errors):>10.1e}{max(errors):>10.1e}"
              f"{statistics.median(times):>12.1f}{max(times):>9.1f}", flush=True)


def suite(program):
    print(f"{'deck':<30}{'windows':>8}{'ms':>9}{'estimate':>10}{'error':>10}  largest at")
    decks = sorted((ROOT / "benchmarks" / "decks").glob("tran_*.cir"))
    converged, wrong = 0, 0
    for deck in decks:
        run = Run(program, deck, "--check")
        if not run.ok:
            print(f"{deck.stem:<30}{run.message}", flush=True)
            continue
        converged += 1
        wrong += run.error is not None and run.error > 1e-3
        error = f"{run.error:>10.1e}  {run.signal}" if run.error is not None else ""
        print(f"{deck.stem:<30}{run.windows:>8}{run.milliseconds:>9.1f}{run.estimate:>10.1e}{error}", flush=True)
    print(f"{converged} of {len(decks)} decks trained; {wrong} with an error above 1e-3 at tolerance 1e-4")


def main():
    arguments = sys.argv[1:]
    program = str(ROOT / "build" / "release" / "bin" / "nullor")
    if "--program" in arguments:
        at = arguments.index("--program")
        program = arguments[at + 1]
        del arguments[at:at + 2]
    os.environ["NULLOR"] = program
    parts = {"circuits": circuits, "seeds": seeds, "suite": suite, "spectrum": lambda _: spectrum(), "scale": lambda _: scale()}
    unknown = [a for a in arguments if a not in parts]
    if unknown:
        raise SystemExit(__doc__)
    for name in arguments or parts:
        parts[name](program)
        print()


if __name__ == "__main__":
    main()
