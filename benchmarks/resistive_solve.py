#!/usr/bin/env python3
"""General resistive networks: agreement with independent solvers, and scale.

    resistive_solve.py [--agreement] [--scale] [--peers] [--spice] [--networks 1000] [--largest 1000000] [--jobs 2]
                       [--only TEXT] [--nullor PROGRAM]

Without a choice all parts run.

--agreement  random networks of 5 to 2000 nodes with diodes between inner nodes, ideal, with drops, with on and off
             resistances: `nullor resistive solve` against its own interior-point method, against a quadratic programme
             written here from the circuit's laws and solved by an active set that starts there, and by CVXOPT (every tenth);
             largest node error by the largest source voltage
--scale      grids and random graphs, pinned (every node has a resistor to a source) and weakly pinned (one in a thousand
             has): time, memory, KKT residual
--peers      the same networks by plain coordinate descent, CVXOPT and ngspice, as far as they are installed
--spice      small networks against ngspice with diodes of ever smaller emission coefficient

Wants python3-numpy and python3-scipy; python3-cvxopt where the column of CVXOPT is to be filled.
"""
import argparse
import json
import multiprocessing
import os
import pathlib
import queue
import shutil
import subprocess
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


class Network:
    """Branches as arrays; node 0 is ground. Diodes: anode, cathode, drop, on resistance (0: ideal), leakage [S]."""

    def __init__(self, nodes):
        self.nodes = nodes
        self.resistors, self.sources, self.currents, self.diodes = [], [], [], []

    def node(self):
        self.nodes += 1
        return self.nodes - 1

    def arrays(self):
        def pack(parts, width):
            return np.vstack([np.atleast_2d(p) for p in parts]) if parts else np.zeros((0, width))
        return (pack(self.resistors, 3), pack(self.sources, 3), pack(self.currents, 3), pack(self.diodes, 5))

    def write(self, path):
        resistors, sources, currents, diodes = self.arrays()
        with open(path, "w") as out:
            for letter, rows in (("R", resistors), ("V", sources), ("I", currents)):
                values = 1 / rows[:, 2] if letter == "R" else rows[:, 2]
                out.writelines(f"{letter} {int(a)} {int(b)} {v!r}\n"
                               for a, b, v in zip(rows[:, 0], rows[:, 1], values.tolist()))
            for a, c, drop, on, leak in diodes.tolist():
                out.write(f"D {int(a)} {int(c)} {drop!r} {on!r}" + (f" {1 / leak!r}\n" if leak else "\n"))


def random_network(rng, size, ideal=False):
    """A random tree, twice as many further resistors, sources at a tenth of the nodes, diodes at half of them."""
    net = Network(size)
    log_g = lambda n: np.exp(rng.uniform(-2, 2, n))
    k = np.arange(1, size)
    net.resistors.append(np.column_stack([k, rng.integers(0, k), log_g(size - 1)]))
    ends = rng.integers(0, size, (2 * size, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    net.resistors.append(np.column_stack([ends, log_g(len(ends))]))
    for _ in range(1 + size // 10):
        source = net.node()
        net.sources.append([source, 0, rng.uniform(-1, 1)])
        net.resistors.append([source, rng.integers(1, size), log_g(1)[0]])
    for _ in range(size // 10):
        a, b = rng.choice(size, 2, replace=False)
        net.currents.append([a, b, rng.uniform(-0.3, 0.3)])
    low, high = net.node(), net.node()
    net.sources.append([low, 0, rng.uniform(-0.3, -0.05)])
    net.sources.append([high, 0, rng.uniform(0.05, 0.3)])
    for _ in range(1 + size // 2):
        a, c = rng.integers(1, size, 2)
        if rng.uniform() < 0.3 or a == c:
            if rng.uniform() < 0.5:
                a = low
            else:
                c = high
        drop = rng.uniform(0.001, 0.3 if rng.uniform() < 0.5 else 0.01)
        on = 0.0 if ideal or rng.uniform() < 0.7 else float(np.exp(rng.uniform(-4, 0)))
        leak = 0.0 if ideal or rng.uniform() < 0.7 else float(np.exp(rng.uniform(-9, -2)))
        net.diodes.append([a, c, drop, on, leak])
    return net


def large_network(rng, kind, size, pinned, inner_diodes=False):
    """kind: grid or random. Diodes clamp a quarter of the nodes to +-0.5 V; inner ones join neighbours."""
    if kind == "grid":
        side = int(round(size ** 0.5))
        index = np.arange(side * side).reshape(side, side) + 1
        ends = np.vstack([np.column_stack([index[:, 1:].ravel(), index[:, :-1].ravel()]),
                          np.column_stack([index[1:].ravel(), index[:-1].ravel()])])
        size = side * side
    else:
        ends = rng.integers(1, size + 1, (2 * size, 2))
        ring = np.arange(1, size + 1)
        ends = np.vstack([ends[ends[:, 0] != ends[:, 1]], np.column_stack([ring, np.roll(ring, 1)])])
    net = Network(size + 1)
    net.resistors.append(np.column_stack([ends, np.exp(rng.uniform(-1, 1, len(ends)))]))
    # 64 supplies: where a node is pinned, it is to one of them.
    supplies = np.array([net.node() for _ in range(64)])
    net.sources.append(np.column_stack([supplies, np.zeros(64), rng.uniform(-1, 1, 64)]))
    held = np.arange(1, size + 1) if pinned else rng.choice(size, max(4, size // 1000), replace=False) + 1
    net.resistors.append(np.column_stack([held, rng.choice(supplies, len(held)), np.exp(rng.uniform(-1, 1, len(held)))]))
    low, high = net.node(), net.node()
    net.sources.append([[low, 0, -0.25], [high, 0, 0.25]])
    clamped = rng.choice(size, size // 4, replace=False) + 1
    up = rng.uniform(size=len(clamped)) < 0.5
    net.diodes.append(np.column_stack([np.where(up, clamped, low), np.where(up, high, clamped)] +
                                      [np.zeros(len(clamped))] * 3))
    if inner_diodes:
        chosen = ends[rng.choice(len(ends), size // 4, replace=False)]
        net.diodes.append(np.column_stack([chosen] + [np.zeros(len(chosen))] * 3))
    return net


def run_nullor(program, path, *flags, voltages=True, limit=600):
    """The report of one run, its wall time and its peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "v.npy")
        command = [program, "-q", "resistive", "solve", path, "--json", *flags] + (["-o", out] if voltages else [])
        start = time.perf_counter()
        try:
            done = subprocess.run(["/usr/bin/time", "-f", "%M", *command], capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return None
        wall = time.perf_counter() - start
        if not done.stdout:
            raise RuntimeError(done.stderr)
        report = json.loads(done.stdout)
        report["wall"] = wall
        report["memory_mb"] = float(done.stderr.split()[-1]) / 1024
        if voltages:
            table = np.load(out)
            report["v"] = np.zeros(int(table["node"].max()) + 1)
            report["v"][table["node"].astype(int)] = table["voltage"]
        return report


def programme(net):
    """min x^T P x / 2 + c^T x over x = (node voltages but ground, excess of diodes with an on resistance), A x = b,
    G x <= h: Scellier's equations (1) to (3), an excess t >= u - drop costing (1/ron - leak) t^2 / 2."""
    import scipy.sparse as sp
    resistors, sources, currents, diodes = net.arrays()
    n = net.nodes

    def incidence(ends):
        m = len(ends)
        rows = np.repeat(np.arange(m), 2)
        return sp.csr_matrix((np.tile([1.0, -1.0], m), (rows, ends[:, :2].astype(int).ravel())), shape=(m, n))[:, 1:]
    r, d = incidence(resistors), incidence(diodes)
    soft = diodes[:, 3] > 0
    p = r.T @ sp.diags(resistors[:, 2]) @ r + d.T @ sp.diags(diodes[:, 4]) @ d
    slope = 1 / diodes[soft, 3] - diodes[soft, 4]
    k = int(soft.sum())
    p = sp.block_diag([p, sp.diags(slope)]) if k else p
    c = np.concatenate([incidence(currents).T @ currents[:, 2], np.zeros(k)])
    pick = sp.csr_matrix((np.full(k, -1.0), (np.flatnonzero(soft), np.arange(k))), shape=(len(diodes), k))
    a = sp.hstack([incidence(sources), sp.csr_matrix((len(sources), k))])
    return p.tocsc(), c, a.tocsc(), sources[:, 2], sp.hstack([d, pick]).tocsc(), diodes[:, 2]


def by_cvxopt(net, eps=1e-13):
    """Node voltages, seconds, and whether it says that it has converged."""
    from cvxopt import matrix, solvers, spmatrix

    def sparse(m):
        m = m.tocoo()
        return spmatrix(m.data.tolist(), m.row.tolist(), m.col.tolist(), m.shape)
    p, c, a, b, g, h = programme(net)
    solvers.options.update(show_progress=False, abstol=eps, reltol=eps, feastol=eps, maxiters=100)
    arguments = (sparse(p), matrix(c), sparse(g), matrix(h), sparse(a), matrix(b))
    start = time.perf_counter()
    try:
        answer = solvers.qp(*arguments)
    except (ValueError, ArithmeticError):  # a singular system near the end
        return None, time.perf_counter() - start, False
    seconds = time.perf_counter() - start
    return np.concatenate([[0], np.array(answer["x"]).ravel()[:net.nodes - 1]]), seconds, answer["status"] == "optimal"


def within(limit, function, *arguments):
    """What the function returns, in a process of its own; None after `limit` seconds."""
    results = multiprocessing.Queue()
    process = multiprocessing.Process(target=lambda: results.put(function(*arguments)))
    process.start()
    try:
        return results.get(timeout=limit)
    except queue.Empty:
        return None
    finally:
        process.terminate()
        process.join()


def by_active_set(net, v, most=50):
    """The exact optimum near v: the diodes at their limits there are set equal, the linear system is factored and refined,
    and diodes with a negative current let go, those beyond their limit come in, until there are none. An interior-point
    method alone is not exact where a diode is at its limit without a current: limit and current both are roots of its
    barrier parameter. None when that does not settle."""
    import scipy.sparse as sp
    import scipy.sparse.linalg as linear
    p, c, a, b, g, h = programme(net)
    excess = np.maximum(g[:, :net.nodes - 1] @ v[1:] - h, 0)
    x = np.concatenate([v[1:], excess[net.arrays()[3][:, 3] > 0]])
    active = g[:, :net.nodes - 1] @ v[1:] - h > -1e-6
    for _ in range(most):
        rows = sp.vstack([a, g[active]])
        zero = sp.csc_matrix((rows.shape[0], rows.shape[0]))
        exact = sp.bmat([[p, rows.T], [rows, zero]]).tocsc()
        factors = linear.splu(exact + sp.diags(np.concatenate([np.full(p.shape[0], 1e-9), np.full(rows.shape[0], -1e-9)])))
        right = np.concatenate([-c, b, h[active]])
        solution = np.zeros(len(right))
        for _ in range(30):
            solution += factors.solve(right - exact @ solution)
        x, multiplier = solution[:p.shape[0]], solution[p.shape[0] + len(b):]
        beyond = g @ x - h > 1e-14
        beyond[active] = False
        leaving = np.flatnonzero(active)[multiplier < -1e-14]
        if not beyond.any() and len(leaving) == 0:
            return np.concatenate([[0], x[:net.nodes - 1]])
        active[beyond] = True
        active[leaving] = False
    return None


def by_ngspice(net, emission=1e-3, limit=300):
    """Operating point with exponential diodes of a small emission coefficient in place of ideal ones; drops as sources."""
    resistors, sources, currents, diodes = net.arrays()
    lines = ["resistive network", f".model dd d(is=1e-12 n={emission})", ".options reltol=1e-6 itl1=500 gmin=1e-15"]
    for letter, rows in (("r", resistors), ("v", sources), ("i", currents)):
        lines += [f"{letter}{k} {int(a)} {int(b)} {1 / v if letter == 'r' else v!r}"
                  for k, (a, b, v) in enumerate(rows.tolist())]
    for k, (a, c, drop, on, leak) in enumerate(diodes.tolist()):
        lines += [f"d{k} {int(a)} m{k} dd", f"vd{k} m{k} " + (f"q{k}" if on else f"{int(c)}") + f" {drop!r}"]
        lines += [f"rd{k} q{k} {int(c)} {on!r}"] if on else []
        lines += [f"rl{k} {int(a)} {int(c)} {1 / leak!r}"] if leak else []
    with tempfile.TemporaryDirectory() as folder:
        deck, raw = os.path.join(folder, "n.cir"), os.path.join(folder, "n.raw")
        pathlib.Path(deck).write_text("\n".join(lines + [".op", ".end\n"]))
        start = time.perf_counter()
        try:
            subprocess.run(["ngspice", "-b", "-r", raw, deck], capture_output=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return None, limit
        seconds = time.perf_counter() - start
        if not os.path.exists(raw):
            return None, seconds
        data = pathlib.Path(raw).read_bytes()
    head, body = data.split(b"Binary:\n", 1)
    names = [line.split()[1].decode() for line in head.split(b"Variables:\n", 1)[1].splitlines() if line.strip()]
    values = dict(zip(names, np.frombuffer(body, float, len(names))))
    return np.array([0.0] + [values.get(f"v({k})", values.get(str(k), np.nan)) for k in range(1, net.nodes)]), seconds


def source_voltage(net):
    return np.abs(net.arrays()[1][:, 2]).max()


def available(name):
    try:
        __import__(name)
        return True
    except ImportError:
        return False


def agreement(program, count):
    rng = np.random.default_rng(2024)
    sizes = np.exp(rng.uniform(np.log(5), np.log(2000), count)).astype(int)
    others = {"interior-point": [], "active set": [], "CVXOPT": []}
    residuals, methods, unsolved, unsettled = [], {}, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "n.edges")
        for k, size in enumerate(sizes):
            net = random_network(rng, max(5, int(size)), ideal=k % 3 == 0)
            net.write(path)
            ours = run_nullor(program, path)
            unsolved += ours["outcome"] != "solved"
            residuals.append(ours["kkt_residual"])
            methods[ours["method"]] = methods.get(ours["method"], 0) + 1
            scale = source_voltage(net)
            barrier = run_nullor(program, path, "--method", "interior-point")
            others["interior-point"].append(np.abs(barrier["v"] - ours["v"]).max() / scale)
            exact = by_active_set(net, barrier["v"])
            if exact is None:
                unsettled += 1
            else:
                others["active set"].append(np.abs(exact - ours["v"]).max() / scale)
            packaged = by_cvxopt(net)[0] if k % 10 == 0 and available("cvxopt") else None  # seconds each
            if packaged is not None:
                others["CVXOPT"].append(np.abs(packaged - ours["v"]).max() / scale)
    print(f"\n{count} random networks, {sizes.min()} to {sizes.max()} nodes: {unsolved} not solved, "
          f"{unsettled} without an active set to compare with; "
          f"KKT residual median {np.median(residuals):.1e}, largest {max(residuals):.1e}; " +
          ", ".join(f"{v} by {k}" for k, v in methods.items()))
    print("\n| against | networks | median node error by source voltage | above 1e-9 | largest |\n|---|---|---|---|---|")
    for name, errors in others.items():
        if errors:
            above = sum(error > 1e-9 for error in errors)
            print(f"| {name} | {len(errors)} | {np.median(errors):.1e} | {above} | {max(errors):.1e} |")


CASES = [("grid", True, False), ("random", True, False), ("grid", True, True), ("random", True, True),
         ("grid", False, False), ("random", False, False), ("grid", False, True), ("random", False, True)]


def label(kind, pinned, inner):
    return f"{kind}, {'pinned' if pinned else 'weakly pinned'}{', inner diodes' if inner else ''}"


def scale(program, largest, jobs, only):
    print("\n| network | nodes | method | steps | solve [s] | whole process [s] | memory [MB] | KKT residual |\n"
          "|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "n.edges")
        for case in (c for c in CASES if only in ("", label(*c))):
            size = 10_000
            while size <= largest:
                net = large_network(np.random.default_rng(1), case[0], size, case[1], case[2])
                net.write(path)
                flags = ["--jobs", str(jobs)] + (["--tolerance", "1e-8"] if size >= 10_000 else [])
                report = run_nullor(program, path, *flags, voltages=False)
                if report is None:
                    print(f"| {label(*case)} | {size} | over 600 s | | | | | |", flush=True)
                else:
                    print(f"| {label(*case)} | {size} | {report['method']} | {report['iterations']} | "
                          f"{report['seconds']:.2f} | {report['wall']:.2f} | {report['memory_mb']:.0f} | "
                          f"{report['kkt_residual']:.1e} |", flush=True)
                size *= 10


def peers(program, jobs, largest, sizes=(1000, 10_000)):
    print("\n| network | nodes | nullor [s] | coordinate descent [s] (error) | " +
          "CVXOPT [s] (error) | ngspice [s] (error) |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "n.edges")
        for case in CASES:
            for size in (s for s in sizes if s <= largest):
                net = large_network(np.random.default_rng(1), case[0], size, case[1], case[2])
                net.write(path)
                ours = run_nullor(program, path, "--jobs", str(jobs))
                size_of = source_voltage(net)
                error = lambda v: "no answer" if v is None else f"{np.abs(v - ours['v']).max() / size_of:.0e}"
                plain = run_nullor(program, path, "--method", "coordinate-descent", "--time-limit", "60")
                cells = [f"{ours['seconds']:.3f}", f"{plain['seconds']:.3f} ({error(plain['v'])})"]
                if available("cvxopt"):
                    answer = within(60, by_cvxopt, net, 1e-9)
                    if answer is None:
                        cells.append("none after 60")
                    else:
                        v, seconds, converged = answer
                        cells.append(f"{seconds:.3f} ({error(v)}{'' if converged else ', not converged'})")
                else:
                    cells.append("")
                if shutil.which("ngspice"):
                    v, seconds = by_ngspice(net, limit=60)
                    cells.append("none after 60" if seconds == 60 else f"{seconds:.2f} ({error(v)})")
                print(f"| {label(*case)} | {size} | " + " | ".join(cells) + " |", flush=True)


def spice(program):
    print("\n| emission coefficient of ngspice's diodes | networks with an answer | median node error by source voltage | largest |"
          "\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "n.edges")
        for emission in (1, 0.1, 0.01, 0.001):
            rng = np.random.default_rng(5)
            errors, answers = [], 0
            for k in range(30):
                net = random_network(rng, 10 + k, ideal=True)
                net.write(path)
                v, _ = by_ngspice(net, emission)
                if v is None or np.isnan(v).any():
                    continue
                answers += 1
                errors.append(np.abs(v - run_nullor(program, path)["v"]).max() / source_voltage(net))
            print(f"| {emission} | {answers} of 30 | {np.median(errors):.1e} | {max(errors):.1e} |", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for part in ("agreement", "scale", "peers", "spice"):
        arguments.add_argument("--" + part, action="store_true")
    arguments.add_argument("--networks", type=int, default=1000)
    arguments.add_argument("--largest", type=int, default=1_000_000)
    arguments.add_argument("--only", default="", help="scale: the networks of this name")
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--nullor", default=os.environ.get("NULLOR", str(HERE.parent / "build/release/bin/nullor")))
    options = arguments.parse_args()
    everything = not (options.agreement or options.scale or options.peers or options.spice)
    if options.agreement or everything:
        agreement(options.nullor, options.networks)
    if options.scale or everything:
        scale(options.nullor, options.largest, options.jobs, options.only)
    if options.peers or everything:
        peers(options.nullor, options.jobs, options.largest)
    if (options.spice or everything) and shutil.which("ngspice"):
        spice(options.nullor)


if __name__ == "__main__":
    main()
