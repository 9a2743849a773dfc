#include "client/xhtml.hpp"

#include "support/catch.hpp"

using namespace newscache::client;

namespace {

std::string placed(std::string_view src) { return src == "/v1/assets/1" ? "../pictures/1.jpg" : std::string(); }

}  // namespace

TEST_CASE("safe HTML becomes XHTML that is well-formed and that every reader of books takes") {
  struct Row {
    const char* html;
    const char* xhtml;
  };
  const Row rows[] = {
      {"<p>One<br>two</p>", "<p>One<br/>two</p>"},
      {"<p>a &amp; b &lt;c&gt; &quot;d&quot;</p>", "<p>a &amp; b &lt;c&gt; &quot;d&quot;</p>"},
      {"<p>a\xc2\xa0" "b &copy;</p>", "<p>a\xc2\xa0" "b \xc2\xa9</p>"},
      {"<a href=\"https://example.org/?a=1&amp;b=2\" title=\"x\">x</a>", "<a href=\"https://example.org/?a=1&amp;b=2\">x</a>"},
      {"<a href=\"/v1/x\">x</a>", "<a>x</a>"},
      {"<img src=\"/v1/assets/1\" alt=\"A &quot;boat&quot;\" width=\"3\">", "<img src=\"../pictures/1.jpg\" alt=\"A &quot;boat&quot;\"/>"},
      {"<img src=\"https://example.org/x.jpg\" alt=\"A boat\">", "A boat"},
      {"<video src=\"x\" controls>v</video><center>c</center>", "vc"},
      {"<table><tr><td colspan=\"2\">x</td></tr></table>", "<table><tr><td colspan=\"2\">x</td></tr></table>"},
      {"<p lang=\"de\" dir=\"ltr\">x</p>", "<p xml:lang=\"de\" dir=\"ltr\">x</p>"},
      {"<p>never closed", "<p>never closed</p>"},
      {"a\xef\xbf\xbf" "b", "ab"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.html);
    CHECK(to_xhtml(row.html, placed) == row.xhtml);
  }
  CHECK(xml_text("a<b>\x01&") == "a&lt;b&gt;&amp;");
}
