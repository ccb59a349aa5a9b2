"""How far the programs are from the right waveforms when only their step control holds them.

The decks state largest steps that resolve their circuits, so the rows of accuracy.py say little about step control. Here
the largest step is taken out of every transient, and both programs are measured against the common answer of their
refined runs (judge.Arbiter), at their default tolerances and at reltol=1e-6. There is no limit: the table is to be read.
"""
import re
import statistics

from .compare import compare_transients
from .decks import tightened, transient
from .judge import Arbiter

WORST_ANSWER = 1e-4  # of the swing, between the refined runs


def without_largest_step(text):
    words, _, _, uic = transient(text)
    words = words if float(words[3]) else words[:3]
    return re.sub(r"(?im)^\.tran\b.*$", " ".join(words + ["uic"] * uic), text)


def measure(deck, programs):
    """[(distance, samples) of Nullor and of ngspice, at defaults and tight], None where a run fails."""
    answer, _ = Arbiter(deck, programs).common_answer(WORST_ANSWER)
    if not answer:
        return None
    found = []
    for edit in (lambda text: text, lambda text: tightened(text, True)):
        for run, text in ((programs.ours, deck.text), (programs.theirs, deck.peer_text)):
            plot = run(edit(without_largest_step(text))).plot("tran")
            found.append((compare_transients(plot, answer).error, len(plot.columns[0])) if plot else None)
    return found


def table(decks, programs):
    """Prints the distances and the medians of their ratios."""
    print(f"{'distance / samples':<26}{'default: nullor':>18}{'ngspice':>18}{'reltol=1e-6: nullor':>22}{'ngspice':>18}")
    ratios = ([], [])
    for deck in decks:
        if not deck.is_transient or "ours" in deck.flags or deck.proof:
            continue
        found = measure(deck, programs)
        cells = [f"{f[0]:.1e} /{f[1]:6}" if f else "fails" for f in found] if found else ["no common answer"]
        print(f"{deck.name:<26}" + "".join(f"{c:>{w}}" for c, w in zip(cells, (18, 18, 22, 18))), flush=True)
        for k in (0, 1):
            if found and found[2 * k] and found[2 * k + 1]:
                ratios[k].append(found[2 * k][0] / max(found[2 * k + 1][0], 1e-15))
    for k, name in enumerate(("default", "reltol=1e-6")):
        nearer = sum(r <= 1 for r in ratios[k])
        print(f"{name}: nullor is as near or nearer in {nearer} of {len(ratios[k])}, median ratio of the distances "
              f"{statistics.median(ratios[k]):.2f}, largest {max(ratios[k]):.1f}")
