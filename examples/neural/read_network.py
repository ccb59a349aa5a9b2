#!/usr/bin/env python3
"""Evaluates a network that `nullor run --engine neural --network FILE.json` wrote. Standard library only.

    read_network.py FILE.json                 names of the signals and the range of time
    read_network.py FILE.json TIME...         one line for each time: the time and every signal
"""

import bisect
import json
import math
import sys


def gemm(x, weight, bias):
    return [sum(w * v for w, v in zip(row, x)) + b for row, b in zip(weight, bias)]


OPERATIONS = {
    "Gemm": gemm,
    "Tanh": lambda x: [math.tanh(v) for v in x],
    "Sub": lambda a, b: [p - q for p, q in zip(a, b)],
    "Mul": lambda a, b: [p * q for p, q in zip(a, b)],
    "Concat": lambda *parts: [v for part in parts for v in part],
}


class Network:
    def __init__(self, path):
        with open(path) as file:
            self.file = json.load(file)
        if self.file["format"] != "nullor network 1":
            raise ValueError(f"{path} holds no network")
        self.names = [signal["name"] for signal in self.file["signals"]]
        self.windows = self.file["windows"]
        self.starts = [window["start"] for window in self.windows]

    def __call__(self, time):
        window = self.windows[max(bisect.bisect_right(self.starts, time) - 1, 0)]
        known = {**self.file["initializers"], **window["initializers"],
                 self.file["input"]: [(time - window["start"]) / window["length"]]}
        for node in self.file["graphs"][window["graph"]]:
            known[node["output"]] = OPERATIONS[node["op"]](*(known[name] for name in node["inputs"]))
        return known[self.file["output"]]


def main():
    network = Network(sys.argv[1])
    if len(sys.argv) == 2:
        last = network.windows[-1]
        print(f"{' '.join(network.names)}\n{network.starts[0]} to {last['start'] + last['length']} s, {len(network.windows)} windows")
    for time in map(float, sys.argv[2:]):
        print(time, *network(time))


if __name__ == "__main__":
    main()
