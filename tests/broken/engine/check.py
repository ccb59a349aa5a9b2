"""Runs the program on every broken deck of this folder and compares exit code and message with the file beside it.

usage: check.py PROGRAM [--update]
"""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def outcome(program, deck):
    run = subprocess.run([program, "run", deck.name], cwd=HERE, capture_output=True, text=True, timeout=60)
    return f"exit code {run.returncode}\n{run.stderr.strip()}\n"


def main():
    program = sys.argv[1]
    wrong = 0
    decks = sorted(HERE.glob("*.cir"))
    for deck in decks:
        found = outcome(program, deck)
        expected = deck.with_suffix(".txt")
        if "--update" in sys.argv:
            expected.write_text(found)
        elif not expected.exists() or expected.read_text() != found:
            wrong += 1
            print(f"--- {deck.name}, expected:\n{expected.read_text() if expected.exists() else '(nothing)'}\n--- found:\n{found}")
    print(f"{len(decks) - wrong} passed, {wrong} failed")
    sys.exit(1 if wrong else 0)


main()
