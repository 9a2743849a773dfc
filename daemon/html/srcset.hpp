#pragma once
// The candidates of a srcset (HTML Living Standard, 4.8.4.3.10), and which of them suits a width.

#include <cstddef>
#include <string_view>

namespace newscache::html {

inline constexpr std::size_t most_candidates = 64;  // of an image that anybody looks at

struct Candidate {
  std::string_view url;
  std::string_view descriptor;  // "640w", "2x", or empty
};

// Takes the next candidate off the text; false at its end. URLs may hold commas. Parentheses, which no descriptor has,
// mean nothing.
bool next_candidate(std::string_view& text, Candidate& candidate);

// Of a <source>: what every browser shows, or nothing. One of another type has an alternative.
bool is_common_type(std::string_view type);

// Of an image or picture that is offered in several sizes: add() them all, then url() is the one to load: the smallest
// that is at least as wide as wanted, else the widest; where widths are not told, the one for ordinary screens.
class SizeChoice {
 public:
  explicit SizeChoice(int wanted_width) : wanted_(wanted_width) {}
  void add(const Candidate& candidate);
  void add_all(std::string_view srcset);
  std::string_view url() const { return url_; }  // empty: nothing was added

 private:
  bool is_better(double width) const;

  double wanted_;
  double width_ = -1;  // of url_; a density counts as that many widths wanted
  std::string_view url_;
};

}  // namespace newscache::html
