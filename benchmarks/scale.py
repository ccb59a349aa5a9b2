#!/usr/bin/env python3
"""Large circuits against ngspice: time, memory, and how the cost of a step grows.

usage: benchmarks/scale.py [--largest-only] [--no-peer] [--limit SECONDS]

ngspice is stopped after the limit, 900 s unless told.
"""

import math
import sys

from peers import Peers, ngspice_analysis_seconds, nullor_analysis_seconds


def rc_mesh(side):
    """A grid of side x side nodes: 1 kOhm between neighbours, 1 pF to ground, driven at one corner, loaded at the other."""
    lines = [f"RC mesh of {side * side} nodes", "V1 in 0 dc 1 pulse(0 1 0 1n 1n 1 2)", "R0 in n0_0 100"]
    for i in range(side):
        for j in range(side):
            if i + 1 < side:
                lines.append(f"RA{i}_{j} n{i}_{j} n{i + 1}_{j} 1k")
            if j + 1 < side:
                lines.append(f"RB{i}_{j} n{i}_{j} n{i}_{j + 1} 1k")
            lines.append(f"C{i}_{j} n{i}_{j} 0 1p")
    lines += [f"RL n{side - 1}_{side - 1} 0 10k", f".save v(n0_0) v(n{side - 1}_{side - 1})", ".op", ".tran 1n 50n 0 1n", ".end"]
    return "\n".join(lines) + "\n"


def inverter_array(transistors):
    """Chains of 10 level-1 inverters side by side, all driven by one pulse."""
    lines = [f"{transistors} level-1 transistors",
             ".model n nmos(level=1 vto=0.5 kp=200u gamma=0.4 phi=0.8 lambda=0.05 cgso=0.3n cgdo=0.3n cj=1m cjsw=0.2n mj=0.5 pb=0.8)",
             ".model p pmos(level=1 vto=-0.5 kp=80u gamma=0.4 phi=0.8 lambda=0.08 cgso=0.3n cgdo=0.3n cj=1m cjsw=0.2n mj=0.5 pb=0.8)",
             "VDD vdd 0 1.8", "VIN in 0 dc 0 pulse(0 1.8 0.2n 50p 50p 2n 4n)"]
    for chain in range(transistors // 20):
        for k in range(10):
            a = "in" if k == 0 else f"c{chain}_{k - 1}"
            y = f"c{chain}_{k}"
            lines.append(f"MN{chain}_{k} {y} {a} 0 0 n w=2u l=0.2u ad=1p as=1p pd=3u ps=3u")
            lines.append(f"MP{chain}_{k} {y} {a} vdd vdd p w=5u l=0.2u ad=2.5p as=2.5p pd=6u ps=6u")
            lines.append(f"C{chain}_{k} {y} 0 5f")
    lines += [".save v(c0_0) v(c0_9)", ".op", ".tran 20p 4n 0 20p", ".end"]
    return "\n".join(lines) + "\n"


def main():
    largest_only = "--largest-only" in sys.argv
    with_peer = "--no-peer" not in sys.argv
    limit = int(sys.argv[sys.argv.index("--limit") + 1]) if "--limit" in sys.argv else 900
    families = [("RC mesh, nodes", rc_mesh, [(32, 1024), (100, 10000), (317, 100489)]),
                ("level-1 transistors", inverter_array, [(100, 100), (1000, 1000), (10000, 10000)])]
    print(f"{'circuit':<22}{'size':>8}{'nullor s':>10}{'MB':>7}{'analyses s':>12}{'ngspice s':>11}{'MB':>7}{'ratio':>7}")
    with Peers() as peers:
        for name, make, sizes in families:
            before = None
            for argument, size in sizes[-1:] if largest_only else sizes:
                deck = peers.path / "deck.cir"
                deck.write_text(make(argument))
                ours = peers.nullor(deck)
                if ours.status != 0:
                    raise SystemExit(f"{name} {size}: {ours.text}")
                analyses = nullor_analysis_seconds(ours.text)
                line = f"{name:<22}{size:>8}{ours.seconds:>10.2f}{ours.memory:>7.0f}{analyses:>12.2f}"
                if with_peer:
                    theirs = peers.ngspice(deck, timeout=limit)
                    line += f"{theirs.seconds:>11.2f}{theirs.memory:>7.0f}{theirs.seconds / ours.seconds:>7.2f}" if not theirs.timed_out \
                        else f"{'> ' + str(limit):>11}"
                if before:
                    growth = math.log(analyses / before[1]) / math.log(size / before[0])
                    line += f"   cost grows as size^{growth:.2f}"
                before = (size, analyses)
                print(line, flush=True)


if __name__ == "__main__":
    main()
