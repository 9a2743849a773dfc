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
      {"<p>a\xc2\xa0"
       "b &copy;</p>",
       "<p>a\xc2\xa0"
       "b \xc2\xa9</p>"},
      {"<a href=\"https://example.org/?a=1&amp;b=2\" title=\"x\">x</a>",
       "<a href=\"https://example.org/?a=1&amp;b=2\">x</a>"},
      {"<a href=\"/v1/x\">x</a>", "<a>x</a>"},
      {"<img src=\"/v1/assets/1\" alt=\"A &quot;boat&quot;\" width=\"3\">",
       "<img src=\"../pictures/1.jpg\" alt=\"A &quot;boat&quot;\"/>"},
      {"<img src=\"https://example.org/x.jpg\" alt=\"A boat\">", "A boat"},
      {"<video src=\"x\" controls>v</video><center>c</center>", "v<div>c</div>"},
      {"<table><tr><td colspan=\"2\">x</td></tr></table>", "<table><tr><td colspan=\"2\">x</td></tr></table>"},
      {"<p lang=\"de\" dir=\"ltr\">x</p>", "<p xml:lang=\"de\" dir=\"ltr\">x</p>"},
      {"<a href=\"https://[::1]/a|b[c]%zz%20?d=^#e#f\">x</a>",
       "<a href=\"https://[::1]/a%7Cb%5Bc%5D%25zz%20?d=%5E#e%23f\">x</a>"},
      {"<a href=\"mailto:\">x</a>", "<a>x</a>"},
      {"<p>never closed", "<p>never closed</p>"},
      {"<table><tr><td colspan=\"0\" rowspan=\"2\">x</td></tr></table>",
       "<table><tr><td rowspan=\"2\">x</td></tr></table>"},
      {"<p lang=\"zh-Hans\">x</p><p lang=\"not a-language!\">y</p>", "<p xml:lang=\"zh-Hans\">x</p><p>y</p>"},
      {"<p lang=\"d\">x</p><p lang=\"de-\">y</p>", "<p>x</p><p>y</p>"},
      {"<bdo dir=\"rtl\">x</bdo><bdo>y</bdo>", "<bdo dir=\"rtl\">x</bdo>y"},
      // A block ends what holds none; a link holds what may stand around it.
      {"<b>one<p>two</p>three</b>", "<b>one</b><p>two</p>three"},
      {"<p>one<span><div>two</div></span></p>", "<p>one<span></span></p><div>two</div>"},
      {"<a href=\"https://e.org/\"><p>x</p></a>", "<a href=\"https://e.org/\"><p>x</p></a>"},
      {"<a>x<b><a>y</a></b></a>", "<a>x<b>y</b></a>"},
      // Parts only where they belong, and around them nothing else.
      {"<li>x</li><figcaption>y</figcaption><rt>z</rt><td>t</td>", "xyzt"},
      {"<ul>\n one<li>two</li><ul><li>three</li></ul></ul>",
       "<ul><li>\n one</li><li>two</li><li><ul><li>three</li></ul></li></ul>"},
      {"<table>one<tbody><tr>two<th>three</th></tr></tbody><caption>four</caption></table>",
       "<table><tr><td>one</td></tr><tr><td>two</td><th>three</th></tr><tr><td>four</td></tr></table>"},
      {"<table><caption>one</caption><tr><td>two</td></tr></table>",
       "<table><caption>one</caption><tr><td>two</td></tr></table>"},
      {"<dl><dd>one</dd><dt>two</dt></dl>", "<dl><dt></dt><dd>one</dd><dt>two</dt><dd></dd></dl>"},
      {"<figure><p>one</p><figcaption>two</figcaption>three</figure>",
       "<figure><p>one</p><figcaption>two</figcaption></figure>three"},
      {"<ruby>a<rp>(</rp><rt>b</rt><rp>)</rp></ruby><ruby>c</ruby>", "<ruby>a<rt>b</rt></ruby><ruby>c<rt></rt></ruby>"},
      {"a\xef\xbf\xbf"
       "b",
       "ab"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.html);
    CHECK(to_xhtml(row.html, placed) == row.xhtml);
  }
  CHECK(xml_text("a<b>\x01&") == "a&lt;b&gt;&amp;");
}
