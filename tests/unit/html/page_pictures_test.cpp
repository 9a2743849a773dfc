// Pictures as a browser would show them.
#include "html/page_pictures.hpp"
#include "html/page.hpp"
#include "support/catch.hpp"

using namespace newscache;

namespace {

// The elements and pictures that are left: "<p><img 1.jpg></p>"; addresses without their start.
std::string settled(std::string_view markup, int width = 800) {
  auto document = html::parse_page(markup, {});
  html::settle_pictures(document, "https://e.org/d/", width);
  constexpr std::string_view base = "https://e.org/d/";
  std::string out;
  for (html::NodeId node = html::Document::body; node != html::no_node;
       node = document.following(node, html::Document::body)) {
    if (document[node].is_text) {
      out += document[node].text;
      continue;
    }
    if (node == html::Document::body) continue;
    out.append("<").append(document[node].text);
    if (document.is(node, html::Element::img)) {
      auto src = document.attribute(node, "src");
      if (src.starts_with(base)) src.remove_prefix(base.size());
      out.append(" ").append(src);
      for (const auto name : {"srcset", "sizes", "data-src", "data-srcset", "loading"}) {
        if (document.has_attribute(node, name)) out.append(" ").append(name);
      }
    }
    out += ">";
  }
  return out;
}

}  // namespace

TEST_CASE("a picture has the address that a browser would load, and no other") {
  struct {
    const char* markup;
    const char* left;
  } const rows[] = {
      {"<img src=1.jpg alt=a>", "<img 1.jpg>"},
      {"<img src=1.jpg loading=lazy sizes=100vw srcset='2.jpg 400w, 3.jpg 800w, 4.jpg 1600w'>", "<img 3.jpg>"},
      {"<img src=1.jpg srcset='2.jpg 400w, 3.jpg 600w'>", "<img 3.jpg>"},
      {"<img src=1.jpg srcset='2.jpg 2x, 3.jpg 3x'>", "<img 1.jpg>"},
      {"<img srcset='2.jpg 2x, 3.jpg 1x'>", "<img 3.jpg>"},
      {"<img srcset='a,w_400,b.jpg 400w,c,w_900.jpg 900w'>", "<img c,w_900.jpg>"},
      {"<img srcset='data:image/gif;base64,R0 900w, 2.jpg 640w 480h, 3.jpg 700w 600h'>", "<img 3.jpg>"},
      {"<img src='data:image/gif;base64,R0' data-src=1.jpg>", "<img 1.jpg>"},
      {"<img src=blank.gif data-lazy-src=1.jpg>", "<img 1.jpg>"},
      {"<img src=small.jpg class=lazyload data-original=1.jpg>", "<img 1.jpg>"},
      {"<img src=1.jpg data-src=2.jpg>", "<img 1.jpg>"},
      {"<img data-srcset='1.jpg 400w, 2.jpg 900w' data-src=3.jpg src=spacer.gif>", "<img 2.jpg>"},
      {"<img src=spacer.gif data-unheard-of=1.jpg data-x=y.z>", "<img 1.jpg>"},
      {"<img data-src='{{url}}/1.jpg' src=2.jpg class=lazy>", "<img 2.jpg>"},
      {"<img data-src='not an address' src=2.jpg class=lazy>", "<img 2.jpg>"},
      {"<img src=javascript:x>", ""},
      {"<amp-img src=1.jpg width=4 height=3><noscript><img src=1.jpg></noscript></amp-img>", "<img 1.jpg>"},
      {"<figure data-src=1.jpg><figcaption>C</figcaption></figure>", "<figure><figcaption>C<img 1.jpg>"},
      {"<div data-src=video.mp4>t</div>", "<div>t"},
  };
  for (const auto& row : rows) {
    INFO(row.markup);
    CHECK(settled(row.markup) == row.left);
  }
}

TEST_CASE("of the sources of a picture the first counts that all readers know and whose screen is a usual one") {
  struct {
    const char* markup;
    const char* left;
  } const rows[] = {
      {"<picture><source type=image/avif srcset=1.avif><source type=image/webp srcset=2.webp><img src=3.jpg></picture>",
       "<img 2.webp>"},
      {"<picture><source type=image/avif srcset=1.avif><img src=3.jpg></picture>", "<img 3.jpg>"},
      {"<picture><source type=image/avif srcset=1.avif><img src='data:,'></picture>", "<img 1.avif>"},
      {"<picture><source type=image/avif srcset=1.avif></picture>", "<img 1.avif>"},
      {"<picture><source media='(max-width: 600px)' srcset=1.jpg><source media='(min-width: 601px)' srcset='2.jpg "
       "500w, "
       "3.jpg 900w'><img src=4.jpg></picture>",
       "<img 3.jpg>"},
      {"<picture><source media='(prefers-color-scheme: dark)' srcset=1.jpg><img src=4.jpg></picture>", "<img 4.jpg>"},
      {"<picture><source data-srcset='1.jpg, 2.jpg 2x'><img class=lazy src=4.gif></picture>", "<img 1.jpg>"},
      {"<p>a<picture></picture>b</p>", "<p>a<picture>b"},
  };
  for (const auto& row : rows) {
    INFO(row.markup);
    CHECK(settled(row.markup) == row.left);
  }
}

TEST_CASE("what noscript has stands for the picture that a script would load, once") {
  struct {
    const char* markup;
    const char* left;
  } const rows[] = {
      {"<p><img src='data:,' class=x><noscript><img src=1.jpg></noscript></p>", "<p><img 1.jpg>"},
      {"<p><noscript><img src=1.jpg></noscript><img src='data:,' data-src=1.jpg></p>", "<p><img 1.jpg>"},
      {"<p><img data-src=1.jpg><noscript><img src=1.jpg?w=9></noscript></p>", "<p><img 1.jpg>"},
      {"<p><img src=1-300x200.jpg><noscript><img src=1.jpg></noscript></p>", "<p><img 1-300x200.jpg>"},
      {"<figure><span><img data-src=1.jpg src=blank.gif></span><noscript><img src=1.jpg></noscript></figure>",
       "<figure><span><img 1.jpg>"},
      {"<p>a</p><noscript><figure><img src=1.jpg></figure></noscript><p>b</p>", "<p>a<figure><img 1.jpg><p>b"},
      {"<p>a</p><noscript>Please switch on JavaScript to read everything in this article.<img src=1.jpg></noscript>",
       "<p>a<img 1.jpg>"},
      {"<p>a</p><noscript>Switch on JavaScript.</noscript>", "<p>a"},
      {"<p>a</p><noscript><img src=1.jpg width=1 height=1></noscript>", "<p>a"},
      {"<p><img src=1.jpg></p><p><noscript><img src=2.jpg></noscript></p>", "<p><img 1.jpg><p><img 2.jpg>"},
      {"<p><img src=1.jpg><img src=1.jpg></p>", "<p><img 1.jpg>"},
  };
  for (const auto& row : rows) {
    INFO(row.markup);
    CHECK(settled(row.markup) == row.left);
  }
}

TEST_CASE("pictures that count readers, and those that stand in for others, go") {
  for (const char* markup :
       {"<img src=1.gif width=1 height=1>", "<img src=1.gif width=0>", "<img src=1.gif style='width:1px; height:1px'>",
        "<img src=https://pixel.wp.com/g.gif>", "<img src='data:image/png;base64,xx'>", "<img src=spacer.gif>", "<img>",
        "<img src='{{x}}'>"}) {
    INFO(markup);
    CHECK(settled(std::string("<p>a") + markup + "b</p>") == "<p>ab");
  }
}
