#include "client/table.hpp"

#include <sstream>

#include "support/catch.hpp"

using namespace newscache::client;

namespace {

std::string printed(const Table& table, std::size_t width) {
  std::ostringstream out;
  Console console{out, out};
  console.width = width;
  table.print(console);
  return out.str();
}

}  // namespace

TEST_CASE("columns are aligned with blanks and no line ends in one") {
  Table table({{"ID", Align::right}, {"TITLE"}, {"X"}});
  table.add({{"7"}, {"short"}, {"y"}});
  table.add({{"1234"}, {"a longer title"}, {""}});
  CHECK(printed(table, 0) ==
        "  ID  TITLE           X\n"
        "   7  short           y\n"
        "1234  a longer title\n");
}

TEST_CASE("wide characters keep the columns aligned") {
  Table table({{"TITLE"}, {"X"}});
  table.add({{"\xe6\x96\xb0\xe8\x81\x9e"}, {"1"}});
  table.add({{"news"}, {"2"}});
  CHECK(printed(table, 0) == "TITLE  X\n\xe6\x96\xb0\xe8\x81\x9e   1\nnews   2\n");
}

TEST_CASE("only a limited width cuts, and only the columns that may shrink") {
  Table table({{"ID"}, {"TITLE", Align::left, true}, {"URL", Align::left, true}});
  table.add({{"1"}, {"a title of twenty-five!!"}, {"http://a"}});
  CHECK(printed(table, 0).find("a title of twenty-five!!  http://a") != std::string::npos);
  CHECK(printed(table, 28) ==
        "ID  TITLE           URL\n"
        "1   a title of tw\xe2\x80\xa6  http://a\n");
}

TEST_CASE("a cell can neither break the line nor steer the terminal") {
  Table table({{"A"}, {"B"}});
  table.add({{"x\ny\tz\x1b[2J"}, {"b"}});
  table.note("n\x1b\n1");
  CHECK(printed(table, 0) == "A         B\nx y z[2J  b\n    n 1\n");
}

TEST_CASE("a table without rows prints nothing") { CHECK(printed(Table({{"A"}}), 0).empty()); }

TEST_CASE("pairs are aligned and empty ones left out") {
  std::ostringstream out;
  print_pairs(Console{out, out}, {{"feed", "News"}, {"author", ""}, {"ab", "x\x1b"}});
  CHECK(out.str() == "feed    News\nab      x\n");
}

TEST_CASE("where cutting is not enough, optional columns are left out from the right") {
  Table table(
      {{"ID"}, {"FEED", Align::left, true, true}, {"TITLE", Align::left, true}, {"URL", Align::left, true, true}});
  table.add({{"1"}, {"A feed with a name"}, {"A title of some length"}, {"http://example.org/"}});
  CHECK(printed(table, 44) ==
        "ID  FEED          TITLE         URL\n"
        "1   A feed with\xe2\x80\xa6  A title of\xe2\x80\xa6   http://exam\xe2\x80\xa6\n");
  CHECK(printed(table, 32).find("URL") == std::string::npos);
  CHECK(printed(table, 32).find("FEED") != std::string::npos);
  CHECK(printed(table, 18) == "ID  TITLE\n1   A title of so\xe2\x80\xa6\n");
  CHECK(printed(table, 0).find("http://example.org/") != std::string::npos);
}

TEST_CASE("a long value goes on below its beginning") {
  std::ostringstream out;
  Console console{out, out};
  console.width = 24;
  print_pairs(console, {{"a", "one two three four five"}, {"link", "https://example.org/a/long/one"}});
  CHECK(out.str() == "a     one two three four\n      five\nlink  https://example.org/a/long/one\n");
}
