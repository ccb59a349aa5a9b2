#!/usr/bin/env python3
"""Samples of a SKY130 amplifier a second: lanes and the scalar engine beside ngspice, all eleven metrics.

usage: benchmarks/dataset_speed.py [--samples 64] [--ngspice-samples 4] [--program PATH]

AnalogGym's Leung_NMCF_Pin_3 with flat model cards (amplifier/ and sky130/ below NULLOR_DATA or ../shared/data), sizes
within one percent of ZeroSim's own, at which it is stable: every set-up runs to its end. Processor time of one thread,
start of the program and reading of the decks included; ngspice runs with one thread, a process for each set-up. Then
the largest relative difference of each metric between lanes and scalar engine.
"""

import argparse
import csv
import os
import pathlib
import resource
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIZES = {
    "MOSFET_0_8_W_BIASCM_PMOS": 2.0822, "MOSFET_0_8_L_BIASCM_PMOS": 0.64293, "MOSFET_0_8_M_BIASCM_PMOS": 27,
    "MOSFET_8_2_W_gm1_PMOS": 3.7785, "MOSFET_8_2_L_gm1_PMOS": 0.28391, "MOSFET_8_2_M_gm1_PMOS": 77,
    "MOSFET_10_1_W_gm2_PMOS": 9.539, "MOSFET_10_1_L_gm2_PMOS": 0.85389, "MOSFET_10_1_M_gm2_PMOS": 22,
    "MOSFET_11_1_W_gmf2_PMOS": 8.3646, "MOSFET_11_1_L_gmf2_PMOS": 0.15748, "MOSFET_11_1_M_gmf2_PMOS": 46,
    "MOSFET_17_7_W_BIASCM_NMOS": 1.6307, "MOSFET_17_7_L_BIASCM_NMOS": 0.73247, "MOSFET_17_7_M_BIASCM_NMOS": 47,
    "MOSFET_21_2_W_LOAD2_NMOS": 3.1126, "MOSFET_21_2_L_LOAD2_NMOS": 0.79507, "MOSFET_21_2_M_LOAD2_NMOS": 92,
    "MOSFET_23_1_W_gm3_NMOS": 6.8004, "MOSFET_23_1_L_gm3_NMOS": 0.77569, "MOSFET_23_1_M_gm3_NMOS": 2,
    "CURRENT_0_BIAS": 33.725e-6, "CAPACITOR_0": 14.784e-12, "CAPACITOR_1": 92.817e-12}


def bounds():
    lines = []
    for name, x in SIZES.items():
        low, high, kind = (x, x, "int") if "_M_" in name else (0.99 * x, 1.01 * x, "float")
        lines.append(f"{name}: {{min: {low!r}, max: {high!r}, type: {kind}}}\n")
    return "".join(lines)


def rows(path):
    with open(path) as file:
        return list(csv.DictReader(file))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=64)
    parser.add_argument("--ngspice-samples", type=int, default=4)
    parser.add_argument("--program", default=str(ROOT / "build" / "release" / "bin" / "nullor"))
    options = parser.parse_args()
    data = pathlib.Path(os.environ.get("NULLOR_DATA", ROOT.parent / "shared" / "data"))
    amplifier = data / "analoggym" / "amplifier"
    if not amplifier.is_dir():
        raise SystemExit(f"no folder {amplifier}: set NULLOR_DATA")
    name = "Leung_NMCF_Pin_3"
    with tempfile.TemporaryDirectory() as folder:
        box = pathlib.Path(folder) / "box.yaml"
        box.write_text(bounds())
        seconds, tables = {}, {}
        for engine in ("ngspice", "native", "lanes"):
            count = options.ngspice_samples if engine == "ngspice" else options.samples
            out = f"{folder}/{engine}"
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([options.program, "-q", "dataset", "make", str(amplifier / "spice_netlist" / name),
                            "--include", str(amplifier / "design_variables" / name),
                            "--models", str(data / "sky130" / "corners" / "tt_flat.spice"),
                            "--testbench", str(ROOT / "share" / "testbenches" / "amplifier.toml"), "--bounds", str(box),
                            "--samples", str(count), "--shard-size", str(count), "--engine", engine, "--jobs", "1", "--out", out],
                           check=True, stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds[engine] = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / count
            subprocess.run([options.program, "-q", "dataset", "export", out, "-o", f"{out}.csv"], check=True)
            tables[engine] = rows(f"{out}.csv")
    print(f"{'engine':<10}{'samples':>8}{'CPU ms a sample':>17}{'ratio to ngspice':>18}")
    for engine, time in seconds.items():
        print(f"{engine:<10}{len(tables[engine]):>8}{1e3 * time:>17.1f}{seconds['ngspice'] / time:>18.1f}")
    print(f"\n{'metric':<22}{'largest relative difference of lanes':>40}")
    for metric in list(tables["lanes"][0]):
        try:
            pairs = [(float(a[metric]), float(b[metric])) for a, b in zip(tables["lanes"], tables["native"])]
        except ValueError:
            continue
        if metric in SIZES or metric.lower() in (s.lower() for s in SIZES) or all(a == b for a, b in pairs):
            continue
        print(f"{metric:<22}{max(abs(a - b) / abs(b) for a, b in pairs if b):>40.1e}")


if __name__ == "__main__":
    main()
