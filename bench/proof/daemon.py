"""newscached as a process, driven through its API; what the client programs take is not counted."""

import collections
import http.client
import json
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import NamedTuple

from . import measure

# Pages and pictures of articles are not fetched: nobody else here does that. Politeness to hosts costs no CPU, only time.
_CONFIG = """
[net]
allow_private = ["127.0.0.0/8"]
max_transfers = {max_transfers}
[poll]
host_gap = "0s"
[offline]
full_text = "never"
images = false
"""
MAX_TRANSFERS = 32  # the default
MOST_TRANSFERS = 256
_LONGEST_ROUND = 3600  # seconds
_CATCHES_UP = 4096  # articles that a question waits for: ingest/indexer.cpp


class Moment(NamedTuple):
    wall: float
    cpu: float
    written: int


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Daemon:
    """A context: it ends with it."""

    def __init__(self, programs, folder, max_transfers=MAX_TRANSFERS):
        self._programs = Path(programs)
        self._folder = Path(folder)
        self._socket = str(self._folder / "s")
        self._log = collections.deque(maxlen=50)
        config = self._folder / "newscached.toml"
        config.write_text(_CONFIG.format(max_transfers=max_transfers))
        self._process = self._start(config)
        self.pid = self._process.pid
        self._api = _UnixConnection(self._socket)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.returncode is None:
            self._process.kill()
            self._process.wait()
        self._api.close()

    def _start(self, config):
        ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = self._folder / "ready"
        path.unlink(missing_ok=True)
        ready.bind(str(path))
        ready.settimeout(60)
        command = [self._programs / "newscached", "--config", config, "--state-dir", self._folder / "state", "--socket",
                   self._socket]
        # The log goes through a pipe, as it would to the journal: it is not the daemon that writes it.
        process = measure.start(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                env={"NOTIFY_SOCKET": str(path)}, text=True, errors="replace")
        threading.Thread(target=self._log.extend, args=(process.stderr,), daemon=True).start()
        with ready:
            try:
                while b"READY=1" not in ready.recv(4096):
                    pass
            except TimeoutError:
                process.kill()
                process.wait()
                raise self._failed("newscached is not ready") from None
        return process

    def _failed(self, what):
        return RuntimeError(what + "; the end of its log:\n" + "".join(self._log))

    def _ask(self, method, path):
        self._api.request(method, path)
        answer = self._api.getresponse()
        body = answer.read()
        if answer.status >= 300:
            raise self._failed(f"{method} {path}: {answer.status} {body[:500]!r}")
        return body

    def figures(self):
        """/metrics, without the prefix of its names."""
        lines = self._ask("GET", "/metrics").decode().splitlines()
        pairs = (line.removeprefix("newscached_").split() for line in lines if not line.startswith("#"))
        return {name: int(value) for name, value in pairs}

    def now(self):
        return Moment(time.monotonic(), measure.cpu_of(self.pid), measure.written_by(self.pid))

    def settle(self):
        """Until it has used no CPU for a second."""
        before = measure.cpu_of(self.pid)
        while True:
            time.sleep(1)
            after = measure.cpu_of(self.pid)
            if after - before < 0.001:
                return
            before = after

    def import_opml(self, path):
        command = [self._programs / "newscache", "--socket", self._socket, "opml", "import", path]
        subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, preexec_fn=measure.die_with_us)

    def refresh(self):
        """Has all feeds polled; the time from which on they have been."""
        return json.loads(self._ask("POST", "/v1/refresh"))["started_at"]

    def wait_for_polls(self, articles=0, interval=0.05):
        """Until nothing is under way and so many articles can be read."""
        deadline = time.monotonic() + _LONGEST_ROUND
        while True:
            figures = self.figures()
            if figures["transfers_active"] + figures["transfers_queued"] == 0 and figures["articles"] >= articles:
                return
            if time.monotonic() > deadline:
                raise self._failed(f"there are {figures['articles']} articles of {articles}")
            time.sleep(interval)

    def check_polls(self, started_at):
        """That each feed has been polled since, and well."""
        for feed in json.loads(self._ask("GET", "/v1/feeds"))["feeds"]:
            if feed["last_attempt"] < started_at or feed.get("error"):
                raise self._failed(f"{feed['url']} was not polled: {feed}")

    def complete_index(self):
        """Until every article can be found; the last ones by asking, as a person would who searches now."""
        while (behind := self.figures()["articles_unindexed"]) > 0:
            if behind <= _CATCHES_UP:
                self._ask("GET", "/v1/articles?q=anything&limit=1")
            else:
                time.sleep(0.05)

    def stop(self):
        """How many bytes it has written in all."""
        self._process.send_signal(signal.SIGTERM)
        _, written = measure.wait_for_end(self._process)
        if self._process.returncode != 0:
            raise self._failed(f"newscached ended with {self._process.returncode}")
        return written
