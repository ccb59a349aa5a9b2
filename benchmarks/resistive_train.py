#!/usr/bin/env python3
"""Deep resistive networks: test error and time of training against the published ones, other data, real devices.

usage: benchmarks/resistive_train.py table|fashion|gradients|hardware [options]

table     the published networks on MNIST: test error of Scellier (2024), table 1, and its time on an A100 GPU, beside ours
fashion   the same networks on Fashion-MNIST
gradients what each learning rule reads beside the exact gradient, of one network (xs) while it learns
hardware  test error of one network (xs) by forward drop, leakage, levels, variation and write noise, trained on perfect
          devices and tested on real ones, and trained on real ones; also writes hardware.svg

--data DIR        MNIST (table, hardware) or Fashion-MNIST (fashion); default: NULLOR_DATA or ../shared/data
--presets xs,1h   which networks; default: xs,1h,2h,3h,xl (fashion: 1h,2h; gradients, hardware: the first)
--seeds 1,2,3     one run each; default: 1
--epochs N        instead of the published number
--rule NAME       learning rule; default: centered
--jobs N          threads of a run; default: as the program has it
--out DIR         keeps each run's JSON result and weights: finished runs are not made again, interrupted ones go on.
                  Default: build/resistive_train
--program PATH    default: build/release/bin/nullor
"""

import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Test error of equilibrium propagation [%], its spread, of backpropagation [%], epochs, hours:minutes on an A100.
PAPER = {"xs": (3.46, 0.07, 3.30, 10, "0:30"), "1h": (1.57, 0.07, 1.54, 50, "2:36"), "2h": (1.48, 0.05, 1.45, 50, "4:29"),
         "3h": (1.66, 0.09, 1.50, 50, "6:57"), "xl": (1.33, 0.02, 1.30, 100, "10:27")}


class Bench:
    def __init__(self, options):
        self.options = options
        self.out = pathlib.Path(options.out)
        self.out.mkdir(parents=True, exist_ok=True)

    def nullor(self, name, *words):
        """The JSON that the program prints, from `name`.json when it is there."""
        result = self.out / f"{name}.json"
        if not result.exists():
            command = [self.options.program, "resistive", *map(str, words), "--json"]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
            if done.returncode != 0:
                raise SystemExit(f"{' '.join(command)}\nexit code {done.returncode}")
            result.with_suffix(".tmp").write_text(done.stdout)
            result.with_suffix(".tmp").rename(result)
        return json.loads(result.read_text())

    def weights(self, name):
        return self.out / f"{name}.safetensors"

    def train(self, name, data, model, seed, *words):
        if self.options.epochs:
            words = (*words, "--epochs", self.options.epochs)
        if self.options.jobs:
            words = (*words, "--jobs", self.options.jobs)
        if self.options.device:
            words = (*words, "--device", self.options.device)
        name = f"{name}_{self.options.rule}_{self.options.epochs or PAPER[model][3]}_s{seed}"
        return name, self.nullor(name, "train", "--data", data, "--model", model, "--seed", seed, "--rule", self.options.rule,
                                 "-o", self.weights(name), "--resume", *words)


def mean_and_spread(values):
    spread = f" +- {statistics.stdev(values):.2f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.2f}{spread}"


def seconds_of(clock):
    hours, minutes = clock.split(":")
    return 3600 * int(hours) + 60 * int(minutes)


def rows(bench, prefix, data, presets):
    for model in presets:
        runs = [bench.train(f"{prefix}_{model}", data, model, seed)[1] for seed in bench.options.seeds]
        test = [100 * run["test"]["error"] for run in runs]
        training = [100 * run["curve"][-1]["training"]["error"] for run in runs]
        seconds = statistics.median(epoch["training"]["seconds"] for run in runs for epoch in run["curve"])
        least = min(epoch["training"]["seconds"] for run in runs for epoch in run["curve"])
        yield model, runs, test, training, seconds, least


def table(bench):
    options = bench.options
    presets = options.presets or list(PAPER)
    published = "backpropagation" if options.rule == "backpropagation" else "equilibrium propagation"
    print(f"rule {options.rule}; published: {published}")
    print(f"{'network':<8}{'epochs':>7}{'test %, published':>19}{'test %, here':>16}{'train %, here':>16}{'s/epoch A100':>14}"
          f"{'s/epoch here':>14}{'least':>8}{'ratio':>8}")
    for model, runs, test, training, seconds, least in rows(bench, "mnist", options.data, presets):
        error, spread, other, epochs, clock = PAPER[model]
        a100 = seconds_of(clock) / epochs
        wanted = f"{other:.2f}" if options.rule == "backpropagation" else f"{error:.2f} +- {spread:.2f}"
        print(f"{model:<8}{runs[0]['epochs']:>7}{wanted:>19}{mean_and_spread(test):>16}{mean_and_spread(training):>16}{a100:>14.0f}"
              f"{seconds:>14.3g}{least:>8.3g}{a100 / seconds:>8.0f}", flush=True)


def fashion(bench):
    print("Fashion-MNIST; published by the same author: 10.29 % (2h, equilibrium propagation), 9.79 % (3h, backpropagation)")
    print(f"{'network':<8}{'epochs':>7}{'test %':>16}{'train %':>16}{'s/epoch':>10}")
    for model, runs, test, training, seconds, _ in rows(bench, "fashion", bench.options.data, bench.options.presets or ["1h", "2h"]):
        print(f"{model:<8}{runs[0]['epochs']:>7}{mean_and_spread(test):>16}{mean_and_spread(training):>16}{seconds:>10.3g}", flush=True)


def gradients(bench):
    """Of the layer that is furthest off, over the first 64 test pictures."""
    options = bench.options
    model = (options.presets or ["xs"])[0]
    last = options.epochs or PAPER[model][3]
    epochs = sorted({e for e in (1, 2, 5, 10, 20, 50) if e < last} | {last})
    found = {}
    for epoch in epochs:
        options.epochs = epoch
        name = f"gradients_{model}_{options.rule}_{epoch}_s{options.seeds[0]}"
        if epoch > epochs[0] and not bench.weights(name).exists():
            bench.weights(name).write_bytes(bench.weights(before).read_bytes())
        bench.train(f"gradients_{model}", options.data, model, options.seeds[0])
        for rule, layers in bench.nullor(f"{name}_rules", "gradients", bench.weights(name), "--data", options.data).items():
            worst = min(layer["cosine"] for layer in layers), max(layer["relative_error"] for layer in layers)
            found.setdefault(rule, []).append(worst)
        before = name
    print(f"network {model}, trained by {options.rule}: cosine and relative error of the furthest layer after so many epochs")
    print(f"{'rule':<26}" + "".join(f"{epoch:>21}" for epoch in epochs))
    for rule, points in found.items():
        print(f"{rule:<26}" + "".join(f"{cosine:>12.6f} {error:>8.1e}" for cosine, error in points))


# Name: (option, its unit, values, other options, whether the trained network can be tested with it).
EFFECTS = {
    "forward drop": ("--forward-drop", "V", [0, 0.1, 0.2, 0.4, 0.8, 1.6], [], True),
    "leakage": ("--leakage", "S", [0, 3, 10, 30, 100, 300], [], True),
    "on-resistance": ("--on-resistance", "Ohm", [0, 0.001, 0.003, 0.01, 0.03, 0.1], [], True),
    "levels": ("--levels", "", [64, 32, 16, 8, 4, 2], ["--g-max", "0.25"], True),
    "variation": ("--variation", "", [0, 0.05, 0.1, 0.2, 0.4, 0.8], [], True),
    "write noise": ("--write-noise", "", [0, 0.1, 0.3, 1, 3, 10], [], False),
}


def hardware(bench):
    options = bench.options
    model = (options.presets or ["xs"])[0]
    perfect = [bench.train(f"hardware_{model}", options.data, model, seed)[0] for seed in options.seeds]
    print(f"network {model}, test error [%]")
    print(f"{'effect':<16}{'value':>8}{'trained without':>18}{'trained with':>18}")
    curves = {}
    for effect, (option, unit, values, other, testable) in EFFECTS.items():
        curves[effect] = []
        for value in values:
            label = f"{effect.replace(' ', '_').replace('-', '_')}_{value:g}"
            tested, trained = [], []
            for seed, name in zip(options.seeds, perfect):
                if testable:
                    run = bench.nullor(f"{name}_{label}", "eval", bench.weights(name), "--data", options.data, option, value, *other)
                    tested.append(100 * run["error"])
                run = bench.train(f"hardware_{model}_{label}", options.data, model, seed, option, value, *other)[1]
                trained.append(100 * run["test"]["error"])
            curves[effect].append((value, statistics.mean(tested) if tested else None, statistics.mean(trained)))
            print(f"{effect:<16}{value:>8g}{mean_and_spread(tested) if tested else '':>18}{mean_and_spread(trained):>18}", flush=True)
    picture = bench.out / "hardware.svg"
    picture.write_text(drawing(model, curves))
    print(f"wrote {picture}")


def drawing(model, curves):
    """One panel an effect: values in even steps, error on a logarithmic axis common to all."""
    width, height, left, top, columns = 300, 210, 52, 40, 3
    values = [y for points in curves.values() for _, *ys in points for y in ys if y is not None]
    ticks = [t for t in (1, 2, 3, 5, 10, 20, 30, 50, 100) if min(values) * 0.8 <= t <= max(values) * 1.25]
    low, high = min(values) * 0.9, max(max(values) * 1.1, ticks[-1] if ticks else 0)
    scale = lambda y: (math.log(y) - math.log(low)) / (math.log(high) - math.log(low))
    rows_needed = -(-len(curves) // columns)
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{columns * width + 20}" height="{rows_needed * height + 70}" '
           'font-family="system-ui, sans-serif" font-size="12" fill="#333">',
           '<rect width="100%" height="100%" fill="white"/>',
           f'<text x="{left}" y="24" font-size="15">Test error of network {model} [%]</text>',
           f'<g transform="translate({left + 330}, 20)"><circle r="4" fill="#d9570b"/><text x="9" y="4">trained on perfect devices</text>'
           '<circle cx="200" r="4" fill="#0b6fc2"/><text x="209" y="4">trained with the effect</text></g>']
    for k, (effect, points) in enumerate(curves.items()):
        x0, y0 = (k % columns) * width + left, (k // columns) * height + top + 26
        w, h = width - left - 14, height - 66
        at = lambda j, y: (x0 + w * (j + 0.5) / len(points), y0 + h * (1 - scale(y)))
        unit = EFFECTS[effect][1]
        svg.append(f'<text x="{x0}" y="{y0 - 7}" font-weight="600">{effect}{f" [{unit}]" if unit else ""}</text>')
        for tick in ticks:
            y = at(0, tick)[1]
            svg.append(f'<line x1="{x0}" x2="{x0 + w}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e4e7ec"/>'
                       f'<text x="{x0 - 6}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>')
        for j, (value, *_) in enumerate(points):
            svg.append(f'<text x="{at(j, low)[0]:.1f}" y="{y0 + h + 17}" text-anchor="middle">{value:g}</text>')
        for column, colour in ((1, "#d9570b"), (2, "#0b6fc2")):
            line = [at(j, point[column]) for j, point in enumerate(points) if point[column] is not None]
            svg.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in line)}"/>')
            svg += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in line]
    return "\n".join(svg) + "\n</svg>\n"


def default_data(part):
    shared = pathlib.Path(os.environ.get("NULLOR_DATA", ROOT.parent / "shared" / "data"))
    return "/usr/share/datasets/fashion-mnist" if part == "fashion" else str(shared / "mnist")


def main():
    parts = {"table": table, "fashion": fashion, "gradients": gradients, "hardware": hardware}
    numbers = lambda text: [int(word) for word in text.split(",")]
    names = lambda text: text.split(",")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=parts)
    parser.add_argument("--data")
    parser.add_argument("--presets", type=names)
    parser.add_argument("--seeds", type=numbers, default=[1])
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--rule", default="centered")
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--device", choices=("cpu", "cuda"))
    parser.add_argument("--out", default=str(ROOT / "build" / "resistive_train"))
    parser.add_argument("--program", default=str(ROOT / "build" / "release" / "bin" / "nullor"))
    options = parser.parse_args()
    options.data = options.data or default_data(options.part)
    if not pathlib.Path(options.data).is_dir():
        raise SystemExit(f"no folder {options.data}: --data, or the Debian package dataset-fashion-mnist")
    parts[options.part](Bench(options))


if __name__ == "__main__":
    main()
