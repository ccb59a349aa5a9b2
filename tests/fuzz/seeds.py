"""Seed corpora of the fuzz targets, made from the decks of the repository: seeds.py ROOT FOLDER."""
import gzip
import json
import math
import pathlib
import re
import struct
import sys

root, out = map(pathlib.Path, sys.argv[1:3])
decks = [p for folder in ("benchmarks", "examples", "tests") for p in sorted((root / folder).rglob("*.cir"))]


def save(target, name, data):
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


for k, deck in enumerate(decks):
    data = deck.read_bytes()
    if len(data) > 8000:
        continue
    text = data.decode("latin-1")
    save("netlist", f"{k}", data)
    save("dae", f"{k}", data)
    for n, block in enumerate(re.findall(r"(?is)^\.control\s*\n(.*?)^\.endc", text, re.M)):
        save("control", f"{k}_{n}", block.encode("latin-1"))
    for n, piece in enumerate(re.findall(r"'([^'\n]+)'|\{([^}\n]+)\}", text)):
        save("expression", f"{k}_{n}", (piece[0] or piece[1]).encode("latin-1"))
header = "Title: t\nPlotname: {0}\nFlags: {1}\nNo. Variables: 2\nNo. Points: 2\nVariables:\n\t0\t{2}\t{2}\n\t1\tv(out)\tvoltage\n"
real = header.format("Transient Analysis", "real", "time")
save("raw", "binary", (real + "Binary:\n").encode() + struct.pack("<4d", 0, 1, 1, 2))
save("raw", "ascii", (real + "Values:\n0\t0\n\t1\n\n1\t1\n\t2\n").encode())
save("raw", "complex", (header.format("AC Analysis", "complex", "frequency") + "Binary:\n").encode() + struct.pack("<8d", *range(8)))
for k, file in enumerate(sorted((root / "tests").rglob("*.raw"))):
    if file.stat().st_size < 10000:
        save("raw", f"golden_{k}", file.read_bytes())


def network(arrays, notes, dtype="F64"):
    header, body = {"__metadata__": notes}, b""
    for name, (shape, values, *own) in arrays.items():
        kind = own[0] if own else dtype
        data = struct.pack(f"<{len(values)}{'d' if kind == 'F64' else 'f'}", *values)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


save("network", "two_windows", network(
    {"skip": ([1], [1]), "slope": ([2], [1, -2]), "offset": ([2], [0, 0.5]), "scale": ([2], [1, 0.2]), "time": ([2], [0, 1]),
     "length": ([2], [1, 2]), "start": ([2, 1], [0, 1]), "weights": ([2, 1, 3], [1, 2, 3, 4, 5, 6])},
    {"format": "nullor waveform 1", "names": "out", "units": "V"}))
save("surrogate", "one_parameter", network(
    {"low": ([1], [1]), "high": ([1], [2]), "logarithmic": ([1], [0]), "exponents": ([2, 1], [0, 1]),
     "parameter_weights": ([2, 3], [0.1, 0, 0, 1, 0, 0.2]), "base": ([1, 3], [0, 1, 2]), "modes": ([1, 1, 3], [0, 1, 1]),
     "window_start": ([1], [0]), "window_length": ([1], [1]), "knots": ([2], [0, 1]), "knot_scale": ([2], [0, 0.1]),
     "skip": ([1], [1]), "slope": ([1], [1]), "offset": ([1], [0]), "scale": ([1], [1]), "node": ([2], [0.33, 1]),
     "weights": ([2, 2], [1, 0, 0, 1]), "free_weights": ([2, 2], [1, 0, 0, 1]), "free_start": ([2], [1, 0]), "algebraic": ([1], [0]),
     "saved": ([1], [0]), "stop": ([1], [1]), "runs": ([1], [3]), "training": ([2], [1e-5, 1]), "certificate": ([2], [1e-4, 1e-5]),
     "certificate_of_signal": ([1], [1e-5]), "held_out": ([1, 1], [0.5]), "at_held_out": ([1], [1e-5])},
    {"format": "nullor surrogate 1", "title": "t", "names": "out", "units": "V", "parameters": "r", "parameter_units": "Ohm"}))

labels = struct.pack(">2I", 0x801, 2) + bytes([1, 3])
pictures = struct.pack(">4I", 0x803, 2, 1, 2) + bytes(range(4))
for name, pack in (("plain", bytes), ("gzip", gzip.compress)):
    save("idx", name, struct.pack(">H", len(pack(labels))) + pack(labels) + pack(pictures))
save("idx", "cifar10", bytes(2 + 2 * 3073))
scores = {"loss": 0.5, "error": 0.1, "power": 1, "seconds": 1}
save("deep", "one_layer", network(
    {"g1": ([2, 2], [0.5, 0, 0.25, 1]), "b1": ([2], [0, -1])},
    {"format": "nullor deep resistive network 1",
     "network": json.dumps({"widths": [1, 2], "input_gain": 1, "amplifier_gain": 1, "forward_drop": 0, "on_resistance": 0,
                            "leakage": 0, "saturation_current": 0, "emission_voltage": 0.026}),
     "training": json.dumps({"model": "", "rule": "centered", "epoch": 1, "iterations": 4, "nudging": 1, "batch": 4, "epochs": 1,
                             "conductance_rates": [0.1], "bias_rates": [0.1], "decay": 0.99, "plain_nudging": False,
                             "minimum": 0, "maximum": 0, "levels": 0, "variation": 0, "write_noise": 0, "seed": 1}),
     "curve": json.dumps([{"epoch": 1, "training": scores, "test": scores}])}, "F32"))



def predictor():
    """The smallest one: no layers, one metric, two classes, no conditions."""
    d, arrays = 8, {}

    def weights(name, rows, columns):
        arrays[name] = ([rows, columns], [0.1] * (rows * columns))

    def linear(name, outputs, inputs):
        weights(name + ".weight", outputs, inputs)
        weights(name + ".bias", 1, outputs)

    def norm(name):
        weights(name + ".gain", 1, d)
        weights(name + ".shift", 1, d)

    weights("types", 50, d)
    linear("numbers.up", d, 30), linear("numbers.down", d, d), linear("conditions", d, 1)
    norm("last"), weights("queries", 3, d)
    norm("decoder0.cross.norm")
    for part in "q", "k", "v", "out":
        linear("decoder0.cross." + part, d, d)
    norm("decoder0.feed.norm"), linear("decoder0.feed.up", d, d), linear("decoder0.feed.down", d, d)
    norm("read"), linear("metric", 3, d), linear("valid.up", d, d), linear("valid.down", 1, d), linear("class", 2, d)
    arrays["metric_scales"] = ([1, 5], [1, 1, 0, 1, 0.5], "F64")
    arrays["number_scales"] = ([30, 5], [1, 0, 1, 1e-6, 1] * 30, "F64")
    arrays["condition_scales"] = ([0, 5], [], "F64")
    arrays["legal"] = ([1, 5], [0, 1e-6, 1e-5, 1e-7, 1e-6], "F64")
    arrays["summary_mean"] = ([1, d], [0] * d, "F64")
    arrays["summary_precision"] = ([d, d], [1] * (d * d), "F64")
    config = {"tokens": "devices", "virtual_edges": True, "global": True, "graph": True, "currents": True, "mixing": 0, "layers": 0, "width": d,
              "heads": 2, "feed_forward": d, "relation_bias": True, "alternate_near": False, "cross_layers": 0,
              "decoder_layers": 1, "decoder_self": False, "validity": True, "loss": 0, "failed_rows": True,
              "validity_weight": 1.0, "class_weight": 0.3, "dropout": 0.0}
    return network(arrays, {"format": "nullor predictor 1", "config": json.dumps(config), "classes": "ok\nillegal_geometry",
                            "metrics": "gain", "units": "dB", "conditions": "", "corners": "tt", "level": "0.9", "distance": "1",
                            "circuits": "00000000000000ff"}, "F32")


save("predictor", "smallest", predictor())


def decoder(rotary):
    """The smallest one: four tokens, one layer of one head."""
    d, shapes = 8, {"embedding": [4, 8], "slots": [2, 8], "norm.gain": [8], "norm.bias": [8]}
    if not rotary:
        shapes["positions"] = [5, d]
        shapes["output"] = [4, d]
    for part, shape in (("norm1.gain", [d]), ("norm1.bias", [d]), ("qkv", [3 * d, d]), ("out", [d, d]), ("norm2.gain", [d]),
                        ("norm2.bias", [d]), ("up", [d, d]), ("down", [d, d])):
        shapes["layers.0." + part] = shape
    arrays = {name: (shape, [0.1 * (k % 7) for k in range(math.prod(shape))]) for name, shape in shapes.items()}
    config = {"vocabulary": 4, "context": 5, "layers": 1, "heads": 1, "width": d, "feed_forward": d, "slots": 2, "rotary": rotary,
              "tied": rotary}
    return network(arrays, {"format": "nullor decoder 1", "config": json.dumps(config), "language": "records",
                            "vocabulary_hash": "00", "devices": "0 3 12"}, "F32")


save("decoder", "learned", decoder(False))
save("decoder", "rotary", decoder(True))

for k, text in enumerate([
        "# a ladder\nV1 s 0 2\nR1 s a 1k\nR2 a 0 1k\nD1 a b ideal\nR3 b 0 1\n",
        "V s 0 1\nR s a 1\nR b 0 1\nD a b 0.3 1m 1meg\nI 0 b 1u\n",
        "D a b ideal\nD b a ideal\nI a b 1\n", "V a 0 1\nV a 0 2\n"]):
    save("edges", f"{k}", text.encode())

save("topology", "set", b'{"id": 4, "family": "opamp", "group": 2, "ports": ["VDD", "VSS", "VIN1"], "netlist": '
     b'"M0 (VDD a VIN1 VSS) nmos4\\nR1 (a 0) resistor\\nQ1 (VDD a VSS) npn", "opcell": 7, "dup_of": 1}\n')
save("topology", "subcircuit", b".subckt amp inp out vdda gnd\nm1 out inp a 0 nfet w=1u\nx1 a gnd r\ni1 a 0 1u\n.ends\n"
     b".subckt r p n\nr1 p n 1k\nq1 p n p qnpn\n.ends\n")
save("topology", "walk", struct.pack("<16H", 1, 954, 552, 550, 551, 597, 595, 596, 955, 596, 595, 597, 551, 550, 552, 954))

for k, file in enumerate(sorted(root.glob("examples/dataset/*.yaml"))):
    save("bounds", f"yaml_{k}", file.read_bytes()[:2000])
save("bounds", "yaml_ties", b"w1: {min: 0.42, max: 10, type: log}\nm1: {min: 1, max: 100, type: integer}\nw2: {same_as: w1}\n"
     b"m2: {expression: '4 * m1'}\nc: {value: 10p}\n")
save("bounds", "toml", b'w1 = { min = 0.42, max = 10, type = "log" }\n[m1]\nmin = 1\nmax = 100\ntype = "int"\n[m2]\nexpression = "4*m1"\n')
for k, file in enumerate(sorted(root.glob("share/testbenches/*.toml"))):
    save("testbench", f"{k}", file.read_bytes())
save("testbench", "small", b"[conditions]\nload = { value = \"1p\", unit = \"F\" }\n[[setup]]\nname = \"s\"\nconnect = { a = \"0\" }\ndeck = '''\n"
     b"v1 a 0 1\n.op\n'''\n[[metric]]\nname = \"m\"\nsetup = \"s\"\nmeas = \"ac find v(a) at=1\"\nunit = \"V\"\n"
     b"[[metric]]\nname = \"n\"\nvalue = \"m*load\"\nvalid = \"m > 0\"\n[[failure]]\nclass = \"c\"\nmissing = \"m\"\nwhen = \"n > 1\"\n")
