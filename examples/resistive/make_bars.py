#!/usr/bin/env python3
"""Writes the pictures of examples/resistive/bars: 8 x 8 pixels, a bar that lies, stands, rises or falls, in noise."""
import gzip
import pathlib
import random
import struct

SIZE = 8
BARS = {0: lambda row, column: row, 1: lambda row, column: column, 2: lambda row, column: row + column - 4,
        3: lambda row, column: row - column + 4}


def picture(draw, label):
    place = draw.randrange(2, 6)
    for row in range(SIZE):
        for column in range(SIZE):
            light = 200 if BARS[label](row, column) == place else 0
            yield max(0, min(255, round(light + draw.gauss(0, 25))))


def write(folder, part, count, draw):
    labels = [draw.randrange(len(BARS)) for _ in range(count)]
    pixels = bytes(pixel for label in labels for pixel in picture(draw, label))
    for name, data in ((f"{part}-images-idx3-ubyte.gz", struct.pack(">4I", 0x803, count, SIZE, SIZE) + pixels),
                       (f"{part}-labels-idx1-ubyte.gz", struct.pack(">2I", 0x801, count) + bytes(labels))):
        (folder / name).write_bytes(gzip.compress(data, 9, mtime=0))


folder = pathlib.Path(__file__).resolve().parent / "bars"
folder.mkdir(exist_ok=True)
draw = random.Random(1)
write(folder, "train", 400, draw)
write(folder, "t10k", 200, draw)
