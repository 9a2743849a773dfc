"""What newscached is held to, as figures of one run. They are meant for 1,000 feeds of 30 articles."""

from dataclasses import dataclass
from typing import Callable

from . import slow
from .corpus import EDITED, NEW
from .daemon import MAX_TRANSFERS, MOST_TRANSFERS
from .subjects import LibcurlAlone, Newsboat

_OURS = "newscached"
FEEDS, ENTRIES = 1000, 30


@dataclass
class Goal:
    what: str
    most: float
    show: Callable[[float], str]
    figure: Callable  # (outcome, run) -> a number, or None


def plain(value):
    return f"{value:.2f}"


def share(value):
    return f"1/{1 / value:.3g}" if value < 1 else f"{value:.2g}"


def kilobytes(value):
    return f"{value / 1e3:.1f} kB" if value else "0"


def megabytes(value):
    return f"{value / 1e6:.1f} MB"


def with_index(run, round_name):
    spent = run.spent.get((_OURS, round_name))
    return spent and spent.more["cpu_with_index"]


def ratio(value, other):
    return None if value is None or not other else value / other


def _spent(figure):
    """A figure of all of our rounds."""
    def of(_, run):
        rounds = {name: spent for (who, name), spent in run.spent.items() if who == _OURS}
        return figure(rounds) if rounds else None
    return of


def _slow(at_once):
    return lambda _, run: ratio(run.slow_rounds.get(f"newscached, {at_once} at once"), slow.SLOWEST)


GOALS = (
    Goal("cold: CPU until all is readable, of newsboat's", 1 / 12, share,
         lambda _, run: ratio(run.cpu(_OURS, "cold"), run.cpu(Newsboat.name, "cold"))),
    Goal("cold: CPU with the search index, of newsboat's (which has none)", 1 / 4, share,
         lambda _, run: ratio(with_index(run, "cold"), run.cpu(Newsboat.name, "cold"))),
    Goal("unchanged: CPU, of libcurl's alone", 1.5, plain,
         lambda _, run: ratio(run.cpu(_OURS, "unchanged"), run.cpu(LibcurlAlone.name, "unchanged"))),
    Goal("unchanged: written, to the end of the daemon", 64_000, kilobytes, _spent(lambda rounds: rounds["unchanged"].written)),
    Goal("changes: CPU until all is readable, of newsboat's", 1 / 30, share,
         lambda _, run: ratio(run.cpu(_OURS, "changes"), run.cpu(Newsboat.name, "changes"))),
    Goal(f"slow publishers: wall, of the slowest one's answer; {MAX_TRANSFERS} at once, the default", 2, plain, _slow(MAX_TRANSFERS)),
    Goal(f"slow publishers: the same with {MOST_TRANSFERS} at once", 2, plain, _slow(MOST_TRANSFERS)),
    Goal("cold: written an article", 20_000, kilobytes,
         lambda outcome, run: ratio(_spent(lambda rounds: rounds["cold"].written)(outcome, run), outcome.documents.articles)),
    Goal("changes: written an article that is new or edited", 40_000, kilobytes,
         lambda outcome, run: ratio(_spent(lambda rounds: rounds["changes"].written)(outcome, run),
                                    outcome.documents.feeds * (NEW + EDITED))),
    Goal("stored, search index included, of the bodies", 1.1, plain,
         lambda outcome, run: ratio(_spent(lambda rounds: rounds["cold"].stored)(outcome, run), outcome.documents.body_bytes[0])),
    Goal("peak RSS", 45e6, megabytes, _spent(lambda rounds: max(spent.peak_rss for spent in rounds.values()))),
    Goal("RSS at rest, started with all articles", 15e6, megabytes, _spent(lambda rounds: rounds["changes"].more["idle_rss"])),
)
