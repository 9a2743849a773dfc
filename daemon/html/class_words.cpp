#include "html/class_words.hpp"

#include <array>
#include <cstddef>
#include <iterator>

#include "text/ascii.hpp"

namespace newscache::html {

namespace {

enum class At : std::uint8_t { anywhere, whole_word, between_blanks };

struct ClassWord {
  std::string_view word;
  Hints hints;
  At at = At::anywhere;
};

using enum Hint;

constexpr auto unlikely_ = Hints::of({unlikely});
constexpr auto maybe_ = Hints::of({maybe});
constexpr auto positive_ = Hints::of({positive});
constexpr auto negative_ = Hints::of({negative});
constexpr auto byline_ = Hints::of({byline});
constexpr auto aside_ = Hints::of({aside});
constexpr auto share_ = Hints::of({share});

// By first letter, see `starts`.
constexpr ClassWord words[] = {
    {"-ad-", Hints::of({unlikely, negative})},
    {"about-author", aside_, At::whole_word},
    {"about-the-author", aside_, At::whole_word},
    {"ad-break", unlikely_},
    {"ad-container", aside_, At::whole_word},
    {"ad-label", aside_, At::whole_word},
    {"ad-slot", aside_, At::whole_word},
    {"ad-wrapper", aside_, At::whole_word},
    {"addtoany", aside_, At::whole_word},
    {"adsense", aside_, At::whole_word},
    {"advert", aside_, At::whole_word},
    {"advertisement", aside_, At::whole_word},
    {"agegate", unlikely_},
    {"ai2html", unlikely_},
    {"also-read", aside_, At::whole_word},
    {"and", maybe_},
    {"article", Hints::of({maybe, positive})},
    {"article-date", aside_, At::whole_word},
    {"article-footer", aside_, At::whole_word},
    {"article-meta", aside_, At::whole_word},
    {"article-tools", aside_, At::whole_word},
    {"author", byline_},
    {"author-bio", aside_, At::whole_word},
    {"author-box", aside_, At::whole_word},
    {"author-card", aside_, At::whole_word},
    {"author-description", aside_, At::whole_word},
    {"author-details", aside_, At::whole_word},
    {"author-info", aside_, At::whole_word},
    {"author-profile", aside_, At::whole_word},
    {"authorbio", aside_, At::whole_word},
    {"authorbox", aside_, At::whole_word},
    {"banner", Hints::of({unlikely, negative})},
    {"blog", positive_},
    {"body", Hints::of({maybe, positive})},
    {"breadcrumb", aside_, At::whole_word},
    {"breadcrumbs", unlikely_},
    {"breadcrumbs", aside_, At::whole_word},
    {"byline", aside_, At::whole_word},
    {"byline", byline_},
    {"bylines", aside_, At::whole_word},
    {"column", maybe_},
    {"com-", negative_},
    {"combx", Hints::of({unlikely, negative})},
    {"comment", Hints::of({unlikely, negative})},
    {"comment-list", aside_, At::whole_word},
    {"comments", aside_, At::whole_word},
    {"community", unlikely_},
    {"consent", aside_, At::whole_word},
    {"consent-banner", aside_, At::whole_word},
    {"contact", negative_},
    {"content", Hints::of({maybe, positive})},
    {"cookie", aside_, At::whole_word},
    {"copyright", aside_, At::whole_word},
    {"cover-wrap", unlikely_},
    {"cta", aside_, At::whole_word},
    {"date-published", aside_, At::whole_word},
    {"dateline", byline_},
    {"dfp", aside_, At::whole_word},
    {"disqus", unlikely_},
    {"disqus", aside_, At::whole_word},
    {"donate", aside_, At::whole_word},
    {"donation", aside_, At::whole_word},
    {"entry", positive_},
    {"entry-date", aside_, At::whole_word},
    {"entry-footer", aside_, At::whole_word},
    {"entry-meta", aside_, At::whole_word},
    {"extra", unlikely_},
    {"follow-us", aside_, At::whole_word},
    {"footer", Hints::of({unlikely, negative})},
    {"gdpr", Hints::of({unlikely, negative})},
    {"h-entry", positive_},
    {"header", unlikely_},
    {"hid", negative_, At::between_blanks},
    {"hidden", negative_},
    {"hidden-print-only", aside_, At::whole_word},
    {"inline-promo", aside_, At::whole_word},
    {"latest-posts", aside_, At::whole_word},
    {"legends", unlikely_},
    {"livefyre", aside_, At::whole_word},
    {"main", Hints::of({maybe, positive})},
    {"masthead", negative_},
    {"mathjax", maybe_},
    {"media", negative_},
    {"menu", unlikely_},
    {"meta", negative_},
    {"more-stories", aside_, At::whole_word},
    {"most-popular", aside_, At::whole_word},
    {"most-read", aside_, At::whole_word},
    {"most-viewed", aside_, At::whole_word},
    {"mostread", aside_, At::whole_word},
    {"nav", aside_, At::whole_word},
    {"nav-links", aside_, At::whole_word},
    {"navigation", aside_, At::whole_word},
    {"newsletter", aside_, At::whole_word},
    {"newsletters", aside_, At::whole_word},
    {"next-article", aside_, At::whole_word},
    {"next-post", aside_, At::whole_word},
    {"outbrain", negative_},
    {"outbrain", aside_, At::whole_word},
    {"p-author", byline_},
    {"page", positive_},
    {"pager", unlikely_},
    {"pager", aside_, At::whole_word},
    {"pagination", Hints::of({unlikely, positive})},
    {"pagination", aside_, At::whole_word},
    {"paid-content", aside_, At::whole_word},
    {"paywall", Hints::of({paywall})},
    {"popup", unlikely_},
    {"post", positive_},
    {"post-date", aside_, At::whole_word},
    {"post-footer", aside_, At::whole_word},
    {"post-meta", aside_, At::whole_word},
    {"print-only", aside_, At::whole_word},
    {"printfriendly", aside_, At::whole_word},
    {"promo", negative_},
    {"promo", aside_, At::whole_word},
    {"pubdate", aside_, At::whole_word},
    {"publish-date", aside_, At::whole_word},
    {"published-date", aside_, At::whole_word},
    {"read-also", aside_, At::whole_word},
    {"read-more", aside_, At::whole_word},
    {"read-next", aside_, At::whole_word},
    {"read-time", aside_, At::whole_word},
    {"reading-time", aside_, At::whole_word},
    {"readmore", aside_, At::whole_word},
    {"readtime", aside_, At::whole_word},
    {"recirc", aside_, At::whole_word},
    {"recirculation", aside_, At::whole_word},
    {"recommendations", aside_, At::whole_word},
    {"recommended", aside_, At::whole_word},
    {"related", aside_, At::whole_word},
    {"related", Hints::of({unlikely, negative})},
    {"relateds", aside_, At::whole_word},
    {"remark", unlikely_},
    {"replies", unlikely_},
    {"respond", aside_, At::whole_word},
    {"rss", unlikely_},
    {"screen-reader-text", Hints::of({unseen})},
    {"scroll", negative_},
    {"seealso", aside_, At::whole_word},
    {"shadow", maybe_},
    {"share", share_, At::whole_word},
    {"share", negative_},
    {"share-bar", aside_, At::whole_word},
    {"share-buttons", aside_, At::whole_word},
    {"share-tools", aside_, At::whole_word},
    {"sharebar", aside_, At::whole_word},
    {"sharedaddy", share_, At::whole_word},
    {"sharing", aside_, At::whole_word},
    {"shopping", negative_},
    {"shoutbox", Hints::of({unlikely, negative})},
    {"sidebar", Hints::of({unlikely, negative})},
    {"sign-up", aside_, At::whole_word},
    {"signup", aside_, At::whole_word},
    {"skyscraper", Hints::of({unlikely, negative})},
    {"social", unlikely_},
    {"social-bar", aside_, At::whole_word},
    {"social-links", aside_, At::whole_word},
    {"social-media", aside_, At::whole_word},
    {"sponsor", Hints::of({unlikely, negative})},
    {"sponsored", aside_, At::whole_word},
    {"sr-only", Hints::of({unseen})},
    {"story", positive_},
    {"subscribe", aside_, At::whole_word},
    {"subscription", aside_, At::whole_word},
    {"supplemental", unlikely_},
    {"taboola", aside_, At::whole_word},
    {"tag-list", aside_, At::whole_word},
    {"taglist", aside_, At::whole_word},
    {"tags", negative_},
    {"tags", aside_, At::whole_word},
    {"teaser-list", aside_, At::whole_word},
    {"text", positive_},
    {"timestamp", aside_, At::whole_word},
    {"toolbar", aside_, At::whole_word},
    {"trending", aside_, At::whole_word},
    {"up-next", aside_, At::whole_word},
    {"visuallyhidden", Hints::of({unseen})},
    {"visually-hidden", Hints::of({unseen})},
    {"whatsapp", aside_, At::whole_word},
    {"widget", negative_},
    {"writtenby", byline_},
    {"yom-remote", unlikely_},
    {"you-may-like", aside_, At::whole_word},
};

// Where the words of a first letter begin: that of 'x' is starts['x'], they end at starts['x' + 1].
constexpr auto starts = [] {
  std::array<std::uint8_t, 129> table{};
  std::size_t word = 0;
  for (std::size_t c = 0; c < table.size(); ++c) {
    while (word < std::size(words) && static_cast<std::size_t>(words[word].word[0]) < c) ++word;
    table[c] = static_cast<std::uint8_t>(word);
  }
  return table;
}();

static_assert([] {
  for (std::size_t i = 1; i < std::size(words); ++i) {
    if (words[i - 1].word[0] > words[i].word[0]) return false;
  }
  return true;
}());

bool starts_with(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (text::lower(text[i]) != word[i]) return false;
  }
  return true;
}

bool stands(At at, std::string_view names, std::size_t start, std::size_t end) {
  const char before = start > 0 ? names[start - 1] : ' ';
  const char after = end < names.size() ? names[end] : ' ';
  switch (at) {
    case At::anywhere:
      return true;
    case At::between_blanks:
      return text::is_white(before) && text::is_white(after);
    case At::whole_word:
      return !text::is_alnum(before) && !text::is_alnum(after);
  }
  return false;
}

}  // namespace

Hints hints_of(std::string_view names) {
  Hints hints;
  for (std::size_t at = 0; at < names.size(); ++at) {
    const std::size_t first = static_cast<unsigned char>(text::lower(names[at]));
    if (first >= 0x80) continue;
    for (std::size_t word = starts[first]; word < starts[first + 1]; ++word) {
      const auto& known = words[word];
      if (starts_with(names.substr(at), known.word) && stands(known.at, names, at, at + known.word.size())) {
        hints.add(known.hints);
      }
    }
  }
  return hints;
}

Hints hints_of(const Document& document, NodeId node) {
  auto hints = hints_of(document.attribute(node, "class"));
  if (!is_heading(document[node].element)) hints.add(hints_of(document.attribute(node, "id")));
  return hints;
}

int class_weight(const Document& document, NodeId node) {
  int weight = 0;
  for (const auto attribute : {"class", "id"}) {
    if (is_heading(document[node].element) && attribute == std::string_view("id")) continue;
    const auto hints = hints_of(document.attribute(node, attribute));
    if (hints.has(negative)) weight -= 25;
    if (hints.has(positive)) weight += 25;
  }
  return weight;
}

}  // namespace newscache::html
