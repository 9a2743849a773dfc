#include "feed/repair.hpp"

#include <algorithm>
#include <vector>

#include "feed/names.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

constexpr auto npos = std::string_view::npos;
// Deeper elements are unwrapped; looking for the start tag of a crossed end tag costs at most this.
constexpr std::size_t kMaxDepth = 200;

constexpr std::string_view kRoots[] = {"rss", "feed", "rdf", "opml"};
constexpr std::string_view kEntries[] = {"item", "entry"};
constexpr std::string_view kEntryParents[] = {"rss", "feed", "rdf", "channel", "items"};
// Elements that hold text and no elements of feeds; one that is still open when another element of the feed starts
// lacks its end tag.
constexpr std::string_view kLeaves[] = {
    "title", "link",    "guid",   "pubdate",  "id",      "updated",  "published", "created", "modified", "issued",
    "date",  "creator", "author", "category", "subject", "comments", "copyright", "ttl",     "language", "generator"};
constexpr std::string_view kFeedElements[] = {
    "title",   "link",      "guid",     "pubdate",  "id",          "updated",   "published", "modified",  "issued",
    "creator", "author",    "category", "comments", "description", "summary",   "content",   "encoded",   "item",
    "entry",   "enclosure", "subject",  "language", "generator",   "copyright", "ttl",       "thumbnail", "date"};
// Those of them that HTML does not know, so that they end even an open description.
constexpr std::string_view kNotHtml[] = {"guid",  "pubdate", "category", "comments",  "encoded",  "item",
                                         "entry", "updated", "creator",  "enclosure", "published"};
constexpr std::string_view kBodies[] = {"description", "encoded", "summary"};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || (c & 0x80) != 0;
}
bool in_name(char c) { return starts_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

std::string_view name_at(std::string_view xml, std::size_t begin) {
  std::size_t end = begin;
  while (end < xml.size() && in_name(xml[end])) ++end;
  return xml.substr(begin, end - begin);
}

// Where a delimiter comes next. Remembers its last answer, so that asking from ever later places costs one pass in all,
// however often the delimiter is missing.
class Ahead {
 public:
  Ahead(std::string_view xml, std::string_view needle) : xml_(xml), needle_(needle) {}
  std::size_t from(std::size_t at) {
    if (!searched_ || (found_ != npos && found_ < at)) found_ = xml_.find(needle_, at);
    searched_ = true;
    return found_;
  }

 private:
  std::string_view xml_;
  std::string_view needle_;
  std::size_t found_ = 0;
  bool searched_ = false;
};

// Where the first element that may be a feed's root starts; what stands before it is junk. 0 when there is none.
std::size_t find_root(std::string_view xml) {
  Ahead comment_end(xml, "-->");
  for (auto at = xml.find('<'); at != npos; at = xml.find('<', at + 1)) {
    if (xml.substr(at).starts_with("<!--")) {
      auto end = comment_end.from(at);
      if (end != npos) at = end;
      continue;
    }
    if (at + 1 < xml.size() && starts_name(xml[at + 1]) && contains(kRoots, local_name(name_at(xml, at + 1))))
      return at;
  }
  return 0;
}

class Repairer {
 public:
  explicit Repairer(std::string_view xml) : xml_(xml) { out_.reserve(xml.size() + xml.size() / 16); }

  Repaired run() {
    at_ = find_root(xml_);
    while (at_ < xml_.size() && !cut_off_) {
      auto tag = std::min(xml_.find('<', at_), xml_.size());
      if (!open_.empty()) copy(xml_.substr(at_, tag - at_));
      at_ = tag;
      if (at_ < xml_.size()) markup();
    }
    if (!open_.empty()) cut_off_ = true;
    if (cut_off_ && entry_level_ != npos) {
      out_.resize(entry_begin_);
      open_.resize(entry_level_);
    }
    while (!open_.empty()) close();
    return {std::move(out_), !cut_off_};
  }

 private:
  // Text outside of markup; NUL and control characters have no place in XML.
  void copy(std::string_view text) {
    for (char c : text) {
      if (static_cast<unsigned char>(c) >= 0x20 || is_space(c)) out_ += c;
    }
  }

  void markup() {
    std::string_view rest = xml_.substr(at_);
    if (rest.starts_with("<!--")) {
      skip_past(comment_end_, 3);
    } else if (rest.starts_with("<![CDATA[")) {
      cdata();
    } else if (rest.starts_with("<!")) {
      at_ = std::min(end_of_doctype(xml_, at_), xml_.size());
    } else if (rest.starts_with("<?")) {
      skip_past(instruction_end_, 2);
    } else if (rest.starts_with("</")) {
      end_tag();
    } else if (rest.size() > 1 && starts_name(rest[1])) {
      start_tag();
    } else {
      // A '<' of running text: "x < y".
      if (!open_.empty()) out_ += "&lt;";
      ++at_;
    }
  }

  // Comments and processing instructions; those without their end stop at the next '>', as in HTML.
  void skip_past(Ahead& end, std::size_t size) {
    auto found = end.from(at_ + 2);
    if (found != npos) {
      at_ = found + size;
      return;
    }
    found = xml_.find('>', at_);
    at_ = found == npos ? xml_.size() : found + 1;
  }

  void cdata() {
    auto begin = at_ + 9;
    auto end = cdata_end_.from(begin);
    auto next = xml_.find("<![CDATA[", begin);
    auto resume = end + 3;
    if (end == npos || next < end) {
      // Perhaps "]]>" is missing: the section then ends with its element.
      std::string closing = open_.empty() ? std::string() : "</" + std::string(open_.back()) + ">";
      auto within = xml_.substr(begin, std::min({next, end, xml_.size()}) - begin);
      auto element = closing.empty() ? npos : within.find(closing);
      if (element != npos) end = resume = begin + element;
    }
    if (end == npos) {
      cut_off_ = true;
      return;
    }
    if (!open_.empty()) {
      out_ += "<![CDATA[";
      copy(xml_.substr(begin, end - begin));
      out_ += "]]>";
    }
    at_ = resume;
  }

  void end_tag() {
    std::string_view name = name_at(xml_, at_ + 2);
    auto end = xml_.find_first_of("<>", at_ + 2);
    if (end == npos) {
      // The cut went through the very last tag: nothing is lost.
      if (name.empty() || open_.empty() || open_.back() != name) cut_off_ = true;
      end = xml_.size();
    }
    at_ = end < xml_.size() && xml_[end] == '>' ? end + 1 : end;
    if (cut_off_) return;
    auto found = std::find_if(open_.rbegin(), open_.rend(), [name](std::string_view open) {
      return open.size() == name.size() && text::equal_ignoring_case(open, name);
    });
    if (found == open_.rend()) return;  // closes nothing: drop it
    auto level = static_cast<std::size_t>(open_.rend() - found) - 1;
    while (open_.size() > level) close();
  }

  void start_tag() {
    std::string_view name = name_at(xml_, at_ + 1);
    imply_end_tags(local_name(name));
    auto begin = out_.size();
    out_ += '<';
    out_ += name;
    at_ += 1 + name.size();
    bool self_closing = false;
    if (!attributes(self_closing)) {
      out_.resize(begin);
      cut_off_ = true;
      return;
    }
    if (!self_closing && open_.size() >= kMaxDepth) {
      out_.resize(begin);
      return;
    }
    out_ += self_closing ? "/>" : ">";
    if (self_closing) return;
    if (entry_level_ == npos && contains(kEntries, local_name(name))) {
      entry_level_ = open_.size();
      entry_begin_ = begin;
    }
    open_.push_back(name);
  }

  // End tags that must be missing, because `name` cannot start inside of what is open.
  void imply_end_tags(std::string_view name) {
    if (contains(kEntries, name)) {
      auto level = entry_level_;
      if (level == npos) {
        // Something beside the entries is still open.
        const auto parent = std::find_if(open_.rbegin(), open_.rend(),
                                         [](auto open) { return contains(kEntryParents, local_name(open)); });
        level = parent == open_.rend() ? open_.size() : static_cast<std::size_t>(open_.rend() - parent);
      }
      while (open_.size() > level) close();
      return;
    }
    if (open_.size() < 2) return;
    std::string_view top = local_name(open_.back());
    if ((contains(kLeaves, top) && contains(kFeedElements, name)) ||
        (contains(kBodies, top) && contains(kNotHtml, name))) {
      close();
    }
  }

  // Copies the attributes with proper quotes, up to and past '>'. False at the end of the document.
  bool attributes(bool& self_closing) {
    while (at_ < xml_.size()) {
      char c = xml_[at_];
      if (c == '>') {
        ++at_;
        return true;
      }
      if (c == '<') return true;  // '>' is missing
      if (!starts_name(c)) {
        self_closing = c == '/' || (self_closing && is_space(c));
        ++at_;
        continue;
      }
      self_closing = false;
      std::string_view name = name_at(xml_, at_);
      at_ += name.size();
      attribute(name);
    }
    return false;
  }

  void attribute(std::string_view name) {
    auto equals = xml_.find_first_not_of(" \t\r\n", at_);
    std::string_view value = name;
    if (equals != npos && xml_[equals] == '=') {
      at_ = std::min(xml_.find_first_not_of(" \t\r\n", equals + 1), xml_.size());
      value = attribute_value();
    }
    out_ += ' ';
    out_ += name;
    out_ += "=\"";
    for (char c : value) {
      if (c == '"') {
        out_ += "&quot;";
      } else if (c == '<') {
        out_ += "&lt;";
      } else {
        copy({&c, 1});
      }
    }
    out_ += '"';
  }

  std::string_view attribute_value() {
    auto begin = at_;
    if (at_ < xml_.size() && (xml_[at_] == '"' || xml_[at_] == '\'')) {
      auto end = xml_.find(xml_[at_], at_ + 1);
      auto tag = tag_.from(at_ + 1);
      auto close = tag_end_.from(at_ + 1);
      if (close < tag && tag < end) {
        // The closing quote is missing: `<a href="x>text</a>`.
        at_ = close;
        return xml_.substr(begin + 1, close - begin - 1);
      }
      at_ = end == npos ? xml_.size() : end + 1;
      return xml_.substr(begin + 1, std::min(end, xml_.size()) - begin - 1);
    }
    while (at_ < xml_.size() && !is_space(xml_[at_]) && xml_[at_] != '>' && xml_[at_] != '<') {
      // The slash of "<br clear=all/>" ends the tag, that of "<rss xmlns=http://x/>" the address.
      const bool may_end_tag = xml_[at_] == '/' && at_ + 1 < xml_.size() && xml_[at_ + 1] == '>';
      if (may_end_tag && xml_.substr(begin, at_ - begin).find("://") == npos) break;
      ++at_;
    }
    return xml_.substr(begin, at_ - begin);
  }

  void close() {
    out_ += "</";
    out_ += open_.back();
    out_ += '>';
    open_.pop_back();
    if (open_.size() == entry_level_) entry_level_ = npos;
  }

  std::string_view xml_;
  std::string out_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;
  std::size_t entry_level_ = npos;  // open_.size() outside of the open entry
  std::size_t entry_begin_ = 0;     // where that entry starts in out_
  bool cut_off_ = false;
  Ahead comment_end_{xml_, "-->"};
  Ahead instruction_end_{xml_, "?>"};
  Ahead cdata_end_{xml_, "]]>"};
  Ahead tag_{xml_, "<"};
  Ahead tag_end_{xml_, ">"};
};

}  // namespace

Repaired repair_xml(std::string_view xml) { return Repairer(xml).run(); }

std::size_t end_of_doctype(std::string_view xml, std::size_t begin) {
  bool subset = false;
  for (std::size_t at = begin + 2; at < xml.size(); ++at) {
    char c = xml[at];
    if (c == '"' || c == '\'') {
      auto end = xml.find(c, at + 1);
      if (end == npos) return npos;
      at = end;
    } else if (c == '[') {
      subset = true;
    } else if (c == ']') {
      subset = false;
    } else if (xml.substr(at, 4) == "<!--") {
      auto end = xml.find("-->", at);
      if (end == npos) return npos;
      at = end + 2;
    } else if (c == '>' && !subset) {
      return at + 1;
    }
  }
  return npos;
}

}  // namespace newscache::feed
