"""SKY130, bin by bin: currents, charges, capacitances and noise of every binned card over the whole bias box."""
import math
import re
from dataclasses import dataclass

from .runs import TIGHT, Worst

CORNERS = ("tt", "ff", "ss", "sf", "fs")
DEVICES = {"nfet_01v8": 1, "pfet_01v8": -1, "pfet_01v8_lvt": -1}
BODY = (0.0, -0.9, -1.8, 0.3)
CURRENT_FLOOR, CHARGE_FLOOR = 1e-15, 1e-21
# Charges, and their derivatives by gate and drain. Those by body and source are left out: the 4.5 code of ngspice drops a
# term of them (Vdseff of the charges by the body voltage), so they are not the derivatives of its own charges.
CHARGES = "qg qd qs qb cgg cdg cbg cgd cdd cbd capbd capbs".split()
SLOPES = "gm gds gmbs vth vdsat".split()


@dataclass
class Bin:
    model: str
    width: float  # [um]
    length: float


def bins(path, every=1):
    """Models of a flat file with a size inside each bin: the geometric mean of its limits."""
    text = path.read_text()
    found = re.findall(r"(?m)^\.model (\S+) [np]mos\n\+ lmin=(\S+) lmax=(\S+) wmin=(\S+) wmax=(\S+)", text)
    out = []
    for model, *limits in found:
        l_min, l_max, w_min, w_max = map(float, limits)
        out.append(Bin(model.rsplit(".", 1)[0], math.sqrt(w_min * w_max) * 1e6, math.sqrt(l_min * l_max) * 1e6))
    return out[::every]


def instance(k, b, nodes):
    # No squares, as the cells have it: across a milliohm the rounding of ngspice's node voltages is 1e-13 A.
    area, edge = 0.29 * b.width, 2 * (0.29 + b.width)
    return (f"M{k} {nodes} {b.model} w={b.width:.6g} l={b.length:.6g} ad={area:.6g} as={area:.6g} pd={edge:.6g} ps={edge:.6g} "
            "nrd=0 nrs=0")


def sweep_deck(flat, list_of_bins, sign, temperature, body):
    lines = ["bins", ".option scale=1.0u", f'.include "{flat}"', TIGHT, f".temp {temperature}",
             f"Vd d 0 0\nVg g 0 0\nVb b 0 {sign * body}"]
    saves = []
    for k, b in enumerate(list_of_bins):
        lines += [f"Vd{k} d d{k} 0\nVg{k} g g{k} 0\nVb{k} b b{k} 0", instance(k, b, f"d{k} g{k} 0 b{k}")]
        saves += [f"i(vd{k}) i(vg{k}) i(vb{k})"] + [f"@m{k}[{q}]" for q in CHARGES + SLOPES]
    lines += [".save " + " ".join(saves[k:k + 200]) for k in range(0, len(saves), 200)]
    step = 0.3 * sign
    lines += [f".dc Vd {-0.6 * sign} {1.8 * sign} {step} Vg 0 {1.8 * sign} {step}", ".end"]
    return "\n".join(lines) + "\n"


def compare_sweep(programs, deck, list_of_bins, label):
    """Worst differences of currents, charges with capacitances, and conductances."""
    ours, theirs = programs.ours(deck)[0], programs.theirs(deck)[0]
    worst = {"current": Worst(), "charge": Worst(), "slope": Worst()}
    points = len(theirs.columns[0])
    for k, b in enumerate(list_of_bins):
        where = f"{label} w={b.width:.4g}u l={b.length:.4g}u"
        for name in (f"i(vd{k})", f"i(vg{k})", f"i(vb{k})"):
            a, c = ours[name], theirs[name]
            for p in range(points):
                worst["current"].add(a[p], c[p], CURRENT_FLOOR, f"{name} {where} point {p}")
        for kind, names, floor in (("charge", CHARGES, CHARGE_FLOOR), ("slope", SLOPES, 1e-15)):
            for q in names:
                a, c = ours[f"@m{k}[{q}]"], theirs[f"@m{k}[{q}]"]
                for p in range(points):
                    worst[kind].add(a[p], c[p], floor, f"{q} {where} point {p}")
    return worst
