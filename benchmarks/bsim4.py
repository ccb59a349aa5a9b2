#!/usr/bin/env python3
"""BSIM4 against ngspice, and against the tables of the Compact Model Council.

    bsim4.py [bins] [noise] [quality] [--quick] [--data FOLDER] [--nullor PROGRAM] [--ngspice PROGRAM]

bins     every bin of SKY130's nfet_01v8, pfet_01v8 and pfet_01v8_lvt, five corners, -40, 27 and 125 C, drain -0.6..1.8 V,
         gate 0..1.8 V, body -1.8..0.3 V: terminal currents (limit 1e-6, floor 1e-15 A), charges with their capacitances
         (1e-6, floor 1e-21 C or F), slopes of the current, threshold and saturation voltage (1e-6)
noise    every twelfth bin of the typical corner, 1 Hz to 1 GHz, four bias points (limit 1e-4)
quality  the council's decks: largest relative difference of ours and ngspice (limit 1e-6, noise 1e-4; floor 1e-15 A), and
         of either and the table. The tables were made with an earlier version than the decks name. noise2 and noise4
         (tnoimod 1) differ by the 1 mOhm that ngspice puts in series with source and drain during a noise analysis.

FOLDER holds sky130 and bsim4-qa; default: NULLOR_DATA, or ../shared/data beside the sources. Exit code 0: all within
their limits; 77: data or ngspice missing.
"""
import argparse
import os
import pathlib
import shutil
import sys
import tempfile

from bsim4_agreement import bins, noise, quality
from bsim4_agreement.runs import Programs, Worst

HERE = pathlib.Path(__file__).resolve().parent
LIMITS = {"current": 1e-6, "charge": 1e-6, "slope": 1e-6}
NOISE_LIMIT = 1e-4


def exceeds(worst, limit, what):
    if worst.difference <= limit:
        return False
    print(f"    {what}: {worst.where}")
    return True


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
                    failed |= exceeds(worst, LIMITS[kind], kind)
    return failed


def run_noise(programs, data, quick):
    failed = False
    print(f"{'device':14} {'T [C]':>6} {'values':>8} {'noise':>9}")
    for device, sign in bins.DEVICES.items():
        flat = data / "sky130" / "flat" / f"{device}__tt.spice"
        for temperature in (27,) if quick else (-40, 125):
            worst = noise.compare(programs, flat, bins.bins(flat, 60 if quick else 12), sign, temperature)
            print(f"{device:14} {temperature:6} {worst.count:8} {worst.difference:9.1e}", flush=True)
            failed |= exceeds(worst, NOISE_LIMIT, "noise")
    return failed


def run_quality(programs, data, quick):
    failed = False
    folder = data / "bsim4-qa"
    print(f"{'deck':22} {'T':5} {'to ngspice':>10}  {'to the table':>12}  {'ngspice to it':>13}")
    for path in sorted(folder.glob("nmos_*.cir")):
        if quick and not path.stem.endswith(("lw1_t27", "acFreq_t27", "noise2_t27", "sca_tm50")):
            continue
        test, temperature, mutual, ours, theirs = quality.compare(programs, folder, path)
        tables = f"{ours.difference:12.1e}  {theirs.difference:13.1e}" if ours else f"{'-':>12}  {'-':>13}"
        print(f"{test:22} {temperature:5} {mutual.difference:10.1e}  {tables}", flush=True)
        failed |= exceeds(mutual, NOISE_LIMIT if "noise" in test else 1e-6, test)
    return failed


def main():
    runs = {"bins": run_bins, "noise": run_noise, "quality": run_quality}
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("parts", nargs="*", help="bins, noise, quality; default: all")
    arguments.add_argument("--quick", action="store_true", help="a subset that takes seconds")
    arguments.add_argument("--data", default=os.environ.get("NULLOR_DATA", str(HERE.parent.parent / "shared/data")))
    arguments.add_argument("--nullor", default=os.environ.get("NULLOR", str(HERE.parent / "build/release/bin/nullor")))
    arguments.add_argument("--ngspice", default="ngspice")
    options = arguments.parse_args()
    if unknown := set(options.parts) - set(runs):
        arguments.error("no such part: " + " ".join(sorted(unknown)))
    data, ngspice = pathlib.Path(options.data), shutil.which(options.ngspice)
    if not ngspice or not options.data or not (data / "sky130").is_dir():
        print("skipped: " + ("no data, see --data" if ngspice else "ngspice is not installed (apt install ngspice)"))
        return 77
    with tempfile.TemporaryDirectory() as folder:
        programs = Programs(os.path.abspath(options.nullor), ngspice, folder)
        failed = False
        for part in options.parts or list(runs):
            failed |= runs[part](programs, data, options.quick)
        return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
