"""One circuit at one corner by one engine: its metrics, ngspice's kept in a folder."""
import csv
import hashlib
import json
import pathlib
import re
import subprocess
import tempfile
import time

# ngspice's and our time steps are chosen so that their error is `trtol` times what reltol allows; 1 takes the safety away
# that ngspice credits itself.
REFINED = ".options reltol=1e-7 trtol=0.1\n"


def refined(testbench):
    """The same testbench with every analysis at tight tolerances."""
    text = re.sub(r"(?m)^\.options reltol=.*\n", "", testbench)
    return text.replace("deck = '''\n", "deck = '''\n" + REFINED)


class Bench:
    def __init__(self, program, testbenches, folder, time_limit):
        self.program, self.testbenches, self.folder, self.time_limit = program, testbenches, folder, time_limit
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    def text(self, case, tight):
        text = (self.testbenches / f"{case.testbench}.toml").read_text()
        return refined(text) if tight else text

    def metrics(self, case, corner, engine, tight):
        """Metrics by name, with `class`, `reason` and the `seconds` that it took."""
        if engine != "ngspice" or not self.folder:
            return self.run(case, corner, engine, tight)
        what = [case.netlist.read_text(), case.variables.read_text(), case.models, case.sizing, case.conditions,
                self.text(case, tight), corner]
        key = hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()
        path = self.folder / f"{re.sub(r'[^A-Za-z0-9]+', '_', case.name)}_{corner}_{'tight' if tight else 'deck'}.json"
        if path.exists():
            kept = json.loads(path.read_text())
            if kept["key"] == key:
                return kept["metrics"]
        out = self.run(case, corner, engine, tight)
        path.write_text(json.dumps({"key": key, "metrics": out}, indent=1))
        return out

    def run(self, case, corner, engine, tight):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "bench.toml").write_text(self.text(case, tight))
            (folder / "sizing.yaml").write_text("".join(f"{p}: {{value: {v!r}}}\n" for p, v in case.sizing.items()))
            command = [self.program, "-q", "dataset", "make", str(case.netlist), "--include", str(case.variables),
                       "--testbench", str(folder / "bench.toml"), "--bounds", str(folder / "sizing.yaml"), "--samples", "1",
                       "--engine", engine, "--jobs", "1", "--axis", f"corner={corner}", "--out", str(folder / "set")]
            for model in case.models:
                command += ["--models", model]
            for condition, value in case.conditions.items():
                command += ["--set", f"{condition}={value!r}"]
            if engine != "lanes":  # which simulates each sample alone under a limit
                command += ["--time-limit", str(self.time_limit)]
            began = time.monotonic()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds = time.monotonic() - began
            subprocess.run([self.program, "-q", "dataset", "export", str(folder / "set"), "-o", str(folder / "set.csv")],
                           check=True, stdout=subprocess.DEVNULL)
            with open(folder / "set.csv") as file:
                row = next(csv.DictReader(file))
        return {**row, "seconds": seconds}


def metric_units(testbench):
    """Unit of every kept metric that ngspice can measure too."""
    out = {}
    for block in testbench.split("[[metric]]")[1:]:
        block = block.split("[[failure]]")[0]
        name = re.search(r'(?m)^name = "(\w+)"', block)[1]
        unit = re.search(r'(?m)^unit = "(.*?)"', block)
        if not re.search(r"(?m)^(hidden|devices_out_of_region) = true", block):
            out[name] = unit[1] if unit else ""
    return out
