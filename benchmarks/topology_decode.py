#!/usr/bin/env python3
"""Transformers of circuits: tokens a second, decoding and training, beside the floor that this machine sets.

usage: benchmarks/topology_decode.py [--sizes small,paper] [--threads 1,2] [--length 96] [--vocabulary 330]
                                     [--build build/release]

Weights are random; the sequences have --length tokens each. The floor of a token is

  batch 1   4 bytes a parameter / bandwidth of reading an array of that size
  batch 64  2 flops a parameter / rate of multiply-adds alone, plus the keys and values of half a sequence on
            average, 8 bytes a layer and width / bandwidth of reading those of 64 sequences
  training  6 flops a parameter / that rate, by the processor (--backend native)

Both ceilings are measured here, on one thread. Tables of what a position, and a token, looks up are no part of it.
Tokens a second are given by the clock, and by processor time for one thread: other work on the machine slows the
clock, and the ratio to the floor is that of processor time.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONTEXT = 1024
LAYERS = 6
WIDTHS = {"small": (192, True), "paper": (384, False)}


def worked_on(size, parameters, vocabulary):
    """Parameters that every token is multiplied with."""
    width, tied = WIDTHS[size]
    return parameters - CONTEXT * width - (0 if tied else vocabulary * width)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--sizes", default="small,paper")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--length", type=int, default=96)
    parser.add_argument("--vocabulary", type=int, default=330)
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    options = parser.parse_args()
    subprocess.run(["cmake", "--build", options.build, "--target", "decode_speed"], check=True,
                   stdout=subprocess.DEVNULL)
    program = f"{options.build}/decode_speed"

    def run(*arguments):
        return json.loads(subprocess.check_output([program, *map(str, arguments)]))

    with tempfile.TemporaryDirectory() as folder:
        ceilings = f"{folder}/ceilings"
        subprocess.run(["g++", "-std=c++20", "-O3", "-march=native", "-pthread",
                        str(ROOT / "benchmarks/roofline/ceilings.cc"), "-o", ceilings], check=True)
        rate = json.loads(subprocess.check_output([ceilings, "1", "1"]))["gflops"] * 1e9
    print(f"multiply-adds {rate / 1e9:.0f} GFLOP/s; {options.length} tokens a sequence, vocabulary {options.vocabulary}")
    print(f"{'size':6} {'':9} {'threads':>7} {'tokens/s':>9} {'a thread':>9} {'floor':>9} {'ratio':>6}")
    common = (options.vocabulary, options.length)
    for size in options.sizes.split(","):
        for threads in map(int, options.threads.split(",")):
            for what in ("batch 1", "batch 64", "training"):
                if what == "training":
                    result = run("train", size, *common, threads, 3 if size == "small" else 1)
                else:
                    batch = int(what.split()[1])
                    result = run("decode", size, *common, batch, threads, threads * (8 if batch == 1 else 64))
                weights = worked_on(size, result["parameters"], options.vocabulary)
                if what == "batch 1":
                    floor = run("read", f"{4e-6 * weights:.1f}")["gb_s"] * 1e9 / (4 * weights)
                elif what == "batch 64":
                    cache = 8 * LAYERS * WIDTHS[size][0] * options.length / 2
                    bandwidth = run("read", f"{64e-6 * cache:.1f}")["gb_s"] * 1e9
                    floor = 1 / (2 * weights / rate + cache / bandwidth)
                else:
                    floor = rate / (6 * weights)
                mine = result["tokens_processor_s"]
                print(f"{size:6} {what:9} {threads:7} {result['tokens_s']:9.0f} {mine:9.0f} {floor:9.0f} "
                      f"{floor / mine:6.2f}", flush=True)


if __name__ == "__main__":
    main()
