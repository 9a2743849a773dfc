"""newscached, others, and floors over the same feeds, in turns; medians of all runs."""

import statistics
import tempfile
from pathlib import Path

from . import slow
from .daemon import MAX_TRANSFERS, MOST_TRANSFERS
from .publishers import Nginx
from .subjects import ALL, ROUNDS, Setting

LATENCY = "latency"
NAMES = tuple(kind.name for kind in ALL) + (LATENCY,)


class Run:
    """What one turn of everybody gave."""

    def __init__(self):
        self.spent = {}  # (subject, round): Spent
        self.slow_rounds = {}  # who: seconds

    def cpu(self, subject, round_name):
        spent = self.spent.get((subject, round_name))
        return spent and spent.cpu


class Outcome:
    """All runs over one corpus."""

    def __init__(self, documents, runs):
        self.documents, self.runs = documents, runs

    def median(self, figure):
        """The median over all runs of a figure of a run; None when a run has none."""
        values = self.values(figure)
        return statistics.median(values) if values else None

    def values(self, figure):
        values = [figure(run) for run in self.runs]
        return None if None in values else values

    def subjects(self):
        return [kind for kind in ALL if all((kind.name, "cold") in run.spent for run in self.runs)]


def compare(documents, programs, workspace, runs, hosts, names, tell):
    """Who is interrupted keeps the runs that are complete."""
    outcome = Outcome(documents, [])
    try:
        for number in range(1, runs + 1):
            outcome.runs.append(_run(documents, programs, workspace, hosts, names, lambda text: tell(f"run {number}: {text}")))
    except KeyboardInterrupt:
        if not outcome.runs:
            raise
        tell(f"interrupted; {len(outcome.runs)} of {runs} runs are complete")
    return outcome


def _run(documents, programs, workspace, hosts, names, tell):
    run = Run()
    for kind in ALL:
        if kind.name in names:
            with tempfile.TemporaryDirectory(dir=workspace) as folder:
                _all_rounds(run, kind, documents, programs, Path(folder), hosts, tell)
    if LATENCY in names:
        with tempfile.TemporaryDirectory(dir=workspace) as folder:
            run.slow_rounds = slow.rounds(programs, folder, documents.feeds, (MAX_TRANSFERS, MOST_TRANSFERS))
        for who, seconds in run.slow_rounds.items():
            tell(f"slow publishers: {who}: {seconds:.2f} s")
    return run


def _all_rounds(run, kind, documents, programs, folder, hosts, tell):
    (folder / "nginx").mkdir()
    (folder / "own").mkdir()
    with Nginx(documents, folder / "nginx", hosts) as publishers:
        subject = kind(Setting(documents, publishers, programs), folder / "own")
        for round_name in ROUNDS:
            publishers.serve(2 if round_name == "changes" else 1)
            spent = subject.run(round_name)
            if spent is None:
                continue
            run.spent[kind.name, round_name] = spent
            tell(f"{kind.name}, {round_name}: {spent.cpu:.2f} s of CPU, {spent.wall:.1f} s")
