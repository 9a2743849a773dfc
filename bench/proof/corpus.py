"""Feeds as they are in the world, in two generations: formats, encodings, sizes; the same numbers give the same bytes.

Words follow Zipf's law, so that compression and search behave as in reality; bodies have 3 kB in the median and a long
tail, and some feeds write at length while others only tease. The second generation has two new entries in each feed,
lacks the two oldest, and has edited one. There is no JSON Feed in it: neither newsboat 2.21 nor sfeed reads that.
"""

import html
import json
import math
import multiprocessing
import os
import random
import shutil
import signal
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from pathlib import Path

GENERATIONS = (1, 2)
NEW, EDITED = 2, 1  # entries of each feed in the second generation

_VERSION = 1  # of what is generated; another one makes corpora anew
_VOCABULARY = 50_000
_MEDIAN_BODY = 3000
_LONGEST_BODY = 100_000
_SPREAD_OF_FEEDS, _SPREAD_OF_ENTRIES = 0.7, 0.78  # together a mean of 5.2 kB
_START = datetime(2026, 9, 1, 6, tzinfo=timezone.utc)

_LATIN = (tuple("bcdfghklmnprstvwz") + ("th", "st", "ch", "tr"), tuple("aeiou") + ("ea", "ou"))
_ACCENTED = (_LATIN[0] + ("ñ", "ç", "ß"), _LATIN[1] + ("ä", "é", "ö", "ü"))
_CYRILLIC = (tuple("бвгджзклмнпрстфхцчш"), tuple("аеиоуыюя"))
# Share of the feeds, letters, encoding.
_WRITINGS = (
    (0.86, _LATIN, "utf-8"),
    (0.05, _ACCENTED, "utf-8"),
    (0.04, _ACCENTED, "iso-8859-1"),
    (0.02, _ACCENTED, "windows-1252"),
    (0.01, _CYRILLIC, "utf-8"),
    (0.01, _CYRILLIC, "windows-1251"),
    (0.01, _LATIN, "utf-16"),
)
_FORMATS = ((0.40, "rss"), (0.28, "rss with content"), (0.20, "atom"), (0.07, "atom xhtml"), (0.05, "rdf"))


class Words:
    """Made-up words of one writing, the more common the shorter."""

    def __init__(self, letters):
        maker = random.Random(1)
        consonants, vowels = letters
        self._words = []
        for rank in range(_VOCABULARY):
            syllables = 1 + int(math.log(rank + 1.5) / 4.2)
            word = "".join(maker.choice(consonants) + maker.choice(vowels) for _ in range(syllables))
            self._words.append(word + maker.choice(("", "s", "n", "ng")))
        self._weights = list(accumulate(1 / (rank + 2.7) ** 1.05 for rank in range(_VOCABULARY)))

    def some(self, source, count):
        return source.choices(self._words, cum_weights=self._weights, k=count)


class Feed:
    """One feed and its entries, oldest first."""

    def __init__(self, number, words):
        self._source = random.Random(f"feed {number}")
        self.number = number
        self._words = words
        self.format = _chosen(_FORMATS, self._source)
        self.site = f"https://site{number}.example"
        self.title = self._title(3)
        self._median = _MEDIAN_BODY * math.exp(self._source.gauss(0, _SPREAD_OF_FEEDS))
        self.entries = []

    def publish(self, count):
        for _ in range(count):
            number = len(self.entries)
            length = min(self._median * math.exp(self._source.gauss(0, _SPREAD_OF_ENTRIES)), _LONGEST_BODY)
            self.entries.append({
                "guid": f"tag:site{self.number}.example,2026:{number}",
                "link": f"{self.site}/articles/{number}",
                "title": self._title(7),
                "author": self._title(2),
                "tags": self._words.some(self._source, 2),
                "date": _START + timedelta(hours=number, minutes=self.number % 60),
                "body": self._body(length),
            })

    def edit(self, entry):
        entry["body"] += f"<p>{self._sentences(20)}</p>\n"

    def _title(self, words):
        return " ".join(self._words.some(self._source, words)).capitalize()

    def _sentences(self, count):
        words = self._words.some(self._source, count)
        at = 0
        while at < count:
            words[at] = words[at].capitalize()
            at += self._source.randint(6, 24)
            words[min(at, count) - 1] += "."
        return " ".join(words)

    def _body(self, length):
        parts = []
        size = 0
        while size < length:
            parts.append(self._paragraph(min(length - size, 500)))
            size += len(parts[-1])
        return "".join(parts)

    def _paragraph(self, length):
        text = self._sentences(max(4, int(length / 6.5)))
        kind = self._source.random()
        if kind < 0.4:
            return f"<p>{text}</p>\n"
        if kind < 0.75:
            link = f"{self.site}/{self._source.randrange(10_000)}?a=1&amp;b=2"
            return f'<p>{text} <a href="{link}">{self._title(2)}</a> &#8211; <em>{self._title(3)}</em>.</p>\n'
        if kind < 0.85:
            return f"<ul>\n<li>{text}</li>\n<li>{self._sentences(8)}</li>\n</ul>\n"
        if kind < 0.93:
            return f"<blockquote><p>{text}</p></blockquote>\n"
        picture = f"{self.site}/pictures/{self._source.randrange(10_000)}.jpg"
        return f'<p><img src="{picture}" alt="{self._title(3)}" width="800" height="450"/></p>\n<p>{text}</p>\n'


def _chosen(shares, source):
    return source.choices([share[1:] for share in shares], weights=[share[0] for share in shares])[0][0]


def _rfc822(date):
    return date.strftime("%a, %d %b %Y %H:%M:%S GMT")


def _rss_item(entry, content):
    if content:
        text = (f"<description>{html.escape(entry['title'], False)}</description>"
                f"<content:encoded><![CDATA[{entry['body']}]]></content:encoded>")
    else:
        text = f"<description>{html.escape(entry['body'], False)}</description>"
    tags = "".join(f"<category>{tag}</category>" for tag in entry["tags"])
    return (f"<item>\n<title>{entry['title']}</title>\n<link>{entry['link']}</link>\n"
            f"<guid isPermaLink=\"false\">{entry['guid']}</guid>\n<pubDate>{_rfc822(entry['date'])}</pubDate>\n"
            f"<dc:creator>{entry['author']}</dc:creator>{tags}\n{text}\n</item>\n")


def _rss(feed, entries, encoding):
    content = feed.format == "rss with content"
    return (f'<?xml version="1.0" encoding="{encoding}"?>\n<rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
            f"<channel>\n<title>{feed.title}</title>\n<link>{feed.site}/</link>\n<description>{feed.title}</description>\n"
            + "".join(_rss_item(entry, content) for entry in entries) + "</channel>\n</rss>\n")


def _atom(feed, entries, encoding):
    xhtml = feed.format == "atom xhtml"

    def entry_of(entry):
        when = entry["date"].isoformat()
        if xhtml:
            content = (f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{entry["body"]}</div></content>')
        else:
            content = f'<content type="html">{html.escape(entry["body"], False)}</content>'
        tags = "".join(f'<category term="{tag}"/>' for tag in entry["tags"])
        return (f"<entry>\n<id>{entry['guid']}</id>\n<title>{entry['title']}</title>\n<link href=\"{entry['link']}\"/>\n"
                f"<published>{when}</published><updated>{when}</updated>\n<author><name>{entry['author']}</name></author>"
                f"{tags}\n{content}\n</entry>\n")

    return (f'<?xml version="1.0" encoding="{encoding}"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
            f"<id>tag:site{feed.number}.example,2026:feed</id>\n<title>{feed.title}</title>\n<link href=\"{feed.site}/\"/>\n"
            f"<updated>{entries[0]['date'].isoformat()}</updated>\n" + "".join(map(entry_of, entries)) + "</feed>\n")


def _rdf(feed, entries, encoding):
    items = "".join(
        f"<item rdf:about=\"{entry['guid']}\">\n<title>{entry['title']}</title>\n<link>{entry['link']}</link>\n"
        f"<dc:date>{entry['date'].isoformat()}</dc:date><dc:creator>{entry['author']}</dc:creator>\n"
        f"<description>{html.escape(entry['body'], False)}</description>\n</item>\n" for entry in entries)
    listed = "".join(f"<rdf:li rdf:resource=\"{entry['guid']}\"/>" for entry in entries)
    return (f'<?xml version="1.0" encoding="{encoding}"?>\n<rdf:RDF xmlns="http://purl.org/rss/1.0/" '
            'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
            f"<channel rdf:about=\"{feed.site}/\">\n<title>{feed.title}</title>\n<link>{feed.site}/</link>\n"
            f"<description>{feed.title}</description>\n<items><rdf:Seq>{listed}</rdf:Seq></items>\n</channel>\n{items}"
            "</rdf:RDF>\n")


_DOCUMENTS = {"rss": _rss, "rss with content": _rss, "atom": _atom, "atom xhtml": _atom, "rdf": _rdf}


def file_name(feed):
    return f"{feed:05}.xml"


_words_of = {}  # in each process: making a vocabulary takes longer than a feed


def _write_feed(job):
    """Both generations of one feed; how many bytes of documents and of bodies each brings that were not there before."""
    folder, number, entries = job
    source = random.Random(f"writing {number}")
    _, letters, encoding = source.choices(_WRITINGS, weights=[share for share, _, _ in _WRITINGS])[0]
    if letters not in _words_of:
        _words_of[letters] = Words(letters)
    feed = Feed(number, _words_of[letters])
    feed.publish(entries)
    sizes = []
    for generation in GENERATIONS:
        shown = feed.entries[-entries:]
        bodies = shown
        if generation == 2:
            feed.publish(NEW)
            shown = feed.entries[-entries:]
            edited = shown[source.randrange(entries - NEW)]
            feed.edit(edited)
            bodies = shown[-NEW:] + [edited]
        document = _DOCUMENTS[feed.format](feed, shown[::-1], encoding).encode(encoding, "xmlcharrefreplace")
        path = Path(folder, f"generation{generation}", file_name(number))
        path.write_bytes(document)
        # The validators are made of it.
        stamp = (_START + timedelta(days=30 * generation)).timestamp()
        os.utime(path, (stamp, stamp))
        sizes.append((len(document), sum(len(entry["body"].encode()) for entry in bodies)))
    return sizes


class Corpus:
    """The documents as files: FOLDER/generation1/00000.xml and so on. Made when they are not there yet."""

    def __init__(self, folder, feeds, entries):
        if entries <= NEW:
            raise SystemExit(f"a feed needs more than {NEW} entries")
        self.feeds, self.entries = feeds, entries
        self.articles = feeds * entries
        self.folder = Path(folder) / f"corpus-{feeds}x{entries}"
        self._made_of = {"version": _VERSION, "feeds": feeds, "entries": entries}
        sizes = self._known_sizes() or self._make()
        self.document_bytes, self.body_bytes = sizes["documents"], sizes["bodies"]  # a figure for each generation

    def generation(self, number):
        return self.folder / f"generation{number}"

    def _known_sizes(self):
        try:
            known = json.loads((self.folder / "made-of.json").read_text())
        except (OSError, ValueError):
            return None
        return known["sizes"] if known["made of"] == self._made_of else None

    def _make(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        for generation in GENERATIONS:
            self.generation(generation).mkdir(parents=True)
        jobs = [(str(self.folder), number, self.entries) for number in range(self.feeds)]
        # At its end the pool terminates its processes, which must not take that for an interruption by somebody.
        with multiprocessing.Pool(initializer=signal.signal, initargs=(signal.SIGTERM, signal.SIG_DFL)) as pool:
            all_sizes = pool.map(_write_feed, jobs, chunksize=10)
        sizes = {
            "documents": [sum(feed[i][0] for feed in all_sizes) for i in range(len(GENERATIONS))],
            "bodies": [sum(feed[i][1] for feed in all_sizes) for i in range(len(GENERATIONS))],
        }
        (self.folder / "made-of.json").write_text(json.dumps({"made of": self._made_of, "sizes": sizes}))
        return sizes
