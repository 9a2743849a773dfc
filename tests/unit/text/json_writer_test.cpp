#include "text/json_writer.hpp"

#include "support/catch.hpp"

using namespace newscache::text;

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json(out, text);
  return out;
}

}  // namespace

TEST_CASE("a text is quoted, and what JSON does not allow in it is escaped, wherever it stands") {
  struct Case {
    std::string text, escaped;
  };
  const Case cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"\"", "\\\""},
      {"\\", "\\\\"},
      {"/<>&'", "/<>&'"},
      {"\b\t\n\f\r", "\\b\\t\\n\\f\\r"},
      {std::string("\0\x01\x0b\x1f", 4), "\\u0000\\u0001\\u000b\\u001f"},
      {"\x7f", "\x7f"},
      {"Grüße, 世界 🌍", "Grüße, 世界 🌍"},
  };
  for (const auto& one : cases) {
    // Eight bytes are looked at together: at each place among them, and in the rest.
    for (std::size_t before = 0; before < 17; ++before) {
      for (const std::size_t after : {0, 3, 16}) {
        const std::string left(before, 'a');
        const std::string right(after, '~');
        INFO(one.escaped << " after " << before);
        CHECK(quoted(left + one.text + right) == '"' + left + one.escaped + right + '"');
      }
    }
  }
}

TEST_CASE("every byte but quote, backslash and control characters stays as it is") {
  for (int byte = 0x20; byte < 0x100; ++byte) {
    const auto c = static_cast<char>(byte);
    if (c == '"' || c == '\\') continue;
    INFO(byte);
    CHECK(quoted(std::string(9, c)) == '"' + std::string(9, c) + '"');
  }
}

TEST_CASE("a JSON writer puts commas between members and elements, and nowhere else") {
  std::string text;
  JsonWriter out(text);
  out.open('{').key("a").open('[').close(']');
  out.key("b").open('[').integer(1).integer(-2).text("[").text(":").boolean(true).open('{').close('}').close(']');
  out.key("c").open('{').key("d").boolean(false).key("e").real(1.5).close('}');
  out.text_unless_empty("f", "").text_unless_empty("g", "{").text_unless_empty("h", "x").close('}');
  CHECK(text == R"({"a":[],"b":[1,-2,"[",":",true,{}],"c":{"d":false,"e":1.5},"g":"{","h":"x"})");
}
