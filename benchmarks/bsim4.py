#!/usr/bin/env python3
"""BSIM4 against ngspice, and against the tables of the Compact Model Council.

    bsim4.py [bins] [--quick] [--data FOLDER] [--nullor PROGRAM] [--ngspice PROGRAM]

bins     every bin of SKY130's nfet_01v8, pfet_01v8 and pfet_01v8_lvt, five corners, -40, 27 and 125 C, drain -0.6..1.8 V,
         gate 0..1.8 V, body -1.8..0.3 V: terminal currents (limit 1e-6, floor 1e-15 A), charges and capacitances
         (1e-6, floor 1e-21 C or F), slopes of the current, threshold and saturation voltage

FOLDER holds sky130 and bsim4-qa; default: NULLOR_DATA. Exit code 0: all within their limits; 77: data or ngspice missing.
"""
import argparse
import os
import pathlib
import shutil
import sys
import tempfile

from bsim4_agreement import bins
from bsim4_agreement.runs import Programs, Worst

HERE = pathlib.Path(__file__).resolve().parent
LIMITS = {"current": 1e-6, "charge": 1e-6, "slope": 1e-6}


def run_bins(programs, data, quick):
    failed = False
    print(f"{'device':14} {'corner':6} {'T [C]':>6} {'bins':>5} {'values':>8}   " + "  ".join(f"{k:>9}" for k in LIMITS))
    for device, sign in bins.DEVICES.items():
        for corner in bins.CORNERS[:1] if quick else bins.CORNERS:
            flat = data / "sky130" / "flat" / f"{device}__{corner}.spice"
            chosen = bins.bins(flat, 12 if quick else 1)
            for temperature in (27,) if quick else (-40, 27, 125):
                total = {kind: Worst() for kind in LIMITS}
                for body in bins.BODY[:2] if quick else bins.BODY:
                    deck = bins.sweep_deck(flat, chosen, sign, temperature, body)
                    for kind, worst in bins.compare_sweep(programs, deck, chosen, f"vbs={body}").items():
                        total[kind].merge(worst)
                count = sum(w.count for w in total.values())
                print(f"{device:14} {corner:6} {temperature:6} {len(chosen):5} {count:8}   " +
                      "  ".join(f"{w.difference:9.1e}" for w in total.values()), flush=True)
                for kind, worst in total.items():
                    if not worst.difference <= LIMITS[kind]:
                        failed = True
                        print(f"    {kind}: {worst.where}")
    return failed


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("parts", nargs="*", help="bins; default: all")
    arguments.add_argument("--quick", action="store_true", help="a subset that takes seconds")
    arguments.add_argument("--data", default=os.environ.get("NULLOR_DATA", "/work/shared/data"))
    arguments.add_argument("--nullor", default=os.environ.get("NULLOR", str(HERE.parent / "build/release/bin/nullor")))
    arguments.add_argument("--ngspice", default="ngspice")
    options = arguments.parse_args()
    data, ngspice = pathlib.Path(options.data), shutil.which(options.ngspice)
    if not ngspice or not (data / "sky130").is_dir():
        print("skipped: " + ("no data, see --data" if ngspice else "ngspice is not installed (apt install ngspice)"))
        return 77
    parts = options.parts or ["bins"]
    with tempfile.TemporaryDirectory() as folder:
        programs = Programs(os.path.abspath(options.nullor), ngspice, folder)
        failed = False
        if "bins" in parts:
            failed |= run_bins(programs, data, options.quick)
        return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
