"""Tells the family of a circuit without sizes from its structure; needs python3-sklearn.

    judge = FamilyJudge().fit(entries)
    for family, is_scrambled in judge.verdicts(entries): ...

An entry is a line of a set: "netlist", "ports" and, for fit, "family" and "group" (circuits made from one base circuit).
Extremely randomized trees (P. Geurts, D. Ernst, L. Wehenkel, Machine Learning 63, 3 (2006)) vote on counts of small
structures; a group counts once, families half way towards equal. Ports alone tell much: one more class is of circuits with
exchanged pins, and a verdict says whether that one is likelier than the family.
"""
import collections
import itertools
import random
import re

import numpy
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction import DictVectorizer

PINS = {"nmos4": "DGSB", "pmos4": "DGSB", "npn": "CBES", "pnp": "CBES", "resistor": "xx", "capacitor": "xx", "inductor": "xx",
        "diode": "PN", "XOR": "ABVGY", "PFD": "ABQRVG", "INVERTER": "AQVG", "TRANSMISSION_GATE": "ABCVG"}
RAILS = {"VDD", "VSS"}
SCRAMBLED = "scrambled"
MOS, BIPOLAR, PASSIVE = ("nmos4", "pmos4"), ("npn", "pnp"), ("resistor", "capacitor", "inductor")


def read(entry):
    """The devices as (kind, nets), and the role of each port: its name without the number."""
    devices = [(line.split(")")[1].strip(), line[line.index("(") + 1:line.index(")")].split())
               for line in entry["netlist"].strip().split("\n")]
    return devices, {port: re.sub(r"\d+$", "", port) for port in entry["ports"]}


def steps(sources, graph):
    """The number of steps from the sources to every net that they reach without crossing a supply rail."""
    found, queue = {net: 0 for net in sources}, list(sources)
    for net in queue:
        for other in graph[net]:
            if other not in found and other not in RAILS:
                found[other] = found[net] + 1
                queue.append(other)
    return found


def count_devices(devices, role, counts):
    """Kinds, ports, which pins lie at which ports, and what lies between which ports."""
    counts.update({"devices": len(devices), "nets": len({net for _, row in devices for net in row}), "ports": len(role)})
    counts.update(f"port {name}" for name in role.values())
    for kind, row in devices:
        counts[f"kind {kind}"] += 1
        counts.update(f"{kind} {pin} at {role[net]}" for pin, net in zip(PINS[kind], row) if net in role and pin != "B")
        roles = [role.get(net, "inside") for net in row]
        if kind in MOS:
            drain, gate, source, bulk = row
            ends = "-".join(sorted((roles[0], roles[2])))
            counts.update((f"channel {ends}", f"{kind} {ends} gate {roles[1]}", f"{kind} drain {roles[0]} source {roles[2]}"))
            counts[f"{kind} as diode"] += drain == gate
            counts[f"{kind} bulk {roles[3]}"] += bulk not in RAILS
        elif kind in BIPOLAR:
            counts[f"{kind} collector {roles[0]} base {roles[1]} emitter {roles[2]}"] += 1
            counts["bipolar as diode"] += row[0] == row[1]
        elif len(row) == 2:
            counts[f"{kind} " + "-".join(roles if kind == "diode" else sorted(roles))] += 1
    counts.update({f"share of {kind}": counts[f"kind {kind}"] / len(devices) for kind in PINS})


def count_pairs(devices, role, counts):
    """Mirrors, differential and cross-coupled pairs, cascodes, inverters, resonators; what touches inductors and bipolars."""
    active = [(kind, *row[:3]) for kind, row in devices if kind in MOS + BIPOLAR]
    for (kind, drain, gate, source), (kind2, drain2, gate2, source2) in itertools.combinations(active, 2):
        word = "bipolar" if kind in BIPOLAR else "field effect"
        gates = "-".join(sorted((role.get(gate, "inside"), role.get(gate2, "inside"))))
        if kind == kind2:
            if gate == gate2 and source == source2:
                counts[f"{kind} mirror" if (drain == gate) != (drain2 == gate2) else f"{word} pair with one gate"] += 1
            if source == source2 and source not in RAILS and gate != gate2 and drain != drain2:
                counts.update((f"{word} differential pair", f"{word} differential pair {gates}"))
            if gate == drain2 and gate2 == drain and gate != gate2:
                counts.update((f"{word} cross-coupled", f"{word} cross-coupled above {role.get(source, 'inside')}"))
            counts[f"{word} cascode"] += source == drain2 or source2 == drain
        elif kind in MOS and kind2 in MOS:
            if gate == gate2 and drain == drain2:
                counts.update(("inverter", f"inverter {role.get(gate, 'inside')} to {role.get(drain, 'inside')}"))
            counts["transmission gate"] += {drain, source} == {drain2, source2} and gate != gate2
    touching, between = collections.defaultdict(set), collections.defaultdict(set)
    for kind, row in devices:
        for pin, net in zip(PINS[kind], row):
            touching[net] |= {f"{kind} {pin}"} - {f"{kind} B"} if net not in RAILS else set()
        if kind in PASSIVE:
            between[frozenset(row)].add(kind)
    counts.update(f"{kind} touches {other}" for kind, row in devices if kind in ("inductor", *BIPOLAR)
                  for net in row[:3] for other in touching[net])
    counts["resonator"] = sum({"inductor", "capacitor"} <= kinds for kinds in between.values())


def count_paths(devices, role, counts):
    """How far signals and currents run between the ports, and the loops of gates and drains, by length."""
    signal, current, gain = (collections.defaultdict(set) for _ in range(3))
    for kind, row in devices:
        if kind in MOS + BIPOLAR:
            drain, gate, source = row[:3]
            for graph, start, end in ((signal, gate, drain), (signal, gate, source), (signal, source, drain),
                                      (current, drain, source), (current, source, drain), (gain, gate, drain)):
                graph[start].add(end)
        elif len(row) == 2 or kind == "TRANSMISSION_GATE":
            for graph, (start, end) in itertools.product((signal, current), (row[:2], row[1::-1])):
                graph[start].add(end)
        elif kind == "INVERTER":
            for graph in (signal, gain):
                graph[row[0]].add(row[1])
    ports = {name: [net for net in role if role[net] == name] for name in role.values()}
    for name, sources in ports.items():
        for word, graph in (("signal", signal), ("current", current)):
            found = steps(sources, graph)
            counts[f"{word} reach of {name}"] = len(found) / counts["nets"]
            for target in {"VOUT", "VIN", "IOUT", "VIF"} & set(ports) - {name}:
                counts[f"{word} {name} to {target}"] = max(1 / (1 + found[net]) if net in found else 0 for net in ports[target])
    for net in list(gain):
        found = steps(gain[net] - RAILS - {net}, gain)
        if net in found:
            counts.update((f"gate in loop of {min(found[net] + 1, 6)}", "gate in loop"))


def describe(entry):
    """All the counts of a circuit."""
    counts = collections.Counter()
    for count in (count_devices, count_pairs, count_paths):
        count(*read(entry), counts)
    return {name: float(value) for name, value in counts.items() if value}


def scramble(entry, chance, swaps=None):
    """The circuit with the nets of two random pins exchanged, `swaps` times, bulks left alone; None: until nothing is left of it."""
    devices = [(kind, list(row)) for kind, row in read(entry)[0]]
    pins = [(row, pin) for kind, row in devices for pin in range(len(row)) if not (kind in MOS and pin == 3)]
    for _ in range(3 * len(pins) if swaps is None else swaps):
        (row, pin), (row2, pin2) = chance.choice(pins), chance.choice(pins)
        row[pin], row2[pin2] = row2[pin2], row[pin]
    netlist = "\n".join(f"X{number} ({' '.join(row)}) {kind}" for number, (kind, row) in enumerate(devices))
    return {**entry, "netlist": netlist, "family": SCRAMBLED, "group": (SCRAMBLED, entry["group"], swaps)}


def scrambled(entries, seed=0, fewest_devices=5):
    """Two of one circuit of every group, one with eight swaps and one with no order left."""
    chance, one_of = random.Random(seed), {}
    for entry in chance.sample(entries, len(entries)):
        if len(read(entry)[0]) >= fewest_devices:
            one_of.setdefault(entry["group"], entry)
    return [scramble(entry, chance, swaps) for entry in one_of.values() for swaps in (8, None)]


def unseen_verdicts(entries, changes, folds=10, seed=0):
    """For each of `changes` (entry to entry): of every circuit so changed the verdict of a judge that saw no circuit of its group."""
    groups = sorted({entry["group"] for entry in entries})
    random.Random(seed).shuffle(groups)
    fold, verdicts = {group: number % folds for number, group in enumerate(groups)}, [[None] * len(entries) for _ in changes]
    for number in range(folds):
        here = [k for k, entry in enumerate(entries) if fold[entry["group"]] == number]
        judge = FamilyJudge().fit([entry for entry in entries if fold[entry["group"]] != number])
        for change, found in zip(changes, verdicts):
            for k, verdict in zip(here, judge.verdicts([change(entries[k]) for k in here])):
                found[k] = verdict
    return verdicts


class FamilyJudge:
    def __init__(self, trees=400, seed=0, fewest_groups=3, share=0.06):
        """A feature is kept when circuits of `fewest_groups` groups have it; each split tries a `share` of the features."""
        self.fewest_groups, self.table = fewest_groups, DictVectorizer(dtype=numpy.float32, sparse=False)
        self.forest = ExtraTreesClassifier(trees, max_features=share, random_state=seed)

    def fit(self, entries):
        entries = entries + scrambled(entries)
        described, groups = [describe(entry) for entry in entries], collections.defaultdict(set)
        for entry, name in ((entry, name) for entry, counts in zip(entries, described) for name in counts):
            groups[name].add(entry["group"])
        self.table.fit([{name: 1.0 for name, members in groups.items() if len(members) >= self.fewest_groups}])
        size, total = collections.Counter(entry["group"] for entry in entries), collections.Counter()
        for entry in entries:
            total[entry["family"]] += 1 / size[entry["group"]]
        weights = [1 / size[entry["group"]] / total[entry["family"]] ** 0.5 for entry in entries]
        self.forest.fit(self.table.transform(described), [entry["family"] for entry in entries], sample_weight=weights)
        self.families = list(self.forest.classes_)
        return self

    def verdicts(self, entries):
        """(family, whether the circuit is rather a scrambled one) of each."""
        shares = self.forest.predict_proba(self.table.transform([describe(entry) for entry in entries]))
        scrambled_at = self.families.index(SCRAMBLED)
        scrambled_shares = shares[:, scrambled_at].copy()
        shares[:, scrambled_at] = -1
        return [(self.families[row.argmax()], bool(row.max() < other)) for row, other in zip(shares, scrambled_shares)]
