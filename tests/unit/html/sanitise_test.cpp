#include "html/sanitise.hpp"

#include "safe_check.hpp"
#include "support/catch.hpp"

using namespace newscache;

namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string sanitised(std::string_view html, std::string_view base = "https://example.org/dir/page") {
  return html::sanitise(html, {base});
}

}  // namespace

TEST_CASE("nothing and blanks stay what they are") {
  CHECK(sanitised("") == "");
  CHECK(sanitised(" \n") == " \n");
}

TEST_CASE("without a base relative addresses go and their text stays") {
  CHECK(sanitised("<a href=x>a</a><img src=x><a href='https://example.org/'>b</a>", "") ==
        "a<a href=\"https://example.org/\" rel=\"noopener noreferrer\">b</a>");
  CHECK(sanitised("<a href=x>a</a>", "javascript:alert(1)") == "a");
}

TEST_CASE("tracking stays when it is told to") {
  html::SanitiseOptions options{"https://example.org/"};
  options.strip_tracking = false;
  CHECK(html::sanitise("<img src=/p.gif width=1 height=1><a href='/?utm_source=x'>a</a>", options) ==
        "<img src=\"https://example.org/p.gif\" height=\"1\" width=\"1\">"
        "<a href=\"https://example.org/?utm_source=x\" rel=\"noopener noreferrer\">a</a>");
}

TEST_CASE("elements deeper than allowed are unwrapped with their own end tags") {
  html::SanitiseOptions options;
  options.max_depth = 2;
  CHECK(html::sanitise("<div><div><div>a</div>b</div>c</div>d", options) == "<div><div>ab</div>c</div>d");
  CHECK(html::sanitise("<div><table><tr><td>a</table>b</div>c", options) == "<div>ab</div>c");
  CHECK(html::sanitise("<div><div><li>a</div></div>", options) == "<div><div>a</div></div>");
  options.max_depth = 0;
  CHECK(html::sanitise("<p>a<br><b>b</b>", options) == "a<br>b");
}

TEST_CASE("output is cut at its limit, balanced, between characters and references") {
  html::SanitiseOptions options;
  const std::string_view html = "<p>a\xC3\xA4&amp;b<b>c</b></p>";
  for (std::size_t limit = 0; limit <= html.size(); ++limit) {
    options.max_bytes = limit;
    const auto cut = html::sanitise(html, options);
    INFO(limit << " " << cut);
    CHECK(cut.size() <= limit);
    CHECK(what_is_unsafe(cut) == "");
    CHECK(cut.find("\xC3</") == std::string::npos);
  }
  options.max_bytes = 10;
  CHECK(html::sanitise(html, options) == "<p>a\xC3\xA4</p>");
  options.max_bytes = html.size();
  CHECK(html::sanitise(html, options) == html);
}

TEST_CASE("hostile nesting costs output in proportion to the input") {
  const std::string_view units[] = {"<b>",
                                    "<div>",
                                    "<p><b>",
                                    "<table><tr><td>",
                                    "<a href=/x>",
                                    "<b></i>",
                                    "<div></p>",
                                    "<li><ul>",
                                    "<dd>",
                                    "<svg>",
                                    "<table>x",
                                    "<h1>",
                                    "<b><div></b>",
                                    "</table>",
                                    "<rt><ruby>",
                                    "<noscript>",
                                    "<!--",
                                    "<img src=x>",
                                    "&",
                                    "<template>",
                                    "<i><p></i>",
                                    "<caption>",
                                    "<span><div>",
                                    "<pre>\n",
                                    "<select><option>",
                                    "<!-- -- >",
                                    "<![CDATA[",
                                    "<iframe/>",
                                    "<a b='x>",
                                    "<script/>",
                                    "<style/><title/>",
                                    "<!doctype"};
  for (const auto unit : units) {
    INFO(unit);
    const auto once = sanitised(repeat(unit, 3000)).size();
    const auto twice = sanitised(repeat(unit, 6000)).size();
    CHECK(twice <= 2 * once + 4096);
    CHECK(once <= 3000 * (unit.size() + 60) + 4096);
  }
}

TEST_CASE("a tag with a great many attributes is read once") {
  const auto out = sanitised("<p " + repeat("a=b ", 50000) + "lang=de>x");
  CHECK(out == "<p>x</p>");
  CHECK(sanitised("<p lang=de " + repeat("a=b ", 50000) + ">x") == "<p lang=\"de\">x</p>");
}

TEST_CASE("the page around survives: nothing of it is closed, nothing of it is swallowed") {
  for (const std::string_view html :
       {"</div></section>", "<li>x", "<dd>x", "<td>x</td></tr></table>", "<!--", "<p", "<script>", "<textarea>",
        "</p></h1></a>", "<a href=x>", "<select>", "<plaintext>"}) {
    INFO(html);
    CHECK(what_is_unsafe("<section><div>" + sanitised(html) + "</div></section>") == "");
  }
}

TEST_CASE("references are the links and images in their order, decoded") {
  const auto safe = sanitised("<a href='/a?x=1&amp;y=2'>a</a><img src=b.png><p><a href=c>c<img src='d e.png'></a></p>");
  const auto found = html::references(safe);
  CHECK(found.links == std::vector<std::string>{"https://example.org/a?x=1&y=2", "https://example.org/dir/c"});
  CHECK(found.images == std::vector<std::string>{"https://example.org/dir/b.png", "https://example.org/dir/d%20e.png"});
  CHECK(html::references("").links.empty());
}
