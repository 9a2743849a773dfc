#include "html/selector.hpp"

#include <algorithm>
#include <utility>

#include "html/page_words.hpp"
#include "text/utf8.hpp"

namespace newscache::html {
namespace {

constexpr std::size_t most_compounds = 64;  // find_all() has one bit for each

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Selector::Compound>> parse() {
    for (;;) {
      skip_blanks();
      if (!parse_compound()) return error();
      const bool blank = skip_blanks();
      if (at_ == text_.size() || peek() == ',') {
        compounds_.back().ends = true;
        if (at_ == text_.size()) return std::move(compounds_);
        ++at_;
        next_ = {};
        continue;
      }
      next_.continues = true;
      next_.directly = peek() == '>';
      if (next_.directly) ++at_;
      if (!next_.directly && !blank) return fault("expected a blank, \">\" or \",\" here"), error();
    }
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool skip_blanks() {
    const auto before = at_;
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r' || peek() == '\f') ++at_;
    return at_ > before;
  }
  bool fault(std::string_view what) {
    if (problem_.empty()) problem_ = what;
    return false;
  }
  Error error() const { return {Cause::invalid, "at character " + std::to_string(at_ + 1) + ": " + problem_}; }

  bool parse_compound() {
    if (compounds_.size() == most_compounds) return fault("there are too many parts");
    Selector::Compound compound = std::exchange(next_, {});
    const auto begin = at_;
    if (peek() == '*') {
      ++at_;
    } else if (starts_name()) {
      compound.conditions.push_back({Selector::Test::tag, "", text::to_lower(parse_name())});
    }
    for (bool more = true; more;) {
      const char c = peek();
      if (c == '.' || c == '#') {
        ++at_;
        if (!starts_name()) return fault("expected a name here");
        const auto test = c == '.' ? Selector::Test::word : Selector::Test::equals;
        compound.conditions.push_back({test, c == '.' ? "class" : "id", parse_name()});
      } else if (c == '[') {
        ++at_;
        if (!parse_attribute(compound)) return false;
      } else {
        more = false;
      }
    }
    if (peek() == ':') return fault("pseudo-classes such as :first-child are not supported");
    if (at_ == begin) return fault("expected a tag, .class, #id or [attribute] here");
    compounds_.push_back(std::move(compound));
    return true;
  }

  // Behind '['.
  bool parse_attribute(Selector::Compound& compound) {
    skip_blanks();
    if (!starts_name()) return fault("expected the name of an attribute here");
    Selector::Condition condition{Selector::Test::exists, text::to_lower(parse_name()), ""};
    skip_blanks();
    if (peek() != ']') {
      const char c = peek();
      condition.test = c == '*'   ? Selector::Test::contains
                       : c == '^' ? Selector::Test::starts
                       : c == '$' ? Selector::Test::ends
                       : c == '~' ? Selector::Test::word
                                  : Selector::Test::equals;
      if (condition.test != Selector::Test::equals) ++at_;
      if (peek() != '=') return fault("expected \"]\" or one of =, *=, ^=, $=, ~= here");
      ++at_;
      skip_blanks();
      if (!parse_value(condition.value)) return false;
      skip_blanks();
      if (peek() != ']') return fault("expected \"]\" here");
    }
    ++at_;
    compound.conditions.push_back(std::move(condition));
    return true;
  }

  bool parse_value(std::string& value) {
    const char quote = peek();
    if (quote != '"' && quote != '\'') {
      while (is_name(peek()) || peek() == '\\') value += take();
      return !value.empty() || fault("expected a value here");
    }
    ++at_;
    while (at_ < text_.size() && peek() != quote) value += take();
    if (at_ == text_.size()) return fault("the quotation mark that ends the value is missing");
    ++at_;
    return true;
  }

  static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  }
  bool starts_name() const { return (is_name(peek()) && !(peek() >= '0' && peek() <= '9')) || peek() == '\\'; }
  std::string parse_name() {
    std::string name;
    while (is_name(peek()) || peek() == '\\') name += take();
    return name;
  }
  // One byte; a backslash stands for what follows it.
  char take() {
    if (peek() == '\\' && at_ + 1 < text_.size()) ++at_;
    return text_[at_++];
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Selector::Compound> compounds_;
  Selector::Compound next_;  // how the next one hangs together with the last
  std::string problem_;
};

bool holds(const Document& document, NodeId node, const Selector::Condition& condition) {
  using enum Selector::Test;
  if (condition.test == tag) return document[node].text == condition.value;
  if (condition.test == exists) return document.has_attribute(node, condition.name);
  const auto value = document.attribute(node, condition.name);
  const std::string_view wanted = condition.value;
  if (condition.test == word) return has_exact_word(value, wanted);
  if (condition.test == equals) return value == wanted && document.has_attribute(node, condition.name);
  if (wanted.empty()) return false;  // as in CSS
  if (condition.test == starts) return value.starts_with(wanted);
  return condition.test == ends ? value.ends_with(wanted) : value.find(wanted) != value.npos;
}

bool is_like(const Document& document, NodeId node, const Selector::Compound& compound) {
  return std::all_of(compound.conditions.begin(), compound.conditions.end(),
                     [&](const auto& condition) { return holds(document, node, condition); });
}

}  // namespace

Result<Selector> Selector::parse(std::string_view text) {
  auto compounds = Parser(text).parse();
  if (!compounds) return compounds.error();
  Selector selector;
  selector.compounds_ = std::move(*compounds);
  return selector;
}

std::vector<NodeId> find_all(const Document& document, const Selector& selector) {
  // Of each element that is open, a bit for each compound: met here with all that must be above it; and met above.
  struct Met {
    NodeId node;
    std::uint64_t here;
    std::uint64_t above;
  };
  std::vector<Met> open;
  std::vector<NodeId> found;
  const auto& compounds = selector.compounds();
  for (NodeId node = Document::root; node != no_node; node = document.following(node, Document::root)) {
    if (document[node].is_text) continue;
    while (!open.empty() && open.back().node != document[node].parent) open.pop_back();
    Met met{node, 0, open.empty() ? 0 : open.back().here | open.back().above};
    bool selected = false;
    for (std::size_t i = 0; i < compounds.size(); ++i) {
      const auto& compound = compounds[i];
      const auto before = compound.directly ? (open.empty() ? 0 : open.back().here) : met.above;
      if (compound.continues && (before >> (i - 1) & 1) == 0) continue;
      if (!is_like(document, node, compound)) continue;
      met.here |= std::uint64_t{1} << i;
      selected = selected || compound.ends;
    }
    if (selected) found.push_back(node);
    open.push_back(met);
  }
  return found;
}

}  // namespace newscache::html
