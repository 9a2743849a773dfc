"""nginx as the publishers of all feeds: many loopback addresses, so that nobody's politeness to hosts is in the way."""

import shutil
import socket
import time
from pathlib import Path

from . import corpus, measure

_CONFIG = """
daemon off;
master_process off;
worker_rlimit_nofile 8192;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  etag on;
  sendfile on;
  keepalive_timeout 60;
  keepalive_requests 100000;
  client_body_temp_path {folder}/1;
  proxy_temp_path {folder}/2;
  fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4;
  scgi_temp_path {folder}/5;
  types {{ application/xml xml; }}
  server {{
{listen}
    root {folder}/www;
  }}
}}
"""


def addresses(count):
    """127.0.1.1, 127.0.1.2 and so on."""
    return [f"127.0.{1 + number // 250}.{1 + number % 250}" for number in range(count)]


def free_port(some_addresses):
    with socket.socket() as probe:
        probe.bind((some_addresses[0], 0))
        return probe.getsockname()[1]


class Nginx:
    def __init__(self, documents, folder, hosts):
        self._documents = documents
        self._folder = Path(folder)
        self._addresses = addresses(hosts)
        self._port = free_port(self._addresses)
        self.serve(corpus.GENERATIONS[0])
        listen = "\n".join(f"    listen {address}:{self._port};" for address in self._addresses)
        config = self._folder / "nginx.conf"
        config.write_text(_CONFIG.format(folder=self._folder, listen=listen))
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self._process = measure.start([program, "-p", str(self._folder), "-c", str(config), "-e", str(self._folder / "error.log")])
        self._wait_until_ready()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()

    def url(self, feed):
        return f"http://{self._addresses[feed % len(self._addresses)]}:{self._port}/{corpus.file_name(feed)}"

    def urls(self):
        return [self.url(feed) for feed in range(self._documents.feeds)]

    def serve(self, generation):
        """From now on the documents are those of that generation."""
        link = self._folder / "www.new"
        link.symlink_to(self._documents.generation(generation).resolve())
        link.replace(self._folder / "www")

    def _wait_until_ready(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection((self._addresses[-1], self._port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        self._process.kill()
        errors = self._folder / "error.log"
        raise SystemExit("nginx does not serve:\n" + (errors.read_text() if errors.exists() else ""))
