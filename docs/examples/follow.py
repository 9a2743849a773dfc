#!/usr/bin/env python3
"""The newest unread articles, then whatever changes, with nothing but the standard library.

    follow.py [--socket PATH] [--position FILE] [--count N]

The position in the change log is kept in a file: the next run goes on where this one ended, and misses nothing.
"""
import argparse
import http.client
import json
import os
import socket
import time


class Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.path)


class StartOver(Exception):
    """The change log does not hold our position any more."""


def get(path, target):
    connection = Connection(path)
    connection.request("GET", target)
    answer = connection.getresponse()
    if answer.status == 410:
        raise StartOver
    if answer.status != 200:
        raise SystemExit(f"{target}: {answer.status} {answer.read().decode()}")
    return answer


def events(path, position):
    """Yields (event, data) until the stream ends; position["revision"] follows."""
    answer = get(path, "/v1/events?since={revision}&epoch={epoch}".format(**position))
    event, data = "", ""
    for line in map(bytes.decode, answer):
        name, _, value = line.rstrip("\n").partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            data = value
        elif not name and data:  # an empty line ends an event
            change = json.loads(data)
            yield event, change
            position["revision"] = change.get("revision", position["revision"])
            data = ""


def start(path):
    status = json.load(get(path, "/v1/status"))  # before the list: nothing falls between the two
    unread = json.load(get(path, "/v1/articles?read=false&fields=summary&limit=10"))
    for article in unread["articles"]:
        print(article["id"], article["title"])
    return {"epoch": status["epoch"], "revision": status["revision"]}


def follow(path, file, count):
    position = json.load(open(file)) if os.path.exists(file) else None
    while count > 0:
        try:
            position = position or start(path)
            print("from revision", position["revision"], flush=True)
            for event, change in events(path, position):
                print(event, change.get("id", change.get("state")), flush=True)
                json.dump(position, open(file, "w"))
                count -= 1
                if count == 0:
                    return
        except StartOver:
            position = None
            continue
        except (OSError, http.client.HTTPException):
            pass  # the daemon is away
        time.sleep(1)


def default_socket():
    own = os.path.join(os.environ.get("XDG_RUNTIME_DIR", f"/tmp/newscached-{os.getuid()}"), "newscached/newscached.sock")
    machine = "/run/newscached/newscached.sock"
    return os.environ.get("NEWSCACHE_SOCKET") or (own if os.path.exists(own) else machine)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", default=default_socket())
    parser.add_argument("--position", default="position.json")
    parser.add_argument("--count", type=int, default=1 << 40, help="end after so many changes")
    options = parser.parse_args()
    try:
        follow(options.socket, options.position, options.count)
    except KeyboardInterrupt:
        pass
