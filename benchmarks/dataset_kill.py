"""Kills `nullor dataset make` with SIGKILL at random moments and compares the merged sets with one made in peace.

    python3 benchmarks/dataset_kill.py [--kills 50] [--nullor build/release/bin/nullor]
"""

import argparse
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "dataset"))
import check  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--kills", type=int, default=50)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--nullor", default=str(ROOT / "build" / "release" / "bin" / "nullor"))
options = parser.parse_args()
with tempfile.TemporaryDirectory() as name:
    sets, moments = check.kill_and_resume(options.nullor, str(ROOT), pathlib.Path(name), options.kills, options.seed)
print(f"{len(moments)} kills between {min(moments):.3f} s and {max(moments):.3f} s of a run; {sets} sets finished, "
      f"all the same byte for byte, no finished shard made again")
