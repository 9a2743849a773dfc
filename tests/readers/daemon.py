"""A daemon that readers of others come to over TCP, and what the tests of this folder have in common."""

import http.client
import json
import os
import socket
import subprocess
import urllib.parse

PATIENCE_S = 60
USER, PASSWORD = "me", "secret word"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    def __init__(self, program, folder):
        self.socket = os.path.join(folder, "s")
        self.port = free_port()
        secret = os.path.join(folder, "password")
        with open(secret, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(PASSWORD)
        config = os.path.join(folder, "newscached.toml")
        with open(config, "w") as file:
            file.write(f'[http]\nlisten = ["127.0.0.1:{self.port}"]\nuser = "{USER}"\npassword_file = "{secret}"\n')
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(os.path.join(folder, "notify"))
        notify.settimeout(PATIENCE_S)
        self.process = subprocess.Popen(
            [program, "--config", config, "--state-dir", os.path.join(folder, "state"), "--socket", self.socket],
            env={**os.environ, "NOTIFY_SOCKET": os.path.join(folder, "notify")},
        )
        while b"READY=1" not in notify.recv(4096):
            pass

    def ask(self, method, target, body=None):
        connection = UnixConnection(self.socket)
        connection.request(method, target, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        text = answer.read()
        expect(answer.status < 300, f"{method} {target}: {answer.status} {text!r}")
        return json.loads(text) if text else None

    def events(self):
        connection = UnixConnection(self.socket)
        connection.request("GET", "/v1/events")
        return connection.getresponse()

    def bring(self, feed, titles):
        """The feed's articles, as if they had been published; those of before stay."""
        target = "/v1/import?" + urllib.parse.urlencode({"feed": feed, "name": feed + ".xml"})
        self.ask("POST", target, rss(feed, [one.replace("&", "&amp;") for one in titles]).encode())

    def mark(self, title, **marks):
        self.ask("PATCH", f"/v1/articles/{self.article(title)['id']}", json.dumps(marks))

    def article(self, title):
        articles = self.ask("GET", "/v1/articles")["articles"]
        return next(one for one in articles if one["title"] == title)

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE_S)


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def await_state(events):
    for line in events:
        if line.startswith(b"event: article.state"):
            return
    raise AssertionError("the events ended without a mark")


def rss(title, titles):
    items = "".join(
        f"<item><guid>{one}</guid><title>{one}</title><link>http://x.example/{urllib.parse.quote(one)}</link>"
        f"<description>The text of {one}.</description><pubDate>{20 + i} Nov 2026 10:00:00 GMT</pubDate></item>"
        for i, one in enumerate(titles)
    )
    return f'<rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'
