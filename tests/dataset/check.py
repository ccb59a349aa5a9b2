"""Data sets that are killed, that run out of disk, and that cannot be made: nothing lost, nothing twice, clear
messages and the contracted exit codes. benchmarks/dataset_kill.py kills more often."""

import pathlib
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time


def make_command(nullor, root, out, *more, samples=60, bounds=None, testbench=None, netlist=None):
    return [nullor, "-q", "dataset", "make", netlist or f"{root}/examples/dataset/two_stage.cir",
            "--testbench", testbench or f"{root}/share/testbenches/amplifier.toml",
            "--bounds", bounds or f"{root}/examples/dataset/two_stage.yaml", "--samples", str(samples), "--sampling", "sobol",
            "--seed", "5", "--shard-size", "5", "--jobs", "2", "--out", str(out), *more]


def merged(nullor, folder):
    out = pathlib.Path(str(folder) + ".h5")
    subprocess.run([nullor, "-q", "dataset", "merge", str(folder), "-o", str(out)], check=True)
    return out.read_bytes()


def shards(folder):
    return {p.name: p.stat().st_mtime_ns for p in pathlib.Path(folder).glob("shard-*.h5")}


def kill_and_resume(nullor, root, work, kills, seed=1):
    """Kills runs at random moments until `kills` died; whenever the set is whole, a new one is begun. Returns how many sets
    were finished that way, and the moments of death [s]."""
    chance = random.Random(seed)
    began = time.time()
    subprocess.run(make_command(nullor, root, work / "whole"), check=True, stdout=subprocess.DEVNULL)
    whole_time = time.time() - began
    expected = merged(nullor, work / "whole")
    moments, sets = [], 0
    while len(moments) < kills:
        folder, seen = work / f"killed{sets}", {}
        while True:
            more = ["--resume"] if (folder / "manifest.json").exists() else []
            run = subprocess.Popen(make_command(nullor, root, folder, *more), stdout=subprocess.DEVNULL)
            moment = chance.uniform(0, 0.6 * whole_time) if len(moments) < kills else None
            try:
                code = run.wait(timeout=moment)
                assert code == 0, f"exit code {code}"
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGKILL)
                run.wait()
                moments.append(moment)
            now = shards(folder)
            for name, written in seen.items():
                assert now.get(name) == written, f"{name} was finished and has been made again"
            seen = now
            if run.returncode == 0:
                break
        assert merged(nullor, folder) == expected, "the merged set differs from one made without a kill"
        assert not list(folder.glob("*.tmp*")), "half-written files are left"
        sets += 1
    return sets, moments


def expect(code, message, command, **how):
    run = subprocess.run(command, capture_output=True, text=True, **how)
    assert run.returncode == code, f"exit code {run.returncode}, not {code}: {command}\n{run.stderr}"
    for part in [message] if isinstance(message, str) else message:
        assert part in run.stderr, f"no '{part}' in:\n{run.stderr}"


def small_files_only():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails instead
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))


def full_disk(nullor, root, work):
    folder = work / "full"
    expect(7, ["cannot write", "is the disk full?"], make_command(nullor, root, folder, samples=10), preexec_fn=small_files_only)
    assert not shards(folder) and not list(folder.glob("*.tmp*")), "a broken shard is left"
    subprocess.run(make_command(nullor, root, folder, "--resume", samples=10), check=True, stdout=subprocess.DEVNULL)
    subprocess.run(make_command(nullor, root, work / "room", samples=10), check=True, stdout=subprocess.DEVNULL)
    assert merged(nullor, folder) == merged(nullor, work / "room")


def what_cannot_be(nullor, root, work):
    out = work / "never"
    expect(7, "there is no such file", make_command(nullor, root, out, "--models", "/nonexistent/sky130.lib"))
    bounds = work / "nan.yaml"
    bounds.write_text("w_in: {min: .nan, max: 1}\n")
    expect(2, ["nan.yaml:1:13", "must be a finite number"], make_command(nullor, root, out, bounds=str(bounds)))
    bounds.write_text("w_inn: {min: 2u, max: 3u}\n")
    expect(2, ["nan.yaml:1:1", "depends on 'w_inn'", "did you mean 'w_in'?"], make_command(nullor, root, out, bounds=str(bounds)))
    bench = work / "port.toml"
    text = pathlib.Path(f"{root}/share/testbenches/amplifier.toml").read_text()
    bench.write_text(text.replace('vinp = "in"', 'vimp = "in"', 1))
    expect(3, ["port.toml:", "a port 'vimp'", "did you mean 'vinp'?"], make_command(nullor, root, out, testbench=str(bench)))
    deck = work / "bin.cir"
    text = pathlib.Path(f"{root}/examples/dataset/two_stage.cir").read_text()
    deck.write_text(text.replace("m8 bias bias vdda vdda pch", "m8 bias bias vdda vdda pchh"))
    expect(3, ["bin.cir:", "pchh"], make_command(nullor, root, out, netlist=str(deck)))
    expect(2, "--resume", [nullor, "dataset", "make", "--out", str(out)])
    expect(7, "manifest.json", [nullor, "dataset", "status", str(out)])
    assert not out.exists(), "a folder is left of what could not be begun"


def main():
    nullor, root = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        what_cannot_be(nullor, root, work)
        full_disk(nullor, root, work)
        sets, moments = kill_and_resume(nullor, root, work, kills=4)
        print(f"{len(moments)} kills, {sets} sets the same byte for byte")


if __name__ == "__main__":
    main()
