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
constexpr auto share_ = Hints::of({share});

// By first letter, see `starts`.
constexpr ClassWord words[] = {
    {"-ad-", Hints::of({unlikely, negative})},
    {"ad-break", unlikely_},
    {"agegate", unlikely_},
    {"ai2html", unlikely_},
    {"and", maybe_},
    {"article", Hints::of({maybe, positive})},
    {"author", byline_},
    {"banner", Hints::of({unlikely, negative})},
    {"blog", positive_},
    {"body", Hints::of({maybe, positive})},
    {"breadcrumbs", unlikely_},
    {"byline", byline_},
    {"column", maybe_},
    {"com-", negative_},
    {"combx", Hints::of({unlikely, negative})},
    {"comment", Hints::of({unlikely, negative})},
    {"community", unlikely_},
    {"contact", negative_},
    {"content", Hints::of({maybe, positive})},
    {"cover-wrap", unlikely_},
    {"dateline", byline_},
    {"disqus", unlikely_},
    {"entry", positive_},
    {"extra", unlikely_},
    {"footer", Hints::of({unlikely, negative})},
    {"gdpr", Hints::of({unlikely, negative})},
    {"h-entry", positive_},
    {"header", unlikely_},
    {"hid", negative_, At::between_blanks},
    {"hidden", negative_},
    {"legends", unlikely_},
    {"main", Hints::of({maybe, positive})},
    {"masthead", negative_},
    {"mathjax", maybe_},
    {"media", negative_},
    {"menu", unlikely_},
    {"meta", negative_},
    {"outbrain", negative_},
    {"p-author", byline_},
    {"paywall", Hints::of({paywall})},
    {"page", positive_},
    {"pager", unlikely_},
    {"pagination", Hints::of({unlikely, positive})},
    {"popup", unlikely_},
    {"post", positive_},
    {"promo", negative_},
    {"related", Hints::of({unlikely, negative})},
    {"remark", unlikely_},
    {"replies", unlikely_},
    {"rss", unlikely_},
    {"scroll", negative_},
    {"shadow", maybe_},
    {"share", negative_},
    {"share", share_, At::whole_word},
    {"sharedaddy", share_, At::whole_word},
    {"shopping", negative_},
    {"shoutbox", Hints::of({unlikely, negative})},
    {"sidebar", Hints::of({unlikely, negative})},
    {"skyscraper", Hints::of({unlikely, negative})},
    {"social", unlikely_},
    {"sponsor", Hints::of({unlikely, negative})},
    {"story", positive_},
    {"supplemental", unlikely_},
    {"tags", negative_},
    {"text", positive_},
    {"widget", negative_},
    {"writtenby", byline_},
    {"yom-remote", unlikely_},
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
    const char c = text::lower(names[at]);
    if (c < 0) continue;
    const auto first = static_cast<std::size_t>(c);
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
  hints.add(hints_of(document.attribute(node, "id")));
  return hints;
}

int class_weight(const Document& document, NodeId node) {
  int weight = 0;
  for (const auto attribute : {"class", "id"}) {
    const auto hints = hints_of(document.attribute(node, attribute));
    if (hints.has(negative)) weight -= 25;
    if (hints.has(positive)) weight += 25;
  }
  return weight;
}

}  // namespace newscache::html
