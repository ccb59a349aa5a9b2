"""Writes the ```cpp blocks of a page into files, in order: extract.py PAGE FILE... Unchanged files keep their time."""

import pathlib
import sys

from check import blocks_of

blocks = blocks_of(pathlib.Path(sys.argv[1]).read_text(), "cpp")
if len(blocks) != len(sys.argv) - 2:
    sys.exit(f"{sys.argv[1]} has {len(blocks)} blocks of code, {len(sys.argv) - 2} are expected")
for lines, name in zip(blocks, sys.argv[2:]):
    path = pathlib.Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines) + "\n"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
