"""The Compact Model Council's decks for BSIM4: both programs against the suite's tables, and against each other."""
import math
import re

from .runs import TIGHT, Worst

BLOCK = {"t27": 0, "tm50": 1, "t150": 2}  # the tables hold the temperatures in this order
T4 = 4 * 300.15                            # with a program's Boltzmann constant: noise of the 1 Ohm the decks measure with
BOLTZMANN = 1.380649e-23
BOLTZMANN_NGSPICE = 1.38064852e-23


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


def results(name, plot, boltzmann):
    """What a table states, one list a device: drain currents, the capacitance of the gate, noise of the drain."""
    if "noise" in name:
        return [[density ** 2 - T4 * boltzmann for density in plot["onoise_spectrum"]]]
    if "acFreq" in name:
        return [[abs(i.imag) / (2 * math.pi * f.real) for f, i in zip(plot["frequency"], plot["i(vg0)"])]]
    drains = [n for n in plot.names if re.fullmatch(r"i\(vd\d+\)", n)]
    return [[abs(x) for x in plot[n]] for n in sorted(drains, key=lambda n: int(n[4:-1]))]


def worst(ours, expected, where, floor=0.0):
    out = Worst()
    for k, (column, wanted) in enumerate(zip(ours, expected)):
        for p, (a, b) in enumerate(zip(column, wanted)):
            out.add(a, b, floor, f"{where} device {k} point {p}")
    return out


def compare(programs, folder, path):
    """(test, temperature, ours to theirs, ours to the table, theirs to the table); the last two None without a table."""
    test, temperature = re.fullmatch(r"nmos_(.*)_(t\w+)", path.stem).groups()
    deck = re.sub(r"(?m)^\.temp", TIGHT + "\n.temp", path.read_text())
    mine = results(test, programs.ours(deck)[0], BOLTZMANN)
    other = results(test, programs.theirs(deck)[0], BOLTZMANN_NGSPICE)
    mutual = worst(mine, other, path.stem, 1e-15 if "dcSweep" in test else 0.0)
    reference = folder / "nmos_reference" / f"{test}.standard"
    if test == "acVd" or not reference.exists():
        return test, temperature, mutual, None, None
    blocks = table(reference)
    first = BLOCK[temperature] * len(mine) if "dcSweep" in test else 0
    wanted = [[row[1] for row in block] for block in blocks[first:first + len(mine)]]
    return test, temperature, mutual, worst(mine, wanted, path.stem), worst(other, wanted, path.stem)
