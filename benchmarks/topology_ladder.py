#!/usr/bin/env python3
"""How far circuits without sizes get on the ladder, beside controls that are wrong on purpose.

    benchmarks/topology_ladder.py [--data FILE] [--limit N] [--seed N] [--program PATH] [--families]

Prints, for the data set (repaired), for the same circuits with three random pins rewired, and with all nets permuted
over the pins: the share that passes each level, the share of those that passed the level below, and circuits a second.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LEVELS = ["L1", "L2", "L3"]


def check(program, data, control, seed, limit):
    """(verdicts, wall seconds)."""
    words = [program, "-q", "topology", "check", data, "--repair", "--until", "L3", "--json"]
    words += ["--control", control, "--seed", str(seed), "--limit", str(limit)]
    began = time.monotonic()
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode not in (0, 8):
        raise SystemExit(done.stderr)
    return json.loads(done.stdout), time.monotonic() - began


def share(verdicts, level, of=None):
    whole = [v for v in verdicts if of is None or v["reached"] >= of]
    return 100 * sum(v["reached"] >= level for v in whole) / max(1, len(whole))


def main():
    data = os.environ.get("NULLOR_DATA", str(ROOT.parent / "shared/data"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=data + "/analoggenie/topologies.jsonl.xz")
    parser.add_argument("--program", default=str(ROOT / "build/release/bin/nullor"))
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--families", action="store_true")
    flags = parser.parse_args()
    found = {}
    for title, control in (("data", "none"), ("mutated", "mutated"), ("scrambled", "scrambled")):
        found[title] = check(flags.program, flags.data, control, flags.seed, flags.limit)
    print(f"{'':<12}{'circuits':>9}{'L1':>8}{'L2':>8}{'L3':>8}{'L2 of L1':>10}{'L3 of L2':>10}{'circuits/s':>12}")
    for title, (verdicts, seconds) in found.items():
        shares = "".join(f"{share(verdicts, level):>7.1f}%" for level in LEVELS)
        print(f"{title:<12}{len(verdicts):>9}{shares}{share(verdicts, 'L2', 'L1'):>9.1f}%"
              f"{share(verdicts, 'L3', 'L2'):>9.1f}%{len(verdicts) / seconds:>12.0f}")
    if not flags.families:
        return
    print(f"\n{'L3 by family':<18}{'circuits':>9}" + "".join(f"{title:>11}" for title in found))
    sizes = collections.Counter(v["family"] for v in found["data"][0])
    for family, count in sizes.most_common():
        row = "".join(f"{share([v for v in verdicts if v['family'] == family], 'L3'):>10.1f}%"
                      for verdicts, _ in found.values())
        print(f"{family:<18}{count:>9}{row}")


if __name__ == "__main__":
    main()
