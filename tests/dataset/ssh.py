"""A data set made on three hosts by `nullor dataset submit --engine ssh`. The hosts are a program of the name ssh that runs the
command here, in a folder of its own: one dies in its first task and again in its second. The merged set equals one made
without hosts, and names that ssh would take for an option or a shell for a command are refused before anything is started."""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check  # noqa: E402

FAKE = """#!/bin/sh
# ssh [-o OPTION]... HOST COMMAND
[ "$1" = -V ] && exit 0
while [ "$1" = -o ]; do shift 2; done
host=$1
shift
echo "$host $*" >> "$FAKE_SSH_LOG"
[ $# -eq 1 ] || exit 64
cd /
if [ "$host" = dying ]; then
  sh -c "$1" &
  sleep 0.05
  kill -9 $!
  echo "connection reset" >&2
  exit 255
fi
exec sh -c "$1"
"""


def main():
    nullor, root = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        (work / "bin").mkdir()
        fake = work / "bin" / "ssh"
        fake.write_text(FAKE)
        fake.chmod(0o755)
        log = work / "calls"
        env = {**os.environ, "PATH": f"{work / 'bin'}:{os.environ['PATH']}", "FAKE_SSH_LOG": str(log)}
        how = {"samples": 60}
        subprocess.run(check.make_command(nullor, root, work / "here", **how), check=True, stdout=subprocess.DEVNULL)
        folder = work / "it's $(touch pwned) & co"
        subprocess.run(check.make_command(nullor, root, folder, "--plan", **how), check=True)

        def submit(*more):
            return subprocess.run([nullor, "dataset", "submit", str(folder), "--engine", "ssh", *more], env=env,
                                  capture_output=True, text=True)

        for bad in ("-oProxyCommand=touch pwned", "a;touch pwned", "$(touch pwned)", "a b", "good,good", "good,@"):
            refused = submit(f"--hosts={bad}")
            assert refused.returncode == 2, f"{bad}: {refused.returncode} {refused.stderr}"
        assert submit().returncode == 2
        assert not log.exists(), "a host was asked before its name was checked"

        dead = submit("--hosts", "dying")
        assert dead.returncode == 7 and "dying: exit code 255: connection reset" in dead.stderr, dead.stderr
        assert len(log.read_text().splitlines()) == 2, log.read_text()
        log.unlink()

        (work / "hosts").write_text("dying\nme@good  # fast\n")
        done = submit("--hosts", "other", "--hosts-file", str(work / "hosts"))
        assert done.returncode == 0, done.stderr
        calls = [line.split()[0] for line in log.read_text().splitlines()]
        assert calls.count("dying") <= 2 and {"me@good", "other"} <= set(calls), calls
        assert not list(work.rglob("pwned")) and not pathlib.Path("/pwned").exists()
        assert check.merged(nullor, folder) == check.merged(nullor, work / "here"), "the merged sets differ"
        print(f"{len(calls)} tasks on three hosts, one lost: the same set byte for byte")


if __name__ == "__main__":
    main()
