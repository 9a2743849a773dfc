#include "html/plain_text.hpp"

#include <utility>

#include "support/catch.hpp"
#include "text/utf8.hpp"

using namespace newscache;

TEST_CASE("text has an empty line between paragraphs and a line per item, row and break") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"  a \n b ", "a b"},
      {"<p>a</p><p>b", "a\n\nb"},
      {"<p>a</p>\n\n<p></p>\n<p>b</p>", "a\n\nb"},
      {"a<br>b<br><br>c<br><br><br>d<br>", "a\nb\n\nc\n\nd"},
      {"<div>a</div><div>b</div>", "a\nb"},
      {"<h1>T</h1>x<h2>U</h2>y", "T\n\nx\n\nU\n\ny"},
      {"<ul><li>a<li>b</ul>c", "- a\n- b\n\nc"},
      {"<ol><li>a<li>b</ol>", "1. a\n2. b"},
      {"<ol start=9><li>a<li>b</ol>", "9. a\n10. b"},
      {"<ul><li>a<ol><li>b<li>c</ol><li>d</ul>", "- a\n  1. b\n  2. c\n- d"},
      {"<ul><li><p>a</p><p>b</p></li></ul>", "- a\n\n  b"},
      {"<li>a<li>b", "- a\n- b"},
      {"<dl><dt>a<dd>b</dl>", "a\nb"},
      {"<table><tr><th>a<th>b<tr><td>c<td>d</table>e", "a\tb\nc\td\n\ne"},
      {"<table><tr><td><p>a</p></td><td><p>b</p><p>c</p></td></tr></table>", "a\tb\n\nc"},
      {"<table><tr><td></td><td>b</td></tr><tr><td>c</td><td></td></tr></table>d", "\tb\nc\t\n\nd"},
      {"<pre>\n a\n\n   b  c\n</pre>d", " a\n\n   b  c\n\nd"},
      {"x<pre>a\tb</pre>", "x\n\na\tb"},
      {"a<script>b</script><style>c</style><title>d</title><svg><text>e</text></svg>f", "af"},
      {"a<template>b</template><!-- c -->e", "ae"},
      {"a<iframe src=x>b</iframe><noembed>c</noembed>", "abc"},
      {"<p><img src=x alt=' A  cat '></p><p>b <img src=x alt=''> c<img src=x>", "[image: A cat]\n\nb c"},
      {"<a href=x><img src=y alt='Read &amp; see'></a> z", "[image: Read & see] z"},
      {"fine <img class=emoji alt='\xF0\x9F\x98\x80'>, thanks <img alt=';-)'>", "fine \xF0\x9F\x98\x80, thanks ;-)"},
      {"if x <y and", "if x <y and"},
      {"a <b>b</b> <i>c</i>d", "a b cd"},
      {"&lt;b&gt; &amp;amp; &copy;&nbsp;x &#27;[31m\xC2\x9B", "<b> &amp; \xC2\xA9 x [31m"},
      {"say <q>yes </q>now", "say \"yes\" now"},
      {"<xmp>a <b></xmp>c", "a <b>\n\nc"},
      {"<a href=x>a</a>", "a"},
      {"</p></ul></table>a</li>", "a"},
  };
  for (const auto& [html, expected] : cases) {
    INFO(html);
    CHECK(html::to_text(html) == expected);
  }
}

TEST_CASE("links are numbered in the text and listed at its end, each once") {
  CHECK(html::to_text_with_links(
            "<p>a <a href='https://x/?a&amp;b'>b</a> c <a href=https://y/>d</a> <a href='https://x/?a&amp;b'>e</a>.") ==
        "a b[1] c d[2] e[1].\n\n[1] https://x/?a&b\n[2] https://y/");
  CHECK(html::to_text_with_links("<a href=x><img src=y></a><a name=z>w</a>") == "w");
  CHECK(html::to_text_with_links("<a href=x><img src=y alt=z></a>") == "[image: z][1]\n\n[1] x");
  CHECK(html::to_text_with_links("<a href=x>a<a href=y>b") == "a[1]b[2]\n\n[1] x\n[2] y");
}

TEST_CASE("a linked text numbers links and images together and returns them") {
  const auto linked = html::to_linked_text(
      "<p>a <a href='https://x/?a&amp;b'>b</a> <img src=https://y/c.png alt='A cat'> <img src='https://y/?d&amp;e'> "
      "<a href=https://z/><img src=https://y/c.png alt='A cat'></a> <img src=https://y/s.png alt=':-)'>");
  CHECK(linked.text == "a b[1] [image: A cat][2] [image][3] [image: A cat][2][4] :-)");
  CHECK(linked.links == std::vector<html::Link>{{"https://x/?a&b", false},
                                                {"https://y/c.png", true},
                                                {"https://y/?d&e", true},
                                                {"https://z/", false}});
}

TEST_CASE("a line has no markup, no line ends and decoded references") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"  a\n <b>b</b>&nbsp; c ", "a b c"},
      {"a<br>b<p>c</p>d", "a b c d"},
      {"x<sub>2</sub>", "x2"},
      {"AT&T &amp; a < b <3", "AT&T & a < b <3"},
      {"if a <b", "if a"},
      {"if x <y and", "if x <y and"},
      {"a<script>alert(1)</script>b", "ab"},
      {"&amp;lt;b&amp;gt;", "&lt;b&gt;"},
      {"&lt;b&gt;", "<b>"},
      {"<!DOCTYPE ~", "<!DOCTYPE ~"},
      {"sa<!-- -- x >fe<script>alert(1)</script>", "safe"},
      {"<![CDATA[A & B]]>", "A & B"},
      {"<img src=x alt='A\n&amp; B'>", "A & B"},
      {"win <img src=x alt=5> points<img src=x>", "win 5 points"},
      {"safe<iframe src=x> text</iframe>", "safe text"},
      {"cut off <a href=\"https://exa", "cut off"},
      {"a\x1b[1mb\xC2\x9B", "a[1mb"},
  };
  for (const auto& [html, expected] : cases) {
    INFO(html);
    CHECK(html::to_line(html) == expected);
  }
}

TEST_CASE("an excerpt ends between words with an ellipsis, within its bytes") {
  CHECK(html::excerpt("<p>one two three</p>", 100) == "one two three");
  CHECK(html::excerpt("<p>one two three</p>", 13) == "one two three");
  CHECK(html::excerpt("<p>one two three</p>", 12) == "one two\xE2\x80\xA6");
  CHECK(html::excerpt("<p>one two three</p>", 10) == "one two\xE2\x80\xA6");
  CHECK(html::excerpt("<p>one two three</p>", 9) == "one\xE2\x80\xA6");
  CHECK(html::excerpt("<img src=x alt='A cat'><p>one two</p>", 100) == "one two");
  CHECK(html::excerpt("<img src=x alt='A cat'>", 100) == "A cat");
  CHECK(html::excerpt("abcdefgh", 6) == "abc\xE2\x80\xA6");
  CHECK(html::excerpt("abcdefgh", 2) == "");
  for (std::size_t bytes = 0; bytes < 30; ++bytes) {
    const auto text = html::excerpt("\xC3\xA4\xC3\xB6 \xC3\xBC\xE2\x82\xAC &amp; \xF0\x9F\x98\x80 <b>x</b>yz", bytes);
    INFO(bytes);
    CHECK(text.size() <= bytes);
    CHECK(text::is_valid_utf8(text));
  }
}

TEST_CASE("only known tags and references look like HTML") {
  for (const std::string_view yes :
       {"<b>x</b>", "a<br/>b", "x</p>", "AT&amp;T", "&#8217;", "<P CLASS=x>y", "a &nbsp; b"}) {
    INFO(yes);
    CHECK(html::looks_like_html(yes));
  }
  for (const std::string_view no : {"", "plain", "AT&T", "a < b > c", "I <3 you", "vector<int>", "a <b", "x & y; z",
                                    "&bogus;", "<foo>", "R&D; x"}) {
    INFO(no);
    CHECK_FALSE(html::looks_like_html(no));
  }
}
