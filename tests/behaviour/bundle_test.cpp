// What is kept goes from one daemon to another as a file, whole or not at all.

#include <signal.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

using namespace newscache::test;
namespace json = boost::json;

namespace {

// What a client sees of all articles, without what is each daemon's own.
std::vector<std::string> seen(const Daemon& daemon, const char* but = "") {
  std::vector<std::string> all;
  for (std::string cursor;;) {
    const auto page = get(daemon, "/v1/articles?limit=1000" + cursor).json.as_object();
    for (const auto& value : page.at("articles").as_array()) {
      auto article = value.as_object();
      for (const auto* own : {"id", "feed_id", "revision", but}) article.erase(own);
      all.push_back(json::serialize(article));
    }
    if (!page.contains("next_cursor")) return all;
    cursor = "&cursor=" + std::string(page.at("next_cursor").as_string());
  }
}

std::string file_in(const TemporaryDirectory& directory, const char* name) {
  return (directory.path() / name).string();
}

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

}  // namespace

TEST_CASE("a bundle from one daemon makes another show the same, and a second time changes nothing") {
  TemporaryDirectory stick;
  const auto file = file_in(stick, "news.tar.zst");
  Daemon from;
  from.start();
  import_articles(from, 120, "Harbour");
  import_articles(from, 30, "Weather", "Rain <b>and</b> wind.");
  REQUIRE(request(from, "PATCH", "/v1/articles/7", R"({"read":true,"starred":true})").status == 200);
  REQUIRE(run_client(from, {"bundle", "export", "--states", file}).exit_code == 0);
  const auto shown = run_client(from, {"bundle", "show", file});
  CHECK(shown.exit_code == 0);
  CHECK(shown.out.find("whole, 150 articles") != std::string::npos);

  Daemon to;
  to.start();
  const auto imported = run_client(to, {"bundle", "import", file});
  REQUIRE(imported.exit_code == 0);
  CHECK(imported.out.find("150 articles and 2 feeds added") != std::string::npos);
  CHECK(seen(to) == seen(from));
  CHECK(get(to, "/v1/status").json.at("counts") == get(from, "/v1/status").json.at("counts"));
  CHECK(titles(to, "q=wind").size() == titles(from, "q=wind").size());
  const auto before = revision(to);
  CHECK(run_client(to, {"bundle", "import", file}).exit_code == 0);
  CHECK(revision(to) == before);
}

TEST_CASE("what is damaged, no bundle or of another signer is refused whole, with a reason") {
  TemporaryDirectory stick;
  const auto file = file_in(stick, "news.tar.zst");
  Daemon from;
  from.start();
  import_articles(from, 300);
  REQUIRE(run_client(from, {"bundle", "export", file}).exit_code == 0);
  const auto bytes = bytes_of(file);
  Daemon to;
  to.start();
  const auto broken = file_in(stick, "broken");
  for (const auto& [what, damaged] : std::vector<std::pair<const char*, std::string>>{
           {"cut off", bytes.substr(0, bytes.size() / 2)},
           {"cut off at the very end", bytes.substr(0, bytes.size() - 1)},
           {"a changed byte",
            std::string(bytes).replace(bytes.size() / 2, 1, 1, static_cast<char>(~bytes[bytes.size() / 2]))},
           {"empty", ""},
           {"something else", "<rss/>"}}) {
    CAPTURE(what);
    write_bytes(broken, damaged);
    const auto result = run_client(to, {"bundle", "import", broken});
    CHECK(result.exit_code == 1);
    CHECK(result.err.find("not a whole bundle") != std::string::npos);
    CHECK(run_client(to, {"bundle", "show", broken}).exit_code == 1);
    CHECK(request(to, "POST", "/v1/bundle", damaged).status == 422);
  }
  CHECK(get(to, "/v1/articles").json.at("articles").as_array().empty());
  CHECK(get(to, "/v1/feeds").json.at("feeds").as_array().empty());

  const auto key = file_in(stick, "key.pem");
  const auto other = file_in(stick, "other.pem");
  for (const auto& name : {key, other}) {
    REQUIRE(std::system(("openssl genpkey -algorithm ed25519 -out " + name + " 2>/dev/null").c_str()) == 0);
  }
  CHECK(run_client(to, {"bundle", "import", "--verify", key, file}).exit_code == 1);
  REQUIRE(run_client(from, {"bundle", "export", "--sign", key, file}).exit_code == 0);
  CHECK(run_client(to, {"bundle", "import", "--verify", other, file}).exit_code == 1);
  CHECK(get(to, "/v1/feeds").json.at("feeds").as_array().empty());
  CHECK(run_client(to, {"bundle", "show", "--verify", key, file}).exit_code == 0);
  CHECK(run_client(to, {"bundle", "import", "--verify", key, file}).exit_code == 0);
  CHECK(seen(to) == seen(from));
}

TEST_CASE("an import that is killed in the middle leaves whole articles, and is repeated") {
  TemporaryDirectory stick;
  const auto file = file_in(stick, "news.tar.zst");
  Daemon from;
  from.start();
  for (int i = 0; i < 4; ++i) {
    import_articles(from, 600, "Feed" + std::to_string(i), std::string(3000, 'a') + " text.");
  }
  REQUIRE(run_client(from, {"bundle", "export", file}).exit_code == 0);
  Daemon to;
  to.start();
  {
    EventReader events(to.socket(), "/v1/events");
    HttpClient client(to.socket());
    const auto bytes = bytes_of(file);
    client.send("POST /v1/bundle HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n\r\n" +
                bytes);
    await_events(events, "article.added", 1);
    const auto second = request(to, "POST", "/v1/bundle", "x");
    CHECK(second.status == 503);
    CHECK(second.body.find("another bundle is being taken in") != std::string::npos);
    to.kill();
  }
  to.start();
  const auto some = get(to, "/v1/status").json.at("counts").at("articles").as_int64();
  CHECK(some > 0);
  CHECK(some < 2400);
  REQUIRE(run_client(to, {"bundle", "import", file}).exit_code == 0);
  CHECK(seen(to) == seen(from));
}

TEST_CASE("only what has changed since is carried when that is asked") {
  TemporaryDirectory stick;
  const auto file = file_in(stick, "news.tar.zst");
  Daemon from;
  from.start();
  import_articles(from, 5, "Old");
  const auto since = std::to_string(revision(from));
  import_articles(from, 3, "New");
  REQUIRE(run_client(from, {"bundle", "export", "--since", since, file}).exit_code == 0);
  Daemon to;
  to.start();
  const auto imported = run_client(to, {"bundle", "import", "--json", file});
  REQUIRE(imported.exit_code == 0);
  CHECK(imported.out.find("\"articles_added\":3") != std::string::npos);
  CHECK(get(to, "/v1/articles").json.at("articles").as_array().size() == 3);
}

namespace {

bool has_program(const char* name) {
  return std::system(("command -v " + std::string(name) + " >/dev/null").c_str()) == 0;
}

const std::filesystem::path epubcheck = "/usr/share/java/epubcheck.jar";

void check_book(const std::string& book) {
  if (!std::filesystem::exists(epubcheck) || !has_program("java")) {
    WARN("epubcheck is not installed: not checked by it");
    return;
  }
  const auto checked = run_program("/usr/bin/java", {"-jar", epubcheck.string(), book});
  INFO(checked.out << checked.err);
  CHECK(checked.exit_code == 0);
}

// 40 by 30, so that nobody takes it for a tracker.
std::string picture() {
  return std::string("GIF89a\x28\0\x1e\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;", 35);
}

// Every element of our allow-list where it belongs, and where it does not.
std::string all_elements() {
  std::string text;
  for (const auto* name :
       {"a",          "abbr",    "b",      "bdi",        "bdo",    "cite",    "code",  "del",  "dfn",
        "em",         "i",       "ins",    "kbd",        "mark",   "q",       "rp",    "rt",   "ruby",
        "s",          "samp",    "small",  "span",       "strong", "sub",     "sup",   "time", "u",
        "var",        "address", "aside",  "blockquote", "dd",     "details", "div",   "dl",   "dt",
        "figcaption", "figure",  "footer", "h1",         "h2",     "h3",      "h4",    "h5",   "h6",
        "header",     "hgroup",  "li",     "main",       "nav",    "ol",      "p",     "pre",  "section",
        "summary",    "ul",      "table",  "caption",    "tbody",  "thead",   "tfoot", "tr",   "td",
        "th",         "audio",   "video",  "picture",    "center", "br",      "hr",    "wbr"}) {
    const std::string begin = "<" + std::string(name) +
                              " href=\"https://example.org/?a=1&amp;b={|}[x] y#z\" lang=\"x y\" "
                              "dir=\"rtl\" colspan=\"0\" rowspan=\"2\" start=\"3\">";
    const std::string end = "</" + std::string(name) + ">";
    text += "<div>" + begin + "text" + end + "</div><div>" + begin + "<p>block</p>" + end + "</div><b>" + begin + "x" +
            end + "</b><ul>" + begin + "x" + end + "</ul><table>" + begin + "x" + end + "</table>";
  }
  return text +
         "<figure><img src=\"/a.gif\" alt=\"A boat\"><figcaption>A "
         "boat</figcaption></figure><table><caption>c</caption>"
         "<thead><tr><th>h</th></tr></thead><tbody><tr><td "
         "colspan=2>d</td></tr></tbody></table><dl><dt>t</dt><dd>d</dd>"
         "</dl><ruby>a<rp>(</rp><rt>b</rt><rp>)</rp></ruby>";
}

}  // namespace

TEST_CASE("an edition has its pictures, is a valid EPUB, and as a folder of pages loads nothing from elsewhere") {
  Publisher publisher;
  publisher.serve_file("/a.gif", picture(), "image/gif");
  const auto with = [&](const char* guid, const char* title, const std::string& html) {
    return "<item><guid>" + std::string(guid) + "</guid><title>" + title + "</title><link>" +
           publisher.url("/page?a=[1]|2") + "</link><description><![CDATA[" + html + "]]></description></item>";
  };
  const std::string boat = "<p>A boat.<img src=\"" + publisher.url("/a.gif") + "\" alt=\"A boat\"></p>";
  publisher.serve_file("/feed.xml", rss("Harbour", with("1", "Boats &amp; piers", boat) +
                                                       with("2", "Everything", boat + all_elements())));
  Daemon daemon("[offline]\nfull_text = \"never\"\n");
  daemon.start();
  EventReader events(daemon.socket(), "/v1/events");
  subscribe(daemon, publisher.url("/feed.xml"));
  for (const auto* article : {"/v1/articles/1", "/v1/articles/2"}) {
    while (get(daemon, article).json.at("offline").at("state") != "complete") REQUIRE(events.next());
  }
  import_articles(daemon, 3, "Files");

  TemporaryDirectory shelf;
  const auto book = file_in(shelf, "news.epub");
  const auto made = run_client(daemon, {"--json", "export", "epub", "--title", "News & more", book});
  REQUIRE(made.exit_code == 0);
  CHECK(json::parse(made.out) == json::value{{"file", book}, {"articles", 5}, {"pictures", 1}});
  const auto bytes = bytes_of(book);
  CHECK(bytes.substr(30, 28) == "mimetypeapplication/epub+zip");
  check_book(book);

  const auto folder = file_in(shelf, "pages");
  const auto written = run_client(daemon, {"export", "html", folder});
  REQUIRE(written.exit_code == 0);
  CHECK(written.out.find("/index.html: 5 articles, 1 picture") != std::string::npos);
  REQUIRE(has_program("xmllint"));
  int pages = 0;
  int pictures = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder + "/articles")) {
    ++pages;
    CHECK(run_program("/usr/bin/xmllint", {"--noout", "--nonet", file.path().string()}).exit_code == 0);
    const auto text = bytes_of(file.path().string());
    for (const auto* load : {"src=\"", "<link ", "<script", "<iframe", "<object", "poster=\"", "srcset=\"", "url("}) {
      for (auto at = text.find(load); at != text.npos; at = text.find(load, at + 1)) {
        const auto tag = text.substr(at, text.find('>', at) - at);
        CAPTURE(tag);
        const bool is_picture = tag.starts_with("src=\"../pictures/");
        CHECK((is_picture || tag == "<link rel=\"stylesheet\" type=\"text/css\" href=\"../style.css\"/"));
        if (is_picture) ++pictures;
      }
    }
  }
  CHECK(pages == 5);
  CHECK(pictures >= 2);
  for (const auto& file : std::filesystem::directory_iterator(folder + "/pictures")) {
    CHECK(bytes_of(file.path().string()) == picture());
  }
  CHECK(bytes_of(folder + "/index.html").find("Boats &amp; piers") != std::string::npos);
  CHECK(run_client(daemon, {"export", "epub", "--starred", book}).exit_code == 1);
  CHECK(bytes_of(book) == bytes);
}
