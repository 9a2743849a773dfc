#include "store/search_query.hpp"

#include <charconv>
#include <utility>

namespace newscache::store {

namespace {

// Each word is a walk of its own through the index.
constexpr std::size_t kMaxBytes = 512;
constexpr std::size_t kMaxTerms = 16;
constexpr int kMaxDepth = 8;

// The columns that a word may be limited to.
struct Column {
  std::string_view name;
  Field field;
};
constexpr Column kColumns[] = {{"title:", Field::title}, {"author:", Field::author}};
constexpr std::string_view kFeed = "feed:";

// Of typography, three bytes each; they act as the straight one.
constexpr std::string_view kCurlyQuotes[] = {"\u201c", "\u201d", "\u201e", "\u201f"};

bool is_space(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }

// Alternatives, each of words that must occur and words that must not: recursive, see kMaxDepth.
class Parser {
 public:
  Parser(std::string_view text, const Tokenizer& tokenizer) : text_(text), tokenizer_(tokenizer) {}

  Result<SearchQuery> run() {
    if (text_.size() > kMaxBytes) return invalid("is longer than 512 bytes", kMaxBytes);
    if (auto error = alternatives(query_.root)) return *error;
    return std::move(query_);
  }

 private:
  using Failure = std::optional<Error>;

  // What stands between two ORs.
  struct Group {
    SearchNode all;
    std::optional<std::size_t> operator_at;  // of an operator that still waits for its word
    bool exclude_next = false;
    bool any = false;  // there was something, if only punctuation
  };

  static Error invalid(const std::string& what, std::size_t at) {
    return Error{Cause::invalid, "the search text " + what + ", at position " + std::to_string(at + 1)};
  }
  static Error feed_beside_or(std::size_t at) {
    return invalid("has feed: beside OR; put the alternatives in parentheses", at);
  }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  // Bytes of the quotation mark there, or 0.
  std::size_t quote_at(std::size_t at) const {
    if (at >= text_.size()) return 0;
    if (text_[at] == '"') return 1;
    for (const auto quote : kCurlyQuotes) {
      if (text_.substr(at).starts_with(quote)) return quote.size();
    }
    return 0;
  }

  bool at_end() const { return at_ >= text_.size() || text_[at_] == ')'; }

  std::string_view bare_word() const {
    std::size_t end = at_;
    while (end < text_.size() && !is_space(text_[end]) && text_[end] != '(' && text_[end] != ')' && !quote_at(end)) {
      ++end;
    }
    return text_.substr(at_, end - at_);
  }

  // To the end of the text or of the parentheses.
  Failure alternatives(SearchNode& node) {
    node.kind = SearchNode::Kind::any;
    for (bool first = true;; first = false) {
      Group group;
      if (auto error = collect(group)) return error;
      const bool another = !at_end();
      if (group.operator_at) {
        if (another) return invalid("has an OR without a word on both sides", at_);
        return invalid("needs a word after the operator", *group.operator_at);
      }
      if (another && depth_ == 0 && feed_at_) return feed_beside_or(*feed_at_);
      if (group.all.wanted.empty()) {
        if (another && group.all.excluded.empty()) return invalid("has an OR without a word on both sides", at_);
        if (!first && !another && !group.any) {
          return invalid("needs a word after the operator", or_at_);
        }
        return invalid(nothing_wanted(group), at_);
      }
      node.wanted.push_back(std::move(group.all));
      if (!another) return close();
      or_at_ = at_;
      had_or_ |= depth_ == 0;
      at_ += 2;
    }
  }

  const char* nothing_wanted(const Group& group) const {
    if (!group.all.excluded.empty()) return "only excludes words";
    return query_.feeds.empty() ? "has no word to search for" : "names a feed, but no word to search for";
  }

  Failure close() const {
    if (depth_ == 0 && at_ < text_.size()) return invalid("closes a parenthesis that was not opened", at_);
    return std::nullopt;
  }

  // To an OR or the end.
  Failure collect(Group& group) {
    while (skip_space(), !at_end()) {
      const auto start = at_;
      const auto word = bare_word();
      if (word == "OR") return std::nullopt;
      if (word == "AND") {
        if (group.operator_at || !group.any) return invalid("has an AND without a word on both sides", start);
        group.operator_at = start;
        at_ += word.size();
      } else if (word == "NOT") {
        if (group.exclude_next) return invalid("has two NOTs in a row", start);
        group.operator_at = start;
        group.exclude_next = true;
        at_ += word.size();
      } else if (auto error = item(group)) {
        return error;
      }
    }
    return std::nullopt;
  }

  // A word, a phrase or parentheses, with a minus or without.
  Failure item(Group& group) {
    const auto start = at_;
    group.any = true;
    if (text_[at_] == '-' && at_ + 1 < text_.size() && !is_space(text_[at_ + 1]) && text_[at_ + 1] != ')') {
      group.exclude_next = true;
      ++at_;
    }
    const bool exclude = std::exchange(group.exclude_next, false);
    group.operator_at.reset();
    if (text_.substr(at_).starts_with(kFeed)) return feed_term(start, exclude);
    std::optional<SearchNode> node;
    if (auto error = text_[at_] == '(' ? parentheses(node.emplace()) : term(node, start)) return error;
    if (!node) return std::nullopt;  // punctuation between words
    (exclude ? group.all.excluded : group.all.wanted).push_back(std::move(*node));
    return std::nullopt;
  }

  Failure parentheses(SearchNode& node) {
    const auto start = at_++;
    if (++depth_ > kMaxDepth) return invalid("has parentheses in parentheses, more than 8 deep", start);
    if (auto error = alternatives(node)) return error;
    if (at_ >= text_.size()) return invalid("has a parenthesis that is not closed", start);
    ++at_;
    --depth_;
    return std::nullopt;
  }

  Failure term(std::optional<SearchNode>& node, std::size_t start) {
    SearchTerm term;
    for (const auto& column : kColumns) {
      if (!text_.substr(at_).starts_with(column.name)) continue;
      term.field = column.field;
      at_ += column.name.size();
      break;
    }
    std::string words;
    if (auto error = words_of_term(words, term.prefix)) return error;
    bool spaceless = false;
    tokenizer_.units(words, [&](const Unit& unit) {
      term.parts.push_back({std::string(unit.text), unit.spaceless, spaceless && unit.spaceless && unit.joined});
      spaceless = unit.spaceless;
      return true;
    });
    if (term.parts.empty()) {
      if (term.field != Field::any) return invalid("has a column without a word", start);
      return std::nullopt;
    }
    term.prefix = term.prefix && !spaceless;  // any part of such a text is found
    if (++count_ > kMaxTerms) return invalid("has more than 16 words", start);
    node = SearchNode{SearchNode::Kind::term, query_.terms.size()};
    query_.terms.push_back(std::move(term));
    return std::nullopt;
  }

  Failure feed_term(std::size_t start, bool exclude) {
    if (depth_ > 0) return invalid("has feed: inside parentheses, but it is for the whole search", start);
    if (had_or_) return feed_beside_or(start);
    feed_at_ = start;
    at_ += kFeed.size();
    const bool quoted = quote_at(at_) != 0;
    FeedTerm feed;
    feed.excluded = exclude;
    bool prefix = false;
    if (auto error = words_of_term(feed.name, prefix)) return error;
    if (!quoted && prefix) feed.name.pop_back();
    if (feed.name.find_first_not_of(' ') == std::string::npos) {
      return invalid("has feed: without a number or a name", start);
    }
    if (++count_ > kMaxTerms) return invalid("has more than 16 words", start);
    std::int64_t id = 0;
    const auto* end = feed.name.data() + feed.name.size();
    const auto parsed = std::from_chars(feed.name.data(), end, id);
    if (!quoted && parsed.ec == std::errc() && parsed.ptr == end) feed.id = id;
    query_.feeds.push_back(std::move(feed));
    return std::nullopt;
  }

  // A quoted phrase or a bare word, and whether a '*' follows.
  Failure words_of_term(std::string& words, bool& prefix) {
    if (const auto opening = quote_at(at_)) {
      const auto start = at_;
      at_ += opening;
      while (at_ < text_.size() && !quote_at(at_)) words += is_space(text_[at_]) ? ' ' : text_[at_], ++at_;
      if (at_ >= text_.size()) return invalid("has a quotation mark that is not closed", start);
      at_ += quote_at(at_);
      prefix = at_ < text_.size() && text_[at_] == '*';
      if (prefix) ++at_;
      return std::nullopt;
    }
    words = bare_word();
    at_ += words.size();
    prefix = words.ends_with('*');
    return std::nullopt;
  }

  std::string_view text_;
  const Tokenizer& tokenizer_;
  std::size_t at_ = 0;
  std::size_t count_ = 0;  // of terms, those with feeds too
  int depth_ = 0;
  std::size_t or_at_ = 0;  // the last OR
  bool had_or_ = false;    // outside of parentheses
  std::optional<std::size_t> feed_at_;
  SearchQuery query_;
};

}  // namespace

Result<SearchQuery> parse_search(std::string_view text, const Tokenizer& tokenizer) {
  if (text.empty()) return SearchQuery();
  return Parser(text, tokenizer).run();
}

}  // namespace newscache::store
