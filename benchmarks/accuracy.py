"""Nullor against ngspice on every deck of benchmarks/decks.

    accuracy.py [--nullor PROGRAM] [--ngspice PROGRAM] [deck names ...]

Each deck runs in both programs and like-named vectors are compared:

    kind                  options                        difference relative to                      limit
    op dc tf sens         tight                          max(|value|, 1e-6 of the largest, floor)    1e-6
    ac                    tight                          magnitude                                   1e-6
    noise                 tight                          value                                       1e-4
    tran (default)        default tolerances, step 1     swing of the vector                         1e-3
    tran (tight)          tight, step 2                  swing of the vector                         1e-5
    meas, print           tight                          value                                       1e-4

Largest steps: 1 is a 10,000th of the run, 2 a 40,000th; both programs get the same. Where a tight pair differs, both are
refined (reltol=1e-8, an eighth of the step): when they then agree within the limit, that and how far ngspice itself moved
is the stated reason.

"tight" is reltol=1e-6 (1e-9 without a transient), abstol=1e-15, vntol=1e-9, chgtol=1e-18. At default tolerances each
program may also be right where the other is not: when the two differ, but Nullor is within the limit of ngspice's own
tight run, that is the stated reason.

A comment in a deck changes what is expected of it, always with a reason:

    * accuracy: tran=0.02 tight=1e-3; why         other limits (op dc ac noise tf sens tran tight meas)
    * accuracy: differs ac tran; why              disagrees by design: reported, never an error
    * accuracy: ours; why                         has no counterpart: must only run here
    * accuracy: tmax=1n; why                      largest step of the tight run

Exit code 0: every deck agrees or states why not; 1: one does not; 77: ngspice is not installed.
"""
import argparse
import bisect
import json
import math
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LIMITS = {"op": 1e-6, "dc": 1e-6, "tf": 1e-6, "sens": 1e-6, "ac": 1e-6, "noise": 1e-4, "tran": 1e-3, "tight": 1e-5,
          "meas": 1e-4}
FLOORS = {"v": 1e-9, "i": 1e-14}  # [V] and [A]: below these both programs only have rounding
GRID = 1000  # points at which transients are compared


class Plot:
    def __init__(self, name, is_complex, names, columns):
        self.name, self.is_complex, self.names, self.columns = name, is_complex, names, columns
        self.index = {}
        for k, vector in enumerate(names):
            self.index.setdefault(vector, k)

    @property
    def kind(self):
        low = self.name.lower()
        for word, kind in (("sensitivity", "sens"), ("transient", "tran"), ("operating", "op"), ("dc", "dc"),
                           ("transfer", "tf"), ("ac", "ac"), ("noise", "noise")):
            if word in low:
                return kind
        return low


def canonical(name):
    """The two programs' names of one vector: v1#branch is i(v1), v(v-sweep) is v-sweep."""
    name = name.lower()
    found = re.fullmatch(r"i?\(?([^()@]+)#branch\)?", name)
    if found:
        return f"i({found[1]})"
    found = re.fullmatch(r"[vi]\((.*-sweep)\)", name)
    if found:
        return found[1]
    found = re.fullmatch(r"v\(([a-z0-9]+[_:].*)\)", name)
    if found and re.fullmatch(r"[rclvidqmjg][a-z0-9]*[_:]\w+", found[1]):
        return found[1].replace("_", ":")
    found = re.fullmatch(r"[iv]\((@.*|[io]noise.*|transfer_function|.*impedance.*)\)", name)
    if found:
        return found[1]
    return name


def read_raw(path):
    """The plots of a binary .raw file."""
    data, at, plots = path.read_bytes(), 0, []
    while True:
        mark = data.find(b"Binary:\n", at)
        if mark < 0:
            return plots
        head = data[at:mark].decode("latin-1").splitlines()
        value = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in head if ":" in line[:20]}
        columns, points = int(value["no. variables"]), int(value["no. points"])
        is_complex = "complex" in value["flags"]
        start = next(k for k, line in enumerate(head) if line.startswith("Variables:")) + 1
        names = [canonical(head[start + k].split("\t")[2].strip()) for k in range(columns)]
        width = 2 if is_complex else 1
        at = mark + 8
        flat = struct.unpack_from(f"<{columns * points * width}d", data, at)
        at += 8 * columns * points * width
        if is_complex:
            flat = [complex(a, b) for a, b in zip(flat[::2], flat[1::2])]
        plots.append(Plot(value["plotname"], is_complex, names, [flat[k::columns] for k in range(columns)]))


# k/q of ngspice 39 (CODATA 2014) over that of the SI since 2019. A circuit at temperature T ratio with the one constant
# is the circuit at T with the other, but for the drift of the band gap over 0.1 mK.
RATIO = (1.38064852e-23 / 1.6021766208e-19) / (1.380649e-23 / 1.602176634e-19)


def same_thermal_voltage(text):
    """The deck with its temperatures such that kT/q here is what ngspice takes it for."""
    def scaled(word):
        return repr((si(word) + 273.15) * RATIO - 273.15)

    if re.search(r"(?i)temper", text):
        return text
    number = r"([-+]?[\d.]+)"
    named = {name: re.search(rf"(?i)\b{name}\s*=", text) for name in ("temp", "tnom")}
    text = re.sub(rf"(?i)\b(temp|tnom)(\s*=\s*){number}", lambda m: m[1] + m[2] + scaled(m[3]), text)
    card = re.search(r"(?im)^\.temp\b", text)
    text = re.sub(rf"(?im)^(\.temp\s+){number}", lambda m: m[1] + scaled(m[2]), text)
    text = re.sub(rf"(?im)^(\.dc\s+temp\s+){number}\s+{number}\s+{number}",
                  lambda m: f"{m[1]}{scaled(m[2])} {scaled(m[3])} {float(m[4]) * RATIO!r}", text)
    own = re.search(r"(?im)^\.options?.*\b(temp|tnom)\s*=", text)
    extra = ""
    if not card and not (own and "temp" in own[0].lower()):
        extra += f" temp={scaled('27')}"
    if not (own and "tnom" in own[0].lower()):
        extra += f" tnom={scaled('27')}"
    head, rest = text.split("\n", 1)
    return f"{head}\n.options{extra}\n{rest}" if extra else text


def with_largest_step(text, parts, tmax=None):
    """The deck with its transient's largest step set to `tmax`, or to the run divided by `parts` if that is smaller."""
    def small_step(found):
        words = found[0].split()
        uic = [w for w in words if w.lower() == "uic"]
        words = [w for w in words if w.lower() != "uic"]
        start = words[3] if len(words) > 3 else "0"
        step = tmax or repr(min(si(words[2]) / parts, si(words[4]) if len(words) > 4 else 1e300))
        return " ".join(words[:3] + [start, step] + uic)

    return re.sub(r"(?im)^\.tran\b.*$", small_step, text)


def tightened(text, tran, tmax, refined=False):
    """The deck with tight tolerances, and with a small largest step in its transient."""
    text = re.sub(r"(?im)\b(reltol|abstol|vntol|chgtol|trtol)\s*=\s*\S+", "", text)
    text = re.sub(r"(?im)^\.?options?[ \t]*$", "", text)
    reltol = "1e-8" if refined else "1e-6" if tran else "1e-9"
    options = f".options reltol={reltol} abstol=1e-15 vntol=1e-9 chgtol=1e-18\n"

    text = with_largest_step(text, 320000 if refined else 40000, repr(si(tmax) / 8) if tmax and refined else tmax)
    head, rest = text.split("\n", 1)
    return head + "\n" + options + rest


def si(word):
    found = re.match(r"([-+0-9.]+(?:e[-+]?\d+)?)(meg|[tgkmunpf])?", word.lower())
    scale = {None: 1, "t": 1e12, "g": 1e9, "meg": 1e6, "k": 1e3, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15}
    return float(found[1]) * scale[found[2]]


class Programs:
    def __init__(self, nullor, ngspice, folder):
        self.nullor, self.ngspice, self.folder = nullor, ngspice, pathlib.Path(folder)
        (self.folder / ".spiceinit").write_text("set num_threads=1\n")
        self.environment = dict(os.environ, HOME=str(folder), OMP_NUM_THREADS="1")

    def run(self, command, name):
        try:
            done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, timeout=120,
                                  stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return 124, "", f"{name}: no end after 120 s"
        return done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1")

    def both(self, text, wants_text):
        """(ours, theirs): each a dict with plots, values (printed or measured) and error."""
        deck = self.folder / "deck.cir"
        deck.write_text(same_thermal_voltage(text))
        raw = self.folder / "x.raw"
        raw.unlink(missing_ok=True)
        code, out, err = self.run([self.nullor, "-q", "run", "--json", str(deck), "-o", str(raw)], "nullor")
        ours = {"plots": [], "values": [], "error": ""}
        if code:
            ours["error"] = f"exit code {code}: " + " ".join((err or out).split())[:300]
        else:
            ours["plots"] = read_raw(raw) if raw.exists() else []
            answer = json.loads(out)
            ours["values"] = printed_values(answer.get("text", ""))
            ours["values"] += [(k.lower(), v) for k, v in answer["measures"].items() if isinstance(v, (int, float))]
        raw.unlink(missing_ok=True)
        deck.write_text(text)
        theirs = {"plots": [], "values": [], "error": ""}
        log = ""
        if not re.search(r"(?im)^\.control", text):
            code, out, err = self.run([self.ngspice, "-b", "-r", str(raw), str(deck)], "ngspice")
            log = out + err
            theirs["plots"] = [p for p in read_raw(raw) if p.columns[0]] if raw.exists() else []
            if not theirs["plots"]:
                theirs["error"] = "ngspice gives no result: " + " ".join(log.split())[-300:]
        if wants_text:
            code, out, err = self.run([self.ngspice, "-b", str(deck)], "ngspice")
            theirs["values"] = printed_values(out)
        return ours, theirs


def printed_values(text):
    """(name, value) of every line "name = value", and the harmonics of a Fourier analysis."""
    values = []
    for line in text.splitlines():
        found = re.match(r"\s*(\S.*?)\s*=\s*([-+]?\d[-+.0-9e]*)(?:\s|$)", line)
        if found and not re.search(r"(?i)no\. of|temp|\btotal|rows|memory|harmonics|fourier|pages|dram|size|stack", found[1]):
            values.append((found[1].lower().replace(" ", ""), float(found[2])))
        found = re.search(r"THD:\s*([-+.0-9eE]+)", line)
        if found:
            values.append(("thd", float(found[1])))
        found = re.match(r"\s*([1-9])\s+([-+.0-9e]+)\s+([-+.0-9e]+)\s+([-+.0-9e]+)\s+([-+.0-9e]+)\s+([-+.0-9e]+)\s*$", line)
        if found:
            values.append((f"harmonic{found[1]}", float(found[3])))
    return values


def at(times, values, t):
    k = min(max(bisect.bisect_right(times, t) - 1, 0), len(times) - 2)
    width = times[k + 1] - times[k]
    return values[k] if width <= 0 else values[k] + (values[k + 1] - values[k]) * (t - times[k]) / width


def compare_tran(a, b):
    """(difference, vector): the worst over all vectors, relative to the swing."""
    ta, tb = a.columns[0], b.columns[0]
    start, stop = max(ta[0], tb[0]), min(ta[-1], tb[-1])
    grid = [start + (stop - start) * (k + 0.382) / (GRID + 1) for k in range(GRID)]
    common = [n for n in b.names[1:] if n in a.index and not n.startswith("@")]
    largest = {}
    for name in common:
        y = b.columns[b.index[name]]
        largest[name[0]] = max(largest.get(name[0], 0), max(y) - min(y))
    worst = (0.0, "", len(common))
    for name in common:
        ya, yb = a.columns[a.index[name]], b.columns[b.index[name]]
        swing = max(max(yb) - min(yb), 1e-3 * largest[name[0]], FLOORS.get(name[0], 1e-12))
        difference = max(abs(at(ta, ya, t) - at(tb, yb, t)) for t in grid) / swing
        if not difference <= worst[0]:
            worst = (difference, name, len(common))
    if abs(ta[-1] - tb[-1]) > 1e-6 * tb[-1]:
        return (math.inf, "end of the run", len(common))
    return worst


def compare_points(a, b):
    """The same for plots whose points must match one by one, relative to the value."""
    if len(a.columns[0]) != len(b.columns[0]):
        return (math.inf, f"{len(a.columns[0])} points, ngspice {len(b.columns[0])}", 0)
    common = [n for n in b.names if n in a.index and n != "temp-sweep"]  # the temperatures differ by same_thermal_voltage()
    largest = {}
    for name in common:
        largest[name[0]] = max(largest.get(name[0], 0), max(map(abs, b.columns[b.index[name]])))
    worst = (0.0, "", len(common))
    for name in common:
        floor = 0.0 if b.kind in ("noise", "sens") else max(FLOORS.get(name[0], 0), 1e-6 * largest[name[0]])
        for x, y in zip(a.columns[a.index[name]], b.columns[b.index[name]]):
            if name == "frequency":  # ngspice leaves the imaginary part of its frequencies unset
                x, y = complex(x).real, complex(y).real
            difference = abs(x - y) / max(abs(y), floor, 1e-300)
            if not difference <= worst[0]:
                worst = (difference, name, len(common))
    return worst


def compare_values(a, b):
    worst, used, missing = (0.0, "", 0), 0, []
    left = list(a)
    for name, y in b:
        k = next((k for k, (n, _) in enumerate(left) if n == name or (name == "thd" and n.startswith("thd("))), None)
        if k is None:
            missing.append(name)
            continue
        x = left.pop(k)[1]
        used += 1
        difference = abs(x - y) / max(abs(y), 1e-12)
        if name.startswith("harmonic"):
            difference = abs(x - y) / max(v for n, v in b if n.startswith("harmonic"))
        if not difference <= worst[0]:
            worst = (difference, name, used)
    return (worst[0], worst[1], used), missing


def with_sensitivity_names(plot, text):
    """ngspice's "v(r1)" and "d1:is" as "r1:r" and "dm:is"."""
    models = {found[0].lower(): found[1].lower() for found in re.findall(r"(?im)^([dqmj]\w*) .*?\b(\w+)\s*$", text)}
    principal = {"r": "r", "c": "c", "l": "l", "v": "dc", "i": "dc"}
    names = []
    for name in plot.names:
        plain = re.fullmatch(r"v\((\w+)\)", name)
        if plain and plain[1][0] in principal:
            name = f"{plain[1]}:{principal[plain[1][0]]}"
        owner, colon, rest = name.partition(":")
        names.append(models[owner] + ":" + rest if colon and owner in models and rest != "area" else name)
    return Plot(plot.name, plot.is_complex, names, plot.columns)


def expectations(text):
    limits, flags, reason, tmax = dict(LIMITS), set(), "", ""
    for words, why in re.findall(r"(?im)^\* accuracy: ([^;\n]*); *(.*)$", text):
        reason = why
        for word in words.split():
            key, _, value = word.partition("=")
            if key == "tmax":
                tmax = value
            elif value:
                limits[key] = float(value)
                flags.add(key)
            else:
                flags.add(key)
    return limits, flags, reason, tmax


def check(deck, programs):
    """Rows (deck, kind, worst vector, error, limit, verdict) and the reasons of what differs."""
    text = deck.read_text()
    limits, flags, reason, tmax = expectations(text)
    rows, reasons = [], []

    def row(kind, name, error, limit, verdict):
        rows.append((deck.stem, kind, name, error, limit, verdict))

    def judge(kind, limit_kind, result, excuse=None):
        error, name, count = result
        limit = limits[limit_kind]
        if error <= limit and (count or limit_kind == "meas"):
            verdict = "ok"
            if limit > LIMITS[limit_kind] and error > LIMITS[limit_kind]:
                verdict = "reason"
                reasons.append(f"{deck.stem} {kind}: {error:.1e}, limit {limit:.0e}: {reason}")
        elif "differs" in flags and limit_kind in ("tran" if limit_kind == "tight" else limit_kind, "meas", "tight") and (
                limit_kind in flags or limit_kind == "meas" or (limit_kind == "tight" and "tran" in flags)):
            verdict = "reason"
            reasons.append(f"{deck.stem} {kind}: {error:.1e}: {reason}")
        elif excuse and (found := excuse()):
            verdict = "reason"
            reasons.append(f"{deck.stem} {kind}: {error:.1e}: {found}")
        else:
            verdict = "FAIL"
        row(kind, name or "-", error, limit, verdict)

    has_tran = bool(re.search(r"(?im)^\.tran\b", text))
    has_control = bool(re.search(r"(?im)^\.control", text))
    wants_text = has_control or bool(re.search(r"(?im)^\.(meas|four)", text))
    ours, theirs = programs.both(tightened(text, has_tran, tmax), wants_text)
    if ours["error"]:
        row("run", ours["error"], math.inf, 0, "FAIL")
        return rows, reasons
    if "ours" in flags:
        row("run", "runs", 0, 0, "ours")
        reasons.append(f"{deck.stem}: {reason}")
        return rows, reasons
    if theirs["error"] and not theirs["plots"]:
        row("run", theirs["error"], math.inf, 0, "reason" if "ngspice" in flags else "FAIL")
        if "ngspice" in flags:
            reasons.append(f"{deck.stem}: {reason}")
        return rows, reasons
    reference = None
    waiting = list(ours["plots"])
    for plot in theirs["plots"]:
        if plot.kind == "sens":
            plot = with_sensitivity_names(plot, text)
        mine = next((p for p in waiting if p.kind == plot.kind and set(p.names) & set(plot.names)), None)
        if mine is None:
            row(plot.kind, f"no plot like '{plot.name}' ({' '.join(plot.names[:3])})", math.inf, 0, "FAIL")
            continue
        waiting.remove(mine)
        if plot.kind == "tran":
            reference = plot
            def refine():
                fine_ours, fine_theirs = programs.both(tightened(text, True, tmax, refined=True), False)
                a = next((p for p in fine_ours["plots"] if p.kind == "tran"), None)
                b = next((p for p in fine_theirs["plots"] if p.kind == "tran"), None)
                if not a or not b:
                    return None
                now, moved = compare_tran(a, b), compare_tran(plot, b)
                if now[0] > limits["tight"]:
                    return None
                return f"refined, the two agree to {now[0]:.1e}; ngspice's own tight run is {moved[0]:.1e} from its refined one"
            judge("tran tight", "tight", compare_tran(mine, plot), refine)
        else:
            judge(plot.kind, plot.kind if plot.kind in limits else "op", compare_points(mine, plot))
    if wants_text:
        result, missing = compare_values(ours["values"], theirs["values"])
        judge("print" if has_control else "meas", "meas", result)
        if missing or not theirs["values"]:
            row("meas", "missing: " + " ".join(missing[:6]), math.inf, 0, "FAIL")
    if reference:
        loose_ours, loose_theirs = programs.both(with_largest_step(text, 10000), False)
        a = next((p for p in loose_ours["plots"] if p.kind == "tran"), None)
        b = next((p for p in loose_theirs["plots"] if p.kind == "tran"), None)
        if not a or not b:
            row("tran", loose_ours["error"] or loose_theirs["error"], math.inf, 0, "FAIL")
        else:
            def excuse():
                mine, own = compare_tran(a, reference), compare_tran(b, reference)
                if mine[0] <= limits["tran"]:
                    return f"to ngspice's tight run: {mine[0]:.1e}, ngspice's own default run: {own[0]:.1e}"
                return None
            judge("tran", "tran", compare_tran(a, b), excuse)
    return rows, reasons


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("decks", nargs="*", help="names of decks; default: all")
    arguments.add_argument("--nullor", default=str(HERE.parent / "build/release/bin/nullor"))
    arguments.add_argument("--ngspice", default="ngspice")
    options = arguments.parse_args()
    ngspice = shutil.which(options.ngspice)
    if not ngspice:
        print("skipped: ngspice is not installed (apt install ngspice)")
        return 77
    decks = [p for p in sorted((HERE / "decks").glob("*.cir")) if not options.decks or p.stem in options.decks]
    counts, reasons, failed = {}, [], []
    print(f"{'deck':<26} {'kind':<11} {'worst vector':<24} {'error':>9} {'limit':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for part in (HERE / "decks").glob("*.inc"):
            shutil.copy(part, folder)
        programs = Programs(os.path.abspath(options.nullor), ngspice, folder)
        for deck in decks:
            rows, why = check(deck, programs)
            reasons += why
            for name, kind, vector, error, limit, verdict in rows:
                print(f"{name:<26} {kind:<11} {vector[:160]:<24} {error:9.1e} {limit:9.0e} {verdict}", flush=True)
            verdicts = {r[5] for r in rows}
            verdict = next(v for v in ("FAIL", "ours", "reason", "ok", "nothing") if v in verdicts or v == "nothing")
            counts[verdict] = counts.get(verdict, 0) + 1
            if verdict in ("FAIL", "nothing"):
                failed.append(deck.stem)
    print(f"\n{len(decks)} decks: {counts.get('ok', 0)} agree everywhere, {counts.get('reason', 0)} with a stated "
          f"reason, {counts.get('ours', 0)} without a counterpart, {len(failed)} disagree")
    for line in reasons:
        print("  " + line)
    if failed:
        print("disagree without a reason: " + " ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
