#include "client/sse.hpp"

#include "support/catch.hpp"

using namespace newscache::client;

namespace {

constexpr std::string_view stream =
    "\xef\xbb\xbf: hello\n"
    "id: 7\nevent: article.added\ndata: {\"id\":1}\n\n"
    ":\r\n"
    "id:8\r\nevent:feed.updated\r\ndata:a\r\ndata: b\r\n\r\n"
    "data\r\r"
    "event: nothing\n\n"
    "retry: 100\ndata: last\n\n"
    "data: cut off";

const std::vector<Event> expected = {
    {"7", "article.added", "{\"id\":1}"},
    {"8", "feed.updated", "a\nb"},
    {"8", "message", ""},
    {"8", "message", "last"},
};

}  // namespace

TEST_CASE("an event stream is read the same in one piece and byte by byte") {
  EventParser whole;
  CHECK(whole.feed(stream) == expected);

  EventParser pieces;
  std::vector<Event> events;
  for (const char c : stream) {
    for (auto& event : pieces.feed({&c, 1})) events.push_back(std::move(event));
  }
  CHECK(events == expected);
}

TEST_CASE("an endless line is not kept") {
  EventParser parser;
  const std::string piece(64 << 10, 'x');
  CHECK(!parser.overflowed());
  for (int i = 0; i < 17; ++i) parser.feed(piece);
  CHECK(parser.overflowed());
}
