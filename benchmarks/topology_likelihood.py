#!/usr/bin/env python3
"""How likely circuits that were never seen are, by form of writing and size of the network, after equal time of training.

usage: benchmarks/topology_likelihood.py [--minutes 30] [--jobs 1] [--only TEXT ...] [--out FOLDER] [--data SET] [--program PATH]

Forms: records; walks over the pin graph with devices renumbered at every writing; walks with the numbers of the netlist, as
published. Sizes: 3 million weights and the published 12 million. Every network trains for --minutes of wall time, as many whole
epochs as fit, each circuit in a new order; a tenth of the base circuits is held out, and another one is not looked at.

Printed are -log2 p of a held-out circuit: of the sequence, less the bits of its order, the same bound for all forms. Finished
runs are kept in --out and not made again; interrupted ones go on.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FORMS = ("records", "walk", "numbered_walk")
SIZES = {"small": "1e-3", "paper": "3e-4"}  # rates: our own, the published one


class Runs:
    def __init__(self, options):
        self.options, self.out = options, pathlib.Path(options.out)
        self.known = self.out / "known.jsonl"
        self.out.mkdir(parents=True, exist_ok=True)
        if not self.known.exists():
            self.run("import", options.data, "-o", self.known, "--repair")

    def run(self, *words):
        done = subprocess.run([self.options.program, "-q", "topology", *map(str, words)], capture_output=True, text=True)
        if done.returncode not in (0, 8):
            sys.exit(f"{' '.join(map(str, words))}\n{done.stderr}")
        return done.stdout

    def train(self, form, size, epochs, folder):
        return json.loads(self.run("train", "--data", self.known, "--language", form, "--size", size, "--rate", SIZES[size], "--epochs",
                                   epochs, "--jobs", self.options.jobs, "--backend", "native", "--resume", "--json", "--out", folder))

    def result(self, form, size):
        kept = self.out / f"{form}_{size}_{self.options.minutes:g}.json"
        if not kept.exists():
            epoch = self.train(form, size, 1, self.out / f"{form}_{size}_first")["seconds"]
            epochs = max(1, round(60 * self.options.minutes / epoch))
            answer = self.train(form, size, epochs, self.out / f"{form}_{size}_{self.options.minutes:g}")
            kept.write_text(json.dumps(answer))
        return json.loads(kept.read_text())


def main():
    data = pathlib.Path(os.environ.get("NULLOR_DATA", ROOT.parent / "shared" / "data"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--out", default=str(ROOT / "build" / "topology_likelihood"))
    parser.add_argument("--data", default=str(data / "analoggenie" / "topologies.jsonl.xz"))
    parser.add_argument("--program", default=str(ROOT / "build" / "release" / "bin" / "nullor"))
    options = parser.parse_args()
    runs = Runs(options)
    print("| form | weights | epochs | tokens | minutes | nats a token | bits a circuit |\n|---|---|---|---|---|---|---|")
    for form in FORMS:
        for size in SIZES:
            if options.only and not any(text in f"{form} {size}" for text in options.only):
                continue
            r = runs.result(form, size)
            print(f"| {form} | {r['parameters'] / 1e6:.1f} M | {r['epochs']} | {r['tokens'] / 1e6:.2f} M | {r['seconds'] / 60:.1f} | "
                  f"{r['validation_nats_a_token']:.3f} | {r['validation_bits_a_circuit']:.1f} |", flush=True)


if __name__ == "__main__":
    main()
