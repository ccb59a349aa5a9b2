#!/usr/bin/env python3
"""Samples of a SKY130 amplifier a second beside ngspice, and evaluations of BSIM4 a second.

usage: benchmarks/dataset_speed.py [--samples 256] [--ngspice-samples 4] [--cuda SAMPLES] [--program PATH]

AnalogGym's Leung_NMCF_Pin_3 (amplifier/ and sky130/ below NULLOR_DATA or ../shared/data), sizes within one percent of
ZeroSim's own, at which it is stable: every set-up runs to its end. Processor time of one thread, start of the program and
reading of the decks included; ngspice runs with one thread, a process for each set-up, with flat model cards and with the
foundry's own files.

all       every set-up, all eleven metrics; then the largest relative difference of each metric between lanes and scalar
          engine
op + ac   open loop alone: gain, unity-gain frequency and phase margin; four times as many samples
devices   f, q and all derivatives of 24 transistors, scalar and in lanes

--cuda adds a graphics device, by wall time: so many samples at once, by one thread that feeds it.
"""

import argparse
import csv
import json
import os
import pathlib
import resource
import subprocess
import tempfile
import time

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


def open_loop_alone(text):
    """The amplifier testbench with its first set-up and the metrics of its first response."""
    head, rest = text.split("[[setup]]", 1)
    setup = rest[:rest.index("\n# Both inputs")]
    metrics = text[text.index('[[metric]]\nname = "dc_gain"'):text.index('[[metric]]\nname = "triode_devices"')]
    return f"{head}[[setup]]{setup}\n\n{metrics}"


class Bench:
    def __init__(self, options, data, folder):
        self.options, self.folder = options, pathlib.Path(folder)
        self.amplifier, self.corners = data / "analoggym" / "amplifier", data / "sky130" / "corners"
        (self.folder / "box.yaml").write_text(bounds())
        testbench = (ROOT / "share" / "testbenches" / "amplifier.toml").read_text()
        (self.folder / "all.toml").write_text(testbench)
        (self.folder / "op + ac.toml").write_text(open_loop_alone(testbench))

    def seconds(self, what, engine, cards, count):
        """Processor time a sample; wall time on a graphics device."""
        out, name = self.folder / f"{what}-{engine}-{cards}", "Leung_NMCF_Pin_3"
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run([self.options.program, "-q", "dataset", "make", str(self.amplifier / "spice_netlist" / name),
                        "--include", str(self.amplifier / "design_variables" / name),
                        "--models", str(self.corners / ("tt_flat.spice" if cards == "flat" else "tt.spice")),
                        "--testbench", str(self.folder / f"{what}.toml"), "--bounds", str(self.folder / "box.yaml"),
                        "--samples", str(count), "--shard-size", str(count), "--engine", engine, "--jobs", "1",
                        "--out", str(out)], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if engine == "cuda":
            return (time.monotonic() - began) / count
        return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / count

    def table(self, engine):
        path = self.folder / f"{engine}.csv"
        subprocess.run([self.options.program, "-q", "dataset", "export", str(self.folder / f"all-{engine}-flat"), "-o",
                        str(path)], check=True)
        return rows(path)

    def devices(self):
        build = pathlib.Path(self.options.program).resolve().parent.parent
        subprocess.run(["cmake", "--build", str(build), "--target", "device_speed"], check=True, stdout=subprocess.DEVNULL)
        deck = [f".include {self.corners / 'tt_flat.spice'}"]
        for k in range(24):
            kind = "nfet_01v8" if k % 2 else "pfet_01v8"
            deck.append(f"x{k} d{k % 7} g{k % 5} s{k % 3} b{k % 2} sky130_fd_pr__{kind} l={0.15 + 0.05 * (k % 6)} w={1 + k % 4} m=1")
        path = self.folder / "devices.cir"
        path.write_text("transistors\n" + "\n".join(deck) + "\n.op\n.end\n")
        done = subprocess.run([str(build / "device_speed"), str(path), "2"], check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout)


def print_differences(lanes, native):
    print(f"\n{'metric':<22}{'largest relative difference of lanes':>40}")
    for metric in list(lanes[0]):
        try:
            pairs = [(float(a[metric]), float(b[metric])) for a, b in zip(lanes, native)]
        except ValueError:
            continue
        if metric in SIZES or metric.lower() in (s.lower() for s in SIZES) or all(a == b for a, b in pairs):
            continue
        print(f"{metric:<22}{max(abs(a - b) / abs(b) for a, b in pairs if b):>40.1e}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=256)
    parser.add_argument("--ngspice-samples", type=int, default=4)
    parser.add_argument("--cuda", type=int, default=0)
    parser.add_argument("--program", default=str(ROOT / "build" / "release" / "bin" / "nullor"))
    options = parser.parse_args()
    data = pathlib.Path(os.environ.get("NULLOR_DATA", ROOT.parent / "shared" / "data"))
    if not (data / "analoggym" / "amplifier").is_dir():
        raise SystemExit(f"no folder {data / 'analoggym' / 'amplifier'}: set NULLOR_DATA")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, data, folder)
        few = options.ngspice_samples
        print(f"{'what':<10}{'engine':<10}{'cards':<10}{'samples':>8}{'CPU ms a sample':>17}{'samples/s':>11}{'ratio to ngspice':>18}")
        for what, more in (("all", 1), ("op + ac", 4)):
            ngspice = {}
            wanted = [("ngspice", "foundry", few), ("ngspice", "flat", few), ("native", "flat", options.samples // 4),
                      ("lanes", "flat", more * options.samples), ("lanes", "foundry", more * options.samples)]
            if options.cuda:
                wanted.append(("cuda", "flat", options.cuda))
            for engine, cards, count in wanted:
                seconds = bench.seconds(what, engine, cards, count)
                ngspice.setdefault(cards, seconds)
                print(f"{what:<10}{engine:<10}{cards:<10}{count:>8}{1e3 * seconds:>17.2f}{1 / seconds:>11.4g}"
                      f"{ngspice[cards] / seconds:>18.1f}", flush=True)
        devices = bench.devices()
        print(f"\nBSIM4 evaluations a second with all derivatives: scalar {devices['scalar'] / 1e6:.2f} million, "
              f"{devices['lanes']} lanes {devices['side_by_side'] / 1e6:.2f} million")
        print_differences(bench.table("lanes"), bench.table("native"))


if __name__ == "__main__":
    main()
