"""Decks: what they ask for, what is expected of them, and their variants with other tolerances."""
import re

# Relative differences within which the programs agree, by kind of row.
LIMITS = {"op": 1e-6, "dc": 1e-6, "tf": 1e-6, "sens": 1e-6, "ac": 1e-6, "noise": 1e-4, "tran": 1e-3, "tight": 1e-5,
          "meas": 1e-4}
TIGHT = "reltol=1e-9 abstol=1e-16 vntol=1e-12"
TIGHT_TRANSIENT = "abstol=1e-12 vntol=1e-9 chgtol=1e-18"
# Boltzmann's constant over the charge of the electron in ngspice 39 (CODATA 2014), relative to that of the SI since
# 2019. A circuit at temperature T times this, with the one constant, has the thermal voltages of the circuit at T with
# the other.
THERMAL_RATIO = (1.38064852e-23 / 1.6021766208e-19) / (1.380649e-23 / 1.602176634e-19)
ROOM = "27"  # [C], where a deck states no temperature
SUFFIXES = {"t": 1e12, "g": 1e9, "meg": 1e6, "k": 1e3, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}


def si(word):
    """The number that `word` is, with its SI suffix."""
    found = re.match(r"([-+0-9.]+(?:e[-+]?\d+)?)(meg|[tgkmunpf])?", word.lower())
    return float(found[1]) * SUFFIXES.get(found[2], 1)


class Deck:
    """A deck of benchmarks/decks.

    `text` is what Nullor reads; `peer_text` what ngspice reads: the same, or NAME.ngspice where ngspice 39 misreads or
    refuses the deck and the circuit can be said in other words.
    """

    def __init__(self, path):
        self.name, self.text = path.stem, path.read_text()
        peer = path.with_suffix(".ngspice")
        self.has_peer_text = peer.exists()
        self.peer_text = peer.read_text() if self.has_peer_text else self.text
        self.limits, self.flags, self.proof, self.reason = dict(LIMITS), set(), None, ""
        for words, why in re.findall(r"(?im)^\* accuracy: ([^;\n]*); *(.*)$", self.text):
            self.reason = why
            for word in words.split():
                key, _, value = word.partition("=")
                if key == "proof":
                    self.proof = value
                elif value:
                    self.limits[key] = float(value)
                else:
                    self.flags.add(key)

    def has(self, pattern):
        """Whether a line of the deck begins with `pattern`."""
        return bool(re.search(rf"(?im)^{pattern}", self.text))

    @property
    def is_transient(self):
        return self.has(r"\.tran\b")

    @property
    def has_control(self):
        return self.has(r"\.control\b")

    @property
    def prints_values(self):
        return self.has_control or self.has(r"\.(meas|four)")


def with_options(text, options):
    """The deck with an options line, instead of the tolerances that it states."""
    text = re.sub(r"(?im)\b(reltol|abstol|vntol|chgtol|trtol)\s*=\s*\S+", "", text)
    text = re.sub(r"(?im)^\.?options?[ \t]*$", "", text)
    head, rest = text.split("\n", 1)
    return f"{head}\n.options {options}\n{rest}"


def tightened(text, transient):
    """The deck with tight tolerances; its largest step stays."""
    return with_options(text, f"reltol=1e-6 {TIGHT_TRANSIENT}" if transient else TIGHT)


def transient(text):
    """(words of the .tran card up to its start time, largest step, stop time, whether uic)."""
    words = re.search(r"(?im)^\.tran\b.*$", text)[0].split()
    uic = words[-1].lower() == "uic"
    words = words[:len(words) - uic]
    stop, start = si(words[2]), si(words[3]) if len(words) > 3 else 0.0
    step = si(words[4]) if len(words) > 4 else min(si(words[1]), (stop - start) / 50)
    return words[:3] + [repr(start)], step, stop, uic


def steps(text):
    """The least number of steps of the deck's transient."""
    _, step, stop, _ = transient(text)
    return stop / step


def refined(text, parts):
    """The deck with tolerances far below the limits and its largest step divided by `parts`."""
    words, step, _, uic = transient(text)
    card = " ".join(words + [repr(step / parts)] + ["uic"] * uic)
    return with_options(re.sub(r"(?im)^\.tran\b.*$", card, text), f"reltol=1e-7 {TIGHT_TRANSIENT}")


def same_thermal_voltage(text):
    """The deck with its temperatures such that kT/q here is what ngspice takes it for; BSIM4 brings a k/q of its own."""
    def scaled(word):
        return repr((si(word) + 273.15) * THERMAL_RATIO - 273.15)

    if re.search(r"(?i)\btemper\b|\blevel\s*=\s*(14|54)\b", text):
        return text
    number = r"([-+]?[\d.]+)"
    text = re.sub(rf"(?i)\b(temp|tnom)(\s*=\s*){number}", lambda m: m[1] + m[2] + scaled(m[3]), text)
    text = re.sub(rf"(?i)\b(dtemp\s*=\s*){number}", lambda m: m[1] + repr(float(m[2]) * THERMAL_RATIO), text)
    text = re.sub(rf"(?im)^(\.temp\s+){number}", lambda m: m[1] + scaled(m[2]), text)
    text = re.sub(rf"(?im)^(\.dc\b.*\btemp\s+){number}\s+{number}\s+{number}",
                  lambda m: f"{m[1]}{scaled(m[2])} {scaled(m[3])} {float(m[4]) * THERMAL_RATIO!r}", text)
    stated = " ".join(re.findall(r"(?im)^\.options?\b.*$", text)).lower()
    missing = [name for name in ("temp", "tnom") if not re.search(rf"\b{name}\s*=", stated)]
    if re.search(r"(?im)^\.temp\b", text):
        missing = [name for name in missing if name != "temp"]
    if not missing:
        return text
    head, rest = text.split("\n", 1)
    return f"{head}\n.options {' '.join(f'{name}={scaled(ROOM)}' for name in missing)}\n{rest}"
