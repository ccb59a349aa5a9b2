"""The transient values that are printed for NMCF and NMCNR, from ngspice as the published decks run it and refined."""
import array
import pathlib
import re
import subprocess
import tempfile

# slew rates [V/s] and settling times [s], both edges
PRINTED = {"NMCF, ZeroSim": (2.180549e6, 2.272727e6, 0.243e-6, 0.283e-6), "NMCNR, ZeroSim": (707149, 536769, 0.77e-6, 1.007e-6)}
EDGES = ((1e-6, 201e-6, 0.5), (201e-6, 401e-6, 0.3))  # from, to [s], the level that is settled to [V]
HALF, BAND = 0.4, 0.01


def read_raw(path):
    data = path.read_bytes()
    begin = data.index(b"Binary:\n") + 8
    columns = int(re.search(rb"No. Variables:\s*(\d+)", data)[1])
    numbers = array.array("d")
    numbers.frombytes(data[begin:len(data) - (len(data) - begin) % 8])
    return numbers[0::columns], numbers[1::columns]


def step_deck(case, options):
    sizes = "".join(f".param {name}={value!r}\n" for name, value in case.sizing.items())
    ports = "0 vdd out in out"  # gnda vdda vinn vinp vout
    return (f"step\n.include \"{case.variables}\"\n.include \"{case.netlist}\"\n.include "
            f"\"{case.models[0].replace('{corner}', 'tt')}\"\n{sizes}vdd vdd 0 1.8\n"
            f"vin in 0 pulse(0.3 0.5 1u 1p 1p 200u 1)\ncload out 0 10p\nxdut {ports} {case.netlist.name}\n"
            f"{options}.tran 1u 401u\n.save v(out)\n.end\n")


def edge_values(time, out, begin, end, level):
    """Slew rate, when the straight line between time points enters the band, and the first point in it."""
    inside = [k for k in range(len(time)) if begin <= time[k] <= end]
    at = next(k for k in inside[1:] if (out[k] - HALF) * (out[k - 1] - HALF) <= 0 and out[k] != out[k - 1])
    crossing = time[at - 1] + (time[at] - time[at - 1]) * (HALF - out[at - 1]) / (out[at] - out[at - 1])
    last = max(k for k in inside if abs(out[k] - level) > BAND * level)
    before, after = abs(out[last] - level), abs(out[last + 1] - level)
    settled = time[last] + (time[last + 1] - time[last]) * (before - BAND * level) / (before - after)
    return 0.1 / (crossing - begin), settled - begin, time[last + 1] - begin


def values(case, options):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "step.cir").write_text(step_deck(case, options))
        subprocess.run(["ngspice", "-b", "-r", str(folder / "step.raw"), str(folder / "step.cir")],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time, out = read_raw(folder / "step.raw")
    edges = [edge_values(time, out, *edge) for edge in EDGES]
    return len(time), [e[0] for e in edges], [e[1] for e in edges], [e[2] for e in edges]


def print_table(cases, refined):
    print("| circuit | ngspice | points | slew rates [V/s] | settled between points [us] | first point in the band [us] |")
    print("|---|---|---|---|---|---|")
    for case in cases:
        if case.name not in PRINTED:
            continue
        rise, fall, *settled = PRINTED[case.name]
        print(f"| {case.name} | printed | | {rise:.0f}, {fall:.0f} | | {settled[0] * 1e6:.3f}, {settled[1] * 1e6:.3f} |")
        for what, options in (("as published, reltol=1e-3", ""), ("reltol=1e-7, trtol=0.1", refined)):
            points, slew, between, first = values(case, options)
            print(f"| {case.name} | {what} | {points} | {slew[0]:.0f}, {slew[1]:.0f} | "
                  f"{between[0] * 1e6:.3f}, {between[1] * 1e6:.3f} | {first[0] * 1e6:.3f}, {first[1] * 1e6:.3f} |", flush=True)
