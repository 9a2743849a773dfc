#include "html/tokenizer.hpp"

#include "support/catch.hpp"

using namespace newscache;

namespace {

std::string show(const html::Token& token) {
  switch (token.kind) {
    case html::TokenKind::text:
      return "text(" + std::string(token.text) + ")";
    case html::TokenKind::comment:
      return "comment(" + std::string(token.text) + ")";
    case html::TokenKind::doctype:
      return "doctype(" + std::string(token.text) + ")";
    case html::TokenKind::end_tag:
      return "end(" + std::string(token.text) + ")";
    case html::TokenKind::start_tag:
      break;
  }
  auto out = "start(" + std::string(token.text);
  for (const auto& attribute : token.attributes) {
    out += " " + std::string(attribute.name) + "[" + std::string(attribute.value) + "]";
  }
  return out + (token.self_closing ? " /)" : ")");
}

// All tokens; raw text elements as a browser without scripting reads them.
std::string tokens(std::string_view input) {
  html::Tokenizer tokenizer(input);
  std::string out;
  while (tokenizer.next()) {
    out += show(tokenizer.token());
    const bool raw = html::kind(tokenizer.token().element) == html::ElementKind::raw_text;
    if (raw && tokenizer.token().kind == html::TokenKind::start_tag) {
      out += "raw(" + std::string(tokenizer.raw_text()) + ")";
    }
  }
  if (!tokenizer.unfinished().empty()) out += "unfinished(" + std::string(tokenizer.unfinished()) + ")";
  return out;
}

}  // namespace

TEST_CASE("tokens are those of HTML5") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a<b>c</b>", "text(a)start(b)text(c)end(b)"},
      {"<br/><br /><a/b>", "start(br /)start(br /)start(a b[])"},
      {"<a b=c d='e f' g=\"h\" i j = k>", "start(a b[c] d[e f] g[h] i[] j[k])"},
      {"<a b=c/>", "start(a b[c/])"},
      {"<a b='c'd=e>", "start(a b[c] d[e])"},
      {"<a =b=c>", "start(a =b[c])"},
      {"<a b=>c", "start(a b[])text(c)"},
      {"<a b='>'>", "start(a b[>])"},
      {"<a \"b\"<c>", "start(a \"b\"<c[])"},
      {"1 < 2 <3 <", "text(1 < 2 <3 <)"},
      {"a</", "text(a</)"},
      {"a<b c", "text(a)unfinished(<b c)"},
      {"<a b='c", "unfinished(<a b='c)"},
      {"</a b=c>", "end(a)"},
      {"</ a>b</>c", "comment( a)text(b)comment()text(c)"},
      {"<!-- a -->b", "comment( a )text(b)"},
      {"<!-->a<!--->b<!---->c", "comment()text(a)comment()text(b)comment()text(c)"},
      {"<!--a--!>b<!--a--->c", "comment(a)text(b)comment(a-)text(c)"},
      {"<!--a-- >b-->c", "comment(a-- >b)text(c)"},
      {"<!--a>b", "comment(a>b)"},
      {"<!doctype html>a<!DocType>", "doctype( html)text(a)doctype()"},
      {"<!a>b<?c?>d", "comment(a)text(b)comment(c?)text(d)"},
      {"<script>a</scripts>b</script >c", "start(script)raw(a</scripts>b)text(c)"},
      {"<STYLE></sTyle/>a", "start(STYLE)raw()text(a)"},
      {"<script><!--<script></script>--></script>a", "start(script)raw(<!--<script></script>-->)text(a)"},
      {"<script><!--></script>a", "start(script)raw(<!-->)text(a)"},
      {"<title>a<b>", "start(title)raw(a<b>)"},
      {"<title>a</title", "start(title)raw(a</title)"},
  };
  for (const auto& [input, expected] : cases) {
    INFO(input);
    CHECK(tokens(input) == expected);
  }
}

TEST_CASE("what HTML5 would lose to the end of the input is kept") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"<!--a-- >b", "comment(a-- >)text(b)"},
      {"<!--a--b c>d<!-- e", "comment(a--b c>)text(d)comment( e)"},
      {"<!--a--<b>c", "comment(a--<b>c)"},
      {"<!--a<!--b>c", "comment(a<!--b>)text(c)"},
      {"<![CDATA[a>b]]>c]]>", "comment([CDATA[)text(a>b)comment(]]>)text(c]]>)"},
      {"<![CDATA[<p>a]]&gt;b", "comment([CDATA[)start(p)text(a)comment(]]&gt;)text(b)"},
      {"a<!DOCTYPE ~", "text(a)unfinished(<!DOCTYPE ~)"},
      {"<a b='c>d<i e=\"f>g\">", "start(a b[c])text(d)start(i e[f>g])"},
      {"<a b=\"c d=e>f<i g='h", "start(a b[c d=e])text(f)unfinished(<i g='h)"},
      {"<script/>a<b>", "start(script /)raw()text(a)start(b)"},
      {"<script/>a</script>b", "start(script /)raw(a)text(b)"},
      {"<title/>a<title/>b<style/>c", "start(title /)raw()text(a)start(title /)raw()text(b)start(style /)raw()text(c)"},
  };
  for (const auto& [input, expected] : cases) {
    INFO(input);
    CHECK(tokens(input) == expected);
  }
}

TEST_CASE("a tag that was cut off is text when no element has its name") {
  const std::pair<std::string_view, std::string_view> cases[] = {{"a <b", ""},     {"a <b c=d", ""},
                                                                 {"a </p", ""},    {"a <x y", "<x y"},
                                                                 {"a </x", "</x"}, {"<!DOCTYPE ~", "<!DOCTYPE ~"},
                                                                 {"a", ""}};
  for (const auto& [input, expected] : cases) {
    INFO(input);
    html::Tokenizer tokenizer(input);
    while (tokenizer.next()) continue;
    CHECK(tokenizer.cut_off_text() == expected);
  }
}

TEST_CASE("a section of CDATA counts in foreign content only") {
  html::Tokenizer tokenizer("<![CDATA[a>b]]>c");
  tokenizer.set_foreign(true);
  REQUIRE(tokenizer.next());
  CHECK(show(tokenizer.token()) == "comment(a>b)");
  REQUIRE(tokenizer.next());
  CHECK(show(tokenizer.token()) == "text(c)");
}

TEST_CASE("element names are found in any case and nothing else is") {
  CHECK(html::find_element("BlockQuote") == html::Element::blockquote);
  CHECK(html::find_element("strike") == html::Element::s);
  CHECK(html::find_element("blink2") == html::Element::unknown);
  CHECK(html::find_element("") == html::Element::unknown);
  CHECK(html::find_element("figcaptionfigcaption") == html::Element::unknown);
  for (std::size_t i = 1; i < html::element_count; ++i) {
    const auto element = static_cast<html::Element>(i);
    if (html::name(element).empty()) continue;
    CHECK(html::find_element(html::name(element)) == element);
  }
}

TEST_CASE("decoding knows references, line ends and control characters") {
  const auto decoded = [](std::string_view raw, bool in_attribute) {
    std::string out;
    html::append_decoded(out, raw, in_attribute);
    return out;
  };
  CHECK(decoded("a &lt;b&gt; &amp;amp; & &#13;x\r\ny\rz\x01", false) == "a <b> &amp; & \nx\ny\nz");
  CHECK(decoded("?a=1&copy=2&lt;", true) == "?a=1&copy=2<");
}
