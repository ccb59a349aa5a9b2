"""Vectors of simulation results: binary .raw files, and one name for what the two programs call differently."""
import re
from array import array

KINDS = (("sensitivity", "sens"), ("transient", "tran"), ("operating", "op"), ("dc", "dc"), ("transfer", "tf"),
         ("ac", "ac"), ("noise", "noise"))


class Plot:
    """One analysis: `columns[index[name]]` are the values of a vector, `columns[0]` its scale."""

    def __init__(self, name, names, columns):
        self.name, self.names, self.columns = name, names, columns
        self.index = {}
        for k, vector in enumerate(names):
            self.index.setdefault(vector, k)

    def __getitem__(self, vector):
        return self.columns[self.index[vector]]

    @property
    def kind(self):
        low = self.name.lower()
        return next((kind for word, kind in KINDS if word in low), low)


def canonical(name):
    """The two programs' names of one vector: v1#branch is i(v1), v(v-sweep) is v-sweep, v(dm_is) is dm:is."""
    name = name.lower()
    if found := re.fullmatch(r"i?\(?([^()@]+)#branch\)?", name):
        return f"i({found[1]})"
    if found := re.fullmatch(r"[vi]\((.*-sweep)\)", name):
        return found[1]
    if found := re.fullmatch(r"v\(([rclvidqmjg][a-z0-9]*[_:]\w+)\)", name):
        return found[1].replace("_", ":")
    if found := re.fullmatch(r"[iv]\((@.*|[io]noise.*|transfer_function|.*impedance.*)\)", name):
        return found[1]
    return name


def read_raw(path):
    """The plots of a binary .raw file that have points."""
    data, at, plots = path.read_bytes(), 0, []
    while (mark := data.find(b"Binary:\n", at)) >= 0:
        head = data[at:mark].decode("latin-1").splitlines()
        value = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in head if ":" in line[:20]}
        width, points = int(value["no. variables"]), int(value["no. points"])
        start = next(k for k, line in enumerate(head) if line.startswith("Variables:")) + 1
        names = [canonical(head[start + k].split("\t")[2].strip()) for k in range(width)]
        parts = 2 if "complex" in value["flags"] else 1
        size = 8 * width * points * parts
        flat = array("d")
        flat.frombytes(data[mark + 8:mark + 8 + size])
        at = mark + 8 + size
        if parts == 2:
            flat = [complex(a, b) for a, b in zip(flat[::2], flat[1::2])]
        if points:
            plots.append(Plot(value["plotname"], names, [flat[k::width] for k in range(width)]))
    return plots
