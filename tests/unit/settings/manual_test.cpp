// newscached.toml(5) has every key, with what the tables say of it. NEWSCACHE_REWRITE=1 writes that part of the page.
#include <cstdlib>
#include <fstream>

#include "base/file.hpp"
#include "settings/access.hpp"
#include "settings/field_table.hpp"
#include "settings/site.hpp"
#include "support/catch.hpp"

using namespace newscache;

namespace {

constexpr auto page_file = NEWSCACHE_SOURCE "/docs/man/newscached.toml.5";
constexpr std::string_view begin_mark = "NEWSCACHE_REWRITE=1 test_settings\n";
constexpr std::string_view end_mark = ".\\\" end of keys\n";

// Text as mdoc has it: no line of more than 80 bytes, none that looks like a macro.
std::string paragraph(std::string_view text) {
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const bool breaks = used + 1 + word.size() > 78;
    if (used > 0) out += breaks ? '\n' : ' ';
    if (breaks) used = 0;
    if (used == 0 && (word.starts_with('.') || word.starts_with('\''))) out += "\\&";
    for (const char c : word) out += c == '\\' ? std::string("\\e") : std::string(1, c);
    used += 1 + word.size();
  }
  return out + "\n";
}

std::string entry(std::string_view key, const settings::Rule& rule, std::string_view about, std::string_view help) {
  auto expected = settings::expectation(rule);
  expected.replace(0, std::string_view("expected ").size(), "Value: ");
  return ".It Ic " + std::string(key) + "\n" + paragraph(std::string(help) + ".") + paragraph(expected + ".") +
         (about.empty() ? "" : paragraph(about));
}

std::string section(std::string_view name) { return ".Ss " + std::string(name) + "\\&\n.Bl -tag -width Ds\n"; }

std::string keys() {
  std::string out;
  std::string_view table;
  for (const auto& field : settings::entries()) {
    const auto dot = field.key.find('.');
    if (field.key.substr(0, dot) != table) {
      out += table.empty() ? "" : ".El\n";
      table = field.key.substr(0, dot);
      out += section("[" + std::string(table) + "]");
    }
    const auto value = field.default_value.empty() ? "not set" : std::string(field.default_value);
    out += entry(field.key.substr(dot + 1), field.rule,
                 "Default: " + value + "; takes effect at a " + (field.live ? "reload." : "restart."), field.help);
  }
  out += ".El\n" + section("[[feed]]");
  for (const auto& text : settings::feed_texts()) {
    out +=
        entry(text.key, text.rule, "", text.key == "url" ? "The address of a subscription; needed" : "As it is shown");
  }
  for (const auto& field : settings::feed_entries()) out += entry(field.key, field.rule, "", field.help);
  out += ".Pp\nEverything of\n.Li [[host]]\nbut\n.Ic host\nmay stand here as well, for this feed alone.\n.El\n";
  out += section("[[host]]") + ".It Ic host\nWhose requests the other keys are for: a name, or name and port.\n";
  for (const auto& field : settings::access_fields()) out += entry(field.key, field.rule, "", field.help);
  out += ".El\n" + section("[[site]]") + ".It Ic site\nThe host of the pages; its subdomains are meant too.\n";
  for (const auto& field : settings::site_fields()) out += entry(field.key, field.rule, "", field.help);
  return out + ".El\n";
}

}  // namespace

TEST_CASE("the manual page has every key with its meaning, its range, its default and when it takes effect",
          "[pages]") {
  auto page = read_file(page_file, 1 << 20).value();
  const auto begin = page.find(begin_mark) + begin_mark.size();
  const auto end = page.find(end_mark);
  REQUIRE(begin < end + 1);
  REQUIRE(end != std::string::npos);
  if (std::getenv("NEWSCACHE_REWRITE")) {
    page.replace(begin, end - begin, keys());
    std::ofstream(page_file, std::ios::binary) << page;
    return;
  }
  CHECK(page.substr(begin, end - begin) == keys());
}
