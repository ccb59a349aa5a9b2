"""Verdicts: whether a deck agrees, and where it does not, who is right."""
import math
from dataclasses import dataclass

from . import proofs
from .compare import Difference, compare_points, compare_transients, compare_values
from .decks import LIMITS, refined, steps, tightened
from .sensitivities import differences

REFINEMENTS = (10, 40, 160)  # divisors of the largest step
MOST_STEPS = 2e6


@dataclass
class Row:
    deck: str
    kind: str
    difference: Difference
    limit: float
    verdict: str  # ok, reason, ours or FAIL
    note: str = ""


class Arbiter:
    """The common answer of both programs after refinement, for a transient on which they differ.

    reltol=1e-7 and the largest step divided by 10, 40, then 160, until the two programs agree within the limit asked
    for. (At 1e-8 the step control of ngspice drowns in the rounding of its Newton iterations.)
    Distances are to ngspice's refined run, so that Nullor never judges itself.
    """

    def __init__(self, deck, programs):
        self.deck, self.programs, self.pairs = deck, programs, []

    def common_answer(self, limit):
        """(ngspice's refined run, how far the two refined runs are apart), or (None, the least that they came apart)."""
        least = Difference(math.inf)
        for k, parts in enumerate(r for r in REFINEMENTS if r * steps(self.deck.text) < MOST_STEPS):
            if k == len(self.pairs):
                ours = self.programs.ours(refined(self.deck.text, parts)).plot("tran")
                theirs = self.programs.theirs(refined(self.deck.peer_text, parts))
                self.pairs.append((ours, None if theirs.error else theirs.plot("tran")))
            ours, theirs = self.pairs[k]
            if ours and theirs:
                apart = compare_transients(ours, theirs)
                if apart.error <= limit:
                    return theirs, apart
                least = min(least, apart, key=lambda d: d.error)
        return None, least

    def judge(self, ours, theirs, limit):
        """(verdict, note) of two runs that differ by more than `limit`."""
        answer, apart = self.common_answer(limit)
        if not answer:
            return "FAIL", f"no common answer: refined runs are {apart.error:.1e} apart ({apart.vector} at {apart.at:.6g})"
        mine, peer = compare_transients(ours, answer), compare_transients(theirs, answer)
        note = (f"to the common answer (refined runs {apart.error:.1e} apart): nullor {mine.error:.1e} ({mine.vector} at "
                f"{mine.at:.6g} s), ngspice {peer.error:.1e}")
        if mine.error <= limit:
            return "reason", ("ours is the nearer; " if peer.error > limit else "both are near; ") + note
        return "FAIL", ("ours is the farther; " if mine.error > peer.error else "both are far; ") + note


class Judge:
    def __init__(self, deck, programs):
        self.deck, self.programs, self.rows = deck, programs, []

    def row(self, kind, difference, limit, verdict, note=""):
        self.rows.append(Row(self.deck.name, kind, difference, limit, verdict, note))

    def fail(self, kind, message):
        self.row(kind, Difference(math.inf, message), 0, "FAIL")

    def compare(self, kind, limit_kind, difference, arbitrate=None):
        limit = self.deck.limits[limit_kind]
        if difference.error <= limit and difference.count:
            loosened = difference.error > LIMITS[limit_kind]
            self.row(kind, difference, limit, "reason" if loosened else "ok", self.deck.reason if loosened else "")
        elif self.deck.proof and limit_kind in self.deck.flags:
            proven, figures = getattr(proofs, self.deck.proof)(self.deck, self.programs)
            self.row(kind, difference, limit, "reason" if proven else "FAIL", f"{self.deck.reason}: {figures}")
        elif arbitrate:
            self.row(kind, difference, limit, *arbitrate(limit))
        else:
            self.row(kind, difference, limit, "FAIL")

    def run(self):
        """Rows of the deck."""
        deck, programs = self.deck, self.programs
        ours = programs.ours(tightened(deck.text, deck.is_transient))
        if ours.error:
            self.fail("run", ours.error)
        elif "ours" in deck.flags:
            self.row("run", Difference(0, "runs"), 0, "ours", deck.reason)
        elif deck.has(r"\.sens\b"):
            self.compare("sens", "sens", compare_points(ours.plot("sens"), differences(deck.peer_text, programs)))
        else:
            self.against(ours, programs.theirs(tightened(deck.peer_text, deck.is_transient), deck.prints_values))
        return self.rows

    def against(self, ours, theirs):
        deck = self.deck
        if theirs.error:
            return self.fail("run", theirs.error)
        arbiter = Arbiter(deck, self.programs)
        waiting = list(ours.plots)
        for plot in theirs.plots:
            mine = next((p for p in waiting if p.kind == plot.kind and set(p.names) & set(plot.names)), None)
            if mine is None:
                self.fail(plot.kind, f"no plot like '{plot.name}' ({' '.join(plot.names[:3])})")
                continue
            waiting.remove(mine)
            if plot.kind == "tran":
                self.compare("tran tight", "tight", compare_transients(mine, plot),
                             lambda limit: arbiter.judge(mine, plot, limit))
            else:
                self.compare(plot.kind, plot.kind if plot.kind in LIMITS else "op", compare_points(mine, plot))
        if deck.prints_values:
            difference, missing = compare_values(ours.values, theirs.values)
            self.compare("print" if deck.has_control else "meas", "meas", difference)
            if missing or not theirs.values:
                self.fail("meas", "missing: " + " ".join(missing[:6]))
        if deck.is_transient:
            self.default_run(arbiter)

    def default_run(self, arbiter):
        """Both programs with their own default tolerances."""
        ours, theirs = self.programs.ours(self.deck.text), self.programs.theirs(self.deck.peer_text)
        a, b = ours.plot("tran"), theirs.plot("tran")
        if not a or not b:
            return self.fail("tran", ours.error or theirs.error)
        self.compare("tran", "tran", compare_transients(a, b), lambda limit: arbiter.judge(a, b, limit))
