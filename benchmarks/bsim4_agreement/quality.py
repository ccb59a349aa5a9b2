"""The Compact Model Council's decks for BSIM4: both programs against the suite's tables, and against each other."""
import math
import re

from .runs import Worst

TEMPERATURES = {"t27": 0, "t150": 2, "tm50": 1}  # the order of the blocks in a table
NOISE_UNIT = 1.0


def table(path):
    """Blocks of rows: a new one where the first column falls."""
    blocks = []
    for line in path.read_text().splitlines()[1:]:
        row = [float(x) for x in line.split()]
        if row and (not blocks or row[0] <= blocks[-1][-1][0]):
            blocks.append([])
        if row:
            blocks[-1].append(row)
    return blocks


def columns(deck, plot):
    """What the rows of a table hold, one list a device: drain current, capacitances, or drain noise."""
    count = len(re.findall(r"(?m)^M\d+ ", deck))
    if "noise" in plot.kind:
        return [[[density ** 2] for density in plot["onoise_spectrum"]]]
    if plot.kind == "ac":
        omega = [2 * math.pi * abs(f) for f in plot.columns[0]]
        driven = re.search(r"(?m)^V([dgsb])0 .* ac 1", deck)[1]
        others = [f"i(v{t}0)" for t in "gsd"]
        return [[[abs(plot[name][k].imag) / w for name in others] for k, w in enumerate(omega)]] if driven == "g" else []
    return [[[-x if f"vsweep" else x] for x in plot[f"i(vd{k})"]] for k in range(count)]


def worst_against(ours, reference, where, floor=0.0):
    worst = Worst()
    for k, (block, expected) in enumerate(zip(ours, reference)):
        for p, (row, want) in enumerate(zip(block, expected)):
            for a, b in zip(row, want):
                worst.add(abs(a), abs(b), floor, f"{where} device {k} point {p}")
    return worst
