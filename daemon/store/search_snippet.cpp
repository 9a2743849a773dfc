#include "store/search_snippet.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <set>

#include "store/search_script.hpp"
#include "store/search_text.hpp"
#include "text/utf8.hpp"

namespace newscache::store {

namespace {

// As table `search` has them, see schema.cpp.
constexpr std::array kTokenizerArguments{"remove_diacritics", "2", "categories", "L* N* Co Mn Mc"};
// In columns of a terminal, where characters of the far east take two.
constexpr std::size_t kWidth = 200;
constexpr std::size_t kWidthBefore = 60;
// The words of a passage stand within so many tokens.
constexpr std::int32_t kPassage = 24;
// No passage has more tokens before its first occurrence.
constexpr std::size_t kTokensBefore = kWidthBefore;

bool separator_at(std::string_view text, std::size_t at) {
  return text[at] == kSeparator[0] && text.substr(at).starts_with(kSeparator);
}

std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) == 0x80 || separator_at(text, i)) continue;
    columns += byte >= 0xe3 ? 2 : 1;  // from U+3000 on
  }
  return columns;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\n':
    case '\r':
    case '\t':
      return " ";
    default:
      return {};
  }
}

void escape(std::string_view text, std::string& html) {
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto instead = entity(text[i]);
    const bool separator = separator_at(text, i);
    if (instead.empty() && !separator && byte >= 0x20) continue;
    html += text.substr(copied, i - copied);
    html += instead;
    copied = i + (separator ? kSeparator.size() : 1);
  }
  html += text.substr(std::min(copied, text.size()));
}

// The part of the article to show; only its occurrences stay, in their order.
SearchColumn choose_column(std::vector<Occurrence>& occurrences) {
  auto chosen = SearchColumn::author;
  for (const auto& occurrence : occurrences) {
    if (occurrence.column == SearchColumn::body || chosen == SearchColumn::author) chosen = occurrence.column;
  }
  std::erase_if(occurrences, [&](const Occurrence& occurrence) { return occurrence.column != chosen; });
  std::sort(occurrences.begin(), occurrences.end(),
            [](const Occurrence& a, const Occurrence& b) { return a.first < b.first; });
  return chosen;
}

std::string text_of(const model::Entry& entry, SearchColumn column, const Options& options) {
  if (column == SearchColumn::body) return search_body(entry, options);
  auto heading = search_heading(entry);
  return column == SearchColumn::title ? std::move(heading.title) : std::move(heading.author);
}

// How much of an HTML is likely to have so many tokens, and some more; up to a tag. 0: all of it.
std::size_t likely_bytes(std::string_view html, std::size_t tokens) {
  constexpr std::size_t kTokenBytes = 16;
  const auto bytes = (tokens + kWidth) * kTokenBytes;
  if (bytes >= html.size()) return 0;
  const auto tag = html.rfind('<', bytes);
  return tag == std::string_view::npos ? 0 : tag;
}

// Passes over up to so many tokens, as the tokenizer counts them but many times faster, to the beginning of one; stops
// at the first character that only the tokenizer knows.
std::size_t pass_over(std::string_view text, std::size_t& tokens) {
  std::size_t passed = 0;
  std::size_t start = 0;  // of the token that we are in, or behind the last
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    // U+2000 to U+203F are spaces and punctuation.
    const bool punctuation = byte == 0xe2 && at + 2 < text.size() && text[at + 1] == '\x80';
    if (byte >= 0x80 && !punctuation) break;
    const bool in_word = (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
    if (in_word && !inside) {
      if (passed == tokens) return at;
      start = at;
      inside = true;
    } else if (!in_word && inside) {
      inside = false;
      ++passed;
      start = at;
    }
    at += punctuation ? 3 : 1;
  }
  tokens = passed;
  return start;
}

// That of the occurrences from which on most phrases stand together; the first of equals.
const Occurrence& choose_anchor(const std::vector<Occurrence>& occurrences) {
  std::size_t best = 0;
  std::size_t most = 0;
  for (std::size_t i = 0; i < occurrences.size(); ++i) {
    std::set<std::int32_t> phrases;
    for (std::size_t k = i; k < occurrences.size() && occurrences[k].first < occurrences[i].first + kPassage; ++k) {
      phrases.insert(occurrences[k].phrase);
    }
    if (phrases.size() <= most) continue;
    most = phrases.size();
    best = i;
  }
  return occurrences[best];
}

}  // namespace

struct SnippetMaker::Tokenizer {
  fts5_tokenizer functions{};
  Fts5Tokenizer* self = nullptr;

  ~Tokenizer() {
    if (self != nullptr) functions.xDelete(self);
  }
};

SnippetMaker::SnippetMaker(sqlite3* handle) : tokenizer_(std::make_unique<Tokenizer>()) {
  auto* api = fts5_of(handle);
  void* context = nullptr;
  auto arguments = kTokenizerArguments;
  if (api->xFindTokenizer(api, "unicode61", &context, &tokenizer_->functions) != SQLITE_OK ||
      tokenizer_->functions.xCreate(context, arguments.data(), static_cast<int>(arguments.size()), &tokenizer_->self) !=
          SQLITE_OK) {
    throw StoreError(Cause::internal, "cannot make the tokenizer of the search index");
  }
}

SnippetMaker::~SnippetMaker() = default;

SnippetMaker::Passage SnippetMaker::passage(std::string_view text, std::size_t anchor) const {
  struct Collector {
    std::string_view text;
    std::size_t anchor;
    std::size_t columns = 0;
    Passage passage{};
  };
  Collector collector{text, anchor};
  auto& passage = collector.passage;
  passage.first = anchor > kTokensBefore ? anchor - kTokensBefore : 0;
  const auto offset = pass_over(text, passage.first);
  collector.text.remove_prefix(offset);
  const auto collect = [](void* to, int, const char*, int, int start, int end) {
    auto& into = *static_cast<Collector*>(to);
    auto& tokens = into.passage.tokens;
    const Token token{static_cast<std::size_t>(start), static_cast<std::size_t>(end)};
    if (into.passage.first + tokens.size() > into.anchor) {
      into.columns += width(into.text.substr(tokens.back().end, token.end - tokens.back().end));
    }
    into.passage.to_the_end = into.columns <= kWidth;
    if (!into.passage.to_the_end) return SQLITE_DONE;
    tokens.push_back(token);
    return SQLITE_OK;
  };
  tokenizer_->functions.xTokenize(tokenizer_->self, &collector, FTS5_TOKENIZE_AUX, collector.text.data(),
                                  static_cast<int>(collector.text.size()), collect);
  for (auto& token : passage.tokens) token = {token.start + offset, token.end + offset};
  return std::move(passage);
}

std::string SnippetMaker::make(const model::Entry& entry, const Options& options,
                               std::vector<Occurrence> occurrences) const {
  if (occurrences.empty()) return {};
  const auto column = choose_column(occurrences);
  const auto anchor = static_cast<std::size_t>(choose_anchor(occurrences).first);
  if (const auto bytes = column == SearchColumn::body ? likely_bytes(entry.content_html, anchor) : 0) {
    const auto text = search_body(entry, options, bytes);
    const auto found = passage(text, anchor);
    // Else the last of its words may be cut, or have an end that the whole does not.
    if (!found.to_the_end) return marked(text, found, anchor, occurrences);
  }
  const auto text = text_of(entry, column, options);
  return marked(text, passage(text, anchor), anchor, occurrences);
}

std::string SnippetMaker::marked(std::string_view text, const Passage& passage, std::size_t wanted,
                                 const std::vector<Occurrence>& occurrences) {
  const auto& tokens = passage.tokens;
  const auto anchor = wanted - passage.first;
  if (anchor >= tokens.size()) return {};  // the index has an earlier version of the article
  const auto between = [&](std::size_t start, std::size_t end) { return width(text.substr(start, end - start)); };
  auto first = anchor;
  std::size_t columns = 0;
  while (first > 0) {
    const auto more = between(tokens[first - 1].start, tokens[first].start);
    if (columns + more > kWidthBefore) break;
    columns += more;
    --first;
  }
  auto last = anchor;
  columns += between(tokens[anchor].start, tokens[anchor].end);
  while (last + 1 < tokens.size()) {
    columns += between(tokens[last].end, tokens[last + 1].end);
    if (columns > kWidth) break;
    ++last;
  }
  const bool from_the_start = first == 0 && passage.first == 0;
  const bool to_the_end = last + 1 == tokens.size() && passage.to_the_end;
  const auto start = from_the_start ? std::min(text.find_first_not_of(" \n"), tokens[0].start) : tokens[first].start;
  const auto end = to_the_end ? text.find_last_not_of(" \n") + 1 : tokens[last].end;

  std::string html = from_the_start ? "" : "…";
  auto at = start;
  for (std::size_t i = 0; i < occurrences.size(); ++i) {
    auto from = static_cast<std::size_t>(occurrences[i].first);
    auto to = from + static_cast<std::size_t>(std::max(occurrences[i].tokens, 1)) - 1;
    // Occurrences that overlap are one mark.
    for (; i + 1 < occurrences.size() && static_cast<std::size_t>(occurrences[i + 1].first) <= to; ++i) {
      to = std::max(to, static_cast<std::size_t>(occurrences[i + 1].first + occurrences[i + 1].tokens) - 1);
    }
    from = std::max(from, passage.first + first);
    to = std::min(to, passage.first + last);
    if (from > to) continue;
    const auto mark_start = tokens[from - passage.first].start;
    const auto mark_end = tokens[to - passage.first].end;
    escape(text.substr(at, mark_start - at), html);
    html += "<mark>";
    escape(text.substr(mark_start, mark_end - mark_start), html);
    html += "</mark>";
    at = mark_end;
  }
  escape(text.substr(at, end - at), html);
  if (!to_the_end) html += "…";
  return html;
}

}  // namespace newscache::store
