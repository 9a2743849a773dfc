#include "api/negotiate.hpp"

#include <array>
#include <string>

#include "support/catch.hpp"

using namespace newscache::api;

namespace {
constexpr std::array<std::string_view, 2> offers{"text/html", "text/plain"};
}

TEST_CASE("a client gets the representation that its Accept wants most, and none when it wants none") {
  constexpr int html = 0;
  constexpr int plain = 1;
  constexpr int none = -1;
  struct Row {
    std::string accept;
    int wanted;
  };
  const Row rows[] = {
      {"", html},
      {"text/html", html},
      {"text/plain", plain},
      {"Text/Plain", plain},
      {"*/*", html},
      {"text/*", html},
      {"text/plain, */*", html},  // both at 1
      {"text/plain, */*;q=0.1", plain},
      {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", html},
      {"text/html;q=0.3, text/plain;q=0.7", plain},
      {"text/html;q=0.700, text/plain;q=0.7", html},
      {"text/plain;q=0.701, text/html;q=0.7", plain},
      {"text/*;q=0.9, text/html;q=0.1", plain},  // the exact one counts, not the better one
      {"text/html;q=0, text/*", plain},
      {"*/*;q=0", none},
      {"text/html;q=0,text/plain;q=0.000", none},
      {"application/json", none},
      {"image/*, application/*", none},
      {"text/html;level=1", html},
      {"text/plain;charset=utf-8;q=0.9, text/html;q=0.2", plain},
      {"text/plain ; q=0.9 , text/html ; q=0.2", plain},
      {"text/html;x=\"a,b;q=0\", text/plain;q=0.5", html},
      {"text/html;x=\"\\\",\";q=0.1, text/plain;q=0.5", plain},
      {"text/html;Q=0.1, text/plain;q=0.5", plain},
      {"text/html;q=0.1;q=1, text/plain;q=0.5", plain},  // the first q
      {"text/html;q=0.1, text/html;q=0.9, text/plain;q=0.5", html},
      // What makes no sense does not count; nothing but that is no wish.
      {"text/html;q=2, text/plain;q=0.5", plain},
      {"text/html;q=, text/plain;q=0.5", plain},
      {"text/html;q=1.001, text/plain;q=0.1", plain},
      {"text/html;q=0.1234, text/plain;q=0.1", plain},
      {"text/html;q=-1, text/plain;q=0.1", plain},
      {"*/html, text/plain", plain},
      {",,, ,text/plain,", plain},
      {"text", html},
      {"/", html},
      {"text/", html},
      {"/plain", html},
      {";q=1", html},
      {"\"", html},
      {",", html},
      {"text/plain;q=1.", plain},
      {std::string(10000, ','), html},
      {"text/*;q=0.5;" + std::string(5000, 'x'), html},
  };
  for (const auto& row : rows) {
    INFO(row.accept.substr(0, 100));
    const auto wanted = negotiate(row.accept, offers);
    CHECK((wanted ? static_cast<int>(*wanted) : none) == row.wanted);
  }
}
