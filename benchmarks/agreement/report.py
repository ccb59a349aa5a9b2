"""The table of all rows as they come, and the summary."""

import math

WORST_FIRST = ("FAIL", "ours", "reason", "ok")


class Report:
    def __init__(self):
        self.decks = []  # (name, verdict, rows)
        self.translated = []
        print(f"{'deck':<26} {'row':<11} {'worst vector':<24} {'error':>9} {'limit':>9}")

    def add(self, deck, rows):
        """Prints the rows of a deck."""
        for row in rows:
            d = row.difference
            at = "" if row.verdict == "ok" or math.isnan(d.at) else f" at {d.at:.6g}"
            print(f"{row.deck:<26} {row.kind:<11} {d.vector[:160]:<24} {d.error:9.1e} {row.limit:9.0e} {row.verdict}{at}",
                  flush=True)
            if row.note and row.verdict != "ok":
                print(f"{'':<26} {row.note}", flush=True)
        verdicts = {row.verdict for row in rows}
        self.decks.append((deck.name, next((v for v in WORST_FIRST if v in verdicts), "FAIL"), rows))
        if deck.has_peer_text:
            self.translated.append(deck.name)

    def summary(self):
        """Prints it; the exit code."""
        of = {verdict: [d for d in self.decks if d[1] == verdict] for verdict in WORST_FIRST}
        print(f"\n{'analysis':<12} {'rows':>5} {'agree':>6} {'reason':>7} {'differ':>7}   median and largest error of those "
              "that agree")
        rows = [row for _, _, rows in self.decks for row in rows if row.verdict != "ours"]
        for kind in sorted({row.kind for row in rows}):
            these = [row for row in rows if row.kind == kind]
            count = {v: sum(row.verdict == v for row in these) for v in WORST_FIRST}
            errors = sorted(row.difference.error for row in these if row.verdict == "ok")
            span = f"{errors[len(errors) // 2]:.1e}, {errors[-1]:.1e}" if errors else "-"
            print(f"{kind:<12} {len(these):5} {count['ok']:6} {count['reason']:7} {count['FAIL']:7}   {span}")
        print(f"\n{len(self.decks)} decks: {len(of['ok'])} agree everywhere, {len(of['reason'])} with a stated reason, "
              f"{len(of['ours'])} without a counterpart, {len(of['FAIL'])} disagree")
        if self.translated:
            print("ngspice reads the circuit in other words: " + " ".join(self.translated))
        for verdict, title in (("reason", "with a reason"), ("ours", "without a counterpart"), ("FAIL", "disagree")):
            for name, _, rows in of[verdict]:
                for row in rows:
                    if row.verdict in (verdict, "FAIL"):
                        d = row.difference
                        print(f"  {title}: {name} {row.kind}: {d.error:.1e} {d.vector}; {row.note}")
        return 1 if of["FAIL"] else 0
