#!/usr/bin/env python3
"""Loads what the sanitiser lets through in headless Chromium: nothing of it may run, load, navigate, cover or break out.

check.py NEWSCACHE CHROMIUM sanitises every attack of attacks.py as a publisher would serve it (a JSON Feed, and RSS, read
by `newscache parse`), and puts the result into pages between sentinels: parsed with the page (in a <div>, a table's cell
and a list's item), set as innerHTML, as a fragment, and after three more rounds of parsing and serialising. probe.js looks
at each. The same attacks as they are must be caught, every one, or the check proves nothing.
"""
import collections
import html
import http.server
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import xml.sax.saxutils

import attacks

HERE = pathlib.Path(__file__).parent
TIMEOUT_S = 1800
SLICE = 400
BASE = "http://site.test/dir/page"
PAGES = {
    "div": "<div id=outer><p id=before>before</p><div id=inside>{}</div><p id=after>after</p></div><p id=end>end</p>",
    "cell": "<table id=outer><tbody><tr><td id=before>before</td><td id=inside>{}</td><td id=after>after</td></tr></tbody></table><p id=end>end</p>",
    "item": "<ul id=outer><li id=before>before</li><li id=inside>{}</li><li id=after>after</li></ul><p id=end>end</p>",
}
HEAD = "<!doctype html><html><head><meta charset=utf-8><title>page</title><script src=/probe.js></script></head><body>{}</body></html>"
CONTEXTS = [("div", "document"), ("cell", "document"), ("item", "document"), ("div", "innerHTML"), ("div", "fragment"), ("div", "mutation")]
RAW_CONTEXTS = [("div", "document")]
# The kinds of harm that the attacks as they are must show, each at least once: a probe that is blind to one would pass all.
KINDS = ["ran", "page", "element", "handler", "attribute", "address", "style", "navigation", "request"]


def parse(newscache, text, suffix):
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(text)
        file.flush()
        done = subprocess.run([newscache, "parse", "--url", BASE, file.name], capture_output=True, timeout=120)
    if done.returncode != 0:
        sys.exit(f"test-browser: newscache parse failed: {done.stderr.decode(errors='replace')}")
    return json.loads(done.stdout)


def json_feed(items):
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "attacks", "items": items}).encode()


def sanitised(newscache, texts):
    """The text of each as content, through JSON Feed, where every byte arrives, and through RSS."""
    safe = [""] * len(texts)
    items = [{"id": str(number), "url": BASE, "content_html": text} for number, text in enumerate(texts)]
    for item in parse(newscache, json_feed(items), ".json")["items"]:
        safe[int(item["id"])] = item.get("content_html", "")
    rss = "".join(f"<item><guid isPermaLink='false'>{number}</guid><description>{xml.sax.saxutils.escape(text)}</description></item>"
                  for number, text in enumerate(texts))
    rss = f"<rss version='2.0'><channel><title>attacks</title>{rss}</channel></rss>"
    again = [""] * len(texts)
    for item in parse(newscache, rss.encode(), ".xml")["items"]:
        again[int(item["id"])] = item.get("content_html", "")
    return safe, again


def feed_fields(newscache):
    """Every address that the parser hands out of feeds whose own address fields are hostile."""
    found = []
    for number, written in enumerate(attacks.addresses()):
        address = html.unescape(written)
        item = {"id": "1", "url": address, "external_url": address, "image": address, "banner_image": address, "content_text": "x",
                "authors": [{"name": "x", "url": address, "avatar": address}], "attachments": [{"url": address, "mime_type": "audio/mpeg"}]}
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "x", "home_page_url": address, "icon": address, "favicon": address,
                "hubs": [{"type": "WebSub", "url": address}], "authors": [{"url": address, "name": "x"}], "items": [item]}
        quoted = xml.sax.saxutils.quoteattr(address.translate(dict.fromkeys(list(range(9)) + [11, 12] + list(range(14, 32)))))
        rss = (f"<rss version='2.0' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'><channel><title>x</title><link>{quoted[1:-1]}</link>"
               f"<itunes:image href={quoted}/><item><title>x</title><link>{quoted[1:-1]}</link><guid>{quoted[1:-1]}</guid><comments>{quoted[1:-1]}</comments>"
               f"<enclosure url={quoted} type='audio/mpeg' length='1'/></item></channel></rss>")
        for document in (parse(newscache, json.dumps(feed).encode(), ".json"), parse(newscache, rss.encode(), ".xml")):
            found += [{"set": "fields", "how": field, "number": number, "html": value} for field, value in addresses_of(document)]
    return found


def addresses_of(value, field=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from addresses_of(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from addresses_of(inner, field)
    elif isinstance(value, str) and (field.endswith("url") or field in ("image", "icon", "favicon", "avatar", "banner_image")):
        yield field, value


class Site(http.server.ThreadingHTTPServer):
    """Serves the pages under test as every host there is, and notes what is asked for besides."""
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, texts, jobs):
        super().__init__(("127.0.0.1", 0), Handler)
        self.texts, self.total = texts, len(jobs)
        by_phase = [[job for job in jobs if (job["set"] == "raw") == raw] for raw in (False, True)]
        self.slices = [part[start:start + SLICE] for part in by_phase for start in range(0, len(part), SLICE)]
        self.requests = {"safe": [], "raw": []}
        self.results, self.failure, self.done = [], None, threading.Event()

    def phase(self):
        return "raw" if not self.slices or self.slices[0][0]["set"] == "raw" else "safe"

    def take(self, results):
        if "failure" in results:
            self.failure = results["failure"]
        else:
            self.results += results
            del self.slices[0]
            print(f"test-browser: {len(self.results)} of {self.total}", flush=True)
        if self.failure or not self.slices:
            self.done.set()

    def handle_error(self, request, client_address):
        pass  # connections that the browser gave up, and TLS


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, text, kind="text/html; charset=utf-8", status=200):
        body = text.encode(errors="surrogatepass")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Referrer-Policy", "unsafe-url")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/results" and self.is_ours():
            self.server.take(json.loads(body))
            self.answer("")
        else:
            self.stray()

    def do_GET(self):
        site, path = self.server, self.path.split("/")[1:]
        if not self.is_ours():
            self.stray()
        elif self.path == "/":
            self.answer("<!doctype html><meta charset=utf-8><title>runner</title><body><script src=/runner.js></script>")
        elif self.path in ("/probe.js", "/runner.js"):
            self.answer((HERE / path[0]).read_text(), "text/javascript")
        elif self.path == "/jobs":
            self.answer(json.dumps(site.slices[0] if site.slices else []), "application/json")
        elif path[0] == "page" and path[1] in PAGES and len(path) == 4:
            text = "" if path[2] == "empty" else site.texts[path[2]][int(path[3])]
            self.answer(HEAD.format(PAGES[path[1]].replace("{}", text)))
        else:
            self.stray()

    do_HEAD = do_PUT = do_OPTIONS = do_GET

    def is_ours(self):
        return self.headers.get("Host", "").startswith("127.0.0.1:")

    # Pictures and the like of what is safe come from site.test; evil.test nobody may ask. The browser asks its maker.
    def stray(self):
        if self.headers.get("Host", "").split(":")[0].endswith("evil.test"):
            self.server.requests[self.server.phase()].append(f"http://{self.headers.get('Host')}{self.path} from {self.headers.get('Referer')}")
        self.answer("", status=404)


def browse(site, chromium):
    port = site.server_address[1]
    threading.Thread(target=site.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [chromium, "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync", "--disable-component-update",
                   "--disable-background-networking", "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable", "--mute-audio",
                   f"--user-data-dir={profile}", f"--host-resolver-rules=MAP * 127.0.0.1:{port}", f"http://127.0.0.1:{port}/"]
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")
        with open(os.path.join(profile, "log"), "wb") as log:
            browser = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + TIMEOUT_S
            while not site.done.wait(1) and browser.poll() is None and time.monotonic() < deadline:
                pass
        finally:
            browser.terminate()
            try:
                browser.wait(10)
            except subprocess.TimeoutExpired:
                browser.kill()
        if site.failure or site.slices:
            log = pathlib.Path(profile, "log").read_text(errors="replace")[-2000:]
            sys.exit(f"test-browser: the browser did not finish: {site.failure or 'out of time'}\n{log}")


def judge(site, listed):
    """(passed, what failed)"""
    passed, failed = 0, []

    def expect(good, message):
        nonlocal passed
        if good:
            passed += 1
        else:
            failed.append(message)

    kinds, caught = collections.Counter(), set()
    for result in site.results:
        number, wrong = result["number"], result["wrong"]
        if result["set"] == "raw":
            kinds.update({what.split(":")[0].split(" ")[0] for what in wrong})
            if wrong:
                caught.add(number)
        elif result["set"] == "fields":
            expect(not wrong, f"field {result['how']} of address {number}: {'; '.join(wrong)}")
        else:
            group, text, _ = listed[number]
            expect(not wrong, f"{group}, {result['page']} {result['how']}: {text[:200]!r}\n    became {site.texts[result['set']][number][:200]!r}\n    "
                   + "\n    ".join(wrong))
    kinds["request"] = len(site.requests["raw"])
    expect(not site.requests["safe"], "requests were sent: " + ", ".join(site.requests["safe"][:10]))
    for number, (group, text, harmful) in enumerate(listed):
        expect(number in caught or not harmful, f"{group}: harmless as it is, proves nothing: {text[:200]!r}")
    for kind in KINDS:
        expect(kinds[kind] > 0, f"the probe saw nothing of the kind '{kind}' in the attacks as they are")
    print("test-browser: of the attacks as they are the probe saw " + ", ".join(f"{kind} {kinds[kind]}" for kind in KINDS))
    return passed, failed


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # not without ending the browser
    newscache, chromium = sys.argv[1:3]
    listed = list(attacks.read())
    raw = [text for _, text, _ in listed]
    safe, from_rss = sanitised(newscache, raw)
    fields = feed_fields(newscache)
    texts = {"safe": safe, "rss": from_rss, "raw": raw}
    jobs = [{"set": "safe", "page": page, "how": how, "number": number, "html": text}
            for page, how in CONTEXTS for number, text in enumerate(safe)]
    jobs += [{"set": "rss", "page": "div", "how": "document", "number": number, "html": text}
             for number, text in enumerate(from_rss) if text != safe[number]]
    jobs += [{"set": "raw", "page": page, "how": how, "number": number, "html": text}
             for page, how in RAW_CONTEXTS for number, text in enumerate(raw)]
    print(f"test-browser: {len(listed)} attacks, {len(jobs)} pages, {len(fields)} addresses of feeds", flush=True)
    site = Site(texts, jobs + fields)
    browse(site, chromium)
    passed, failed = judge(site, listed)
    for message in failed[:200]:
        print("FAILED " + message)
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
