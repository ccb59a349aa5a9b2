"""Runs what examples and documentation show, and compares what the program prints with what they say it prints.

    check.py PROGRAM ROOT FILE...     checks these files (*.out, *.md)
    check.py --update PROGRAM ROOT FILE.out...   writes the program's output into the files
    check.py --self-test

A .out file, and a ```console block of a .md file, holds commands ("$ nullor run deck.cir") each followed by its output.
Numbers are equal within the tolerance, white space counts as one blank, a line "..." stands for any lines. Commands that
do not begin with "nullor" are not run. A ```spice block of a .md file is a whole deck that must run.
Commands of a .out file run in its folder, those of a .md file in a folder that looks like the root.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

RELATIVE, ABSOLUTE = 2e-3, 1e-12
NUMBER = re.compile(r"(?<![\w.\[(])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def same_line(expected, got):
    parts = [re.sub(r"\s+", " ", p).strip() for p in NUMBER.split(expected)]
    if parts != [re.sub(r"\s+", " ", p).strip() for p in NUMBER.split(got)]:
        return False
    pairs = zip(NUMBER.findall(expected), NUMBER.findall(got))
    return all(abs(float(a) - float(b)) <= RELATIVE * abs(float(a)) + ABSOLUTE for a, b in pairs)


def difference(expected, got):
    """None, or a message about the first line that differs."""
    expected = [line for line in expected if line.strip()]
    got = [line for line in got if line.strip()]
    at, skipping = 0, False
    for line in expected:
        if line.strip() == "...":
            skipping = True
            continue
        while skipping and at < len(got) and not same_line(line, got[at]):
            at += 1
        if at == len(got):
            return f"missing: {line}"
        if not same_line(line, got[at]):
            return f"expected: {line}\n     got: {got[at]}"
        at, skipping = at + 1, False
    return None if skipping or at == len(got) else f"unexpected: {got[at]}"


def commands_of(lines):
    """[command, output lines] of every '$ ' line; a backslash at the end continues a command."""
    found, continued = [], False
    for line in lines:
        if continued:
            found[-1][0] += " " + line.strip().rstrip("\\")
            continued = line.endswith("\\")
        elif line.startswith("$ "):
            found.append([line[2:].rstrip("\\"), []])
            continued = line.endswith("\\")
        elif found:
            found[-1][1].append(line)
    return found


def blocks_of(text, kind):
    return [m.group(1).splitlines() for m in re.finditer(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]


def run(program, command, folder):
    path = os.pathsep.join([str(pathlib.Path(program).resolve().parent), os.environ.get("PATH", "")])
    done = subprocess.run(["sh", "-c", command], cwd=folder, env={**os.environ, "PATH": path}, timeout=120,
                          capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def check_commands(program, found, folder, where):
    problems = []
    for command, expected in found:
        if not command.startswith("nullor"):
            continue
        code, out, err = run(program, command, folder)
        shown = any(line.strip() for line in expected)
        # Exit codes are shown with "; echo $?"; a command without it must succeed.
        if code != 0:
            problems.append(f"{where}: {command}\n  exit code {code}\n{err}")
        elif shown:
            wrong = difference(expected, out.splitlines())
            if wrong:
                problems.append(f"{where}: {command}\n{wrong}")
    return problems


def check(program, root, file):
    file = pathlib.Path(file)
    text = file.read_text()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        if file.suffix == ".out":
            for entry in file.resolve().parent.iterdir():
                (scratch / entry.name).symlink_to(entry)
            return check_commands(program, commands_of(text.splitlines()), scratch, file)
        for entry in pathlib.Path(root).resolve().iterdir():
            if entry.name != "out":
                (scratch / entry.name).symlink_to(entry)
        problems = []
        for lines in blocks_of(text, "console"):
            problems += check_commands(program, commands_of(lines), scratch, file)
        for number, lines in enumerate(blocks_of(text, "spice"), 1):
            (scratch / "block.cir").write_text("\n".join(lines) + "\n")
            problems += check_commands(program, [["nullor -q run block.cir -o block.raw", []]], scratch,
                                       f"{file}, spice block {number}")
        return problems


def update(program, file):
    file = pathlib.Path(file)
    pieces = []
    for command, _ in commands_of(file.read_text().splitlines()):
        with tempfile.TemporaryDirectory() as scratch:
            for entry in file.resolve().parent.iterdir():
                (pathlib.Path(scratch) / entry.name).symlink_to(entry)
            code, out, err = run(program, command, scratch)
            if code:
                sys.exit(f"{file}: {command}: exit code {code}\n{err}")
        pieces.append(f"$ {command}\n{out.rstrip()}\n")
    file.write_text("\n".join(pieces))


def self_test():
    assert same_line("v(out)  1.0000 V  at 1e-9", "v(out) 1.001 V at 1.0005e-09")
    assert not same_line("v(out) 1.0 V", "v(out) 1.1 V")
    assert not same_line("v(out) 1.0 V", "v(in) 1.0 V")
    assert not same_line("q1 2", "q2 2"), "digits inside names are names"
    assert same_line("x 0", "x 1e-15")
    assert difference(["a 1", "...", "b 2"], ["a 1", "x", "", "b 2"]) is None
    assert difference(["a 1"], ["a 1", "b 2"]) is not None
    assert difference(["a 1", "b 2"], ["a 1"]) is not None
    assert commands_of(["$ nullor a \\", "  b", "x 1", "$ ls"]) == [["nullor a  b", ["x 1"]], ["ls", []]]
    assert blocks_of("t\n```console\n$ a\n```\n```c\nx\n```\n", "console") == [["$ a"]]


if __name__ == "__main__":
    if sys.argv[1] == "--self-test":
        self_test()
    elif sys.argv[1] == "--update":
        for name in sys.argv[4:]:
            update(sys.argv[2], name)
    else:
        failures = [p for name in sys.argv[3:] for p in check(sys.argv[1], sys.argv[2], name)]
        print("\n".join(failures) or f"{len(sys.argv) - 3} files agree")
        sys.exit(1 if failures else 0)
