#!/usr/bin/env python3
"""Nullor against ngspice on every deck of benchmarks/decks.

    accuracy.py [--quick] [--step-control] [--nullor PROGRAM] [--ngspice PROGRAM] [deck names ...]

Each deck runs in both programs and like-named vectors are compared:

    row           options of both programs              difference relative to                     limit
    op dc tf      tight                                 max(|value|, 1e-6 of the largest)          1e-6
    ac            tight                                 magnitude                                  1e-6
    noise         tight                                 value                                      1e-4
    sens          tight                                 value; ngspice by differences, see         1e-6
                                                        agreement/sensitivities.py
    tran          none: each program's defaults         swing of the vector                        1e-3
    tran tight    tight                                 swing of the vector                        1e-5
    meas, print   tight                                 value                                      1e-4

"tight" is reltol=1e-9 abstol=1e-16 vntol=1e-12, in decks with a transient reltol=1e-6 abstol=1e-12 vntol=1e-9
chgtol=1e-18. Nothing else is added to a deck: the largest step of a transient is what its .tran line states, the same in
all runs. Waveforms are compared at the samples of both programs (agreement/compare.py).

Where a transient row differs, both programs are refined (reltol=1e-7, the largest step divided by 10, 40, then 160, up to
two million steps) until they agree within the limit of the row. This common answer judges: "ours is the nearer" if Nullor
is within the limit of it and ngspice is not, "both are near" if both are within it, else the row fails. All three figures
are printed.

NAME.ngspice beside NAME.cir is the same circuit in words that ngspice 39 reads right, with the reason in its first comment.
Temperatures of our decks are shifted by 0.1 mK so that kT/q is what ngspice 39 takes it for (its k/q is 3.4e-7 smaller
than the SI's). A comment in a deck changes what is expected of it, always with a reason:

    * accuracy: dc=1e-4; why             another limit (op dc ac noise tf sens tran tight meas)
    * accuracy: ac proof=name; why       this row may differ if agreement/proofs.py shows that the reason holds
    * accuracy: ours; why                has no counterpart: must only run here

--step-control takes the largest steps out and prints how far each program is then from the common answer.

Exit code 0: every deck agrees or states why not; 1: one does not; 77: ngspice is not installed.
"""
import argparse
import os
import pathlib
import shutil
import sys
import tempfile

from agreement.decks import Deck
from agreement.judge import Judge
from agreement.programs import Programs
from agreement.report import Report
from agreement.step_control import table

HERE = pathlib.Path(__file__).resolve().parent
# One of each analysis and kind of device, all together a few seconds.
QUICK = ("op_divider op_controlled_sources op_params_functions op_switches dc_bjt_output dc_mos1_output dc_jfet_output "
         "dc_poly dc_diode_temperature ac_bjt_amplifier ac_transmission_line ac_tuned_transformer noise_bjt noise_mos "
         "tf_amplifier sens_divider control_alter control_meas tran_rc_pulse tran_bjt_switch").split()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("decks", nargs="*", help="names of decks; default: all")
    arguments.add_argument("--quick", action="store_true", help="a subset that takes seconds")
    arguments.add_argument("--step-control", action="store_true", help="transients without the largest steps of the decks")
    arguments.add_argument("--nullor", default=os.environ.get("NULLOR", str(HERE.parent / "build/release/bin/nullor")))
    arguments.add_argument("--ngspice", default="ngspice")
    options = arguments.parse_args()
    ngspice = shutil.which(options.ngspice)
    if not ngspice:
        print("skipped: ngspice is not installed (apt install ngspice)")
        return 77
    wanted = options.decks or (QUICK if options.quick else None)
    paths = [p for p in sorted((HERE / "decks").glob("*.cir")) if wanted is None or p.stem in wanted]
    if unknown := set(wanted or ()) - {p.stem for p in paths}:
        arguments.error("no such deck: " + " ".join(sorted(unknown)))
    with tempfile.TemporaryDirectory() as folder:
        programs = Programs(os.path.abspath(options.nullor), ngspice, folder, (HERE / "decks").glob("*.inc"))
        decks = [Deck(path) for path in paths]
        if options.step_control:
            table(decks, programs)
            return 0
        report = Report()
        for deck in decks:
            report.add(deck, Judge(deck, programs).run())
        return report.summary()


if __name__ == "__main__":
    sys.exit(main())
