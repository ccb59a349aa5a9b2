#!/usr/bin/env python3
"""Time against ngspice on one thread: whole process and analysis alone, medians of several alternating runs.

usage: benchmarks/speed.py [repetitions] [deck name ...]
"""

import sys

from peers import ROOT, Peers, median, ngspice_analysis_seconds, nullor_analysis_seconds


def main():
    arguments = sys.argv[1:]
    repetitions = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else 5
    decks = sorted((ROOT / "benchmarks" / "speed").glob("*.cir"))
    if arguments:
        decks = [d for d in decks if d.stem in arguments]
    print(f"medians of {repetitions} runs, one thread, default tolerances, seconds\n")
    print(f"{'deck':<14}{'ngspice':>10}{'nullor':>10}{'ratio':>8}   {'analysis: ngspice':>18}{'nullor':>10}{'ratio':>8}")
    whole, alone = [], []
    with Peers() as peers:
        for deck in decks:
            a, b, c, d = [], [], [], []
            for _ in range(repetitions):
                theirs, ours = peers.ngspice(deck), peers.nullor(deck)
                if ours.status != 0:
                    raise SystemExit(f"{deck.name}: nullor failed\n{ours.text}")
                a.append(theirs.seconds)
                b.append(ours.seconds)
                c.append(ngspice_analysis_seconds(theirs.text))
                d.append(nullor_analysis_seconds(ours.text))
            whole.append(median(a) / median(b))
            alone.append(median(c) / median(d))
            print(f"{deck.stem:<14}{median(a):>10.3f}{median(b):>10.3f}{whole[-1]:>8.2f}   "
                  f"{median(c):>18.3f}{median(d):>10.3f}{alone[-1]:>8.2f}", flush=True)
    print(f"\nmedian ratio: whole process {median(whole):.2f}, analysis alone {median(alone):.2f}; "
          f"least {min(whole):.2f}, {min(alone):.2f}")


if __name__ == "__main__":
    main()
