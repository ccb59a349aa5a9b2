#!/usr/bin/env python3
"""What a generator of circuits writes: levels of the ladder, novelty, sizes, conditions, speed.

usage: benchmarks/topology_generate.py --weights FILE [--count 10000] [--devices 24] [--families 200] [--conditions 500] [--completions 200] [--seed 1]
                                       [--functions 0] [--before FILE] [--only FAMILY ...] [--columns COLUMN ...] [--guidance 1.5] [--budget 150] [--temperature 0.7] [--jobs 0] [--data SET] [--program PATH]

samples     --count circuits without conditions, or with so many --devices: share at every level of the ladder (all levels below included), distinct, novel
            (not isomorphic to any circuit of the data set, repaired), and both together; how near the nearest known circuit
            is (Weisfeiler-Lehman kernel). The table by size says how many devices circuits have, and how many reach L3.
controls    the data itself, with three pins rewired, with all nets permuted: benchmarks/topology_ladder.py
families    --families circuits for each of the seven large families: the share that family_judge.py, learned from the data, takes for
            that family. Beside it what it says of the data, of groups that it did not see, and of the data with pins exchanged.
conditions  --conditions circuits, each with a budget, ports, required and forbidden kinds drawn at random: how many obey.
completion  --completions op-amps of the data, of which the generator sees half of the devices: how far the completed ones get
            on the ladder, beside the op-amps themselves.
function    --functions circuits of each family at L3, those of the data, those with three pins rewired, and with all nets permuted:
            the share that does what the family is for after --budget evaluations of its testbench; --before names weights that
            these were tuned from, for a column of their circuits; --only picks families, --columns columns. Takes long.
speed       circuits and tokens a second, with and without the ladder, batch 1 and 64.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FAMILIES = ["opamp", "comparator", "oscillator", "bandgap", "ldo", "power_converter", "mixer"]
SEEDS = 5  # of mutations and permutations of the data, until there are enough at L3
SIZES = [(1, 5), (6, 10), (11, 20), (21, 30), (31, 40), (41, 55), (56, 80)]


class Bench:
    def __init__(self, options, scratch):
        self.options, self.scratch = options, pathlib.Path(scratch)
        self.known = self.scratch / "known.jsonl"
        self.run("import", options.data, "-o", self.known, "--repair")
        self.entries = [json.loads(line) for line in self.known.read_text().splitlines()]

    def run(self, *words, quiet=True):
        words = [self.options.program, *(["-q"] if quiet else []), "topology", *map(str, words)]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode not in (0, 8):
            sys.exit(f"{' '.join(words)}\n{done.stderr}")
        return done

    def generate(self, name, count, *flags, jobs=None, weights=None):
        out = self.scratch / f"{name}.jsonl"
        began = time.monotonic()
        done = self.run("generate", "--weights", weights or self.options.weights, "--count", count, "--temperature", self.options.temperature,
                        "--guidance", self.options.guidance, "--seed", self.options.seed, "--jobs", self.options.jobs if jobs is None else jobs, "-o", out, *flags, quiet=False)
        return out, time.monotonic() - began, done.stderr

    def nearest(self, path, count=1):
        return json.loads(self.run("nearest", path, "--in", self.known, "--count", count, "--json").stdout)


def percent(part, whole):
    return f"{100 * part / max(whole, 1):.1f} %"


def samples(bench):
    options = bench.options
    path, seconds, _ = bench.generate("samples", options.count, *(["--devices", options.devices] if options.devices else []))
    began = time.monotonic()
    verdicts = json.loads(bench.run("check", path, "--until", "L3", "--jobs", options.jobs, "--json").stdout)
    checking = time.monotonic() - began
    near = [one["nearest"][0] for one in bench.nearest(path)]
    count = options.count
    print(f"samples: {count}, temperature {options.temperature}, {len(verdicts)} decode; {count / seconds:.1f} a second written, "
          f"{len(verdicts) / checking:.1f} checked up to L3, {len(verdicts) / (seconds + checking):.1f} both")
    seen, fresh = set(), []
    for verdict, match in zip(verdicts, near):
        fresh.append(verdict["canonical"] not in seen and not match["isomorphic"])
        seen.add(verdict["canonical"])
    print(f"{'':4}{'share':>9}{'novel and distinct':>20}")
    for level in ("L0", "L1", "L2", "L3"):
        at = [v["reached"] >= level for v in verdicts]
        print(f"{level:4}{percent(sum(at), count):>9}{percent(sum(a and f for a, f in zip(at, fresh)), count):>20}")
    copies = sum(m["isomorphic"] for m in near)
    print(f"distinct {percent(len(seen), count)}, copies of known circuits {percent(copies, count)}; similarity to the nearest: median "
          f"{sorted(m['similarity'] for m in near)[len(near) // 2]:.2f}, under 0.9 {percent(sum(m['similarity'] < 0.9 for m in near), count)}")
    families = collections.Counter(m["family"] for m in near)
    print("family of the nearest: " + ", ".join(f"{name} {number}" for name, number in families.most_common()))
    by_size(bench, verdicts)


def by_size(bench, verdicts):
    data = collections.Counter(next(s for s in SIZES if s[0] <= d <= s[1] or s is SIZES[-1])
                               for d in (e["netlist"].strip().count("\n") + 1 for e in bench.entries))
    print(f"{'devices':10}{'data':>8}{'written':>9}{'L2':>9}{'L3':>9}")
    for low, high in SIZES:
        rows = [v for v in verdicts if low <= v["devices"] <= high]
        shares = [percent(sum(v["reached"] >= level for v in rows), len(rows)) if rows else "-" for level in ("L2", "L3")]
        print(f"{low:>3} .. {high:<3}{percent(data[(low, high)], len(bench.entries)):>8}{percent(len(rows), len(verdicts)):>9}{shares[0]:>9}{shares[1]:>9}")


def families(bench):
    """Judged by family_judge.py, which is measured on the data: each circuit by a judge that saw none of its group."""
    from family_judge import FamilyJudge, scramble, unseen_verdicts  # needs python3-sklearn, which the rest does not
    chance = random.Random(bench.options.seed)
    changes = {"the data": lambda entry: entry, "2 pins exchanged": lambda entry: scramble(entry, chance, 2),
               "scrambled": lambda entry: scramble(entry, chance)}
    unseen, judge = unseen_verdicts(bench.entries, list(changes.values())), FamilyJudge().fit(bench.entries)
    print(f"\njudged right, and right and not taken for scrambled\n{'family asked for':18}" + "".join(f"{n:>20}" for n in ("written", *changes)))
    for family in bench.options.only or FAMILIES:
        path, _, _ = bench.generate(family, bench.options.families, "--family", family)
        written = judge.verdicts([json.loads(line) for line in path.read_text().splitlines()])
        own = [k for k, entry in enumerate(bench.entries) if entry["family"] == family]
        row = f"{family:18}"
        for verdicts in (written, *([found[k] for k in own] for found in unseen)):
            right = [is_scrambled for name, is_scrambled in verdicts if name == family]
            row += f"{percent(len(right), len(verdicts)):>11}{percent(right.count(False), len(verdicts)):>9}"
        print(f"{row}   {dict(collections.Counter(name for name, _ in written).most_common(3))}", flush=True)


def conditions(bench):
    chance, obeyed, total = random.Random(bench.options.seed), 0, 0
    kinds = {"nmos": "nmos4", "pmos": "pmos4", "resistor": "resistor", "capacitor": "capacitor", "npn": "npn"}
    while total < bench.options.conditions:
        high = chance.randint(6, 40)
        low = chance.randint(1, high)
        ports = {"VDD": 1, "VSS": 1, "VIN": chance.randint(1, 3), "VOUT": chance.randint(1, 2), "VB": chance.randint(0, 2)}
        ports = {name: number for name, number in ports.items() if number}
        words = chance.sample(sorted(kinds), 2)
        path, _, _ = bench.generate("conditions", 10, "--devices", f"{low}..{high}", "--only-ports", "--ports",
                                    *(f"{name}:{number}" for name, number in ports.items()), "--with", words[0], "--without", words[1])
        for line in path.read_text().splitlines():
            circuit = json.loads(line)
            netlist = circuit["netlist"].strip().split("\n")
            used = collections.Counter(re.sub(r"\d+$", "", port) for port in circuit["ports"])
            has = {row.split(")")[1].strip() for row in netlist}
            total += 1
            obeyed += low <= len(netlist) <= high and used == ports and kinds[words[0]] in has and kinds[words[1]] not in has
    print(f"\nconditions: {obeyed} of {total} circuits obey budget, ports, required and forbidden kinds")


def completions(bench):
    """Half of the devices of op-amps of the data, at random, for the generator to complete."""
    chance, options = random.Random(bench.options.seed), bench.options
    opamps = [e for e in bench.entries if e["family"] == "opamp" and 8 <= e["netlist"].strip().count("\n") + 1 <= 40]
    whole, parts = bench.scratch / "whole.jsonl", bench.scratch / "completed.jsonl"
    chosen = chance.sample(opamps, min(options.completions, len(opamps)))
    whole.write_text("".join(json.dumps(e) + "\n" for e in chosen))
    completed, longer = [], 0
    for entry in chosen:
        lines = entry["netlist"].strip().split("\n")
        part = bench.scratch / "part.txt"
        part.write_text("\n".join(chance.sample(lines, len(lines) // 2)) + "\n")
        path, _, _ = bench.generate("part", 1, "--family", "opamp", "--complete", part, jobs=1)
        completed += path.read_text().splitlines()
        longer += json.loads(completed[-1])["netlist"].strip().count("\n") + 1 - len(lines) // 2
    parts.write_text("".join(line + "\n" for line in completed))
    shares = []
    for path in (parts, whole):
        verdicts = json.loads(bench.run("check", path, "--until", "L4", "--family", "opamp", "--jobs", options.jobs, "--json").stdout)
        shares.append([percent(sum(v["reached"] >= level for v in verdicts), len(chosen)) for level in ("L1", "L2", "L3", "L4")])
    print(f"\ncompletion of half an op-amp, {len(chosen)} of the data: {longer / len(chosen):.1f} devices added; L1 {shares[0][0]}, L2 {shares[0][1]}, "
          f"L3 {shares[0][2]}, L4 {shares[0][3]}; the op-amps themselves {', '.join(shares[1])}")


def at_bias(bench, column, family):
    """Circuits at L3, as many as --functions asks for or there are, and the share of all that were tried which reaches it."""
    options, kept = bench.options, bench.scratch / "kept.jsonl"
    writers = {"written": options.weights, "before": options.before}
    if column in writers:
        path, _, said = bench.generate("functions", options.functions, "--family", family, "--check", "L3", weights=writers[column])
        drawn = int(re.search(r"of (\d+) sequences", said).group(1))
        kept.write_bytes(path.read_bytes())
        return kept, kept.read_text().count("\n") / drawn
    data, passing, lines, tried = bench.scratch / "data.jsonl", bench.scratch / "passing.jsonl", [], 0
    entries = [e for e in bench.entries if e["family"] == family]
    random.Random(options.seed).shuffle(entries)
    data.write_text("".join(json.dumps(e) + "\n" for e in entries))
    for seed in range(options.seed, options.seed + (1 if column == "data" else SEEDS)):
        bench.run("check", data, "--until", "L3", "--control", "none" if column == "data" else column, "--seed", seed, "-o", passing,
                  "--jobs", options.jobs)
        lines += passing.read_text().splitlines()
        tried += len(entries)
        if len(lines) >= options.functions:
            break
    kept.write_text("".join(line + "\n" for line in lines[:options.functions]))
    return kept, len(lines) / tried


def functions(bench):
    """Of circuits that reach L3: the share that does what its family is for, once sized; beside it the share of all that were tried."""
    options = bench.options
    columns = options.columns or ["written", *(["before"] if options.before else []), "data", "mutated", "scrambled"]
    print(f"\nL4 of circuits at L3, {options.budget} evaluations each; of all circuits that were tried\n{'family':18}"
          + "".join(f"{name:>30}" for name in columns))
    for family in options.only or FAMILIES:
        row = f"{family:18}"
        for column in columns:
            path, share = at_bias(bench, column, family)
            standing, working = path.read_text().count("\n"), 0
            if standing:
                verdicts = json.loads(bench.run("check", path, "--until", "L4", "--budget", options.budget, "--jobs", options.jobs, "--json").stdout)
                working = sum(v["reached"] >= "L4" for v in verdicts)
            row += f"{working:>6} of {standing:<3}{percent(working, standing):>8}{percent(share * working, standing):>9}"
        print(row, flush=True)


def speed(bench):
    print(f"\n{'batch':>6}{'threads':>9}   as the program says")
    for batch, count in ((1, 30), (64, 256)):
        _, _, said = bench.generate("speed", count, "--batch", batch, jobs=1)
        print(f"{batch:>6}{1:>9}   {said.strip().splitlines()[-1]}")


def main():
    data = os.environ.get("NULLOR_DATA", str(ROOT.parent / "shared/data"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--devices")
    parser.add_argument("--families", type=int, default=200)
    parser.add_argument("--conditions", type=int, default=500)
    parser.add_argument("--functions", type=int, default=0)
    parser.add_argument("--before")
    parser.add_argument("--only", nargs="*", choices=FAMILIES)
    parser.add_argument("--columns", nargs="*", choices=["written", "before", "data", "mutated", "scrambled"])
    parser.add_argument("--budget", type=int, default=150)
    parser.add_argument("--completions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--temperature", type=float, default=0.7)
    parser.add_argument("--guidance", type=float, default=1.5)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--data", default=data + "/analoggenie/topologies.jsonl.xz")
    parser.add_argument("--program", default=str(ROOT / "build/release/bin/nullor"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(options, scratch)
        if options.count:
            samples(bench)
        if options.families:
            families(bench)
        if options.conditions:
            conditions(bench)
        if options.completions:
            completions(bench)
        if options.functions:
            functions(bench)
        if options.count:
            speed(bench)


if __name__ == "__main__":
    main()
