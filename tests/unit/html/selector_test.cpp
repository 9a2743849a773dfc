// CSS selectors: what they find, and what is said of wrong ones.
#include "html/selector.hpp"
#include "html/page.hpp"
#include "support/catch.hpp"

using namespace newscache;

namespace {

constexpr std::string_view page = R"(<body>
<article id=a class="main story"><h1 id=b>Title</h1><div id=c class=text><p id=d>One</p><p id=e class="lead more">Two</p></div></article>
<aside id=f class=related data-kind="promo-box"><div id=g><p id=h>Three</p></div></aside>
<DIV id=i CLASS=Main lang="de-AT"><a id=j href="https://example.org/x.html">x</a></DIV></body>)";

// The ids of what is found, or the error.
std::string found(const std::string& text) {
  const auto selector = html::Selector::parse(text);
  if (!selector) return selector.error().detail;
  const auto document = html::parse_page(page, {});
  std::string ids;
  for (const auto node : html::find_all(document, *selector)) ids += document.attribute(node, "id");
  return ids;
}

}  // namespace

TEST_CASE("a selector finds what it describes, in the document's order") {
  struct {
    const char* selector;
    const char* ids;
  } const rows[] = {
      {"p", "deh"},
      {"P", "deh"},
      {".main", "a"},
      {".Main", "i"},
      {"article.main.story", "a"},
      {"article.main.other", ""},
      {"#c", "c"},
      {"*#c", "c"},
      {"article p", "de"},
      {"article > p", ""},
      {"article > div > p", "de"},
      {"div>p", "deh"},
      {"body div p", "deh"},
      {"article div > .lead", "e"},
      {"aside article p", ""},
      {"p, h1", "bdeh"},
      {" #h ,\n.related ", "fh"},
      {"[data-kind]", "f"},
      {"[ data-kind = promo-box ]", "f"},
      {"[data-kind='promo']", ""},
      {"[data-kind*=omo]", "f"},
      {"[data-kind^=\"promo\"]", "f"},
      {"[data-kind$=box]", "f"},
      {"[class~=story]", "a"},
      {"[data-kind*='']", ""},
      {"[DATA-KIND]", "f"},
      {"a[href^='https:'][href$='.html']", "j"},
      {"[lang=de-AT] a", "j"},
      {"#\\66 , .a\\:b", ""},
      {"nav", ""},
  };
  for (const auto& row : rows) {
    INFO(row.selector);
    CHECK(found(row.selector) == row.ids);
  }
}

TEST_CASE("the error of a wrong selector says where and what") {
  std::string many = "p";
  for (int i = 0; i < 64; ++i) many += " p";
  struct {
    std::string selector;
    std::string error;
  } const rows[] = {
      {"", "at character 1: expected a tag, .class, #id or [attribute] here"},
      {"p,", "at character 3: expected a tag, .class, #id or [attribute] here"},
      {"> p", "at character 1: expected a tag, .class, #id or [attribute] here"},
      {"p > > a", "at character 5: expected a tag, .class, #id or [attribute] here"},
      {"p..x", "at character 3: expected a name here"},
      {"p#1", "at character 3: expected a name here"},
      {"p + a", "at character 3: expected a tag, .class, #id or [attribute] here"},
      {"p:first-child", "at character 2: pseudo-classes such as :first-child are not supported"},
      {"[", "at character 2: expected the name of an attribute here"},
      {"[a", "at character 3: expected \"]\" or one of =, *=, ^=, $=, ~= here"},
      {"[a|=b]", "at character 3: expected \"]\" or one of =, *=, ^=, $=, ~= here"},
      {"[a=]", "at character 4: expected a value here"},
      {"[a=b", "at character 5: expected \"]\" here"},
      {"[a='b]", "at character 7: the quotation mark that ends the value is missing"},
      {"p&", "at character 2: expected a blank, \">\" or \",\" here"},
      {many, "at character 129: there are too many parts"},
  };
  for (const auto& row : rows) {
    INFO(row.selector);
    CHECK(found(row.selector) == row.error);
  }
}

TEST_CASE("a selector of many parts is looked for once in each element, however deep they stand") {
  std::string deep = "<body>";
  for (int i = 0; i < 20'000; ++i) deep += "<div class=a>";
  std::string parts = ".a";
  for (int i = 0; i < 63; ++i) parts += " .a";
  const auto document = html::parse_page(deep, {});
  const auto selector = html::Selector::parse(parts);
  REQUIRE(selector.has_value());
  const auto all = html::find_all(document, html::Selector::parse(".a").value());
  CHECK(html::find_all(document, *selector).size() == all.size() - 63);
}
