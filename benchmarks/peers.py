"""Runs a program several times and ngspice beside it, and reads what they report. Standard library only."""

import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def nullor():
    """The built program: $NULLOR, or build/release/bin/nullor."""
    path = os.environ.get("NULLOR", str(ROOT / "build" / "release" / "bin" / "nullor"))
    if not os.path.exists(path):
        raise SystemExit(f"{path} is missing: run 'make build' or set NULLOR")
    return path


def ngspice():
    path = shutil.which("ngspice")
    if not path:
        raise SystemExit("ngspice is missing: apt-get install ngspice")
    return path


class Run:
    """Wall time [s], peak resident memory [MB] and output of one process."""

    def __init__(self, command, environment=None, timeout=600):
        began = time.perf_counter()
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment,
                                       stdin=subprocess.DEVNULL)
            self.timed_out = False
            try:
                _, status, usage = self._wait(process, timeout)
                self.memory = usage.ru_maxrss / 1024
                self.cpu = usage.ru_utime + usage.ru_stime
            except TimeoutError:
                process.kill()
                process.wait()
                status, self.memory, self.cpu, self.timed_out = -1, float("nan"), float("nan"), True
            self.seconds = time.perf_counter() - began
            out.seek(0)
            self.text = out.read()
        self.status = status

    @staticmethod
    def _wait(process, timeout):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                process.returncode = status
                return pid, os.waitstatus_to_exitcode(status), usage
            time.sleep(0.002)
        raise TimeoutError


class Peers:
    """A private home with one-thread settings for ngspice, and a folder for results."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        (self.path / ".spiceinit").write_text("set num_threads=1\n")
        self.environment = dict(os.environ, HOME=str(self.path), SPICE_SCRIPTS="")
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def nullor(self, deck, timeout=600):
        return Run([nullor(), "--verbose", "run", str(deck), "-o", str(self.path / "nullor.raw")], self.environment, timeout)

    def ngspice(self, deck, timeout=600):
        return Run([ngspice(), "-b", "-r", str(self.path / "ngspice.raw"), str(deck)], self.environment, timeout)


def ngspice_analysis_seconds(text):
    found = re.findall(r"Total analysis time \(seconds\) = ([0-9.eE+-]+)", text)
    return float(found[-1]) if found else float("nan")


def nullor_analysis_seconds(text):
    return sum(float(x) for x in re.findall(r"analysis took ([0-9.eE+-]+) s", text)) or float("nan")


def median(values):
    return statistics.median(values)
