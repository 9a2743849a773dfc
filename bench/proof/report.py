"""What the runs gave, as tables and plots; and their place in docs/performance.md."""

import datetime
import os
import platform
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from . import goals, slow, svg
from .corpus import EDITED, NEW
from .goals import megabytes, ratio, share, with_index
from .measure import Spent
from .subjects import ROUNDS, Floor, LibcurlAlone, Newsboat, PugixmlAlone, SqliteAlone, SqliteWithSearch

_OURS = "newscached"
_HEADS = {
    "cold": "Cold: subscribe, fetch, store",
    "unchanged": "Unchanged: nothing is new anywhere",
    "changes": f"Changes: {NEW} new and {EDITED} edited in each feed",
}


def machine():
    """What it ran on, and how busy that was."""
    cpu = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    system = next((line.partition("=")[2].strip('"') for line in Path("/etc/os-release").read_text().splitlines()
                   if line.startswith("PRETTY_NAME=")), platform.system())
    return f"{os.cpu_count()} cores ({cpu}), {system}, Linux {platform.release()}"


def versions(packages):
    if not shutil.which("dpkg-query"):
        return ""
    found = []
    for package in packages:
        answer = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            found.append(f"{package} {answer.stdout}")
    return ", ".join(found)


def preamble(title, revision, build, load):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return (f"{title}, {today}, `{revision}`, {build}. {machine()}; load at the start {load[0]:.1f}, at the end "
            f"{os.getloadavg()[0]:.1f}.")


def _number(value, form):
    return "" if value is None else form(value)


def table(heads, rows):
    return "\n".join(["| " + " | ".join(row) + " |" for row in (heads, ["---"] * len(heads), *rows)]) + "\n"


def _seconds(value):
    if value < 0.01:
        return f"{value * 1e3:.1f} ms"
    return f"{value * 1e3:.0f} ms" if value < 1 else f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


def _floor_cpu(run, round_name, searched):
    """libcurl, pugixml and SQLite, one after another. In an unchanged round there is only something to fetch."""
    parts = [LibcurlAlone.name]
    if round_name != "unchanged":
        parts += [PugixmlAlone.name, (SqliteWithSearch if searched else SqliteAlone).name]
    values = [run.cpu(part, round_name) for part in parts]
    return None if None in values else sum(values)


def _rows_of(outcome, round_name):
    """(name, CPU of a run, floor of a run, the round's Spent of a run) of whatever has that round."""
    for kind in outcome.subjects():
        if (kind.name, round_name) not in outcome.runs[0].spent:
            continue

        def spent(run, name=kind.name):
            return run.spent[name, round_name]

        if kind.name == _OURS:
            if round_name == "unchanged":
                yield _OURS, lambda run: spent(run).cpu, False, spent
            else:
                yield f"{_OURS}, until readable", lambda run: spent(run).cpu, False, lambda run: Spent(spent(run).wall, 0)
                yield f"{_OURS}, with search", lambda run: spent(run).more["cpu_with_index"], True, lambda run: replace(
                    spent(run), wall=spent(run).more["wall_with_index"])
        else:
            yield kind.name, lambda run, of=spent: of(run).cpu, None if issubclass(kind, Floor) else False, spent


def rounds_table(outcome):
    rows = []
    for round_name in ROUNDS:
        rows.append([f"**{_HEADS[round_name]}**"] + [""] * 7)
        for name, cpu, searched, spent in _rows_of(outcome, round_name):
            of = lambda figure: outcome.median(lambda run: figure(spent(run)))
            floor = None
            if searched is not None:
                floor = outcome.median(lambda run: ratio(cpu(run), _floor_cpu(run, round_name, searched)))
            rows.append([
                name, _seconds(outcome.median(cpu)),
                _number(outcome.median(lambda run: ratio(cpu(run), run.cpu(Newsboat.name, round_name))), share),
                _number(floor, lambda value: f"{value:.1f}"),
                _number(of(lambda one: one.wall), _seconds), _number(of(lambda one: one.peak_rss), megabytes),
                _number(of(lambda one: one.written), megabytes), _number(of(lambda one: one.stored), megabytes)])
    return table(["", "CPU", "of newsboat's", "of the floors'", "wall", "peak RSS", "written", "stored"], rows)


def goals_table(outcome):
    rows = []
    for goal in goals.GOALS:
        value = outcome.median(lambda run, of=goal.figure: of(outcome, run))
        if value is not None:
            rows.append([goal.what, goal.show(goal.most), goal.show(value), "held" if value <= goal.most else "**missed**"])
    return table(["goal", "at most", "is", ""], rows) if rows else ""


def slow_table(outcome):
    names = list(outcome.runs[0].slow_rounds)
    rows = [[name, _seconds(outcome.median(lambda run, of=name: run.slow_rounds.get(of)))] for name in names]
    return table(["all unchanged, the slowest answer after " + _seconds(slow.SLOWEST), "wall"], rows) if rows else ""


def rounds_plot(outcome):
    groups = []
    for round_name in ROUNDS:
        rows = []
        for name, cpu, searched, _ in _rows_of(outcome, round_name):
            values = outcome.values(cpu)
            colour = svg.OURS if name.startswith(_OURS) else svg.FLOOR if searched is None else svg.OTHERS
            rows.append((name, colour, outcome.median(cpu), min(values), max(values)))
        groups.append((_HEADS[round_name], rows))
    title = f"CPU seconds, {outcome.documents.feeds:,} feeds of {outcome.documents.entries} entries"
    return svg.dots(title, groups, _seconds)


def comparison(outcome, begin):
    documents, runs = outcome.documents, len(outcome.runs)
    asides = "" if (documents.feeds, documents.entries) == (goals.FEEDS, goals.ENTRIES) else (
        f" The goals are meant for {goals.FEEDS:,} feeds of {goals.ENTRIES} entries.")
    return f"""{begin} Medians of {runs} run{"s" if runs > 1 else ""} in which all take turns; ratios are medians of the ratios within a run.

{documents.feeds:,} feeds of {documents.entries} entries, {documents.document_bytes[0] / 1e6:.0f} MB of documents, \
{documents.body_bytes[0] / documents.articles / 1e3:.1f} kB of body in the mean, served plain by nginx with validators. \
newscached starts anew for each round, as the others do; its CPU is that of its process after the start, `written` all until it has stopped. \
newsboat, which keeps validators from its second round on, has had that before it is measured unchanged; sfeed is Debian's script, which asks without any. The floors are libcurl, pugixml and SQLite (the same rows and indexes), added up.{asides}

{goals_table(outcome)}
![CPU of each round](performance.svg)

{rounds_table(outcome)}
{slow_table(outcome)}"""


def put(document, section, text):
    """Replaces what stands between the section's markers."""
    begin, end = f"<!-- bench/run {section} -->", f"<!-- end of bench/run {section} -->"
    whole = document.read_text()
    if whole.count(begin) != 1 or whole.count(end) != 1:
        raise SystemExit(f"{document} has no place for it: the lines {begin} and {end}")
    before, _, rest = whole.partition(begin)
    _, _, after = rest.partition(end)
    document.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}")
