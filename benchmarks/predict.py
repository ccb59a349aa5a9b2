#!/usr/bin/env python3
"""Prediction of validity and metrics: seen and unseen circuits, ablations, amount of data, speed, strangeness.

usage: benchmarks/predict.py PART ... [--sets FOLDER ...] [--out FOLDER] [--rows 1000] [--epochs 40] [--jobs 2]
                             [--flags=OPTIONS] [--program PROGRAM]

parts
    seen       one model of all sets in all folders, judged on samples that it did not learn from, beside box rule, ridge, neighbours
               and perceptron
    unseen     every set held out in turn, its first --rows judged; beside the same baselines. What models that left other circuits
               out were wrong about says how wide the intervals are
    few        one set held out, then its model goes on with 10, 100 and 1000 rows of it alone, at a tenth of the rate
    ablations  the same training without validity, graph, currents or failed rows; squared errors; pins; attention; the paper's network
    paper      one set held out, gnn and the paper's network on the same rows for as many epochs, the latter at a tenth of the rate
    amount     1/64, 1/16, 1/4 and all of the --rows, for as many steps; and one epoch of all rows that there are
    speed      rows a second in training, and in prediction one by one and by thousands; lanes beside it
    strange    AUROC of strangeness: another circuit, sizes beyond the bounds, a corner never learned

Sets are those of benchmarks/datasets.py (--sets, folders of data sets; shards that are there are taken); all parts but `seen` and `speed`
take those of the first folder. Models are kept in --out and not trained again. Figures are of legal geometries alone. `error` is the
median over rows of |predicted - simulated| / |simulated|, `R2` on the scale that is learned (logarithms of what spans decades); the
figure of a part is the median over the metrics.
"""
import argparse
import csv
import json
import math
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
METRICS = "tc,power,vos,cmrr_dc,psr_supply,psr_ground,dc_gain,gbw,phase_margin,slew_rate,settling_time"
ALL = 100000  # rows of the largest sets
TESTED = 10000  # rows of a set at most, of which the test samples are taken: all circuits count alike
REGULAR = ("--dropout", "0.1", "--decay", "0.1")
ABLATIONS = {
    "gnn": [],
    "gnn, second seed": ["--seed", "2"],
    "gnn, third seed": ["--seed", "3"],
    "without validity": ["--without-validity"],
    "validity weighs 1": ["--validity-weight", "1"],
    "metrics of ok rows only": ["--ok-rows-only"],
    "without currents": ["--without-currents"],
    "without graph": ["--without-graph", "--without-currents"],
    "squared error": ["--squared"],
    "tokens are pins": ["--pins"],
    "pins, no virtual edges": ["--pins", "--without-virtual-edges"],
    "attention": ["--model", "attention"],
    "attention, no global token": ["--model", "attention", "--without-global"],
    "paper, equal time": ["--model", "paper"],
    "paper, a tenth of the rate": ["--model", "paper"],
}


class Bench:
    def __init__(self, options):
        self.o = options
        self.out = pathlib.Path(options.out)
        self.first = pathlib.Path(options.sets[0])
        self.sets = sorted(p.parent.name for p in self.first.glob("*/manifest.json") if any(p.parent.glob("shard-*.h5")))
        if not self.sets:
            sys.exit(f"no data sets in {self.first}: benchmarks/datasets.py makes them")

    def run(self, *arguments):
        done = subprocess.run([self.o.program, "-q", "predict", *map(str, arguments)], text=True, capture_output=True)
        if done.returncode:
            sys.exit(f"predict {' '.join(map(str, arguments))}: {done.stderr}")
        return done.stdout

    def train(self, name, *extra, epochs=None, rows=None, rate=None, hold=None, folders=None):
        epochs, rows = epochs or self.o.epochs, rows or self.o.rows
        folder = self.out / f"{name.replace(' ', '_').replace(',', '')}_{rows}x{epochs}"
        model = folder / "model.safetensors"
        if not model.exists():
            self.run("train", *(folders or [self.first]), "--partial", *(["--metrics", self.o.metrics] if self.o.metrics else []), "--rows", rows, "--epochs", epochs,
                     "--rate", rate or self.o.rate, *REGULAR, "--jobs", self.o.jobs, "--out", folder, *(["--hold-out", hold] if hold else []), *extra,
                     *self.o.flags.split())
        return model

    def of_everything(self):
        return self.train("all", folders=self.o.sets)

    def without(self, name):
        return self.train(f"without {name}", hold=name)

    def calibrated_without(self, name):
        """The same, which knows what to expect of unseen circuits from those that left other circuits out."""
        model = self.without(name)
        out = model.with_name("calibrated.safetensors")
        if not out.exists():
            others = [self.without(other) for other in self.sets if other != name]
            self.run("calibrate", self.first, "--partial", "--model", model, "--out", out, "--left-out", *others)
        return out

    def seconds(self, model):
        return float(list(csv.DictReader(open(model.parent / "curve.csv")))[-1]["seconds"])

    def eval(self, model, part="test", baselines=True, sets=None, rows=TESTED, folders=None):
        paths = [self.first / name for name in sets] if sets else folders or [self.first]
        text = self.run("eval", *paths, "--model", model, "--part", part, "--partial", "--json", "--jobs", self.o.jobs, "--rows", rows,
                        *(["--baselines"] if baselines else []))
        return json.loads(text)


def median(values):
    values = [v for v in values if v is not None and math.isfinite(v)]
    return statistics.median(values) if values else math.nan


HEAD = f"{'':30}{'AUROC':>8}{'AP':>8}{'F1':>8}{'ECE':>8}{'error %':>9}{'R2':>8}{'rank':>8}{'inside %':>10}"


def line(name, f):
    def number(x, factor=1, form=".3f"):
        return "-" if x is None or not math.isfinite(x) else format(factor * x, form)

    m = {key: median([one[key] for one in f["metrics"]]) for key in ("median_relative_error", "scaled_r_squared", "spearman", "coverage")}
    print(f"{name:30}{number(f['auroc']):>8}{number(f['average_precision']):>8}{number(f['f1']):>8}{number(f['calibration_error']):>8}"
          f"{number(m['median_relative_error'], 100, '.1f'):>9}{number(m['scaled_r_squared']):>8}{number(m['spearman']):>8}"
          f"{number(m['coverage'], 100, '.1f'):>10}", flush=True)


def metric_table(figures):
    names = list(figures)
    print(f"\n{'error %':16}" + "".join(f"{n:>12}" for n in names) + f"{'R2':>8}{'rank':>8}{'inside %':>10}   of {names[0]}")
    for k, first in enumerate(figures[names[0]]["metrics"]):
        errors = [figures[n]["metrics"][k]["median_relative_error"] for n in names]
        show = lambda x, factor=1: "-" if x is None else f"{factor * x:.3g}"
        print(f"{first['name']:16}" + "".join(f"{show(e, 100):>12}" for e in errors) +
              f"{show(first['scaled_r_squared']):>8}{show(first['spearman']):>8}{show(first['coverage'], 100):>10}")


def seen(b):
    found = b.eval(b.of_everything(), folders=b.o.sets)
    print("seen circuits, unseen samples\n" + HEAD)
    for name, figures in found["seen"].items():
        line(name, figures)
    print()
    for one in found["sets"]:
        line(one["name"].removesuffix("_Pin_3"), one["figures"]["network"])
    metric_table(found["seen"])


def unseen(b):
    print("\nunseen circuits: each held out in turn, and the same baselines\n" + HEAD)
    rows = {}
    for name in b.sets:
        found = b.eval(b.calibrated_without(name), part="all", rows=b.o.rows)
        one = next(s for s in found["sets"] if s["name"] == name)
        for predictor, figures in one["figures"].items():
            rows.setdefault(predictor, []).append(figures)
        line(name.removesuffix("_Pin_3"), one["figures"]["network"])
    print("median over the circuits")
    for predictor, list_of in rows.items():
        mean = {key: median([f[key] for f in list_of]) for key in ("auroc", "average_precision", "f1", "calibration_error")}
        mean["metrics"] = [{"name": m["name"], **{key: median([f["metrics"][k][key] for f in list_of]) for key in m if key not in ("name", "unit")}}
                           for k, m in enumerate(list_of[0]["metrics"])]
        rows[predictor] = mean
        line(predictor, mean)
    metric_table(rows)


def few(b):
    name = b.o.few
    print(f"\n{name} held out, then its model goes on with rows of it alone\n" + HEAD)
    start = b.without(name)
    line("no row", b.eval(b.calibrated_without(name), sets=[name], baselines=False)["unseen"]["network"])
    for count in (10, 100, 1000):
        model = b.train(f"few {name}", "--start", start, "--only", name, rows=count, epochs=b.o.epochs, rate=b.o.rate / 10)
        line(f"{count} rows", b.eval(model, sets=[name], baselines=False)["seen"]["network"])


def ablations(b):
    print("\nablations: the same rows and epochs, unseen samples of seen circuits\n" + HEAD + f"{'train s':>9}")
    reference = None
    for name, flags in ABLATIONS.items():
        epochs, rate = b.o.epochs, b.o.rate * (0.1 if "tenth" in name else 1)
        if "paper" in name:
            one = b.train(name, *flags, epochs=1, rate=rate)
            epochs = max(1, round(reference / b.seconds(one)))
        model = b.train(name, *flags, epochs=epochs, rate=rate)
        reference = reference or b.seconds(model)
        figures = b.eval(model, baselines=False)["seen"]["network"]
        line(name, figures)
        print(f"{'':95}{b.seconds(model):9.0f}  {epochs} epochs")


def paper(b):
    name = b.o.few
    print(f"\n{name} held out, the same rows and epochs\n" + HEAD + f"{'train s':>9}")
    for what, flags, rate in (("gnn", [], b.o.rate), ("paper", ["--model", "paper"], b.o.rate / 10)):
        model = b.train(f"{what} without {name}", *flags, hold=name, rate=rate)
        line(f"{what}, seen circuits", b.eval(model, baselines=False)["seen"]["network"])
        line(f"{what}, the unseen one", b.eval(model, part="all", sets=[name], rows=b.o.rows, baselines=False)["unseen"]["network"])
        print(f"{'':95}{b.seconds(model):9.0f}")


def amount(b):
    print("\namount of rows of each set\n" + HEAD)
    for part in (64, 16, 4, 1):
        model = b.train("gnn", rows=b.o.rows // part, epochs=b.o.epochs * part)
        line(f"{b.o.rows // part}", b.eval(model, baselines=False)["seen"]["network"])
    line("all", b.eval(b.train("gnn", rows=ALL, epochs=1), baselines=False)["seen"]["network"])


class Circuit:
    """That of a data set: its files, and the box that it was drawn from, less widths and lengths that no transistor has."""

    def __init__(self, folder):
        manifest = json.loads((folder / "manifest.json").read_text())
        self.name, self.netlist, self.bounds, self.models = folder.name, manifest["netlist"], manifest["bounds"]["path"], manifest["models"]
        self.testbench = manifest["testbench"]["path"]
        self.includes = [part for path in manifest["includes"] for part in ("--include", path)]
        self.box = []
        for name, low, high, kind in re.findall(r"^(\w+): *{min: *([^,]+), *max: *([^,]+), *type: *(\w+)}", pathlib.Path(self.bounds).read_text(), re.M):
            least = 0.42 if "_W_" in name else 0.15 if "_L_" in name else 0
            self.box.append((name, max(float(low), least), float(high), kind.startswith("int")))

    def draw(self, rng, factor=1):
        """A row; with a factor, some widths lie beyond their bounds."""
        row = {}
        for name, low, high, whole in self.box:
            value = rng.uniform(low, high)
            if factor > 1 and "_W_" in name and rng.random() < 0.3:
                value = high * rng.uniform(1.5, factor)
            row[name] = round(value) if whole else value
        return row


def predicted(b, model, netlist, extra, table):
    """The rows of `predict run`, and its seconds."""
    with tempfile.TemporaryDirectory() as scratch:
        source, out = pathlib.Path(scratch) / "in.csv", pathlib.Path(scratch) / "out.csv"
        with open(source, "w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(table[0]))
            writer.writeheader()
            writer.writerows(table)
        began = time.time()
        b.run("run", netlist, "--testbench", ROOT / "share" / "testbenches" / "amplifier.toml", "--model", model, "--table", source, "--out", out, *extra)
        return list(csv.DictReader(open(out))), time.time() - began


def speed(b):
    model = b.of_everything()
    curve = list(csv.DictReader(open(model.parent / "curve.csv")))
    print(f"\nspeed\ntraining: {len(curve)} epochs in {float(curve[-1]['seconds']):.0f} s, {b.o.jobs} threads")
    circuit = Circuit(b.first / b.o.few)
    rng = random.Random(1)
    for rows in (1, 4096):
        table = [circuit.draw(rng) for _ in range(rows)]
        seconds = [statistics.median(predicted(b, model, circuit.netlist, [*circuit.includes, "--jobs", jobs], table)[1] for _ in range(5)) for jobs in (1, 2)]
        print(f"predict run {circuit.name}, {rows} rows: {seconds[0]:.3f} s with one thread, {seconds[1]:.3f} s with two")
    with tempfile.TemporaryDirectory() as scratch:
        began = time.time()
        subprocess.run([b.o.program, "-q", "dataset", "make", circuit.netlist, *circuit.includes, "--models", *circuit.models, "--testbench", circuit.testbench,
                        "--bounds", circuit.bounds, "--samples", "512", "--jobs", "1", "--out", scratch + "/set"], check=True, capture_output=True)
        print(f"dataset make {circuit.name}, 512 rows, eleven metrics, one thread: {time.time() - began:.3f} s")


def auroc(strange, usual):
    pairs = sum((s > u) + 0.5 * (s == u) for s in strange for u in usual)
    return pairs / (len(strange) * len(usual))


def strange(b):
    circuit = Circuit(b.first / b.o.few)
    rng = random.Random(1)

    def strangeness(model, extra=(), factor=1, netlist=None, table=None):
        table = table or [circuit.draw(rng, factor) for _ in range(500)]
        rows, _ = predicted(b, model, netlist or circuit.netlist, [*([] if netlist else circuit.includes), *extra], table)
        return [float(row["strangeness"]) for row in rows]

    model = b.train("gnn")
    usual = strangeness(model)
    pairs = [{"w_in": rng.uniform(2, 100) * 1e-6, "w_load": rng.uniform(2, 50) * 1e-6} for _ in range(500)]
    print(f"\nstrangeness: AUROC against rows of {circuit.name} within the bounds (a share of {sum(u > 1 for u in usual) / len(usual):.1%} of them is above 1)")
    for what, rows in (("widths 1.5 to 3 times the bounds", strangeness(model, factor=3)), ("a corner never learned", strangeness(model, ["--corner", "sf"])),
                       ("a two-stage amplifier of other models", strangeness(model, netlist=ROOT / "examples" / "dataset" / "two_stage.cir", table=pairs)),
                       (f"{circuit.name} for the model that never saw it", strangeness(b.without(circuit.name)))):
        print(f"  {what:50}{auroc(rows, usual):8.3f}   {sum(r > 1 for r in rows) / len(rows):.1%} above 1")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=("seen", "unseen", "few", "ablations", "paper", "amount", "speed", "strange"))
    parser.add_argument("--sets", nargs="+", default=["data/sets"])
    parser.add_argument("--out", default="data/predict")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--metrics", default=METRICS, help="empty: all of the testbench")
    parser.add_argument("--flags", default="", help="more options of all trainings, such as --flags=--without-currents; with an --out of its own")
    parser.add_argument("--few", default="Leung_NMCF_Pin_3")
    parser.add_argument("--program", default=str(ROOT / "build" / "release" / "bin" / "nullor"))
    bench = Bench(parser.parse_args())
    for part in bench.o.parts:
        globals()[part](bench)


if __name__ == "__main__":
    main()
