#!/usr/bin/env python3
"""The trainers of the neural engine: time, loss and error of each.

usage: benchmarks/trainers.py [paper] [options] [lm] [--program PROGRAM]

paper    adam with the network, optimizer, epochs and rates of NeuroSPICE (arXiv:2512.23624) on circuits of the same classes,
         beside the training time that the paper gives for a GPU; its circuits' values are not public
options  adam with windows, hard start, a falling rate and the logarithm of the loss, and without each of them in turn
lm       Levenberg-Marquardt windows

Errors are what `--check` prints: the largest relative L2 distance of a node voltage or device state to a numerical run of
200,000 trapezoidal steps at reltol 1e-7. Times are training times of one thread, operating point included.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAPER = {"amplifier": (25000, "5e-3", 240), "ring_oscillator": (20000, "5e-3", 433), "feram": (60000, "2e-4", 399)}
PARTS = {"hard start": ["--hard-start"], "schedule": ["--schedule", "cosine"], "log loss": ["--log-loss"]}
WINDOWS = {"ring_oscillator": ["--windows", "16", "--epochs", "1500", "--points", "64", "--rate", "5e-3"],
           "feram": ["--windows", "48", "--epochs", "1500", "--points", "64", "--rate", "1e-3"]}
ONE_WINDOW = {"ring_oscillator": ["--epochs", "10000", "--rate", "5e-3"], "feram": ["--epochs", "10000", "--rate", "1e-3"]}
TRAINED = re.compile(r"neural: (\d+) windows, \d+ trained weights in (\S+) (ms|s);")
LOSS = re.compile(r"loss (\S+) after (\d+) epochs( \(stalled\))?")
CHECKED = re.compile(r"check: (\S+) from the numerical engine .* largest at (\S+)")


class Run:
    def __init__(self, program, deck, *options):
        command = [program, "run", str(ROOT / "examples" / f"{deck}.cir"), "--engine", "neural", "--check", *options]
        done = subprocess.run(command, capture_output=True, text=True)
        trained, checked, loss = (p.search(done.stderr) for p in (TRAINED, CHECKED, LOSS))
        if done.returncode != 0 or not trained or not checked:
            raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
        self.windows = int(trained[1])
        self.seconds = float(trained[2]) * (1e-3 if trained[3] == "ms" else 1)
        self.error, self.signal = float(checked[1]), checked[2]
        self.loss, self.epochs = (float(loss[1]), int(loss[2])) if loss else (0, 0)


def paper(program):
    print(f"{'circuit':<18}{'epochs':>8}{'run':>8}{'rate':>7}{'loss':>10}{'error':>9}{'largest at':>12}{'s here':>9}{'s, published GPU':>18}")
    for name, (epochs, rate, published) in PAPER.items():
        run = Run(program, f"neural/{name}", "--trainer", "adam", "--epochs", str(epochs), "--rate", rate)
        print(f"{name:<18}{epochs:>8}{run.epochs:>8}{rate:>7}{run.loss:>10.1e}{run.error:>9.1e}{run.signal:>12}{run.seconds:>9.1f}{published:>18}",
              flush=True)


def options(program):
    everything = [word for words in PARTS.values() for word in words]
    print(f"{'circuit':<18}{'options':<40}{'epochs':>8}{'loss':>10}{'error':>9}{'largest at':>12}{'s':>8}")
    for name in WINDOWS:
        rows = {"windows, " + ", ".join(PARTS): WINDOWS[name] + everything, "the same and causal": WINDOWS[name] + everything + ["--causal", "1"],
                "without windows": ONE_WINDOW[name] + everything}
        for off in PARTS:
            rows[f"without {off}"] = WINDOWS[name] + [word for part, words in PARTS.items() if part != off for word in words]
        for what, given in rows.items():
            run = Run(program, f"neural/{name}", "--trainer", "adam", *given)
            print(f"{name:<18}{what:<40}{run.epochs:>8}{run.loss:>10.1e}{run.error:>9.1e}{run.signal:>12}{run.seconds:>8.1f}", flush=True)


def lm(program):
    print(f"{'circuit':<18}{'tolerance':>10}{'windows':>9}{'error':>9}{'largest at':>12}{'s':>8}")
    for name in ["filter/rc_pulse", *(f"neural/{c}" for c in PAPER)]:
        for tolerance in ["1e-3", "1e-4", "1e-5"]:
            run = Run(program, name, "--trainer", "lm", "--tolerance", tolerance)
            print(f"{name.split('/')[1]:<18}{tolerance:>10}{run.windows:>9}{run.error:>9.1e}{run.signal:>12}{run.seconds:>8.2f}", flush=True)


def main():
    arguments = sys.argv[1:]
    program = str(ROOT / "build" / "release" / "bin" / "nullor")
    if "--program" in arguments:
        at = arguments.index("--program")
        program = arguments[at + 1]
        del arguments[at:at + 2]
    parts = {"paper": paper, "options": options, "lm": lm}
    if [a for a in arguments if a not in parts]:
        raise SystemExit(__doc__)
    for name in arguments or parts:
        parts[name](program)
        print()


if __name__ == "__main__":
    main()
