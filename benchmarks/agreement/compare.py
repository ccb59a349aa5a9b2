"""Differences of two results, relative to what they should be relative to."""
import bisect
import math
from dataclasses import dataclass

FLOORS = {"v": 1e-9, "i": 1e-14}  # [V] and [A]: below these both programs only have rounding
SAMPLES = 4000  # of each program, at which transients are compared


@dataclass
class Difference:
    error: float = 0.0
    vector: str = "-"
    count: int = 0  # vectors or values compared
    at: float = math.nan  # where on the scale

    def widen(self, error, vector, at=math.nan):
        if not error <= self.error:
            self.error, self.vector, self.at = error, vector, abs(at)


def common_vectors(a, b, besides):
    return [n for n in b.names if n in a.index and n not in besides]


def largest_of_each_quantity(plot, vectors, size):
    """Of the voltages "v", of the currents "i"."""
    largest = {}
    for name in vectors:
        largest[name[0]] = max(largest.get(name[0], 0.0), size(plot[name]))
    return largest


def compare_points(ours, theirs):
    """Two plots whose points must match one by one, relative to the value; values below a millionth of the largest
    of their kind are compared with that. Noise has no such floor."""
    if len(ours.columns[0]) != len(theirs.columns[0]):
        return Difference(math.inf, f"{len(ours.columns[0])} points, ngspice {len(theirs.columns[0])}")
    vectors = common_vectors(ours, theirs, ("temp-sweep",))  # same_thermal_voltage() shifts the temperatures
    largest = largest_of_each_quantity(theirs, vectors, lambda y: max(map(abs, y)))
    worst = Difference(count=len(vectors))
    for name in vectors:
        floor = 1e-300 if theirs.kind == "noise" else max(FLOORS.get(name[0], 1e-300), 1e-6 * largest[name[0]])
        for at, x, y in zip(theirs.columns[0], ours[name], theirs[name]):
            if name == "frequency":  # ngspice leaves the imaginary part of its frequencies unset
                x, y = complex(x).real, complex(y).real
            worst.widen(abs(x - y) / max(abs(y), floor), name, at)
    return worst


def compare_values(ours, theirs):
    """(difference, names that Nullor lacks) of printed and measured values, in their order."""
    left, missing, worst = list(ours), [], Difference()
    largest_harmonic = max((abs(v) for n, v in theirs if n.startswith("harmonic")), default=0.0)
    for name, y in theirs:
        k = next((k for k, (n, _) in enumerate(left) if n == name or (name == "thd" and n.startswith("thd("))), None)
        if k is None:
            missing.append(name)
            continue
        x = left.pop(k)[1]
        worst.count += 1
        worst.widen(abs(x - y) / (largest_harmonic if name.startswith("harmonic") else max(abs(y), 1e-12)), name)
    return worst, missing


class Curve:
    """A waveform through its samples, read between them."""

    def __init__(self, times, values):
        self.times, self.values = times, values

    def bracket(self, t):
        """k with times[k] <= t < times[k + 1]."""
        return min(max(bisect.bisect_right(self.times, t) - 1, 0), len(self.times) - 2)

    def distance(self, t, y, corners):
        """How far y is from the curve at t.

        Between samples a program says nothing: the straight line and the cubic through the four samples around t are
        both fair readings, and so is what lies between them. Where a corner of a source falls between two samples, so are
        the lines through the two samples before and through the two behind: the curve turns, or a current jumps,
        somewhere in between.
        """
        k = self.bracket(t)
        t0, t1, y0, y1 = self.times[k], self.times[k + 1], self.values[k], self.values[k + 1]
        if t1 <= t0:
            return abs(y - y1)
        readings = [y0 + (y1 - y0) * (t - t0) / (t1 - t0)]
        if contains(corners, t0, t1):
            readings += [y0, y1]
            readings += [self.line(j, t) for j in (k - 1, k + 1) if 0 <= j < len(self.times) - 1]
        elif self.is_even_around(k):
            readings.append(self.cubic(k, t))
        return max(min(readings) - y, y - max(readings), 0.0)

    def line(self, k, t):
        """Through samples k and k + 1, read at t."""
        step = self.times[k + 1] - self.times[k]
        slope = (self.values[k + 1] - self.values[k]) / step if step > 0 else 0.0
        return self.values[k] + slope * (t - self.times[k])

    def is_even_around(self, k):
        """Whether no corner is near: the steps beside the one from sample k are like it."""
        if not 0 < k < len(self.times) - 2:
            return False
        before, step, after = (self.times[j + 1] - self.times[j] for j in (k - 1, k, k + 1))
        return max(before, step, after) < 3 * min(before, step, after)

    def cubic(self, k, t):
        times, values = self.times[k - 1:k + 3], self.values[k - 1:k + 3]
        total = 0.0
        for i in range(4):
            weight = values[i]
            for j in range(4):
                if j != i:
                    weight *= (t - times[j]) / (times[i] - times[j])
            total += weight
        return total


def restarts(times):
    """Where a run begins and where its step shrinks to less than a half, as at a corner of a source."""
    shrinks = (t for before, t, after in zip(times, times[1:], times[2:]) if 2 * (after - t) < t - before)
    return [times[0], *shrinks]


def contains(ascending, low, high):
    k = bisect.bisect_left(ascending, low)
    return k < len(ascending) and ascending[k] <= high


def thinned(times, start, stop):
    inside = [k for k, t in enumerate(times) if start <= t <= stop]
    return inside[::max(1, len(inside) // SAMPLES)]


def compare_transients(ours, theirs):
    """The largest difference at the samples of either program to the curve of the other, relative to the swing."""
    ta, tb = ours.columns[0], theirs.columns[0]
    if abs(ta[-1] - tb[-1]) > 1e-6 * tb[-1]:
        return Difference(math.inf, "end of the run")
    start, stop = max(ta[0], tb[0]), min(ta[-1], tb[-1])
    vectors = [n for n in common_vectors(ours, theirs, ("time",)) if not n.startswith("@")]
    swing = {n: max(theirs[n]) - min(theirs[n]) for n in vectors}
    largest = {}
    for name in vectors:
        largest[name[0]] = max(largest.get(name[0], 0.0), swing[name])
    corners = sorted(restarts(ta) + restarts(tb))
    worst = Difference(count=len(vectors))
    for name in vectors:
        scale = max(swing[name], 1e-3 * largest[name[0]], FLOORS.get(name[0], 1e-12))
        a, b = Curve(ta, ours[name]), Curve(tb, theirs[name])
        for one, other in ((a, b), (b, a)):
            for k in thinned(one.times, start, stop):
                worst.widen(other.distance(one.times[k], one.values[k], corners) / scale, name, one.times[k])
    return worst
