"""What a feed and an article cost where there are many of them."""

import json
import subprocess
import tempfile
from pathlib import Path

from . import measure, svg
from .corpus import NEW, Corpus
from .publishers import Nginx
from .report import table
from .subjects import ROUNDS, Newscached, Setting

ENTRIES = 5  # of each feed: few, so that feeds are what costs


def feeds(sizes, programs, workspace, corpora, hosts, tell):
    """{feeds: {round: Spent}}"""
    found = {}
    for size in sizes:
        documents = Corpus(corpora, size, ENTRIES)
        with tempfile.TemporaryDirectory(dir=workspace) as name:
            folder = Path(name)
            (folder / "nginx").mkdir()
            (folder / "own").mkdir()
            with Nginx(documents, folder / "nginx", min(hosts, size)) as publishers:
                subject = Newscached(Setting(documents, publishers, programs), folder / "own")
                found[size] = {}
                for round_name in ROUNDS:
                    publishers.serve(2 if round_name == "changes" else 1)
                    spent = found[size][round_name] = subject.run(round_name)
                    tell(f"{size} feeds, {round_name}: {spent.cpu:.2f} s of CPU, {spent.wall:.1f} s")
    return found


def articles(sizes, programs, workspace, words, tell):
    """What bench_growth says of each size; of those that it has come to, when we are interrupted."""
    with tempfile.TemporaryDirectory(dir=workspace) as folder:
        command = [Path(programs) / "bench_growth", folder, words, *sizes]
        found = []
        try:
            with measure.start(list(map(str, command)), stdout=subprocess.PIPE, text=True) as process:
                for line in process.stdout:
                    found.append(json.loads(line))
                    tell(line.strip())
        except KeyboardInterrupt:
            process.kill()
            process.wait()
            if not found:
                raise
            tell(f"interrupted after {len(found)} of {len(sizes)} sizes")
            return found
        if process.returncode != 0:
            raise RuntimeError(f"bench_growth ended with {process.returncode}")
        return found


def _feeds_table(found):
    rows = []
    for size, rounds in found.items():
        cold, unchanged, changes = (rounds[name] for name in ROUNDS)
        rows.append([
            f"{size:,}", f"{cold.more['cpu_with_index'] / size * 1e3:.2f} ms", f"{unchanged.cpu / size * 1e6:.0f} us",
            f"{changes.more['cpu_with_index'] / size * 1e3:.2f} ms", f"{unchanged.written / size:.0f}",
            f"{changes.more['idle_rss'] / 1e6:.1f} MB", f"{cold.peak_rss / 1e6:.0f} MB"])
    return table(["feeds", f"cold, a feed ({ENTRIES} articles)", "unchanged, a feed", f"{NEW} new and 1 edited, a feed",
                   "bytes written unchanged, a feed", "RSS at rest", "peak RSS, cold"], rows)


def _articles_table(found):
    rows = [[f"{one['articles']:,}", f"{one['new_us']:.0f} us", f"{one['new_written'] / 1e3:.1f} kB", f"{one['known_us']:.1f} us",
             f"{one['stored'] / 1e3:.2f} kB", f"{one['newest_us']:.0f} us", f"{one['search_us']:.0f} us",
             f"{one['peak_kb'] / 1024:.0f} MB"] for one in found]
    return table(["articles stored", "CPU a new one", "written a new one", "CPU a known one", "stored each", "newest 50",
                   "search, newest 20", "peak RSS"], rows)


def section(found_feeds, found_articles, wanted_articles, words, begin):
    parts = [begin]
    if found_feeds:
        parts += ["The daemon, once at each size, search index included; CPU and bytes are shares of a feed:", _feeds_table(found_feeds)]
    if found_articles:
        parts += [f"The store alone, with the search index (`bench_growth`): articles of {words} words in the median, {NEW} new ones at a "
                  "time in each of 1,000 feeds. A known article is one that a document still lists.", _articles_table(found_articles)]
    if missing := sorted(wanted_articles)[len(found_articles):]:
        parts.append("Interrupted before: " + ", ".join(f"{size:,}" for size in missing) + " articles.")
    return "\n\n".join(parts + ["![Cost over size](growth.svg)"])


def plot(found_feeds, found_articles):
    panels = []
    if found_feeds:
        panels.append(("CPU us a feed, over feeds", [
            ("cold", svg.OURS, [(n, rounds["cold"].more["cpu_with_index"] / n * 1e6) for n, rounds in found_feeds.items()]),
            ("changes", svg.OTHERS, [(n, rounds["changes"].more["cpu_with_index"] / n * 1e6) for n, rounds in found_feeds.items()]),
            ("unchanged", svg.FLOOR, [(n, rounds["unchanged"].cpu / n * 1e6) for n, rounds in found_feeds.items()])]))
    if found_articles:
        panels.append(("us an article, over articles stored", [
            ("CPU, new", svg.OURS, [(one["articles"], one["new_us"]) for one in found_articles]),
            ("CPU, known", svg.FLOOR, [(one["articles"], one["known_us"]) for one in found_articles]),
            ("newest 50", svg.OTHERS, [(one["articles"], one["newest_us"]) for one in found_articles])]))
    return svg.lines(panels)
