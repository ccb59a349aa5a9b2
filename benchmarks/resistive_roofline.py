#!/usr/bin/env python3
"""Deep resistive networks: time of a training step over the floor that this machine sets.

usage: benchmarks/resistive_roofline.py [--presets xs,1h,xl] [--jobs 1] [--data DIR] [--program PATH]

--data is MNIST; default: mnist below NULLOR_DATA or ../shared/data.

A step of a batch of four pictures needs, at least:

  input layer   one pass that reads and writes its conductances (8 bytes each), 16 flops for each of two conductances,
                picture of the batch and lit pixel: update and product
  other planes  2 products of 2 flops for each conductance, picture and sweep, free and nudged; products with layers
                that the nudge has not reached are not needed; the update, 16 flops for each conductance and picture

The floor is bytes / bandwidth of such a pass over an array of that size, or flops / rate of multiply-adds alone,
whichever is longer, for the input layer; plus the flops of the planes. Both ceilings are measured here, by
benchmarks/roofline/ceilings.cc, before and after, and the better counts.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BATCH = 4
MODELS = {  # widths, sweeps, pictures of the measurement
    "xs": ([784, 100, 10], 4, 60000), "1h": ([784, 1024, 10], 4, 20000), "2h": ([784, 1024, 1024, 10], 5, 4000),
    "3h": ([784, 1024, 1024, 1024, 10], 6, 2000), "xl": ([784, 32768, 10], 4, 400)}


def reached_products(layers, sweeps):
    """Products that a nudged relaxation needs, by plane: from below and from above."""
    count = [0] * (layers - 1)
    zero = [True] * layers
    for _ in range(sweeps):
        for parity in (0, 1):
            for layer in range(parity, layers, 2):
                for plane, other in ((layer - 1, layer - 1), (layer, layer + 1)):
                    if 0 <= other < layers and not zero[other]:
                        count[plane] += 1
            for layer in range(parity, layers, 2):
                if layer == layers - 1 or any(0 <= o < layers and not zero[o] for o in (layer - 1, layer + 1)):
                    zero[layer] = False
    return count


def floor(widths, sweeps, lit, ceilings):
    """(flops, bytes, seconds) of a step. lit: share of the pixels that are lit in one of four pictures."""
    inputs = 2 * widths[0] * widths[1]
    input_bytes = 8 * inputs
    input_flops = 2 * 2 * BATCH * (inputs / 2) * lit
    bandwidth = ceilings["update_gb_s"][f"{inputs * 4 / 1e6:.1f}"] * 1e9
    rate = ceilings["gflops"] * 1e9
    layers = len(widths) - 1
    nudged = reached_products(layers, sweeps)
    plane_flops = 0
    for plane in range(layers - 1):
        size = widths[plane + 1] * widths[plane + 2]
        plane_flops += 2 * size * BATCH * (2 * sweeps + 2 * nudged[plane]) + 4 * size * BATCH
    seconds = max(input_bytes / bandwidth, input_flops / rate) + plane_flops / rate
    return input_flops + plane_flops, input_bytes, seconds


def lit_share(folder):
    """Of the pixels of four pictures in a row of the training set."""
    import gzip
    path = pathlib.Path(folder) / "train-images-idx3-ubyte"
    data = (gzip.decompress(path.with_suffix(".gz").read_bytes()) if path.with_suffix(".gz").exists()
            else path.read_bytes())[16:16 + 784 * 2000]
    lit = sum(any(data[(4 * g + b) * 784 + j] for b in range(4)) for g in range(500) for j in range(784))
    return lit / (500 * 784)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--presets", default="xs,1h,xl")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--data", default=f"{os.environ.get('NULLOR_DATA', ROOT.parent / 'shared/data')}/mnist")
    parser.add_argument("--program", default=str(ROOT / "build/release/bin/nullor"))
    options = parser.parse_args()
    presets = options.presets.split(",")
    lit = lit_share(options.data)
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/ceilings"
        subprocess.run(["g++", "-std=c++20", "-O3", "-march=native", "-pthread",
                        str(ROOT / "benchmarks/roofline/ceilings.cc"), "-o", program], check=True)
        sizes = sorted({f"{2 * MODELS[p][0][0] * MODELS[p][0][1] * 4 / 1e6:.1f}" for p in presets})

        def ceilings():
            return json.loads(subprocess.check_output([program, str(options.jobs), *sizes]))

        print(f"pixels lit in four pictures: {100 * lit:.0f} %, threads: {options.jobs}")
        print(f"{'':4} {'GFLOP/s':>8} {'GB/s':>6} {'MFLOP':>8} {'MB':>7} {'floor us':>9} {'step us':>9} {'ratio':>6}")
        for name in presets:
            widths, sweeps, pictures = MODELS[name]
            before = ceilings()
            run = json.loads(subprocess.check_output(
                [options.program, "-q", "resistive", "train", "--data", options.data, "--model", name, "--epochs", "1",
                 "--limit", str(pictures), "--test-every", "9", "--jobs", str(options.jobs), "--json",
                 "-o", f"{folder}/{name}.safetensors"]))
            after = ceilings()
            best = {"gflops": max(before["gflops"], after["gflops"]),
                    "update_gb_s": {k: max(before["update_gb_s"][k], after["update_gb_s"][k]) for k in sizes}}
            flops, size, seconds = floor(widths, sweeps, lit, best)
            step = run["curve"][-1]["training"]["seconds"] / (pictures / BATCH)
            bandwidth = best["update_gb_s"][f"{2 * widths[0] * widths[1] * 4 / 1e6:.1f}"]
            print(f"{name:4} {best['gflops']:8.0f} {bandwidth:6.1f} {flops / 1e6:8.1f} {size / 1e6:7.1f} "
                  f"{1e6 * seconds:9.0f} {1e6 * step:9.0f} {step / seconds:6.2f}")


if __name__ == "__main__":
    main()
