"""Runs the program on every broken deck of this folder and compares exit code and message with the file beside it.

usage: check.py PROGRAM [--update]

A comment "* options: ..." in a deck holds further arguments of the program. "..." in an expected message stands for any
characters of a line.
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def outcome(program, deck):
    options = re.search(r"^\* options: (.*)$", deck.read_text(), re.MULTILINE)
    run = subprocess.run([program, "run", deck.name, *(options[1].split() if options else [])], cwd=HERE, capture_output=True, text=True, timeout=60)
    return f"exit code {run.returncode}\n{run.stderr.strip()}\n"


def same(expected, found):
    pattern = "[^\\n]*".join(re.escape(part) for part in expected.split("..."))
    return re.fullmatch(pattern, found) is not None


def main():
    program = sys.argv[1]
    wrong = 0
    decks = sorted(HERE.glob("*.cir"))
    for deck in decks:
        found = outcome(program, deck)
        expected = deck.with_suffix(".txt")
        if "--update" in sys.argv:
            expected.write_text(found)
        elif not expected.exists() or not same(expected.read_text(), found):
            wrong += 1
            print(f"--- {deck.name}, expected:\n{expected.read_text() if expected.exists() else '(nothing)'}\n--- found:\n{found}")
    print(f"{len(decks) - wrong} passed, {wrong} failed")
    sys.exit(1 if wrong else 0)


main()
