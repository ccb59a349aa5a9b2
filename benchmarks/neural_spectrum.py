"""Spectra of switching nodes: harmonics 1 to 100 of the clock, from the network and from the numerical engine.

The Fourier sum is taken over 8192 even samples of the fourth period, which both engines reach from the same operating point. The
reference is the numerical engine on 65,536 steps a period at reltol 1e-9; where a sample falls between its points it is read off
the cubic through four of them. Beside the network stands the numerical engine with the spacing of the samples as largest step.
"""

import array
import bisect
import cmath
import csv
import math

from peers import Peers, Run, nullor

SAMPLES, PERIODS, HARMONICS = 8192, 4, 100
DECKS = {
    "inverter, 1.25 GHz": (0.8e-9, "out", """.model nch nmos level=44 vto=0.35 kp=200u gamma=0.4 phi=0.8 cox=12m
.model pch pmos level=44 vto=-0.35 kp=80u gamma=0.4 phi=0.8 cox=12m
vdd vdd 0 1
vin in 0 pulse(0 1 100p 40p 40p 360p 800p)
mn out in 0 0 nch w=1u l=100n
mp out in vdd vdd pch w=2.5u l=100n
cl out 0 10f"""),
    "diode clipper, 10 MHz": (100e-9, "out", """.model d1 d is=1e-14 rs=5 cjo=2p tt=2n
vin in 0 pulse(-2 2 10n 2n 2n 48n 100n)
r1 in out 500
d1 out 0 d1
d2 0 mid d1
d3 mid out d1"""),
}


class Wave:
    def __init__(self, peers, name, options, step, *arguments):
        period, node, circuit = DECKS[name]
        deck, out = peers.path / "deck.cir", peers.path / "out.csv"
        stop = PERIODS * period
        deck.write_text(f"{name}\n{circuit}\n.options {options}\n.tran {period / SAMPLES:.17g} {stop:.17g} {stop - period * 1.01:.17g} "
                        f"{step:.17g}\n.save v({node})\n.end\n")
        run = Run([nullor(), "run", str(deck), "-o", str(out), *arguments], peers.environment)
        if run.status != 0:
            raise SystemExit(run.text)
        with open(out) as file:
            rows = csv.reader(file)
            next(rows)
            self.times, self.values = array.array("d"), array.array("d")
            for time, value in rows:
                self.times.append(float(time))
                self.values.append(float(value))
        self.begin, self.step = stop - period, period / SAMPLES

    def at(self, time):
        near = bisect.bisect_left(self.times, time - 1e-6 * self.step)
        if near < len(self.times) and abs(self.times[near] - time) < 1e-6 * self.step:
            return self.values[near]
        k = min(max(near - 2, 0), len(self.times) - 4)
        value = 0.0
        for i in range(k, k + 4):
            weight = 1.0
            for j in range(k, k + 4):
                if i != j:
                    weight *= (time - self.times[j]) / (self.times[i] - self.times[j])
            value += weight * self.values[i]
        return value

    def harmonics(self):
        samples = [self.at(self.begin + k * self.step) for k in range(SAMPLES)]
        turn = [cmath.exp(-2j * math.pi * k / SAMPLES) for k in range(SAMPLES)]
        return [2 / SAMPLES * sum(y * turn[n * k % SAMPLES] for k, y in enumerate(samples)) for n in range(1, HARMONICS + 1)]


def first_beyond(limit, departures):
    beyond = [n for n, d in enumerate(departures, 1) if d > limit]
    return str(beyond[0]) if beyond else "none"


def spectrum():
    with Peers() as peers:
        for name, (period, _, _) in DECKS.items():
            tight = "reltol=1e-9 vntol=1e-12 chgtol=1e-22"
            reference = Wave(peers, name, tight, period / 65536).harmonics()
            coarser = Wave(peers, name, tight, period / 32768).harmonics()
            levels = [20 * math.log10(abs(h / reference[0])) for h in reference]
            print(f"{name}: harmonic 10 at {levels[9]:.1f} dB, 50 at {levels[49]:.1f} dB, 100 at {levels[99]:.1f} dB, lowest {min(levels):.1f} dB")
            print(f"{'run':<26}{'first beyond 1 dB':>19}{'first beyond 1 %':>18}{'largest departure':>19}{'at':>5}")
            rows = [("reference, half the steps", coarser)]
            rows += [(f"network, tolerance {t}", Wave(peers, name, "reltol=1e-3", period, "--engine", "neural", "--tolerance", t).harmonics())
                     for t in ("1e-3", "1e-4", "1e-5", "1e-6", "1e-7")]
            rows += [(f"numeric, reltol {r}", Wave(peers, name, f"reltol={r}", period / SAMPLES).harmonics()) for r in ("1e-3", "1e-6")]
            for label, found in rows:
                departures = [abs(a - b) / abs(b) for a, b in zip(found, reference)]
                decibels = [abs(20 * math.log10(abs(a / b))) for a, b in zip(found, reference)]
                largest = max(departures)
                print(f"{label:<26}{first_beyond(1, decibels):>19}{first_beyond(0.01, departures):>18}{largest:>19.1e}"
                      f"{departures.index(largest) + 1:>5}", flush=True)
            print()
