#!/usr/bin/env python3
"""Every registered device and every feature of the dialect is exercised by a deck of benchmarks/decks.

    coverage.py PROGRAM DECKS [--list]

A device is used by an element line, where several share a letter together with its model. A feature is a pattern that a
line of a deck contains. A device that has no line here fails too: whoever registers one adds its deck and its pattern.
"""
import pathlib
import re
import subprocess
import sys

NMOS = r"\.model \w+ [np]mos\b"
DEVICES = {
    "resistor": r"^r\w* ", "capacitor": r"^c\w* ", "inductor": r"^l\w* ", "mutual_inductor": r"^k\w* ",
    "voltage_source": r"^v\w* ", "current_source": r"^i\w* ", "vcvs": r"^e\w* \S+ \S+ \S+ \S+ [\d.]",
    "cccs": r"^f\w* \S+ \S+ v", "vccs": r"^g\w* \S+ \S+ \S+ \S+ [\d.]", "ccvs": r"^h\w* \S+ \S+ v",
    "voltage_switch": r"^s\w* ", "current_switch": r"^w\w* ", "transmission_line": r"^t\w* ",
    "diode": r"^d\w* ", "bjt": r"^q\w* ", "jfet": r"^j\w* ",
    "mos1": NMOS + r"(?!.*level)|" + NMOS + r".*level=1\b", "mosfet2": NMOS + r".*level=2\b",
    "mosfet3": NMOS + r".*level=3\b", "ekv": NMOS + r".*level=44\b(?!.*rth0)",
    "bsim4": NMOS + r".*level=54\b",
    "ferroelectric": r"\.model \w+ ferroelectric", "memristor": r"\.model \w+ memristor",
    "laser": r"\.model \w+ laser", "photodiode": r"\.model \w+ photodiode",
    "resistor_heated": r"\.model \w+ r(es)?\(.*rth0",
    "diode_two_lines": r"\.model \w+ d\(.*ron=", "diode_heated": r"\.model \w+ d\(.*rth0",
    "mos1_heated": NMOS + r"(?!.*level=44).*rth0", "ekv_heated": NMOS + r".*level=44.*rth0",
}
CONTROL = "control block: "
FEATURES = {
    "NPN": r"\.model \w+ npn", "PNP": r"\.model \w+ pnp", "NJF": r"\.model \w+ njf", "PJF": r"\.model \w+ pjf",
    "NMOS": r"\.model \w+ nmos", "PMOS": r"\.model \w+ pmos", "substrate node of a transistor": r"^q\w* \S+ \S+ \S+ \S+ q",
    "model of R": r"\.model \w+ r\(", "model of C": r"\.model \w+ c\(", "binned models": r"\.model \w+\.1 ",
    "m= of a device": r"^[rcldqmj].* m=\d", "area": r"^[dqj].* area=", "device temperature": r"^[rdqmj].* temp=",
    "device temperature difference": r"^[rdqmj].* dtemp=", "temperature coefficients": r" tc1=",
    "dc source": r"^[vi]\w* .*\bdc\b", "ac source": r"^[vi]\w* .*\bac\b", "PULSE": r"^[vi].*\bpulse\(",
    "SIN": r"^[vi].*\bsin\(", "EXP": r"^[vi].*\bexp\(", "PWL": r"^[vi].*\bpwl\(", "PWL repeated": r"^[vi].*\bpwl\(.*\br=",
    "PWL delayed": r"^[vi].*\bpwl\(.*\btd=", "SFFM": r"^[vi].*\bsffm\(", "AM": r"^[vi].*\bam\(",
    "E poly": r"^e.*\bpoly\(", "F poly": r"^f.*\bpoly\(", "G poly": r"^g.*\bpoly\(", "H poly": r"^h.*\bpoly\(",
    "E value": r"^e.*\bvalue=", "G value": r"^g.*\bvalue=", "E table": r"^e.*\btable\b", "G table": r"^g.*\btable\b",
    "E vol=": r"^e.*\bvol=", "G cur=": r"^g.*\bcur=", "B v=": r"^b.* v=", "B i=": r"^b.* i=",
    "B of time": r"^b.*\btime\b",
    "R formula": r"^r.*r=\{", "C formula": r"^c.*c='", "three coupled coils": r"^k23 ", "line by delay": r"^t.*\btd=",
    "line by frequency": r"^t.*\bf=",
    "functions": {f: rf"\b{f}\(" for f in (
        "abs sgn sqrt exp ln log10 sin cos tan asin acos atan sinh cosh tanh asinh atanh floor ceil int nint pow pwr min "
        "max ternary_fcn if u u2 uramp pwl").split()},
    "conditional expression": r"\?.*:", "logical operators": r"&&",
    ".param": r"^\.param", ".param expression": r"^\.param .*\{.*[*/+]", ".param in quotes": r"^\.param .*'",
    ".func": r"^\.func", ".subckt": r"^\.subckt", "subckt parameters": r"^\.subckt .*=", "params:": r"^\.subckt .*params:",
    "call with parameters": r"^x.*=", "m= of a call": r"^x.* m=", ".include": r"^\.include", ".lib": r"^\.lib",
    ".global": r"^\.global", ".ic": r"^\.ic", ".nodeset": r"^\.nodeset", ".options": r"^\.options", ".temp": r"^\.temp",
    ".if": r"^\.if", ".elseif": r"^\.elseif", ".else": r"^\.else\b", "temper": r"\btemper\b", "continuation": r"^\+",
    "tnom": r"\btnom=", "savecurrents": r"savecurrents", "@device[value]": r"@\w+\[\w+\]", "method=gear": r"method=gear",
    ".op": r"^\.op", ".dc of a source": r"^\.dc v", ".dc of a current source": r"\.dc .*\bi\w+ ",
    ".dc of a resistor": r"^\.dc r", ".dc of temperature": r"^\.dc temp", ".dc nested": r"^\.dc (\S+ ){5,}",
    ".ac dec": r"^\.ac dec", ".ac oct": r"^\.ac oct", ".ac lin": r"^\.ac lin", ".tran": r"^\.tran", ".tran tmax": r"^\.tran (\S+ ){3}\d", ".tran uic": r"^\.tran.*uic",
    ".tran start": r"^\.tran \S+ \S+ [1-9]", ".noise": r"^\.noise",
    ".tf of a voltage": r"^\.tf v", ".tf of a current": r"^\.tf i", ".sens": r"^\.sens v\(\w+\)$",
    ".sens ac": r"^\.sens .* ac ", ".four": r"^\.four", "device ic=": r"^[cl].* ic=",
    ".meas": {form: rf"^\.meas \w+ \w+ {pattern}" for form, pattern in {
        "trig targ": "trig .*targ ", "trig at": "trig at=", "last": ".*=last", "find when": "find .* when ",
        "find at": "find .* at=", "when": "when ", "td": "when .*td=", "rise": ".*rise=", "fall": ".*fall=",
        "cross": ".*cross=", "max": "max ", "min": "min ", "pp": "pp ", "avg": "avg ", "rms": "rms ",
        "integ": "integ ", "deriv": "deriv ", "param": "param=", "max_at": "max_at "}.items()},
    ".meas of an ac analysis": r"^\.meas ac", ".meas of a dc sweep": r"^\.meas dc",
    CONTROL + "alter": r"^\s*alter ", CONTROL + "altermod": r"^\s*altermod ", CONTROL + "let": r"^\s*let ",
    CONTROL + "meas": r"^\s*meas ", CONTROL + "print": r"^\s*print ", CONTROL + "foreach": r"^\s*foreach ",
    CONTROL + "while": r"^\s*while ", CONTROL + "dowhile": r"^\s*dowhile ", CONTROL + "repeat": r"^\s*repeat ",
    CONTROL + "if": r"^\s*if ", CONTROL + "else": r"^\s*else$", CONTROL + "op": r"^\s*op$", CONTROL + "dc": r"^\s*dc ",
    CONTROL + "ac": r"^\s*ac ", CONTROL + "tran": r"^\s*tran ", CONTROL + "option": r"^\s*option ",
    CONTROL + "variable": r"\$\w", CONTROL + "vector functions": r"maximum\(", CONTROL + "element of a vector": r"\w\[\d",
}


def flat(features):
    for name, pattern in features.items():
        if isinstance(pattern, dict):
            yield from ((f"{name}: {inner}", p) for inner, p in pattern.items())
        else:
            yield name, pattern


def split(deck):
    """The lines of a deck without title and comments: (netlist, control block)."""
    parts, inside = ([], []), False
    for line in deck.read_text().lower().splitlines()[deck.suffix == ".cir":]:
        inside = inside and not line.startswith(".endc")
        if not line.startswith("*"):
            parts[inside].append(line)
        inside = inside or line.startswith(".control")
    return parts


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    lines = {deck.stem: split(deck) for deck in sorted(folder.glob("*.cir")) + sorted(folder.glob("*.inc"))}
    listing = subprocess.run([program, "devices"], capture_output=True, text=True).stdout
    registered = re.findall(r"(?m)^\w\s+(\w+)  ", listing)
    failures = [f"device {name}: no pattern in {__file__}" for name in registered if name not in DEVICES]
    failures += [f"device {name}: not registered" for name in DEVICES if name not in registered]
    wanted = [(f"device {name}", pattern) for name, pattern in DEVICES.items()] + list(flat(FEATURES))
    for name, pattern in wanted:
        users = [deck for deck, body in lines.items() 
                 if any(re.search(pattern, line) for line in body[name.startswith(CONTROL)])]
        if "--list" in sys.argv:
            print(f"{name:<36} {len(users):3}  {' '.join(users[:4])}")
        if not users:
            failures.append(f"{name}: no deck has a line like {pattern}")
    print(f"{len(wanted)} devices and features in {len(lines)} files, {len(failures)} without a deck")
    print("\n".join(failures))
    return 1 if failures or not registered else 0


if __name__ == "__main__":
    sys.exit(main())
