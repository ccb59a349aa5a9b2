"""Fails when a folder of src/nullor includes a folder that is not on a lower floor (docs/architecture.md)."""

import pathlib
import re
import sys
import tempfile

FLOORS = {
    "base": 0, "math": 1, "io": 1, "netlist": 2, "devices": 2, "dae": 3, "graph": 3, "resistive": 3,
    "simulate": 4, "neural": 5, "design": 6, "learn": 7, "report": 7, "cli": 8,
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"nullor/([a-z_]+)/', re.MULTILINE)


def upward_includes(root):
    found = []
    for path in sorted(root.rglob("*")):
        if path.suffix not in (".h", ".cc", ".cpp", ".cu", ".in", ".def"):
            continue
        here = path.relative_to(root).parts[0]
        if here not in FLOORS:
            found.append(f"{path}: folder '{here}' has no floor")
            continue
        for other in INCLUDE.findall(path.read_text()):
            if other != here and FLOORS.get(other, 99) >= FLOORS[here]:
                found.append(f"{path}: {here} (floor {FLOORS[here]}) includes {other} (floor {FLOORS.get(other, '?')})")
    return found


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "base").mkdir()
        (root / "base" / "x.h").write_text('#include "nullor/dae/dae.h"\n')
        (root / "dae").mkdir()
        (root / "dae" / "y.h").write_text('#include "nullor/base/error.h"\n#include "nullor/dae/dae.h"\n')
        found = upward_includes(root)
        assert len(found) == 1 and "base (floor 0) includes dae" in found[0], found


if sys.argv[1] == "--self-test":
    self_test()
else:
    problems = upward_includes(pathlib.Path(sys.argv[1]))
    print("\n".join(problems) or "no upward include")
    sys.exit(1 if problems else 0)
