#include "attacks.hpp"

#include <algorithm>

#include "html/plain_text.hpp"
#include "html/sanitise.hpp"
#include "safe_check.hpp"
#include "support/catch.hpp"

using namespace newscache;

TEST_CASE("no attack leaves anything unsafe, and what it leaves stays as it is") {
  for (const std::string_view base : {"https://example.org/dir/page", "", "javascript:alert(1)", "data:text/html,x"}) {
    html::SanitiseOptions options;
    options.base_url = base;
    for (const auto attack : attacks()) {
      INFO(attack);
      const auto safe = html::sanitise(attack, options);
      CHECK(what_is_unsafe(safe) == "");
      CHECK(html::sanitise(safe, options) == safe);
    }
  }
}

TEST_CASE("text that an attack would make markup of stays text") {
  const html::SanitiseOptions options{"https://example.org/", true};
  CHECK(html::sanitise("&lt;script&gt;alert(1)&lt;/script&gt;", options) == "&lt;script&gt;alert(1)&lt;/script&gt;");
  CHECK(html::sanitise("<scr<script>ipt>alert(1)</scr</script>ipt>", options) == "ipt&gt;alert(1)ipt&gt;");
  CHECK(html::sanitise("&amp;lt;b&amp;gt;", options) == "&amp;lt;b&amp;gt;");
}

TEST_CASE("an attack does not take the text around it along") {
  const html::SanitiseOptions options{"https://example.org/", true};
  for (const auto attack : attacks()) {
    INFO(attack);
    const auto safe = html::sanitise("<p>before</p>" + std::string(attack), options);
    CHECK(safe.starts_with("<p>before</p>"));
  }
}

TEST_CASE("a page around an attack survives it whole, wherever in the page it stands") {
  const html::SanitiseOptions options{"https://example.org/", true};
  for (const auto attack : attacks()) {
    INFO(attack);
    const auto safe = html::sanitise(attack, options);
    CHECK(what_is_unsafe("<section><div>" + safe + "</div><p>after</p></section>") == "");
    CHECK(what_is_unsafe("<table><tbody><tr><td>" + safe + "</td><td>after</td></tr></tbody></table>") == "");
    CHECK(what_is_unsafe("<ul><li>" + safe + "</li><li>after</li></ul>") == "");
    CHECK(what_is_unsafe("<dl><dd>" + safe + "</dd></dl>") == "");
  }
}

TEST_CASE("the text of an attack has no control characters and is one line where it should be") {
  for (const auto attack : attacks()) {
    INFO(attack);
    for (const auto& text : {html::to_line(attack), html::excerpt(attack, 20), html::to_text(attack)}) {
      CHECK(std::none_of(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
      }));
    }
    CHECK(html::to_line(attack).find_first_of("\n\t") == std::string::npos);
    CHECK(html::excerpt(attack, 20).size() <= 20);
  }
}

TEST_CASE("the checker finds what the sanitiser must not write") {
  for (const std::string_view bad : {"<script></script>",
                                     "<b>",
                                     "</b>",
                                     "<b></i></b>",
                                     "<b onclick=\"x\"></b>",
                                     "<p><div></div></p>",
                                     "a & b",
                                     "a < b",
                                     "<a href=\"javascript:x\" rel=\"noopener noreferrer\"></a>",
                                     "<a href=\"https://x\"></a>",
                                     "<img src=x>",
                                     "<br/>",
                                     "<table><tr><td></td></tr></table>",
                                     "<table>x</table>",
                                     "<li>x</li>",
                                     "<ul><li><li></li></li></ul>",
                                     "<h1><h2></h2></h1>",
                                     "<pre>\nx</pre>",
                                     "<!-- x -->",
                                     "<p id=\"x\"></p>",
                                     "<B></B>",
                                     "<img src=\"data:x\">",
                                     "<a href=\"http://x\" rel=\"noopener noreferrer\"><b><a href=\"http://x\" "
                                     "rel=\"noopener noreferrer\"></a></b></a>",
                                     "x\x1b",
                                     "<b title=\"a\" title=\"b\"></b>",
                                     "<b title='x'></b>"}) {
    INFO(bad);
    CHECK(what_is_unsafe(bad) != "");
  }
  CHECK(what_is_unsafe("<p lang=\"de\">a &amp; <b>b</b><br></p><pre>\n\nx</pre>") == "");
}
