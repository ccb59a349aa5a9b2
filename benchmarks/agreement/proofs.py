"""Figures that show, in the run itself, why a row of a deck may differ.

A deck names its proof: `* accuracy: noise proof=gain_by_differences; why`. Each returns (whether it holds, figures).
"""
import re

from .decks import si, tightened, with_options

AGREE = 1e-6  # relative


def gain_by_differences(deck, programs):
    """The gain of ngspice's ac analysis is not the slope of its own operating points; Nullor's is.

    The dc value of the ac source is moved both ways by two steps, as in sensitivities.py, and the slope of the output is
    compared with the gain at the lowest frequency, where nothing is stored.
    """
    noise = re.search(r"(?im)^\.noise\s+(v\(\w+\))\s+(\w+)\s+.*?(\S+)\s+\S+$", deck.text)
    output, source, frequency = noise[1].lower(), noise[2], noise[3]
    line = re.search(rf"(?im)^({source}\s+\S+\s+\S+\s+dc\s+)(\S+)(.*)$", deck.peer_text)
    bias = si(line[2])

    def solved(value):
        moved = deck.peer_text.replace(line[0], f"{line[1]}{value!r}{line[3]}")
        moved = re.sub(r"(?im)^\.noise.*$", ".op", moved)
        return programs.theirs(with_options(moved, "reltol=1e-10 abstol=1e-18 vntol=1e-14")).plot("op")[output][0]

    def gain(run, text):
        ac = re.sub(r"(?im)^\.noise.*$", f".ac lin 1 {frequency} {frequency}", text)
        return run(tightened(ac, False)).plot("ac")[output][0].real

    h = 2e-3
    slopes = [(solved(bias + s) - solved(bias - s)) / (2 * s) for s in (h, h / 2)]
    slope = (4 * slopes[1] - slopes[0]) / 3
    mine = gain(programs.ours, deck.text) / slope - 1
    peer = gain(programs.theirs, deck.peer_text) / slope - 1
    return abs(mine) < 100 * AGREE < abs(peer), (
        f"gain against the slope of ngspice's operating points: nullor {mine:+.1e}, ngspice {peer:+.1e}")


def charge_returns(deck, programs):
    """Over one period of all its voltages the charge that enters a gate through `vin` is zero; with Meyer's capacitances
    it is not. The period is what the comment `* period=...` states; the last one of the run is taken."""
    period = si(re.search(r"(?im)^\* period=(\S+)", deck.text)[1])

    def relative(plot):
        times, current = plot["time"], plot["i(vin)"]
        net = total = 0.0
        for k in range(1, len(times)):
            begin = max(times[k - 1], times[-1] - period)
            if begin < times[k]:
                charge = (times[k] - begin) * (current[k] + current[k - 1]) / 2
                net, total = net + charge, total + abs(charge)
        return abs(net) / total

    mine = relative(programs.ours(tightened(deck.text, True)).plot("tran"))
    peer = relative(programs.theirs(tightened(deck.peer_text, True)).plot("tran"))
    return mine < 1e-3 < peer, (
        f"charge left on the gate after a period, of what flowed: nullor {mine:.1e}, ngspice {peer:.1e}")


def strong_inversion(deck, programs):
    """The gate capacitances of the two models have one limit: their difference falls with the overdrive.

    The gate current of the deck at its drive, and at 3 and 10 times the dc value of `vin`.
    """
    line = re.search(r"(?im)^(vin\s+\S+\s+\S+\s+dc\s+)(\S+)(.*)$", deck.text)
    differences = []
    for factor in (1, 3, 10):
        text = tightened(deck.text.replace(line[0], f"{line[1]}{si(line[2]) * factor!r}{line[3]}"), False)
        mine, peer = (run(text).plot("ac")["i(vin)"][0].imag for run in (programs.ours, programs.theirs))
        differences.append(abs(mine / peer - 1))
    falls = differences[0] > 5 * differences[1] > 25 * differences[2]
    return falls, "gate current at 1, 3, 10 times the drive differs by " + ", ".join(f"{d:.1e}" for d in differences)
