"""How the neural engine scales beside the numerical one: RC ladders and ring oscillators of growing size.

Error: the largest distance of three node voltages, at the run's own points, to the numerical engine on 100,000 steps, in volts
(all swing by about one). The numerical engine is run with ever smaller tolerances until its error is below that of the network,
and that run is timed: equal accuracy, not equal settings. Training is at tolerance 1e-3. Times hold the operating point and the result, as seconds of one
processor: wall time by the share of a processor that the process got. Memory is that of the whole process.
"""

import array
import bisect
import csv
import math
import re

from peers import Peers, Run, nullor, nullor_analysis_seconds

TRAINED = re.compile(r"neural: (\d+) windows, (\d+) trained weights in (\S+) (ms|s);")
REFERENCE_STEPS = 100000


def ladder(nodes, options, steps=50):
    """1 kOhm and 1 nF in all, in equal sections, driven by a pulse: diffusion from 1 us down to 1 us / nodes^2."""
    stop = 2.1e-6
    lines = [f"RC ladder of {nodes} nodes", f".options {options}", "vin n0 0 pulse(0 1 0.1u 20n 20n 0.8u 4u)"]
    for k in range(nodes):
        lines += [f"r{k} n{k} n{k + 1} {1e3 / nodes:.17g}", f"c{k} n{k + 1} 0 {1e-9 / nodes:.17g}"]
    kept = [f"n{max(nodes // 4, 1)}", f"n{max(nodes // 2, 1)}", f"n{nodes}"]
    return lines + [f".tran {stop / 100:.17g} {stop:.17g} 0 {stop / steps:.17g}", ".save " + " ".join(f"v({n})" for n in kept)]


def ring(stages, options, steps=50):
    """Inverters of EKV transistors with charges, 10 fF each, 0.42 ns."""
    stop = 0.42e-9
    lines = [f"Ring of {stages} inverters", f".options {options}",
             ".model nch nmos level=44 vto=0.35 kp=200u gamma=0.4 phi=0.8 cox=12m",
             ".model pch pmos level=44 vto=-0.35 kp=80u gamma=0.4 phi=0.8 cox=12m", "vdd vdd 0 1"]
    for k in range(stages):
        a, y = f"n{k}", f"n{(k + 1) % stages}"
        lines += [f"mn{k} {y} {a} 0 0 nch w=1u l=100n", f"mp{k} {y} {a} vdd vdd pch w=2.5u l=100n", f"c{k} {y} 0 10f",
                  f".ic v({a})={k % 2}"]
    kept = ["n0", f"n{min(2, stages - 1)}", f"n{stages - 1}"]
    return lines + [f".tran {stop / 100:.17g} {stop:.17g} 0 {stop / steps:.17g}", ".save " + " ".join(f"v({n})" for n in kept)]


class Result:
    def __init__(self, peers, lines, *options, timeout=1200):
        deck, waves = peers.path / "deck.cir", peers.path / "out.csv"
        deck.write_text("\n".join(lines) + "\n.end\n")
        run = Run([nullor(), "--verbose", "run", str(deck), "-o", str(waves), *options], peers.environment, timeout)
        self.ok = run.status == 0
        self.memory = run.memory
        if not self.ok:
            self.message = "too slow" if run.timed_out else (re.search(r"error: (.*)", run.text) or ["", run.text[-200:]])[1]
            return
        with open(waves) as file:
            lines = csv.reader(file)
            # Compact: the peak memory of a child counts what this process holds when it starts.
            self.columns = [array.array("d") for _ in next(lines)]
            for line in lines:
                for column, cell in zip(self.columns, line):
                    column.append(float(cell))
        self.times = self.columns[0]
        trained = TRAINED.search(run.text)
        self.windows = int(trained[1]) if trained else 0
        wall = float(trained[3]) * {"ms": 1e-3, "s": 1}[trained[4]] if trained else nullor_analysis_seconds(run.text)
        self.seconds = wall * min(run.cpu / run.seconds, 1)

    def at(self, time, signal):
        """By the cubic through four neighbours."""
        k = min(max(bisect.bisect(self.times, time) - 2, 0), len(self.times) - 4)
        points = [(self.times[j], self.columns[signal][j]) for j in range(k, k + 4)]
        value = 0.0
        for i, (ti, yi) in enumerate(points):
            for j, (tj, _) in enumerate(points):
                if i != j:
                    yi *= (time - tj) / (ti - tj)
            value += yi
        return value

    def distance(self, reference):
        some = range(0, len(self.times), max(len(self.times) // 1000, 1))
        return max(abs(column[k] - reference.at(self.times[k], signal))
                   for signal, column in enumerate(self.columns) if signal > 0 for k in some)


def exponent(points):
    """Least-squares slope of log time over log size, of the larger half of the sizes."""
    points = points[len(points) // 2:]
    xs, ys = [math.log(n) for n, _ in points], [math.log(t) for _, t in points]
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / sum((x - mx) ** 2 for x in xs)


def fastest(run):
    """The fastest of three where that is quick."""
    results = [run()]
    while results[0].ok and results[0].seconds < 1 and len(results) < 3:
        results.append(run())
    return min(results, key=lambda r: r.seconds if r.ok else 0)


def family(peers, name, make, sizes):
    print(f"{name:<8}{'windows':>8}{'train s':>10}{'MB':>6}{'error V':>9}   {'reltol':>7}{'steps':>7}{'numeric s':>11}{'MB':>6}{'error V':>9}{'ratio':>7}")
    ours, theirs, start = [], [], 6
    for size in sizes:
        reference = Result(peers, make(size, "reltol=1e-7 vntol=1e-10 chgtol=1e-22", REFERENCE_STEPS))
        network = fastest(lambda: Result(peers, make(size, "reltol=1e-3"), "--engine", "neural", "--tolerance", "1e-3"))
        if not reference.ok or not network.ok:
            print(f"{size:<8}{(network if not network.ok else reference).message}", flush=True)
            continue
        error = network.distance(reference)
        ours.append((size, network.seconds))
        line = f"{size:<8}{network.windows:>8}{network.seconds:>10.4f}{network.memory:>6.0f}{error:>9.1e}   "
        for half_decades in range(start, 24):
            reltol = 10 ** (-half_decades / 2)
            options = f"reltol={reltol:g} vntol={1e-3 * reltol:g} abstol={1e-6 * reltol:g} chgtol=1e-22"
            numeric = Result(peers, make(size, options))
            if not numeric.ok or numeric.distance(reference) <= error:
                break
        start = max(half_decades - 1, 6)  # the next size needs about the same
        if numeric.ok:
            if numeric.seconds < 1:
                numeric = fastest(lambda: Result(peers, make(size, options)))
            theirs.append((size, numeric.seconds))
            line += (f"{reltol:>7.0e}{len(numeric.times):>7}{numeric.seconds:>11.4f}{numeric.memory:>6.0f}"
                     f"{numeric.distance(reference):>9.1e}{numeric.seconds / network.seconds:>7.2f}")
        else:
            line += numeric.message
        print(line, flush=True)
    print(f"growth over the larger half: network size^{exponent(ours):.2f}, numerical engine size^{exponent(theirs):.2f}\n", flush=True)


def scale():
    with Peers() as peers:
        family(peers, "ladder", ladder, [10, 30, 100, 300, 1000, 3000, 10000])
        family(peers, "ring", ring, [5, 11, 21, 51, 101, 201, 501])
