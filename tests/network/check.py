"""Networks that the program exports, read by programs that share nothing with it: the JSON form by examples/neural/read_network.py,
the NPY form by the reader below. Both must give the waveforms that the program itself writes, within 1e-12 of their size.

usage: check.py PROGRAM ROOT
"""

import ast
import csv
import pathlib
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
program, root = sys.argv[1], pathlib.Path(sys.argv[2])
sys.path.insert(0, str(root / "examples" / "neural"))
from read_network import Network  # noqa: E402


def read_npy(path):
    data = path.read_bytes()
    assert data[:8] == b"\x93NUMPY\x01\x00", "NPY format 1.0"
    length = struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10:10 + length].decode())
    names = [name for name, kind in header["descr"]]
    assert all(kind == "<f8" for _, kind in header["descr"]) and not header["fortran_order"]
    rows = [values for values in struct.iter_unpack(f"<{len(names)}d", data[10 + length:])]
    assert header["shape"] == (len(rows),)
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}


def run(deck, folder, *arguments):
    subprocess.run([program, "-q", "run", str(deck), "--engine", "neural", *arguments], cwd=folder, check=True, capture_output=True)


def farthest(pairs, size):
    return max(abs(a - b) for a, b in pairs) / size


def main():
    worst, compared = 0.0, 0
    circuits = [("neural/amplifier", []), ("neural/feram", []), ("neural/optical_link", []), ("filter/rc_pulse", ["--trainer", "lm"])]
    for name, trainer in circuits:
        deck = root / "examples" / f"{name}.cir"
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            run(deck, folder, "--network", "net.json", "-o", "waves.csv", *trainer)
            run(deck, folder, "--network", "net.npy", *trainer)
            network, samples = Network(folder / "net.json"), read_npy(folder / "net.npy")
            with open(folder / "waves.csv") as file:
                rows = list(csv.reader(file))
            values = [network(float(row[0])) for row in rows[1:]]
            for k, column in enumerate(rows[0]):
                if not column.startswith("v("):
                    continue
                signal = network.names.index(column[2:-1])
                written = [float(row[k]) for row in rows[1:]]
                size = max(map(abs, written))
                worst = max(worst, farthest(((v[signal], w) for v, w in zip(values, written)), size))
                compared += len(written)
            for signal, name_of_signal in enumerate(network.names):
                column = samples[name_of_signal]
                size = max(map(abs, column)) or 1
                some = range(0, len(column), 7)
                worst = max(worst, farthest(((network(samples["time"][k])[signal], column[k]) for k in some), size))
                compared += len(some)
    print(f"{compared} values agree within {worst:.1e} of the size of their signal")
    sys.exit(0 if compared > 10000 and worst < 1e-12 else 1)


main()
