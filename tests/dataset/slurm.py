"""A data set as an array of 20 tasks under a Slurm of its own, two nodes on this machine: one task is requeued while it runs
and one node dies. The merged set equals one made without Slurm. Ends with 77 (skipped) where Slurm is not installed."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check  # noqa: E402

TASKS = 20


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Slurm:
    """slurmctld and two slurmd of this process, without munge."""

    def __init__(self, work):
        self.work = work
        ports = free_ports(3)
        host = socket.gethostname()
        (work / "state").mkdir()
        for node in ("n0", "n1"):
            (work / f"spool-{node}").mkdir()
        conf = work / "slurm.conf"
        conf.write_text(f"""ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
AuthType=auth/none
CredType=cred/none
SlurmUser=root
SlurmdUser=root
StateSaveLocation={work}/state
SlurmdSpoolDir={work}/spool-%n
SlurmctldPidFile={work}/slurmctld.pid
SlurmdPidFile={work}/slurmd-%n.pid
SlurmctldLogFile={work}/slurmctld.log
SlurmdLogFile={work}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdTimeout=10
MinJobAge=300
ReturnToService=2
MpiDefault=none
SchedulerParameters=sched_interval=2,batch_sched_delay=1
RequeueExit=137
NodeName=n0 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=1 State=UNKNOWN
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=1 State=UNKNOWN
PartitionName=main Nodes=n0,n1 Default=YES State=UP MaxTime=INFINITE
""")
        self.env = {**os.environ, "SLURM_CONF": str(conf)}
        os.environ["SLURM_CONF"] = str(conf)
        self.started = {}
        self.start("slurmctld", ["slurmctld", "-D", "-i"])
        for node in ("n0", "n1"):
            self.start(node, ["slurmd", "-D", "-N", node])

    def start(self, name, command):
        log = open(self.work / f"{name}.out", "w")
        self.started[name] = subprocess.Popen(command, env=self.env, stdout=log, stderr=log, start_new_session=True)

    def run(self, *command):
        return subprocess.run(command, env=self.env, capture_output=True, text=True).stdout

    def wait(self, what, condition, seconds):
        end = time.time() + seconds
        while not condition():
            if time.time() > end:
                logs = "\n".join(f"{p.name}:\n{p.read_text()[-1500:]}" for p in self.work.glob("*.log"))
                sys.exit(f"waited {seconds} s for {what}\n{self.run('squeue')}\n{self.run('sinfo')}\n{logs}")
            time.sleep(0.2)

    def stop(self):
        for process in self.started.values():
            process.kill()
            process.wait()


def processes_of_node(work, node):
    """What runs there: tasks, known by their environment, behind the slurmstepd that is the parent of their script."""
    parents, tasks = [], []
    wanted = {b"SLURM_CONF=" + str(work / "slurm.conf").encode(), b"SLURMD_NODENAME=" + node.encode()}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if not wanted <= set((entry / "environ").read_bytes().split(b"\0")):
                continue
            parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
            if pathlib.Path(f"/proc/{parent}/comm").read_text().startswith("slurmstepd"):
                parents.append(int(parent))
            tasks.append(int(entry.name))
        except OSError:
            continue
    return parents + tasks


def end(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def main():
    nullor, root = sys.argv[1], sys.argv[2]
    if not all(shutil.which(p) for p in ("slurmctld", "slurmd", "sbatch")) or os.geteuid() != 0:
        print("needs slurm-wlm and root")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        how = {"samples": 400}
        subprocess.run(check.make_command(nullor, root, work / "here", **how), check=True, stdout=subprocess.DEVNULL)
        folder = work / "array"
        subprocess.run(check.make_command(nullor, root, folder, "--plan", **how), check=True)
        slurm = Slurm(work)
        try:
            slurm.wait("two idle nodes", lambda: slurm.run("sinfo", "-h", "-N", "-o", "%t").split() == ["idle"] * 2, 60)
            said = subprocess.run([nullor, "dataset", "submit", str(folder), "--engine", "slurm", "--tasks", str(TASKS)],
                                  env=slurm.env, capture_output=True, text=True, check=True).stdout
            job = said.split()[-1]
            running = lambda: slurm.run("squeue", "-h", "-r", "-t", "R", "-o", "%i").split()  # noqa: E731
            slurm.wait("a running task", running, 60)
            first = running()[0]
            slurm.run("scontrol", "requeue", first)
            slurm.wait("a task on n1", lambda: processes_of_node(work, "n1"), 60)
            slurm.started["n1"].kill()
            lost = processes_of_node(work, "n1")
            end(lost)  # the keeper of the task first: a node that is gone reports nothing
            # Slurm holds what is requeued back for two minutes.
            def finished():
                for task in slurm.run("squeue", "-h", "-r", "-j", job, "-t", "PD", "-o", "%i").split():
                    slurm.run("scontrol", "update", f"JobId={task}", "StartTime=now")
                return not slurm.run("squeue", "-h", "-j", job).strip()

            slurm.wait("the end of the array", finished, 300)
        finally:
            slurm.stop()
        state = subprocess.run([nullor, "dataset", "status", str(folder)], capture_output=True, text=True, check=True).stdout
        assert "missing" not in state, state
        assert check.merged(nullor, folder) == check.merged(nullor, work / "here"), "the merged sets differ"
        print(f"{TASKS} tasks on two nodes, {first} requeued, n1 lost with {len(lost)} processes: the same set byte for byte")


if __name__ == "__main__":
    main()
