"""Runs Nullor and ngspice and reads what they answer."""
import json
import os
import pathlib
import re
import shutil
import subprocess
from dataclasses import dataclass, field

from .decks import same_thermal_voltage
from .vectors import read_raw

TIMEOUT = 60  # [s]
NOT_RESULTS = r"(?i)no\. of|temp|\btotal|rows|memory|harmonics|fourier|pages|dram|size|stack"
NUMBER = r"[-+]?\d[-+.0-9e]*"


@dataclass
class Output:
    plots: list = field(default_factory=list)
    values: list = field(default_factory=list)  # (name, value), measured and printed
    error: str = ""

    def plot(self, kind):
        return next((p for p in self.plots if p.kind == kind), None)


def printed_values(text):
    """(name, value) of every line "name = value", and the harmonics of a Fourier analysis."""
    values = []
    for line in text.splitlines():
        found = re.match(rf"\s*(\S.*?)\s*=\s*({NUMBER})(?:\s|$)", line)
        if found and not re.search(NOT_RESULTS, found[1]):
            values.append((found[1].lower().replace(" ", ""), float(found[2])))
        if found := re.search(rf"THD:\s*({NUMBER})", line):
            values.append(("thd", float(found[1])))
        if found := re.match(rf"\s*([1-9])((?:\s+{NUMBER}){{4}})\s*$", line):
            values.append((f"harmonic{found[1]}", float(found[2].split()[1])))
    return values


class Programs:
    """The two programs, run in a folder of their own with one thread each."""

    def __init__(self, nullor, ngspice, folder, includes):
        self.nullor, self.ngspice, self.folder = nullor, ngspice, pathlib.Path(folder)
        (self.folder / ".spiceinit").write_text("set num_threads=1\n")
        for part in includes:
            shutil.copy(part, folder)
        self.deck, self.raw = self.folder / "deck.cir", self.folder / "x.raw"
        self.environment = dict(os.environ, HOME=str(folder), OMP_NUM_THREADS="1")

    def _run(self, *command):
        self.raw.unlink(missing_ok=True)
        try:
            done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, timeout=TIMEOUT,
                                  stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return 124, "", f"no end after {TIMEOUT} s"
        return done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1")

    def ours(self, text):
        self.deck.write_text(same_thermal_voltage(text))
        code, out, err = self._run(self.nullor, "-q", "run", "--json", self.deck, "-o", self.raw)
        if code:
            return Output(error=f"exit code {code}: " + " ".join((err or out).split())[:300])
        answer = json.loads(out)
        measured = [(k.lower(), v) for k, v in answer["measures"].items() if isinstance(v, (int, float))]
        return Output(read_raw(self.raw) if self.raw.exists() else [],
                      printed_values(answer.get("text", "")) + measured)

    def theirs(self, text, wants_values=False):
        """ngspice's plots from batch mode with -r; a second run without it prints the measurements."""
        result = Output()
        if not re.search(r"(?im)^\.control\b", text):
            self.deck.write_text(text)
            code, out, err = self._run(self.ngspice, "-b", "-r", self.raw, self.deck)
            result.plots = read_raw(self.raw) if self.raw.exists() else []
            if code == 124 or not result.plots:
                result.error = "ngspice gives no result: " + " ".join((out + err).split())[-300:]
        if wants_values:
            # Without .save all, a batch run keeps only what .meas names, and cannot parse vdb(out) there.
            self.deck.write_text(re.sub(r"(?im)^\.end\s*$", ".save all\n.end\n", text))
            result.values = printed_values(self._run(self.ngspice, "-b", self.deck)[1])
        return result
