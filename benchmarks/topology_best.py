#!/usr/bin/env python3
"""The best operational amplifiers that the generator writes, on SKY130, against those that people drew: same load, same budget.

usage: benchmarks/topology_best.py --out FOLDER [--count 300] [--rough 150] [--keep 30] [--budget 1000] [--load 10p]
                                   [--seed 1] [--jobs 0] [--weights FILE] [--program PATH] [--no-ngspice]

`nullor topology generate` writes --count novel op-amps that reach L3, `nullor topology size` gives each --rough evaluations of the
op-amp testbench on SKY130, and the --keep best are sized anew with --budget, as are the twelve amplifiers of AnalogGym without
their sizes. Goals: gain 60 dB, phase margin 60 deg; then the figure of merit, bandwidth times load by power [MHz pF/mW]. The ten
best of the generated and all twelve are printed, each with ngspice's own values of its deck (one thread) and how far
they are apart; one for which ngspice finds another operating point is not counted.
What ends is kept in --out and not made again. NULLOR_DATA, or ../shared/data, holds analoggym and sky130.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Bench:
    def __init__(self, options):
        self.options = options
        self.out = pathlib.Path(options.out)
        self.out.mkdir(parents=True, exist_ok=True)
        data = pathlib.Path(os.environ.get("NULLOR_DATA", ROOT.parent / "shared" / "data"))
        self.models = data / "sky130" / "corners" / "tt_flat.spice"
        self.amplifiers = sorted((data / "analoggym" / "amplifier" / "spice_netlist").glob("*"))
        if not self.models.is_file() or not self.amplifiers:
            sys.exit(f"no SKY130 or no AnalogGym in {data}: set NULLOR_DATA")

    def run(self, *words):
        done = subprocess.run([self.options.program, "topology", *map(str, words)], stdout=subprocess.PIPE, text=True)
        if done.returncode not in (0, 8):
            sys.exit(f"nullor topology {' '.join(map(str, words))}: exit code {done.returncode}")
        return done.stdout

    def generated(self):
        path = self.out / "generated.jsonl"
        if not path.exists():
            weights = ["--weights", self.options.weights] if self.options.weights else []
            self.run("generate", *weights, "--family", "opamp", "--ports", "VDD", "VSS", "VIN:2", "VOUT", "--check", "L3", "--distinct",
                     "--count", self.options.count, "--seed", self.options.seed, "--jobs", self.options.jobs, "-o", path)
        return path

    def sized(self, name, files, budget):
        """Results of `nullor topology size`, the best first; decks lie in the folder `name`."""
        result = self.out / f"{name}.json"
        if not result.exists():
            text = self.run("size", *files, "--family", "opamp", "--models", self.models, "--set", f"load_capacitance={self.options.load}",
                            "--budget", budget, "--seed", self.options.seed, "--jobs", self.options.jobs, "-o", self.out / name, "--resume", "--json")
            result.with_suffix(".tmp").write_text(text)
            result.with_suffix(".tmp").rename(result)
        return json.loads(result.read_text())

    def best_of(self, path, names):
        """The circuits of a set by the names that `size` gave them, as a set of their own."""
        circuits = {json.loads(line)["id"]: line for line in path.read_text().splitlines()}
        wanted = [circuits[int(name.rpartition(":")[2])] for name in names]
        kept = self.out / "kept.jsonl"
        kept.write_text("".join(line + "\n" for line in wanted))
        return kept

    def ngspice(self, folder, name):
        deck = self.out / folder / (re.sub(r"[^A-Za-z0-9_-]", "_", name) + ".cir")
        control = (".control\nset num_threads=1\nop\nprint i(vdd) i(vin) v(port_power)\nac dec 5 1 10G\nmeas ac gain find vdb(out) at=1\n"
                   "meas ac unity when vdb(out)=0 fall=1\nlet lag = cph(-v(out))*180/pi\nmeas ac lag find lag when vdb(out)=0 fall=1\n"
                   ".endc\n.end\n")
        text = deck.read_text()
        given = {name: float(re.search(rf"{name}=(\S+)", text)[1]) for name in ("supply_voltage", "bias_input")}
        copy = deck.with_suffix(".ngspice.cir")
        copy.write_text(re.sub(r"(?im)^\.(op|ac .*)$\n", "", text).replace(".end\n", control))
        said = subprocess.run(["ngspice", "-b", copy.name], cwd=copy.parent, capture_output=True, text=True, timeout=300).stdout
        value = lambda name: float(found[1]) if (found := re.search(rf"(?m)^{re.escape(name)}\s*=\s*(\S+)", said)) else float("nan")
        lag = value("lag")
        return {"dc_gain": value("gain"), "unity_gain_frequency": value("unity"), "phase_margin": 180 + lag - 360 * (lag > 0),
                "power": -value("i(vdd)") * given["supply_voltage"] + max(0, -value("i(vin)") * given["bias_input"]) + value("v(port_power)")}


def label(row):
    return row["name"].replace("kept.jsonl:", "generated ").removesuffix("_Pin_3")[:27]


def differences(bench, folder, row):
    """Of gain [dB], unity gain [%], margin [deg], power [%] from ngspice; None where it finds another operating point."""
    found, other = row["metrics"], bench.ngspice(folder, row["name"])
    relative = lambda key: 100 * abs(other[key] / found[key] - 1)
    out = (abs(other["dc_gain"] - found["dc_gain"]), relative("unity_gain_frequency"), abs(other["phase_margin"] - found["phase_margin"]),
           relative("power"))
    return out if all(x < 0.1 for x in out) else None


def table(bench, title, folder, rows, most):
    print(f"\n{title}\n{'':28}{'devices':>8}{'gain':>8}{'unity gain':>12}{'margin':>8}{'power':>9}{'merit':>14}   ngspice is off by")
    print(f"{'':28}{'':>8}{'[dB]':>8}{'[MHz]':>12}{'[deg]':>8}{'[uW]':>9}{'[MHz pF/mW]':>14}   [dB], [%], [deg], [%]")
    shown = 0
    for row in rows:
        if shown == most:
            break
        if "merit" not in row:
            print(f"{label(row):28}{row['devices']:>8}   {'; '.join(row['reasons'])}")
            continue
        found = row["metrics"]
        line = (f"{label(row):28}{row['devices']:>8}{found['dc_gain']:>8.1f}{found['unity_gain_frequency'] / 1e6:>12.4g}"
                f"{found['phase_margin']:>8.1f}{found['power'] * 1e6:>9.4g}{row['merit']:>14.5g}")
        apart = () if bench.options.no_ngspice else differences(bench, folder, row)
        line += "   finds another operating point: not counted" if apart is None else "   " + ", ".join(f"{x:.1e}" for x in apart)
        shown += apart is not None
        print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--rough", type=int, default=150)
    parser.add_argument("--keep", type=int, default=30)
    parser.add_argument("--budget", type=int, default=1000)
    parser.add_argument("--load", default="10p")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--weights")
    parser.add_argument("--no-ngspice", action="store_true")
    parser.add_argument("--program", default=str(ROOT / "build" / "release" / "bin" / "nullor"))
    bench = Bench(parser.parse_args())
    options = bench.options
    written = bench.generated()
    rough = bench.sized("rough", [written], options.rough)
    met = sum("merit" in row for row in rough)
    print(f"{len(rough)} generated op-amps at L3, {options.rough} evaluations each: {sum(row['works'] for row in rough)} amplify, {met} meet the goals")
    kept = bench.best_of(written, [row["name"] for row in rough[:options.keep]])
    best = bench.sized("best", [kept], options.budget)
    table(bench, f"Generated: ten best of the {len(best)} sized with {options.budget} evaluations", "best", best, 10)
    table(bench, f"Drawn by people, {options.budget} evaluations", "shipped", bench.sized("shipped", bench.amplifiers, options.budget), 12)


if __name__ == "__main__":
    main()
