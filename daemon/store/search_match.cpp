#include "store/search_match.hpp"

#include <algorithm>
#include <string_view>

namespace newscache::store {

namespace {

// A passage of so many units in which all terms stand needs no better one; a snippet shows at most so many from there.
constexpr std::uint32_t kPassage = 24;
constexpr std::size_t kShown = 48;
constexpr std::size_t kMaxHits = 4096;

void add_token(std::string& out, char mark, std::string_view token, bool prefix) {
  out += '"';
  if (mark != 0) out += mark;
  out += token;
  out += prefix ? "\" *" : "\"";
}

// The tokens that the index has of a term, all of them; at each place that the tier allows.
std::string term_expression(const SearchTerm& term, Tier tier) {
  std::string marks(1, '\0');
  if (term.field == Field::title) {
    marks = kTitleMark;
  } else if (term.field == Field::author) {
    marks = kAuthorMark;
  } else if (tier != Tier::anywhere) {
    marks = kTitleMark;
    if (tier == Tier::lead) marks += kLeadMark;
  }
  std::string out;
  const auto& parts = term.parts;
  const auto add = [&](const std::string& token, bool prefix) {
    out += out.empty() ? "(" : " AND (";
    for (const char mark : marks) {
      if (mark != marks.front()) out += " OR ";
      add_token(out, mark, token, prefix);
    }
    out += ')';
  };
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i + 1 < parts.size() && parts[i + 1].paired) {
      add(parts[i].text + parts[i + 1].text, false);
    } else if (!parts[i].paired) {
      // Nothing begins with a character of a script without spaces but it alone, and its pairs.
      add(parts[i].text, parts[i].spaceless || (term.prefix && i + 1 == parts.size()));
    }
  }
  return out;
}

bool needs_reading(const SearchTerm& term) {
  return term.parts.size() > 2 || (term.parts.size() == 2 && !term.parts[1].paired);
}

bool needs_reading(const SearchQuery& query, const SearchNode& node) {
  if (node.kind == SearchNode::Kind::term) return needs_reading(query.terms[node.term]);
  const auto any_in = [&](const std::vector<SearchNode>& nodes) {
    return std::any_of(nodes.begin(), nodes.end(), [&](const SearchNode& each) { return needs_reading(query, each); });
  };
  return any_in(node.wanted) || any_in(node.excluded);
}

std::string expression(const SearchQuery& query, const SearchNode& node, Tier tier) {
  if (node.kind == SearchNode::Kind::term) return term_expression(query.terms[node.term], tier);
  std::string out = "(";
  for (const auto& wanted : node.wanted) {
    if (out.size() > 1) out += node.kind == SearchNode::Kind::any ? " OR " : " AND ";
    out += "(" + expression(query, wanted, tier) + ")";
  }
  out += ')';
  for (const auto& excluded : node.excluded) {
    // Of too many, too many would be left out.
    if (needs_reading(query, excluded)) continue;
    out = "(" + out + " NOT (" + expression(query, excluded, Tier::anywhere) + "))";
  }
  return out;
}

void mark_shown(const SearchQuery& query, const SearchNode& node, std::vector<bool>& shown) {
  if (node.kind == SearchNode::Kind::term) shown[node.term] = query.terms[node.term].field == Field::any;
  for (const auto& wanted : node.wanted) mark_shown(query, wanted, shown);
}

}  // namespace

std::string fts_expression(const SearchQuery& query, Tier tier) { return expression(query, query.root, tier); }

bool needs_reading(const SearchQuery& query) { return needs_reading(query, query.root); }

Reading::Reading(const SearchQuery& query, const Tokenizer& tokenizer)
    : query_(query), tokenizer_(tokenizer), shown_(query.terms.size()) {
  mark_shown(query, query.root, shown_);
  for (const auto& term : query.terms) has_phrases_ = has_phrases_ || term.parts.size() > 1;
}

void Reading::read(const SearchText& text, bool for_snippet) {
  places_.assign(query_.terms.size(), 0);
  read_section(text.title, title);
  read_section(text.author, author);
  read_body(text.body, for_snippet);
}

void Reading::start_section() {
  letters_.clear();
  read_.clear();
  count_ = 0;
  after_spaceless_ = false;
}

void Reading::read_section(std::string_view text, Place place) {
  start_section();
  tokenizer_.units(text, [&](const Unit& unit) {
    add(unit, place);
    return true;
  });
}

void Reading::read_body(std::string_view text, bool for_snippet) {
  start_section();
  units_.clear();
  hits_.clear();
  to_the_end_ = true;
  std::size_t enough = for_snippet && stand_together() ? kShown : std::string_view::npos;
  tokenizer_.units(text, [&](const Unit& unit) {
    if (count_ >= enough) return to_the_end_ = false;
    const auto hits = hits_.size();
    add(unit, body);
    if (!for_snippet) return true;
    units_.push_back({static_cast<std::uint32_t>(unit.begin), static_cast<std::uint32_t>(unit.end)});
    if (hits_.size() > hits && enough == std::string_view::npos && stand_together()) enough = count_ + kShown;
    return true;
  });
}

void Reading::add(const Unit& unit, Place place) {
  const bool paired = unit.joined && unit.spaceless && after_spaceless_;
  after_spaceless_ = unit.spaceless;
  ++count_;
  for (std::size_t i = 0; i < query_.terms.size(); ++i) {
    const auto& parts = query_.terms[i].parts;
    if (!ends_with(query_.terms[i], unit, paired)) continue;
    places_[i] |= place;
    if (place != body) continue;
    // A pair counts where it begins, as in the index.
    if (count_ <= kLeadTokens + std::size_t{parts.back().paired}) places_[i] |= lead;
    if (!shown_[i] || hits_.size() >= kMaxHits) continue;
    hits_.push_back({i, static_cast<std::uint32_t>(count_ - parts.size()), static_cast<std::uint32_t>(count_ - 1)});
  }
  if (!has_phrases_) return;
  const auto begin = letters_.size();
  letters_ += unit.text;
  read_.push_back({begin, letters_.size(), paired});
}

bool Reading::ends_with(const SearchTerm& term, const Unit& unit, bool paired) const {
  const auto& last = term.parts.back();
  if (term.prefix ? !unit.text.starts_with(last.text) : unit.text != last.text) return false;
  if (term.parts.size() > count_ || (last.paired && !paired)) return false;
  for (std::size_t i = 1; i < term.parts.size(); ++i) {
    const auto& part = term.parts[term.parts.size() - 1 - i];
    const auto& before = read_[read_.size() - i];
    if (std::string_view(letters_).substr(before.begin, before.end - before.begin) != part.text) return false;
    if (part.paired && !before.paired) return false;
  }
  return true;
}

// All that a snippet shows, up to the unit that has been read last.
bool Reading::stand_together() const {
  auto missing = shown_;
  auto left = std::count(missing.begin(), missing.end(), true);
  for (auto hit = hits_.rbegin(); left > 0 && hit != hits_.rend() && hit->first + kPassage > count_; ++hit) {
    if (missing[hit->term]) --left;
    missing[hit->term] = false;
  }
  return left == 0;
}

bool Reading::holds(const SearchNode& node, Tier tier) const {
  if (node.kind == SearchNode::Kind::term) {
    const auto field = query_.terms[node.term].field;
    const int wanted = field == Field::title    ? title
                       : field == Field::author ? author
                       : tier == Tier::title    ? title
                       : tier == Tier::lead     ? title | lead
                                                : title | author | body;
    return (places_[node.term] & wanted) != 0;
  }
  const auto in_tier = [&](const SearchNode& each) { return holds(each, tier); };
  const auto anywhere = [&](const SearchNode& each) { return holds(each, Tier::anywhere); };
  if (node.kind == SearchNode::Kind::any) return std::any_of(node.wanted.begin(), node.wanted.end(), in_tier);
  return std::all_of(node.wanted.begin(), node.wanted.end(), in_tier) &&
         std::none_of(node.excluded.begin(), node.excluded.end(), anywhere);
}

std::optional<Tier> Reading::tier() const {
  for (const auto tier : {Tier::title, Tier::lead, Tier::anywhere}) {
    if (holds(query_.root, tier)) return tier;
  }
  return std::nullopt;
}

}  // namespace newscache::store
