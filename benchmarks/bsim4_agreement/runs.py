"""Runs one deck in both programs with tight tolerances; the worst difference of like vectors."""
import os
import pathlib
import subprocess
from dataclasses import dataclass

from agreement.vectors import read_raw

TIGHT = ".options reltol=1e-9 abstol=1e-18 vntol=1e-12 gmin=1e-12 itl1=500"


@dataclass
class Worst:
    """Largest difference |a - b| / (|b| + floor) and where it is."""
    difference: float = 0.0
    where: str = ""
    count: int = 0

    def add(self, ours, theirs, floor, where):
        self.count += 1
        # A floor adds to the tolerance: what lies below it counts as equal.
        relative = max(abs(ours - theirs) - floor, 0.0) / max(abs(theirs), 1e-300)
        if relative > self.difference or relative != relative:
            self.difference, self.where = relative, f"{where}: {ours:.9g}, ngspice {theirs:.9g}"

    def merge(self, other):
        self.count += other.count
        if other.difference > self.difference:
            self.difference, self.where = other.difference, other.where


class Programs:
    def __init__(self, nullor, ngspice, folder):
        self.nullor, self.ngspice, self.folder = nullor, ngspice, pathlib.Path(folder)
        (self.folder / ".spiceinit").write_text("set num_threads=1\n")
        self.environment = dict(os.environ, HOME=str(folder), OMP_NUM_THREADS="1")

    def _plots(self, name, text, command):
        deck, raw = self.folder / f"{name}.cir", self.folder / f"{name}.raw"
        deck.write_text(text)
        raw.unlink(missing_ok=True)
        done = subprocess.run([*command(deck, raw)], cwd=self.folder, env=self.environment, capture_output=True, text=True,
                              errors="replace")
        plots = read_raw(raw) if raw.exists() else []
        if not plots:
            raise RuntimeError(f"{command(deck, raw)[0]} gives no result for {deck}:\n{(done.stdout + done.stderr)[-2000:]}")
        return plots

    def ours(self, text):
        return self._plots("ours", text, lambda deck, raw: [self.nullor, "-q", "run", deck, "-o", raw])

    def theirs(self, text):
        return self._plots("theirs", text, lambda deck, raw: [self.ngspice, "-b", "-r", raw, deck])
