// [[site]]: which parts of a site's pages are the article.
#include "settings/settings.hpp"
#include "support/catch.hpp"

using namespace newscache;

namespace {

std::string error_of(const std::string& toml) {
  const auto parsed = settings::parse(toml, "test.toml");
  return parsed ? "no error" : parsed.error().detail;
}

const std::string site = "[[site]]\nsite = \"example.org\"\n";

}  // namespace

TEST_CASE("a site has selectors, which are printed and read back") {
  const auto parsed = settings::parse(
      "[[site]]\nsite = \"M\xc3\xbcnchen.Example\"\nkeep = [\"article.main\", \"#a > [b^='c d'], p\"]\n"
      "drop = [\".related\"]\n[[site]]\nsite = \"example.net\"\ndrop = [\"p\"]\n",
      "test.toml");
  INFO((parsed ? "" : parsed.error().detail));
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->sites.size() == 2);
  CHECK(parsed->sites[0].site == "xn--mnchen-3ya.example");
  CHECK(parsed->sites[0].keep == std::vector<std::string>{"article.main", "#a > [b^='c d'], p"});
  CHECK(parsed->sites[0].drop == std::vector<std::string>{".related"});
  CHECK(parsed->sites[1].keep.empty());
  const auto printed = settings::print(*parsed);
  const auto again = settings::parse(printed, "printed");
  REQUIRE(again.has_value());
  CHECK(settings::print(*again) == printed);
  CHECK(again->sites.size() == 2);
}

TEST_CASE("an error in a site names its place, and the place in the selector") {
  std::string many = "keep = [";
  for (int i = 0; i < 65; ++i) many += "\"p\",";
  struct {
    std::string toml;
    std::string error;
  } const rows[] = {
      {"[[site]]\nkeep = [\"p\"]", "test.toml:1:1: site.site: is missing; expected a host such as"},
      {"[[site]]\nsite = \"*.a\"", "test.toml:2:8: site.site: \"*.a\" is not valid; expected a host such as"},
      {"[[site]]\nsite = \"a:80\"", "test.toml:2:8: site.site: \"a:80\" is not valid; expected a host such as"},
      {"[[site]]\nsite = 3", "test.toml:2:8: site.site: this value is not valid; expected a host such as"},
      {site + site,
       "test.toml:4:8: site.site: \"example.org\" is declared already, at test.toml:2:8; expected each site once"},
      {"[site]\nsite = \"a\"", "test.toml:1:2: site: must be a list of tables; expected each site under [[site]]"},
      {site + "kep = [\"p\"]", "test.toml:3:1: site.kep: unknown key; did you mean keep?"},
      {site + "keep = \"p\"", "test.toml:3:8: site.keep: \"p\" has the wrong type; expected a list of strings"},
      {site + "keep = [\"\"]", "test.toml:3:8: site.keep: \"\" is not valid; expected a list of strings"},
      {site + many + "]", "test.toml:3:8: site.keep: has more than 64 elements"},
      {site + "drop = [\"p\", \"a >\"]",
       "test.toml:3:8: site.drop: \"a >\" is no selector: at character 4: expected a tag, .class, #id or [attribute]"},
  };
  for (const auto& row : rows) {
    INFO(row.toml << "\n" << error_of(row.toml));
    CHECK(error_of(row.toml).starts_with(row.error));
  }
}
