#!/usr/bin/env python3
"""Golden values of devices from ngspice 39: terminal currents and admittance matrices at given terminal voltages.

Each terminal is held by a voltage source; currents are read at the operating point, the columns of the admittance matrix
by one ac analysis a terminal. Written: case / model / instance / temp / point lines, then `i` (into each terminal [A]) and
`y` (frequency, then real and imaginary parts row by row [S]).  Run: golden/make.py [device ...]
"""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FREQUENCY = 1e6


def ngspice(deck):
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/.spiceinit", "w") as f:
            f.write("set num_threads=1\n")
        with open(f"{folder}/deck.cir", "w") as f:
            f.write("\n".join(deck) + "\n")
        out = subprocess.run(["ngspice", "-b", "deck.cir"], cwd=folder, capture_output=True, text=True)
    numbers = [-float(x) for x in re.findall(r"^(?:v\d+#branch|real\(v\d+#branch\)|imag\(v\d+#branch\)) = (\S+)", out.stdout, re.M)]
    if not numbers:
        raise SystemExit("\n".join(deck) + out.stdout[-3000:] + out.stderr[-3000:])
    return numbers


def run(letter, model_type, model, instance, terminals, points, temp, level, dc_only):
    """One process an analysis: ngspice applies m again whenever `alter` makes it recompute a device's temperature."""
    def deck(point, driven, commands):
        lines = ["golden"] + [f"v{k} n{k} 0 dc {v!r} ac {1 if k == driven else 0}" for k, v in enumerate(point)]
        nodes = " ".join(f"n{k}" for k in range(terminals))
        lines.append(f"{letter}1 {nodes} {'mod ' if model_type else ''}{instance}")
        if model_type:
            lines.append(f".model mod {model_type}({f'level={level} ' if level else ''}{model})")
        lines.append(f".options reltol=1e-11 abstol=1e-20 vntol=1e-13 itl1=500 gmin=1e-12 temp={temp}")
        return lines + [".control", "set numdgt=15"] + commands + [".endc", ".end"]

    current, admittance = {}, {}
    for p, point in enumerate(points):
        i = ngspice(deck(point, -1, ["op"] + [f"print v{k}#branch" for k in range(terminals)]))
        for k in range(terminals):
            current[p, k] = i[k]
        if dc_only:
            continue
        for j in range(terminals):
            y = ngspice(deck(point, j, [f"ac lin 1 {FREQUENCY} {FREQUENCY}"] +
                             [f"print {part}(v{k}#branch)" for k in range(terminals) for part in ("real", "imag")]))
            for k in range(terminals):
                admittance[p, k, j] = y[2 * k:2 * k + 2]
    return current, admittance


def write(name, cases):
    with open(f"{HERE}/{name}.txt", "w") as f:
        f.write("# Made by golden/make.py with ngspice 39; reltol 1e-11, gmin 1e-12. i [A], y [S].\n")
        for c in cases:
            n = c["terminals"]
            current, y = run(c["letter"], c.get("model_type"), c.get("model", ""), c.get("instance", ""), n, c["points"],
                             c.get("temp", 27), c.get("level"), c.get("dc_only", False))
            f.write(f"case {c.get('type', 0)}\nmodel {c.get('test_model', c.get('model', ''))}\ninstance {c.get('test_instance', c.get('instance', ''))}\n")
            f.write(f"temp {c.get('temp', 27)}\n")
            for p, point in enumerate(c["points"]):
                f.write("point " + " ".join(repr(v) for v in point) + "\n")
                f.write("i " + " ".join(repr(current[p, k]) for k in range(n)) + "\n")
                if not c.get("dc_only"):
                    f.write(f"y {FREQUENCY!r} " + " ".join(f"{y[p, k, j][0]!r} {y[p, k, j][1]!r}" for k in range(n) for j in range(n)) + "\n")


def main():
    sys.path.insert(0, HERE)
    import cases
    wanted = sys.argv[1:] or list(cases.CASES)
    for name in wanted:
        write(name, cases.CASES[name])


if __name__ == "__main__":
    main()
