#!/usr/bin/env python3
"""The comparison of benchmarks/agreement finds planted errors and forgives only what samples cannot tell."""
import math
import pathlib
import sys
from array import array

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benchmarks"))

from agreement.compare import compare_points, compare_transients, compare_values  # noqa: E402
from agreement.decks import refined, same_thermal_voltage, si  # noqa: E402
from agreement.sensitivities import parameters  # noqa: E402
from agreement.vectors import Plot, canonical  # noqa: E402


def transient(times, v, i=lambda t: 0.0):
    return Plot("Transient Analysis", ["time", "v(a)", "i(v1)"],
                [array("d", times), array("d", map(v, times)), array("d", map(i, times))])


def even(n, stop=1.0):
    return [stop * k / n for k in range(n + 1)]


def sine(t):
    return math.sin(6.28 * t)


def other_samples_of_one_curve_agree():
    assert compare_transients(transient(even(400), sine), transient(even(333), sine)).error < 1e-5


def an_offset_is_found():
    error = compare_transients(transient(even(400), lambda t: sine(t) + 0.02), transient(even(333), sine)).error
    assert 0.0095 < error < 0.0105, error


def a_delay_is_found():
    error = compare_transients(transient(even(400), lambda t: sine(t - 0.001)), transient(even(400), sine)).error
    assert error > 2e-3, error


def a_spike_of_one_sample_is_found():
    spike = transient(even(400), lambda t: sine(t) + 0.5 * (t == 0.25))
    error = compare_transients(spike, transient(even(400), sine)).error
    assert error > 0.2, error


def ringing_is_found():
    def ringing(t):
        return sine(t) + 0.01 * (-1) ** round(400 * t)
    assert compare_transients(transient(even(400), ringing), transient(even(400), sine)).error > 4e-3


def a_jump_at_a_corner_is_forgiven_within_one_step():
    def current(t):
        return 1.0 if t <= 0.5 else 0.0
    a = even(100, 0.5) + [0.5001] + [0.5 + 0.005 * k for k in range(1, 101)]
    b = even(100, 0.5) + [0.5004] + [0.5 + 0.005 * k for k in range(1, 101)]
    assert compare_transients(transient(a, sine, current), transient(b, sine, current)).error < 1e-3


def a_late_jump_is_found():
    a = transient(even(1000), sine, lambda t: float(t > 0.5))
    b = transient(even(1000), sine, lambda t: float(t > 0.52))
    assert compare_transients(a, b).error > 0.9


def an_early_end_is_found():
    assert compare_transients(transient(even(100, 0.9), sine), transient(even(100), sine)).error == math.inf


def a_value_is_compared_with_itself():
    def plot(small):
        return Plot("Operating Point", ["v(a)", "v(b)"], [[1.0], [small]])
    assert 0.99e-3 < compare_points(plot(1.001e-4), plot(1e-4)).error < 1.01e-3
    assert compare_points(plot(1.0001e-9), plot(1e-9)).error < 1e-6  # a millionth of the largest is the floor


def a_missing_measurement_is_named():
    difference, missing = compare_values([("a", 1.0)], [("a", 1.0), ("b", 2.0)])
    assert (difference.count, missing) == (1, ["b"])


def words_are_read():
    for word, value in (("10meg", 1e7), ("2.5u", 2.5e-6), ("1e-3", 1e-3), ("4.7kOhm", 4700.0)):
        assert math.isclose(si(word), value)
    assert (canonical("V1#branch"), canonical("v(v-sweep)"), canonical("v(dm_is)")) == ("i(v1)", "v-sweep", "dm:is")
    assert "300u 0.0 5e-08 uic" in refined("t\n.tran 1u 300u 0 0.5u uic\n.end\n", 10)
    assert "tnom=" in same_thermal_voltage("over temperature\n.op\n.end\n")
    assert [p[0] for p in parameters("t\nr1 a b 1k\n.model dm d(is=1e-14 n=2)\n")] == ["r1:r", "dm:is", "dm:n"]


CHECKS = (other_samples_of_one_curve_agree, an_offset_is_found, a_delay_is_found, a_spike_of_one_sample_is_found,
          ringing_is_found, a_jump_at_a_corner_is_forgiven_within_one_step, a_late_jump_is_found, an_early_end_is_found,
          a_value_is_compared_with_itself, a_missing_measurement_is_named, words_are_read)

if __name__ == "__main__":
    for check in CHECKS:
        check()
        print("ok: " + check.__name__.replace("_", " "))
