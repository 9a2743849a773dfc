// The work whose instructions the script bench/guard counts: what this program does inside guarded_work() is the same
// each time, to the instruction nearly.
//
//   bench_guard build                which build this is: processor, compiler, build type
//   bench_guard fill DIRECTORY       makes the database that `list` and `search` read
//   bench_guard WORK DIRECTORY       parse, ingest (into an empty directory), list, search

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "api/shapes.hpp"
#include "bench/corpus.hpp"
#include "feed/identity.hpp"
#include "feed/parse.hpp"
#include "html/plain_text.hpp"
#include "store/store.hpp"

using namespace newscache;

using Work = std::function<void()>;

// callgrind counts what happens in here, and knows it by its name.
extern "C" [[gnu::noinline]] void guarded_work(const Work& work) { work(); }

namespace {

constexpr int kFeeds = 5;
constexpr int kListed = 20;  // entries of a document

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "bench_guard: %s\n", what.c_str());
  std::exit(1);
}

template <class T>
T taken(Result<T> result) {
  if (!result) fail(result.error().detail);
  return std::move(*result);
}

// --- documents ---

// What a content of the corpus, being paragraphs with a link each, does not have, and those of publishers do.
constexpr const char* kMarkup = R"html(<div class="post" style="color:red" onclick="go()"><h2>Next&hellip;</h2>
<p>Some <b>bold</b> and <code>x &lt; y</code>&nbsp;&mdash; <a href="/a?utm_source=feed&amp;b=1" target="_blank">links</a>.
<figure><img src="/a.png" srcset="/a.png 1x, /b.png 2x" width="640" alt="A picture"><figcaption>Shown</figcaption></figure>
<ul><li>one<li>two <i>and <b>crossed</i> tags</b></ul><table><tr><td>1<td>2</table><script>track("<p>");</script>
<iframe src="https://video.example/embed/1"></iframe><img src="https://pixel.example/1.gif" width="1" height="1"></div>)html";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// Written here and not by feed::republish, a change of which would be one of the input.
std::string rss(const std::vector<model::IncomingEntry>& entries) {
  std::string out =
      R"(<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/")"
      R"( xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>RSS</title><link>https://rss.example/</link>)";
  for (const auto& [uid, link, entry, to_complete] : entries) {
    out += "<item><title>" + escaped(entry.title) + "</title><link>" + entry.url + "</link><guid>" + entry.guid +
           "</guid><dc:creator>" + entry.authors.front().name + "</dc:creator><category>" + entry.tags.front() +
           "</category><pubDate>Thu, 26 Nov 2026 12:00:00 +0100</pubDate><description>" + escaped(entry.summary) +
           "</description><content:encoded><![CDATA[" + entry.content_html + kMarkup + "]]></content:encoded></item>\n";
  }
  return out + "</channel></rss>";
}

std::string atom(const std::vector<model::IncomingEntry>& entries) {
  std::string out = R"(<feed xmlns="http://www.w3.org/2005/Atom"><title>Atom</title><id>urn:1</id>)";
  for (const auto& [uid, link, entry, to_complete] : entries) {
    out += "<entry><title type=\"html\">" + escaped(entry.title) + "</title><link rel=\"alternate\" href=\"" +
           entry.url + "\"/><id>" + entry.guid + "</id><author><name>" + entry.authors.front().name +
           "</name></author><updated>2026-11-26T12:00:00Z</updated><summary>" + escaped(entry.summary) +
           "</summary><content type=\"html\">" + escaped(entry.content_html + kMarkup) + "</content></entry>\n";
  }
  return out + "</feed>";
}

std::string json_feed(const std::vector<model::IncomingEntry>& entries) {
  std::string out = R"({"version":"https://jsonfeed.org/version/1.1","title":"JSON","items":[)";
  for (const auto& [uid, link, entry, to_complete] : entries) {
    if (out.back() == '}') out += ',';
    out += R"({"id":")" + entry.guid + R"(","url":")" + entry.url + R"(","title":")" + entry.title +
           R"(","date_published":"2026-11-26T12:00:00Z","content_html":")";
    for (const char c : entry.content_html + kMarkup) {
      if (c == '"') out += '\\';
      out += c == '\n' ? ' ' : c;
    }
    out += "\"}";
  }
  return out + "]}";
}

// --- the database ---

model::FeedUpdate poll(bench::Corpus& corpus, const model::Feed& feed, int newest, int edited = -1) {
  model::FeedUpdate update;
  update.feed_id = feed.id;
  update.received = bench::kStart + std::chrono::days(60 + newest);
  update.state.status = model::FeedStatus::ok;
  update.state.validators.etag = std::to_string(newest);
  update.document.emplace().title = feed.url;
  for (int number = newest; number > newest - kListed; --number) {
    update.entries.push_back(corpus.article(static_cast<int>(model::raw(feed.id)), number, number == edited ? 1 : 0));
  }
  return update;
}

class Store {
 public:
  explicit Store(const std::string& directory) {
    options_.path = directory + "/news.db";
    options_.plain_text = html::to_text;
    writer_ = taken(store::Writer::open(options_));
    // Each document twice: as it is first, and with two new entries and an edited one.
    for (int number = 0; number < kFeeds; ++number) {
      model::NewFeed wish;
      wish.url = "https://feed" + std::to_string(number) + ".example/";
      feeds_.push_back(taken(writer_->add_feed(wish, feed::feed_uid(wish.url), bench::kStart)));
      first_.push_back(poll(corpus_, feeds_.back(), kListed - 1));
      second_.push_back(poll(corpus_, feeds_.back(), kListed + 1, kListed - 3));
    }
  }

  void ingest() {
    for (auto* round : {&first_, &second_}) {
      for (const auto& result : writer_->apply(*round, store::Durability::synced)) added_ += result.added;
      while (writer_->index(store::kIndexStep) > 0) {
      }
    }
    if (added_ != kFeeds * (kListed + 2)) fail("other articles than there were have been stored");
  }

  void close() { writer_->close(); }

 private:
  store::Options options_;
  std::unique_ptr<store::Writer> writer_;
  bench::Corpus corpus_;
  std::vector<model::Feed> feeds_;
  std::vector<model::FeedUpdate> first_;
  std::vector<model::FeedUpdate> second_;
  std::int64_t added_ = 0;
};

// --- what is counted ---

void parse(const std::string&) {
  bench::Corpus corpus;
  std::vector<model::IncomingEntry> entries;
  for (int number = 0; number < kListed; ++number) entries.push_back(corpus.article(0, number));
  const std::vector<std::string> documents = {rss(entries), atom(entries), json_feed(entries)};
  guarded_work([&documents] {
    feed::ParseOptions options;
    options.base_url = "https://feed0.example/feed";
    for (const auto& document : documents) {
      const auto parsed = taken(feed::parse(document, options));
      if (parsed.lenient || parsed.entries.size() != kListed) fail("a document was not read as it was written");
    }
  });
}

void ingest(const std::string& directory) {
  Store store(directory);
  guarded_work([&store] { store.ingest(); });
}

// As the API answers, each query once before it counts: statements are prepared then.
void ask(const std::string& directory, const std::vector<model::ArticleQuery>& queries) {
  store::Options options;
  options.path = directory + "/news.db";
  options.plain_text = html::to_text;
  const auto reader = taken(store::Reader::open(options));
  const Work answer = [&] {
    for (const auto& query : queries) {
      std::string json;
      const auto page = taken(reader->articles(query));
      for (const auto& article : page.articles) api::append_article(json, article, query.with_content);
      if (page.articles.empty()) fail("a query found nothing");
    }
  };
  answer();
  guarded_work(answer);
}

void list(const std::string& directory) {
  std::vector<model::ArticleQuery> queries(4);
  queries[1].feed = model::FeedId{1};
  queries[2].read = false;
  queries[3].order = model::ArticleOrder::oldest;
  for (auto& query : queries) query.with_content = false;
  ask(directory, queries);
}

void search(const std::string& directory) {
  const bench::Corpus corpus;
  std::vector<model::ArticleQuery> queries;
  for (const std::size_t rank : {20, 400}) {
    for (const auto order : {model::ArticleOrder::newest, model::ArticleOrder::relevance}) {
      auto& query = queries.emplace_back();
      query.text = corpus.word(rank);
      query.order = order;
      query.with_content = false;
    }
  }
  ask(directory, queries);
}

void fill(const std::string& directory) {
  Store store(directory);
  store.ingest();
  store.close();
}

}  // namespace

int main(int count, char** arguments) {
  static const std::map<std::string, void (*)(const std::string&)> works = {
      {"parse", parse}, {"ingest", ingest}, {"list", list}, {"search", search}, {"fill", fill}};
  const std::string what = count > 1 ? arguments[1] : "";
  if (what == "build") {
    std::puts(NEWSCACHE_BUILD);
    return 0;
  }
  const auto found = works.find(what);
  if (found == works.end() || count != 3) {
    std::fprintf(stderr, "usage: bench_guard build|fill|parse|ingest|list|search DIRECTORY\n");
    return 2;
  }
  found->second(arguments[2]);
  return 0;
}
