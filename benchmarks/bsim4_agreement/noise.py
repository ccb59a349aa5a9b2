"""Noise of SKY130 cards: one transistor a deck and frequency range, output noise current by a 1 Ohm controlled source."""
from .bins import instance
from .runs import TIGHT, Worst


def deck(flat, b, sign, temperature, gate, drain):
    return "\n".join(["noise", ".option scale=1.0u", f'.include "{flat}"', TIGHT, f".temp {temperature}",
                      f"Vd d 0 {sign * drain}\nVg g 0 {sign * gate} ac 1", instance(0, b, "d g 0 0"), "F0 0 out Vd 1\nR0 out 0 1",
                      ".noise v(out) Vg dec 5 1 1g", ".end"]) + "\n"


def compare(programs, flat, chosen, sign, temperature):
    total = Worst()
    for b in chosen:
        for gate, drain in ((0.3, 1.2), (0.7, 0.1), (0.9, 1.2), (1.8, 1.8)):
            text = deck(flat, b, sign, temperature, gate, drain)
            mine, other = programs.ours(text)[0], programs.theirs(text)[0]
            for p, (a, c) in enumerate(zip(mine["onoise_spectrum"], other["onoise_spectrum"])):
                total.add(a, c, 0.0, f"w={b.width:.4g}u l={b.length:.4g}u vgs={gate} vds={drain} point {p}")
    return total
