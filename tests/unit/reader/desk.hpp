#pragma once
// A reader with a keyboard and a daemon that answers from a script.

#include <boost/json/serialize.hpp>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "client/json.hpp"
#include "client/reader/reader.hpp"
#include "support/catch.hpp"

namespace newscache::reader::test {

inline const std::string two_feeds =
    R"({"feeds":[{"id":1,"title":"Harbour","folder":"","state":"ok","home_page_url":"https://example.org/",)"
    R"("counts":{"articles":3,"unread":2}},)"
    R"({"id":2,"title":"Kernel","folder":"Tech","state":"failing","error":{"cause":"dns"},"counts":{"articles":9,"unread":0}}]})";
inline const std::string status =
    R"({"revision":5,"network":{"state":"online"},"counts":{"feeds":2,"articles":12,"unread":2,"starred":1}})";
inline const std::string three_articles =
    R"({"articles":[{"id":13,"feed_id":1,"title":"Third","date_published":"2026-11-25T09:00:00Z","url":"https://example.org/3"},)"
    R"({"id":12,"feed_id":1,"title":"Second","read":true,"starred":true},{"id":11,"feed_id":1,"title":"First"}]})";
inline const std::string third =
    R"({"id":13,"feed_id":1,"title":"Third","url":"https://example.org/3","authors":[{"name":"Ann"}],)"
    R"("content_html":"<p>Read <a href='https://example.org/a'>this</a> <img src='https://example.org/p.png' alt='A pier'>.",)"
    R"("attachments":[{"url":"javascript:steal",
    "mime_type" : "audio/mpeg"
}]
})";

struct Desk {
  explicit Desk(std::int64_t feed = 0) : reader(feed) {
    answers = {{"GET /v1/status", status},
               {"GET /v1/feeds", two_feeds},
               {"GET /v1/articles/13", third},
               {"GET /v1/articles/11", R"({"id":11,"feed_id":1,"title":"First","content_html":"<p>old"})"},
               {"GET /v1/articles/12", R"({"id":12,"feed_id":1,"title":"Second","read":true})"}};
    reader.resize({12, 80});
    reader.connected(*client::parse_object(status));
    work();
  }

  void press(std::string_view keys) {
    for (const char c : keys) press_key(static_cast<Key>(c));
  }
  void press_key(Key key) {
    reader.press(key);
    work();
  }
  void tell(const std::string& name, const std::string& data) {
    reader.take(client::Event{"6", name, data});
    work();
  }
  void reload() {
    reader.reload();
    work();
  }
  // Carries out what the reader wishes, until it wishes nothing more.
  void work() {
    for (auto wishes = reader.take_wishes(); !wishes.empty(); wishes = reader.take_wishes()) {
      for (const auto& wish : wishes) {
        if (std::holds_alternative<Quit>(wish)) quit = true;
        if (const auto* link = std::get_if<OpenLink>(&wish)) opened = link->url;
        if (const auto* call = std::get_if<Call>(&wish)) answer(*call);
      }
    }
  }
  void answer(const Call& call) {
    const auto& request = call.request;
    calls.push_back(request.method + " " + request.target + (request.body.empty() ? "" : " " + request.body));
    if (failure) return reader.take(call, *failure);
    if (silent) return held.push_back(call);
    const auto path = request.method + " " + request.target.substr(0, request.target.find('?'));
    const auto found = answers.find(path);
    if (found != answers.end()) return reader.take(call, found->second);
    reader.take(call, path == "GET /v1/articles" ? three_articles : std::string("{}"));
  }
  std::string screen() const { return text_of(reader.frame()); }
  bool shows(std::string_view text) const { return screen().find(text) != std::string::npos; }
  std::string last_row() const {
    auto text = screen();
    text.pop_back();
    return text.substr(text.rfind('\n') + 1);
  }
  // The row that is selected.
  std::string selected() const {
    Frame frame;
    const auto all = reader.frame();
    for (std::size_t i = 1; i < all.rows.size(); ++i) {
      if (all.rows[i].reverse) frame.rows.push_back(all.rows[i]);
    }
    return text_of(frame);
  }

  Reader reader;
  std::map<std::string, std::string> answers;
  std::vector<std::string> calls;
  std::vector<Call> held;
  std::optional<client::Failure> failure;
  bool silent = false;
  bool quit = false;
  std::string opened;
};

}  // namespace newscache::reader::test
