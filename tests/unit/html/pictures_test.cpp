#include "html/pictures.hpp"

#include "html/sanitise.hpp"
#include "html/srcset.hpp"
#include "support/catch.hpp"

namespace newscache::html {
namespace {

std::string safe(std::string_view html) { return sanitise(html, {.base_url = "https://example.org/a/"}); }

std::string chosen(std::string_view srcset, int width) {
  SizeChoice choice(width);
  choice.add_all(srcset);
  return std::string(choice.url());
}

TEST_CASE("of a picture that comes in several sizes the one that suits the width is chosen") {
  struct Case {
    std::string_view srcset;
    int width;
    std::string_view url;
  };
  const Case cases[] = {
      {"s.jpg 320w, m.jpg 800w, l.jpg 1600w", 800, "m.jpg"},
      {"l.jpg 1600w, m.jpg 800w, s.jpg 320w", 640, "m.jpg"},
      {"s.jpg 320w, m.jpg 600w", 800, "m.jpg"},
      {"a.jpg 1x, b.jpg 2x", 800, "a.jpg"},
      {"b.jpg 2x, a.jpg", 800, "a.jpg"},
      {"https://h/w_640,c_fill/a.jpg 640w, https://h/w_320,c_fill/a.jpg 320w", 480, "https://h/w_640,c_fill/a.jpg"},
      {"a.jpg 0w, b.jpg -3w, c.jpg nonsense", 800, ""},
      {"", 800, ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.srcset, c.width);
    CHECK(chosen(c.srcset, c.width) == c.url);
  }
}

TEST_CASE("pictures are listed once each, in order, with the posters of videos") {
  const auto html = safe(R"(<p><img src="1.jpg"><img src="2.jpg" srcset="2s.jpg 300w, 2m.jpg 900w"></p><img src="1.jpg">
<picture><source type="image/avif" srcset="3.avif"><source type="image/webp" srcset="3.webp 1000w"><img src="3.jpg"></picture>
<video poster="4.jpg" src="film.mp4"></video>)");
  const std::vector<std::string> expected = {"https://example.org/a/1.jpg", "https://example.org/a/2m.jpg",
                                             "https://example.org/a/3.webp", "https://example.org/a/4.jpg"};
  CHECK(pictures(html, 800) == expected);
}

TEST_CASE("of recordings the first source is listed") {
  const auto html = safe(R"(<audio src="a.mp3"></audio><video><source src="v.webm"><source src="v.mp4"></video>
<video><p>none</p></video><picture><source srcset="no.jpg"><img src="p.jpg"></picture>)");
  const std::vector<std::string> expected = {"https://example.org/a/a.mp3", "https://example.org/a/v.webm"};
  CHECK(recordings(html) == expected);
}

TEST_CASE("media are loaded from where they are kept, and what is not kept is named") {
  const auto find = [](std::string_view url) {
    return url.ends_with("kept.jpg") || url.ends_with("kept.mp3") ? "/v1/assets/" + std::string(url.substr(22)) : "";
  };
  struct Case {
    std::string_view html;
    std::string_view expected;
  };
  const Case cases[] = {
      {R"(<p>a &amp; b <img src="kept.jpg" srcset="kept.jpg 900w, x.jpg 300w" alt="A &quot;b&quot;" width="9"></p>)",
       R"(<p>a &amp; b <img alt="A &quot;b&quot;" width="9" src="/v1/assets/kept.jpg"></p>)"},
      {R"(<img src="gone.jpg" alt="A <cat>">)",
       R"(<a href="https://example.org/a/gone.jpg" rel="noopener noreferrer">A &lt;cat&gt;</a>)"},
      {R"(<a href="/x"><img src="gone.jpg"></a>)",
       R"(<a href="https://example.org/x" rel="noopener noreferrer">[image]</a>)"},
      {R"(<picture><source srcset="kept.jpg 900w"><img src="small.jpg"></picture>)",
       R"(<img src="/v1/assets/kept.jpg">)"},
      {R"(<audio><source src="kept.mp3">your browser is old</audio>)",
       R"(<audio controls="" preload="none" src="/v1/assets/kept.mp3"></audio>)"},
      {R"(<video src="gone.mp4" poster="gone.jpg"></video>)",
       R"(<a href="https://example.org/a/gone.mp4" rel="noopener noreferrer">[video]</a>)"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.html);
    const auto result = with_media(safe(c.html), find);
    CHECK(result == c.expected);
  }
}

TEST_CASE("media that are not cached may stay as they are, and one of several sizes that is cached is shown") {
  const auto find = [](std::string_view url) {
    return url.find("kept") == url.npos ? std::string() : "/v1/assets/" + std::string(url.substr(url.rfind('/') + 1));
  };
  struct Case {
    std::string_view html;
    std::string_view expected;
  };
  const Case cases[] = {
      {R"(<img src="gone.jpg" alt="A">)", R"(<img alt="A" src="https://example.org/a/gone.jpg">)"},
      {R"(<img src="gone.jpg" srcset="x.jpg 300w, kept.jpg 900w">)", R"(<img src="/v1/assets/kept.jpg">)"},
      {R"(<video src="gone.mp4" poster="kept.jpg"></video>)",
       R"(<video controls="" preload="none" poster="/v1/assets/kept.jpg" src="https://example.org/a/gone.mp4"></video>)"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.html);
    CHECK(with_media(safe(c.html), find, OtherMedia::keep) == c.expected);
  }
}

}  // namespace
}  // namespace newscache::html
