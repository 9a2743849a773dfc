"""Who is measured. Each starts with nothing in a folder of its own, and goes through the rounds in their order."""

import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from xml.sax.saxutils import quoteattr

from . import corpus, measure
from .daemon import Daemon

ROUNDS = ("cold", "unchanged", "changes")
_AT_ONCE = 10  # feeds that newsboat and sfeed fetch at once


class Setting:
    """What all of them share: the documents, where they are served, and our programs."""

    def __init__(self, documents, publishers, programs):
        self.documents, self.publishers, self.programs = documents, publishers, Path(programs)

    def articles_after(self, round_name):
        return self.documents.articles + (corpus.NEW * self.documents.feeds if round_name == "changes" else 0)


class Subject:
    name = ""
    needs = ()  # programs that have to be installed
    package = ""
    is_floor = False

    def __init__(self, setting, folder):
        self.setting, self.folder = setting, Path(folder)

    def run(self, round_name):
        """Spent, or None where that round means nothing."""
        raise NotImplementedError

    def _expect(self, what, found, wanted):
        if found < wanted:
            raise RuntimeError(f"{self.name} has {found} {what} of {wanted}")


class Newscached(Subject):
    name = "newscached"

    def __init__(self, setting, folder):
        super().__init__(setting, folder)
        self._opml = self.folder / "feeds.opml"
        outlines = "".join(f"<outline type='rss' text='Feed' xmlUrl={quoteattr(url)}/>\n" for url in setting.publishers.urls())
        self._opml.write_text(f"<opml version='2.0'><body>\n{outlines}</body></opml>\n")

    def run(self, round_name):
        with Daemon(self.setting.programs, self.folder) as daemon:
            daemon.settle()
            idle = measure.status_of(daemon.pid, "VmRSS")
            measure.reset_peak(daemon.pid)
            begin = daemon.now()
            if round_name == "cold":
                daemon.import_opml(self._opml)
            started = daemon.refresh()
            daemon.wait_for_polls(self.setting.articles_after(round_name))
            readable = daemon.now()
            # Of the cold round's the import has begun some before.
            daemon.check_polls("" if round_name == "cold" else started)
            after_check = daemon.now()
            daemon.complete_index()
            indexed = daemon.now()
            peak = measure.status_of(daemon.pid, "VmHWM")
            at_rest = measure.status_of(daemon.pid, "VmRSS")
            written = daemon.stop()  # what was owed is written then, at the latest
        cpu = readable.cpu - begin.cpu
        return measure.Spent(
            readable.wall - begin.wall, cpu, peak, written - begin.written, self._database_bytes(),
            {"cpu_with_index": cpu + indexed.cpu - after_check.cpu,
             "wall_with_index": readable.wall - begin.wall + indexed.wall - after_check.wall,
             "idle_rss": idle, "rss_after": at_rest, "written_at_once": readable.written - begin.written})

    def _database_bytes(self):
        # Beside it lies a reserve for a full disk, of a fixed size.
        return sum(path.stat().st_size for path in (self.folder / "state").glob("news.db*"))


class Newsboat(Subject):
    name = "newsboat"
    needs = ("newsboat",)
    package = "newsboat"

    def __init__(self, setting, folder):
        super().__init__(setting, folder)
        (self.folder / "urls").write_text("\n".join(setting.publishers.urls()) + "\n")
        (self.folder / "config").write_text(f"reload-threads {_AT_ONCE}\n")

    def run(self, round_name):
        files = {option: str(self.folder / name) for option, name in (("-u", "urls"), ("-c", "cache.db"), ("-C", "config"))}
        command = ["newsboat", *(part for pair in files.items() for part in pair), "-x", "reload"]
        if round_name == "unchanged":
            # It keeps no validators of the first answer (its issue 2734): without this it would fetch everything again.
            measure.run(command, env=_environment(self.folder), stderr=subprocess.DEVNULL)
        spent = measure.run(command, env=_environment(self.folder), stderr=subprocess.DEVNULL)
        spent.stored = os.path.getsize(files["-c"])
        database = sqlite3.connect(files["-c"])
        found = database.execute("SELECT count(*) FROM rss_item").fetchone()[0]
        database.close()
        self._expect("articles", found, self.setting.articles_after(round_name))
        return spent


class Sfeed(Subject):
    name = "sfeed"
    needs = ("sfeed_update", "curl")
    package = "sfeed"

    def __init__(self, setting, folder):
        super().__init__(setting, folder)
        feeds = "\n".join(f'feed "{number:05}" "{url}"' for number, url in enumerate(setting.publishers.urls()))
        (self.folder / "feeds").mkdir()
        (self.folder / "sfeedrc").write_text(f"sfeedpath={self.folder}/feeds\nmaxjobs={_AT_ONCE}\nfeeds() {{\n{feeds}\n}}\n")

    def run(self, round_name):
        spent = measure.run(["sfeed_update", str(self.folder / "sfeedrc")], env=_environment(self.folder),
                            stderr=subprocess.DEVNULL)
        spent.stored = measure.size_of(self.folder / "feeds")
        found = sum(path.read_bytes().count(b"\n") for path in (self.folder / "feeds").iterdir())
        # It does not read UTF-16, which is one in a hundred.
        self._expect("articles", found, int(0.9 * self.setting.articles_after(round_name)))
        return spent


class Floor(Subject):
    is_floor = True

    def _floors(self, *arguments):
        program = self.setting.programs / "bench_floors"
        out = subprocess.run([program, *map(str, arguments)], check=True, stdout=subprocess.PIPE, preexec_fn=measure.die_with_us)
        return [json.loads(line) for line in out.stdout.splitlines()]

    def _generation(self, round_name):
        return self.setting.documents.generation(2 if round_name == "changes" else 1)


class LibcurlAlone(Floor):
    name = "libcurl alone"

    def __init__(self, setting, folder):
        super().__init__(setting, folder)
        (self.folder / "urls").write_text("\n".join(setting.publishers.urls()) + "\n")

    def run(self, round_name):
        figures, = self._floors("fetch", self.folder / "urls", self.folder / "validators")
        self._expect("documents", figures["count"], 0 if round_name == "unchanged" else self.setting.documents.feeds)
        return measure.Spent(figures["wall"], figures["cpu"])


class PugixmlAlone(Floor):
    name = "pugixml alone"

    def run(self, round_name):
        if round_name == "unchanged":
            return None
        figures, = self._floors("parse", self._generation(round_name))
        self._expect("documents", figures["count"], self.setting.documents.feeds)
        return measure.Spent(figures["wall"], figures["cpu"])


class SqliteAlone(Floor):
    name = "SQLite alone"
    _options = ("plain",)

    def __init__(self, setting, folder):
        super().__init__(setting, folder)
        self._figures = None

    def run(self, round_name):
        if round_name == "unchanged":
            return None
        if self._figures is None:  # one process does both
            generations = map(self.setting.documents.generation, corpus.GENERATIONS)
            self._figures = self._floors("insert", *generations, self.folder / "floor.db", *self._options)
        cold, changes = self._figures
        figures = cold if round_name == "cold" else changes
        return measure.Spent(figures["wall"], figures["cpu"], None, figures["written"], figures["database"])


class SqliteWithSearch(SqliteAlone):
    name = "SQLite with search"
    _options = ()


ALL = (Newscached, Newsboat, Sfeed, LibcurlAlone, PugixmlAlone, SqliteAlone, SqliteWithSearch)


def missing(subjects):
    """The packages that are not there."""
    return sorted({kind.package for kind in subjects for program in kind.needs if not shutil.which(program)})


def _environment(folder):
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
