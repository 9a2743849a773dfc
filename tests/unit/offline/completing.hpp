#pragma once
// A completer over the poller's scripted world: a small site of a feed, its pages and its pictures, in memory.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "offline/completer.hpp"
#include "unit/ingest/world.hpp"

namespace newscache::test {

// 1 x 1 would be a tracker's: a GIF of that many pixels, whose bytes differ by `color`.
inline std::string gif(int width = 40, char color = 'a') {
  std::string bytes = "GIF89a";
  bytes += {
      static_cast<char>(width & 255), static_cast<char>(width >> 8), static_cast<char>(width > 2 ? 30 : 1), 0, 0, 0, 0};
  return bytes + std::string(200, color) + ";";
}

struct Completing : World {
  Completing() {
    fetcher.answer = [this](const net::Request& request) { return answer(request); };
    settings.poll.floor = 1h;
  }
  ~Completing() { stop(); }

  struct Resource {
    std::string body;
    std::string type = "text/html";
    int status = 200;
    std::optional<Error> error = {};
  };
  Result<net::Response> answer(const net::Request& request) const {
    net::Response response;
    response.url = request.url;
    const auto found = site.find(request.url);
    if (found == site.end()) {
      response.status = 404;
      return response;
    }
    const Resource& resource = found->second;
    if (resource.error) return *resource.error;
    response.status = resource.status;
    response.content_type = resource.type;
    response.validators.etag = "\"1\"";
    const auto size = static_cast<std::int64_t>(resource.body.size());
    if (request.range && request.range->from < size) {
      const auto to = std::min(request.range->to, size - 1);
      response.status = 206;
      response.content_range =
          "bytes " + std::to_string(request.range->from) + "-" + std::to_string(to) + "/" + std::to_string(size);
      response.body = resource.body.substr(static_cast<std::size_t>(request.range->from),
                                           static_cast<std::size_t>(to - request.range->from + 1));
    } else {
      response.body = resource.body;
    }
    response.wire_bytes = static_cast<std::int64_t>(response.body.size());
    return response;
  }

  // A feed of that many articles, "http://site.example/1" and so on, each with that content.
  void publish(int articles, const std::string& content) {
    std::string items;
    for (int i = 1; i <= articles; ++i) {
      const auto url = "http://site.example/" + std::to_string(i);
      items += "<item><title>Article " + std::to_string(i) + "</title><link>" + url + "</link><guid>" + url +
               "</guid><pubDate>Tue, 24 Nov 2026 0" + std::to_string(i % 10) +
               ":00:00 GMT</pubDate><description><![CDATA[" + content + "]]></description></item>";
    }
    site["http://site.example/feed"] = {
        "<rss version=\"2.0\"><channel><title>Site</title>" + items + "</channel></rss>", "application/rss+xml"};
  }
  // What extraction makes of a page: "ARTICLE" and its content, or no article.
  static loop::awaitable<Result<html::PageArticle>> extract(offline::PageRequest request) {
    constexpr std::string_view mark = "ARTICLE ";
    if (!request.page.starts_with(mark)) co_return Error{Cause::no_article, "no article"};
    html::PageArticle article;
    article.content_html = request.page.substr(mark.size());
    article.content_text = html::to_text(article.content_html);
    article.byline = "Jo Page";
    co_return article;
  }

  model::FeedId open() {
    const auto id = World::add("http://site.example/feed");
    begin();
    return id;
  }
  void begin() {
    tasks.emplace(io.get_executor(), log);
    poller.emplace(services(), settings);
    completer.emplace(services(), *poller, &extract, store::new_assets_path(writer_connection_options()), settings);
    clock.on_change = [this] {
      if (poller) poller->wake();
      if (completer) completer->wake();
    };
    poller->on_commit = [this] { completer->wake(); };
    poller->on_network_change = [this] { completer->wake(); };
    tasks->spawn("load", poller->load());
    rest();
    tasks->spawn_vital("poller", poller->run());
    tasks->spawn_vital("completer", completer->run());
    rest();
  }
  void stop() {
    if (!completer) return;
    tasks->cancel_all();
    run_until([this] { return tasks->count() == 0; });
    completer.reset();
    poller.reset();
  }
  store::Options writer_connection_options() const {
    store::Options options;
    options.path = (directory.path() / "news.db").string();
    return options;
  }
  // Until nothing happens without time passing: what is under way is at most some hand-overs between threads away.
  void rest() {
    for (int turn = 0; turn < 60; ++turn) {
      bool done = false;
      auto hand_over = [this, &done]() -> loop::awaitable<void> {
        auto nothing = [](auto&) {};
        auto no_work = [] {};
        co_await reader->run(nothing);
        co_await loop::offload(worker, no_work);
        co_await writer->run(nothing);
        done = true;
      };
      tasks->spawn("hand over", hand_over());
      io.restart();
      while (!done) io.run_one();
      io.restart();
      io.poll();
    }
  }
  void go(std::chrono::milliseconds time, std::chrono::milliseconds step = 1s) {
    for (; time > 0ms; time -= step) {
      clock.advance(std::min(step, time));
      rest();
    }
  }

  model::Article article(int number = 1) { return reader_connection->article(model::ArticleId{number}).value(); }
  model::Completion completion(int number = 1) {
    return reader_connection->completion(model::ArticleId{number}).value();
  }
  std::vector<model::Media> media(int number = 1) { return reader_connection->media(model::ArticleId{number}); }
  std::size_t asked(std::string_view url) const { return fetcher.times(url).size(); }

  std::map<std::string, Resource> site;
  std::optional<offline::Completer> completer;
};

}  // namespace newscache::test
