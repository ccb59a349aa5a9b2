"""Sensitivities of ngspice's solutions by differences: an oracle for .sens.

ngspice 39 leaves most values of its own .sens unset, and perturbs once. Here every number that the deck states for an R,
C, L, V, I or a model is changed both ways by two steps, and d(output)/d(parameter) is the Richardson extrapolation of the
two central differences:

    f' = (4 D(h/2) - D(h)) / 3,    D(h) = (f(p + h) - f(p - h)) / 2h,    error of order h^4
"""
import re

from .decks import si, with_options
from .vectors import Plot

STEP = 4e-3  # relative to the parameter
PRINCIPAL = {"r": "r", "c": "c", "l": "l", "v": "dc", "i": "dc"}
NUMBER = r"-?\d[-+.\w]*"


def parameters(text):
    """(name as Nullor calls it, value, beginning, end) of every number that can be differentiated by."""
    found = []
    for line in re.finditer(rf"(?im)^([rclvi]\w*)[ \t]+\S+[ \t]+\S+[ \t]+(?:dc[ \t]+)?({NUMBER})[ \t]*(?=$|ac)", text):
        found.append((f"{line[1]}:{PRINCIPAL[line[1][0].lower()]}".lower(), si(line[2]), *line.span(2)))
    for card in re.finditer(r"(?im)^\.model[ \t]+(\w+)[ \t]+\w+[ \t]*\((.*)\)", text):
        for pair in re.finditer(rf"(\w+)=({NUMBER})", card[2]):
            begin = card.start(2) + pair.start(2)
            found.append((f"{card[1]}:{pair[1]}".lower(), si(pair[2]), begin, begin + len(pair[2])))
    return [p for p in found if p[1] != 0]


def differences(text, programs):
    """The plot of a .sens card made of ngspice's operating points or ac analyses."""
    card = re.search(r"(?im)^\.sens[ \t]+(\S+)[ \t]*(ac\b.*)?$", text)
    output, analysis = card[1].lower(), "." + card[2] if card[2] else ".op"
    kind = "ac" if card[2] else "op"

    def solved(begin, end, value):
        changed = text[:begin] + repr(value) + text[end:]
        changed = re.sub(r"(?im)^\.sens.*$", analysis, changed)
        plot = programs.theirs(with_options(changed, "reltol=1e-9 abstol=1e-16 vntol=1e-12 itl1=1000")).plot(kind)
        return plot[output], plot["frequency"] if card[2] else None

    names, columns = [], []
    for name, value, begin, end in parameters(text):
        slopes = []
        for h in (STEP * abs(value), STEP * abs(value) / 2):
            above, frequencies = solved(begin, end, value + h)
            below, _ = solved(begin, end, value - h)
            slopes.append([(a - b) / (2 * h) for a, b in zip(above, below)])
        names.append(name)
        columns.append([(4 * fine - coarse) / 3 for coarse, fine in zip(*slopes)])
    if card[2]:
        names.insert(0, "frequency")
        columns.insert(0, frequencies)
    return Plot("sensitivity", names, columns)
