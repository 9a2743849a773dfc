#include "safe_check.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace {

using Set = std::set<std::string, std::less<>>;

const Set phrasing{"a",     "abbr", "audio",  "b",    "bdi",     "bdo",  "cite", "code", "del",  "dfn", "em",
                   "i",     "ins",  "kbd",    "mark", "picture", "q",    "rp",   "rt",   "ruby", "s",   "samp",
                   "small", "span", "strong", "sub",  "sup",     "time", "u",    "var",  "video"};
const Set flow{"address", "article", "aside", "blockquote", "dd", "details", "div",     "dl",      "dt", "figcaption",
               "figure",  "footer",  "h1",    "h2",         "h3", "h4",      "h5",      "h6",      "li", "ol",
               "header",  "hgroup",  "main",  "nav",        "p",  "pre",     "section", "summary", "ul"};
const Set table_parts{"table", "caption", "colgroup", "tbody", "thead", "tfoot", "tr", "td", "th"};
const Set empty_elements{"br", "hr", "img", "source", "track", "wbr", "col"};
// Inside of which a parser takes nothing but other parts of the table.
const std::map<std::string, Set, std::less<>> table_children{
    {"table", {"caption", "colgroup", "tbody", "thead", "tfoot"}},
    {"colgroup", {"col"}},
    {"tbody", {"tr"}},
    {"thead", {"tr"}},
    {"tfoot", {"tr"}},
    {"tr", {"td", "th"}}};
const Set addresses{"href", "src", "srcset", "cite", "poster"};
const Set other_attributes{"alt",  "title",   "lang",  "dir",  "colspan", "rowspan",  "controls", "datetime",
                           "kind", "label",   "media", "open", "rel",     "reversed", "scope",    "sizes",
                           "span", "srclang", "start", "type", "value",   "height",   "width"};
const std::vector<std::string_view> web_schemes{"http://", "https://"};
const std::vector<std::string_view> link_schemes{
    "mailto:", "tel:",    "sms:",  "smsto:", "xmpp:", "magnet:", "geo:",    "ftp:",    "ftps:",   "sftp:",   "irc:",
    "ircs:",   "matrix:", "news:", "nntp:",  "sip:",  "sips:",   "gopher:", "gemini:", "webcal:", "callto:", "acct:"};

const std::vector<std::string_view> references{"&amp;", "&lt;", "&gt;", "&quot;"};

bool starts_with_any(std::string_view text, const std::vector<std::string_view>& starts) {
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return text.starts_with(start); });
}

class Checker {
 public:
  explicit Checker(std::string_view html) : html_(html) {}

  std::string run() {
    while (at_ < html_.size() && problem_.empty()) {
      if (html_[at_] == '<') {
        html_.substr(at_).starts_with("</") ? end_tag() : start_tag();
      } else {
        character(false);
      }
    }
    if (problem_.empty() && !open_.empty()) fail("unclosed " + open_.back());
    return problem_;
  }

 private:
  void fail(const std::string& what) {
    if (!problem_.empty()) return;
    const auto from = at_ > 60 ? at_ - 60 : 0;
    problem_ = what + " at " + std::to_string(at_) + ": ..." + std::string(html_.substr(from, 120));
  }

  std::string word() {
    const auto start = at_;
    while (at_ < html_.size() && ((html_[at_] >= 'a' && html_[at_] <= 'z') || (html_[at_] >= '0' && html_[at_] <= '9')))
      ++at_;
    return std::string(html_.substr(start, at_ - start));
  }

  bool take(std::string_view text) {
    if (!html_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }

  // Text or a value: nothing raw that could start markup.
  void character(bool in_value) {
    const auto c = static_cast<unsigned char>(html_[at_]);
    if (c == '&') {
      const auto rest = html_.substr(at_);
      if (!starts_with_any(rest, references)) return fail("a bare ampersand");
    } else if (c == '<' || c == '>' || (c < 0x20 && c != '\n' && c != '\t')) {
      return fail("a bare sign or control character");
    }
    if (!in_value && in_table_ && c != ' ' && c != '\n' && c != '\t') return fail("text in a table outside of a cell");
    ++at_;
  }

  void note_parent() { in_table_ = !open_.empty() && table_children.count(open_.back()) > 0; }

  // Up to the cell, caption or table around.
  bool open_here(std::string_view name) const {
    for (auto element = open_.rbegin(); element != open_.rend(); ++element) {
      if (*element == name) return true;
      if (*element == "td" || *element == "th" || *element == "caption" || *element == "table") return false;
    }
    return false;
  }

  // What a tree builder would close or move before it inserts that element.
  void place(const std::string& name) {
    const bool block = flow.count(name) > 0 || name == "table" || name == "hr";
    if (block && open_here("p")) fail(name + " in p");
    if (name == "a" && open_here("a")) fail("a in a");
    if (name[0] == 'h' && flow.count(name) > 0 && name.size() == 2 && !open_.empty() && open_.back().size() == 2 &&
        open_.back()[0] == 'h')
      fail("heading in heading");
    if ((name == "rt" || name == "rp") && !open_here("ruby")) fail(name + " without ruby");
    const auto parent = open_.empty() ? table_children.end() : table_children.find(open_.back());
    if (parent != table_children.end() ? parent->second.count(name) == 0
                                       : (table_parts.count(name) > 0 && name != "table") || name == "col")
      fail(name + " out of place");
    if (name == "li" || name == "dd" || name == "dt") item(name);
  }

  // An item stands in its list with nothing between that could end it or be ended by it.
  void item(const std::string& name) {
    for (auto element = open_.rbegin(); element != open_.rend(); ++element) {
      if (phrasing.count(*element) > 0 || *element == "div" || *element == "p" || *element == "address") continue;
      if (name == "li" ? *element == "ul" || *element == "ol" : *element == "dl") return;
      break;
    }
    fail(name + " without a list");
  }

  void start_tag() {
    const auto before = at_++;
    const auto name = word();
    const bool empty = empty_elements.count(name) > 0;
    if (!empty && phrasing.count(name) == 0 && flow.count(name) == 0 && table_parts.count(name) == 0) {
      at_ = before;
      return fail("element '" + name + "'");
    }
    Set seen;
    while (problem_.empty() && take(" ")) attribute(name, seen);
    if (!problem_.empty()) return;
    if (!take(">")) return fail("a tag that is not as we write it");
    place(name);
    if (name == "a" && seen.count("rel") == 0) fail("a link without rel");
    if (!empty) open_.push_back(name);
    note_parent();
    if (name == "pre") {
      if (take("\n") && !html_.substr(at_).starts_with('\n')) fail("a newline that a parser drops");
    }
  }

  void attribute(const std::string& element, Set& seen) {
    const auto name = word();
    if (!seen.insert(name).second) return fail("attribute twice: " + name);
    if (addresses.count(name) == 0 && other_attributes.count(name) == 0) return fail("attribute '" + name + "'");
    if (!take("=\"")) return fail("a value that is not quoted");
    const auto start = at_;
    while (problem_.empty() && at_ < html_.size() && html_[at_] != '"') character(true);
    const auto value = html_.substr(start, at_ - start);
    if (!take("\"")) return fail("a value that does not end");
    if (name == "rel" && value != "noopener noreferrer") fail("rel");
    if (name == "type" && element == "ol" && value.size() != 1) fail("type");
    if (addresses.count(name) == 0) return;
    if (starts_with_any(value, web_schemes)) return;
    if (!(name == "href" && starts_with_any(value, link_schemes))) fail("address '" + std::string(value) + "'");
  }

  void end_tag() {
    at_ += 2;
    const auto name = word();
    if (!take(">")) return fail("an end tag that is not as we write it");
    if (open_.empty() || open_.back() != name) return fail("end of '" + name + "' that is not open");
    open_.pop_back();
    note_parent();
  }

  std::string_view html_;
  std::size_t at_ = 0;
  std::vector<std::string> open_;
  bool in_table_ = false;
  std::string problem_;
};

}  // namespace

std::string what_is_unsafe(std::string_view html) { return Checker(html).run(); }
