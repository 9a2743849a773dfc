"""Publishers that take their time, each at an address of its own; and what a round over all of them takes.

Half of them answer within 60 ms; the slowest takes 1.15 s. What they answer costs nothing, so that waiting is all there is.
"""

import asyncio
import resource
import subprocess
import sys
import time
from pathlib import Path

from . import corpus, measure
from .daemon import Daemon
from .publishers import addresses, free_port

SLOWEST = 1.15  # seconds
_QUICKEST = 0.05
_ETAG = '"as-ever"'
_DOCUMENT = (b'<rss version="2.0"><channel><title>Slow</title><link>http://slow.example/</link><description>Slow</description>'
             b'<item><title>One</title><guid isPermaLink="false">one</guid><description>Only one.</description></item>'
             b"</channel></rss>\n")
ARTICLES = 1  # of each


def latency(number, count):
    return _QUICKEST + (SLOWEST - _QUICKEST) * (number / max(count - 1, 1)) ** 7


class _Publisher(asyncio.Protocol):
    def __init__(self, count):
        self._count = count
        self._received = b""

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            number = int(head.split(b" ", 2)[1].strip(b"/").partition(b".")[0])
            known = _ETAG.encode() in head
            asyncio.get_running_loop().call_later(latency(number, self._count), self._answer, known)

    def _answer(self, known):
        if self._transport.is_closing():
            return
        head = f"HTTP/1.1 {'304 Not Modified' if known else '200 OK'}\r\nETag: {_ETAG}\r\n".encode()
        if known:
            self._transport.write(head + b"\r\n")
        else:
            self._transport.write(head + b"Content-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n%s"
                                  % (len(_DOCUMENT), _DOCUMENT))


async def _serve(count, port):
    loop = asyncio.get_running_loop()
    for address in addresses(count):
        await loop.create_server(lambda: _Publisher(count), address, port, backlog=64)
    print("ready", flush=True)
    await loop.create_future()  # until we are ended


class Publishers:
    def __init__(self, count):
        self._addresses = addresses(count)
        self._port = free_port(self._addresses)
        here = Path(__file__).parent.parent
        command = [sys.executable, "-B", "-m", "proof.slow", str(count), str(self._port)]
        self._process = measure.start(command, cwd=here, stdout=subprocess.PIPE)
        if self._process.stdout.readline() != b"ready\n":
            raise SystemExit("the slow publishers do not serve")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def urls(self):
        return [f"http://{address}:{self._port}/{corpus.file_name(number)}" for number, address in enumerate(self._addresses)]


def rounds(programs, folder, feeds, settings):
    """Seconds that an unchanged round takes, by name: newscached with each of the `net.max_transfers`, and libcurl alone."""
    folder = Path(folder)
    found = {}
    with Publishers(feeds) as publishers:
        urls = folder / "urls"
        urls.write_text("\n".join(publishers.urls()) + "\n")
        for at_once in settings:
            own = folder / f"newscached-{at_once}"
            own.mkdir()
            found[f"newscached, {at_once} at once"] = _newscached(programs, own, publishers, feeds, at_once)
        most = max(settings)
        fetch = [Path(programs) / "bench_floors", "fetch", urls, folder / "validators", str(most)]
        for _ in range(2):  # the second time it has validators
            begin = time.monotonic()
            subprocess.run(list(map(str, fetch)), check=True, stdout=subprocess.DEVNULL, preexec_fn=measure.die_with_us)
            found[f"libcurl alone, {most} at once"] = time.monotonic() - begin
    return found


def _newscached(programs, folder, publishers, feeds, at_once):
    outlines = "".join(f'<outline type="rss" text="Slow" xmlUrl="{url}"/>\n' for url in publishers.urls())
    opml = folder / "feeds.opml"
    opml.write_text(f'<opml version="2.0"><body>\n{outlines}</body></opml>\n')
    with Daemon(programs, folder, max_transfers=at_once) as daemon:
        daemon.import_opml(opml)
        daemon.refresh()
        daemon.wait_for_polls(feeds * ARTICLES)
        begin = time.monotonic()
        started = daemon.refresh()
        daemon.wait_for_polls(interval=0.02)
        wall = time.monotonic() - begin
        daemon.check_polls(started)
        daemon.stop()
    return wall


if __name__ == "__main__":
    _, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_most, _most))
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
