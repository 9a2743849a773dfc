#include "store/search_snippet.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <set>

#include "store/search_script.hpp"
#include "store/store.hpp"
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
// No passage has more tokens behind its first occurrence.
constexpr std::size_t kAhead = kWidth + 1;

std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) == 0x80) continue;
    if (text.substr(i).starts_with(kSeparator)) continue;
    columns += byte >= 0xe3 ? 2 : 1;  // from U+3000 on
  }
  return columns;
}

void escape(std::string_view text, std::string& html) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (const char c = text[i]) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\n':
      case '\r':
      case '\t':
        html += ' ';
        break;
      default:
        if (text.substr(i).starts_with(kSeparator)) {
          i += kSeparator.size() - 1;
        } else if (static_cast<unsigned char>(c) >= 0x20) {
          html += c;
        }
    }
  }
}

// The part of the article to show, and of its occurrences only those in there, in their order.
std::string_view choose_column(const SearchText& text, std::vector<Occurrence>& occurrences) {
  constexpr std::array kOrder{SearchColumn::body, SearchColumn::title, SearchColumn::author};
  const std::array texts{&text.body, &text.title, &text.author};
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    const auto elsewhere = [&](const Occurrence& occurrence) { return occurrence.column != kOrder[i]; };
    if (std::all_of(occurrences.begin(), occurrences.end(), elsewhere)) continue;
    std::erase_if(occurrences, elsewhere);
    std::sort(occurrences.begin(), occurrences.end(),
              [](const Occurrence& a, const Occurrence& b) { return a.first < b.first; });
    return *texts[i];
  }
  occurrences.clear();
  return {};
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

std::vector<SnippetMaker::Token> SnippetMaker::tokens(std::string_view text, std::size_t limit) const {
  struct Collected {
    std::vector<Token> tokens;
    std::size_t limit;
  } collected{{}, limit};
  const auto collect = [](void* to, int, const char*, int, int start, int end) {
    auto& into = *static_cast<Collected*>(to);
    into.tokens.push_back({static_cast<std::size_t>(start), static_cast<std::size_t>(end)});
    return into.tokens.size() < into.limit ? SQLITE_OK : SQLITE_DONE;
  };
  tokenizer_->functions.xTokenize(tokenizer_->self, &collected, FTS5_TOKENIZE_AUX, text.data(),
                                  static_cast<int>(text.size()), collect);
  return std::move(collected.tokens);
}

std::string SnippetMaker::make(const SearchText& parts, std::vector<Occurrence> occurrences) const {
  const auto text = choose_column(parts, occurrences);
  if (occurrences.empty()) return {};
  const auto anchor = static_cast<std::size_t>(choose_anchor(occurrences).first);
  const auto tokens = this->tokens(text, anchor + kAhead);
  if (anchor >= tokens.size()) return {};  // the index has an earlier version of the article
  auto first = anchor;
  while (first > 0 &&
         width(text.substr(tokens[first - 1].start, tokens[anchor].start - tokens[first - 1].start)) <= kWidthBefore) {
    --first;
  }
  auto last = anchor;
  auto columns = width(text.substr(tokens[first].start, tokens[anchor].end - tokens[first].start));
  while (last + 1 < tokens.size()) {
    columns += width(text.substr(tokens[last].end, tokens[last + 1].end - tokens[last].end));
    if (columns > kWidth) break;
    ++last;
  }
  const bool to_the_end = last + 1 == tokens.size() && tokens.size() < anchor + kAhead;
  const auto start = first == 0 ? std::min(text.find_first_not_of(" \n"), tokens[0].start) : tokens[first].start;
  const auto end = to_the_end ? text.find_last_not_of(" \n") + 1 : tokens[last].end;

  std::string html = first == 0 ? "" : "…";
  auto at = start;
  for (std::size_t i = 0; i < occurrences.size(); ++i) {
    auto from = static_cast<std::size_t>(occurrences[i].first);
    auto to = from + static_cast<std::size_t>(std::max(occurrences[i].tokens, 1)) - 1;
    // Occurrences that overlap are one mark.
    for (; i + 1 < occurrences.size() && static_cast<std::size_t>(occurrences[i + 1].first) <= to; ++i) {
      to = std::max(to, static_cast<std::size_t>(occurrences[i + 1].first + occurrences[i + 1].tokens) - 1);
    }
    from = std::max(from, first);
    to = std::min(to, last);
    if (from > to) continue;
    escape(text.substr(at, tokens[from].start - at), html);
    html += "<mark>";
    escape(text.substr(tokens[from].start, tokens[to].end - tokens[from].start), html);
    html += "</mark>";
    at = tokens[to].end;
  }
  escape(text.substr(at, end - at), html);
  if (!to_the_end) html += "…";
  return html;
}

}  // namespace newscache::store
