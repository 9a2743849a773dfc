#include "client/xhtml.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "html/tokenizer.hpp"

namespace newscache::client {
namespace {

using html::Element;
using enum html::Element;

enum class Holds { nothing, phrases, parts, anything, what_its_parent_does };

// As the schema of EPUB has it. Elements that are not here lose their tags and keep their text: sections of tables too,
// whose order no author keeps.
struct Model {
  Element element;
  bool is_block;
  Holds holds;
  Element parent = unknown;  // it may stand in nothing else
  Element part = unknown;    // of one that holds parts: where anything else is put
};
constexpr Model models[] = {{a, false, Holds::what_its_parent_does},
                            {abbr, false, Holds::phrases},
                            {b, false, Holds::phrases},
                            {bdi, false, Holds::phrases},
                            {bdo, false, Holds::phrases},
                            {cite, false, Holds::phrases},
                            {code, false, Holds::phrases},
                            {del, false, Holds::what_its_parent_does},
                            {dfn, false, Holds::phrases},
                            {em, false, Holds::phrases},
                            {i, false, Holds::phrases},
                            {ins, false, Holds::what_its_parent_does},
                            {kbd, false, Holds::phrases},
                            {mark, false, Holds::phrases},
                            {q, false, Holds::phrases},
                            {rt, false, Holds::phrases, ruby},
                            {ruby, false, Holds::phrases},
                            {s, false, Holds::phrases},
                            {samp, false, Holds::phrases},
                            {small, false, Holds::phrases},
                            {span, false, Holds::phrases},
                            {strong, false, Holds::phrases},
                            {sub, false, Holds::phrases},
                            {sup, false, Holds::phrases},
                            {u, false, Holds::phrases},
                            {var, false, Holds::phrases},
                            {br, false, Holds::nothing},
                            {wbr, false, Holds::nothing},
                            {hr, true, Holds::nothing},
                            {h1, true, Holds::phrases},
                            {h2, true, Holds::phrases},
                            {h3, true, Holds::phrases},
                            {h4, true, Holds::phrases},
                            {h5, true, Holds::phrases},
                            {h6, true, Holds::phrases},
                            {p, true, Holds::phrases},
                            {pre, true, Holds::phrases},
                            {blockquote, true, Holds::anything},
                            {div, true, Holds::anything},
                            {figure, true, Holds::anything},
                            {figcaption, true, Holds::anything, figure},
                            {ul, true, Holds::parts, unknown, li},
                            {ol, true, Holds::parts, unknown, li},
                            {li, true, Holds::anything, ul},
                            {dl, true, Holds::parts, unknown, dd},
                            {dt, true, Holds::anything, dl},
                            {dd, true, Holds::anything, dl},
                            {table, true, Holds::parts, unknown, tr},
                            {caption, true, Holds::phrases, table},
                            {tr, true, Holds::parts, table, td},
                            {td, true, Holds::anything, tr},
                            {th, true, Holds::anything, tr}};
constexpr Model page{unknown, true, Holds::anything};
constexpr Model phrase{unknown, false, Holds::nothing};  // text, a picture

const Model* model_of(Element element) {
  const auto* found =
      std::find_if(std::begin(models), std::end(models), [&](const auto& m) { return m.element == element; });
  return found == std::end(models) ? nullptr : found;
}

bool fits_in(const Model& part, Element parent) { return part.parent == (parent == ol ? ul : parent); }

struct Rule {
  Element element;  // unknown: any
  std::string_view attribute;
};
constexpr Rule attributes[] = {{a, "href"},     {td, "colspan"}, {td, "rowspan"},   {th, "colspan"},
                               {th, "rowspan"}, {ol, "start"},   {unknown, "lang"}, {unknown, "dir"}};

void append_xml(std::string& out, std::string_view plain) {
  for (const char c : plain) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
  }
}

// U+FFFE and U+FFFF are no characters of XML.
void drop_noncharacters(std::string& text) {
  for (const std::string_view bad : {"\xef\xbf\xbe", "\xef\xbf\xbf"}) {
    for (auto at = text.find(bad); at != text.npos; at = text.find(bad, at)) text.erase(at, bad.size());
  }
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 5 && text.find_first_not_of("0123456789") == text.npos;
}

// As BCP 47 has it: "de", "zh-Hans".
bool is_language(std::string_view text) {
  for (bool first = true;; first = false) {
    const auto part = text.substr(0, text.find('-'));
    if (part.size() < (first ? 2 : 1) || part.size() > 8) return false;
    for (const char c : part) {
      const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!is_letter && (first || c < '0' || c > '9')) return false;
    }
    if (part.size() == text.size()) return true;
    text.remove_prefix(part.size() + 1);
  }
}

bool fits(std::string_view attribute, std::string_view value) {
  if (attribute == "href")
    return value.starts_with("http://") || value.starts_with("https://") ||
           (value.starts_with("mailto:") && value.size() > 7);
  if (attribute == "dir") return value == "ltr" || value == "rtl" || value == "auto";
  if (attribute == "lang") return is_language(value);
  return is_number(value) && (attribute == "start" || value.find_first_not_of('0') != value.npos);
}

void append_attributes(std::string& out, const html::Token& token) {
  for (const auto& rule : attributes) {
    if (rule.element != unknown && rule.element != token.element) continue;
    const auto value = html::attribute_value(token, rule.attribute);
    if (!fits(rule.attribute, value)) continue;
    out.append(" ").append(rule.attribute == "lang" ? "xml:lang" : rule.attribute).append("=\"");
    append_xml(out, rule.attribute == "href" ? uri_of(value) : value);
    out += '"';
  }
}

// Writes elements where they may stand: what stands around them ends before, or is put there, or they lose their tags.
class Writer {
 public:
  explicit Writer(const std::function<std::string(std::string_view)>& find) : find_(find) {
    open_.push_back({.model = &page});
  }

  std::string run(std::string_view safe_html) {
    html::Tokenizer tokens(safe_html);
    while (tokens.next()) {
      const auto& token = tokens.token();
      if (token.kind == html::TokenKind::text) text(token);
      if (token.kind == html::TokenKind::end_tag) end(token.element);
      if (token.kind != html::TokenKind::start_tag) continue;
      if (token.element == img) {
        picture(token);
      } else if (token.element == rp && parent().model->element == ruby) {
        tokens.skip_content();  // for readers that know no <ruby>
      } else if (const auto* model = model_of(token.element)) {
        start(*model, token);
      }
    }
    while (open_.size() > 1) pop();
    return std::move(out_);
  }

 private:
  struct Open {
    const Model* model;
    bool written = true;       // and not ended yet
    bool implied = false;      // no tag has asked for it
    Element last = unknown;    // what stands last in it; `ignored`: text or a picture
    bool captioned = false;    // a figure
    bool is_complete = false;  // a figure with its caption last
  };

  Open& parent() {
    return *std::find_if(open_.rbegin(), open_.rend(), [](const auto& open) { return open.written; });
  }

  Holds held_by_parent() const {
    for (auto open = open_.rbegin();; ++open) {
      if (open->written && open->model->holds != Holds::what_its_parent_does) return open->model->holds;
    }
  }

  // Makes room for it; false: it cannot stand here.
  bool place(const Model& model) {
    for (;;) {
      auto& around = parent();
      const bool is_part = model.parent != unknown;
      if (is_part && fits_in(model, around.model->element)) return takes_part(around, model.element);
      if (is_part && !around.implied) return false;
      if (!is_part && around.model->holds == Holds::parts) {
        imply(*model_of(around.model->part));
      } else if (is_part || around.is_complete || (model.is_block && held_by_parent() == Holds::phrases)) {
        finish(around);
      } else {
        return true;
      }
    }
  }

  bool takes_part(Open& around, Element part) {
    if (part == caption) return around.last == unknown;
    if (part == dd && around.last == unknown) out_ += "<dt></dt>";
    if (part == figcaption) {
      if (std::exchange(around.captioned, true)) return false;
      around.is_complete = around.last != unknown;
    }
    return true;
  }

  void imply(const Model& model) {
    if (!place(model)) return;
    write_start(model);
    out_ += '>';
    open_.push_back({.model = &model, .implied = true});
  }

  void write_start(const Model& model) {
    parent().last = model.element;
    out_.append("<").append(html::name(model.element));
  }

  void start(const Model& model, const html::Token& token) {
    const bool nests = model.element != a && model.element != dfn;
    const bool is_free = nests || std::none_of(open_.begin(), open_.end(),
                                               [&](const auto& open) { return open.written && open.model == &model; });
    const bool is_whole = model.element != bdo || fits("dir", html::attribute_value(token, "dir"));
    const bool written = is_free && is_whole && place(model);
    if (written) {
      write_start(model);
      append_attributes(out_, token);
      out_ += model.holds == Holds::nothing ? "/>" : ">";
    }
    if (model.holds != Holds::nothing) open_.push_back({.model = &model, .written = written});
  }

  // Safe HTML is balanced: what ends is the innermost that a tag has begun.
  void end(Element element) {
    const auto innermost = std::find_if(open_.rbegin(), open_.rend(), [](const auto& open) { return !open.implied; });
    if (element == unknown || innermost->model->element != element) return;
    for (auto count = innermost - open_.rbegin() + 1; count > 0; --count) pop();
    while (open_.back().implied && !open_.back().written) open_.pop_back();
  }

  void pop() {
    if (open_.back().written) finish(open_.back());
    open_.pop_back();
  }

  void finish(Open& open) {
    const auto element = open.model->element;
    if (element == dl && open.last == dt) out_ += "<dd></dd>";
    if (element == ruby && open.last != rt) out_ += "<rt></rt>";
    out_.append(html::end_tag_text(element));
    open.written = false;
  }

  void text(const html::Token& token) {
    std::string plain;
    html::append_decoded(plain, token.text, false);
    if (!html::is_all_space(plain))
      put(plain);
    else
      append_xml(out_, plain);
  }

  void put(std::string_view plain) {
    place(phrase);
    parent().last = ignored;
    append_xml(out_, plain);
  }

  void picture(const html::Token& token) {
    const auto alternative = html::attribute_value(token, "alt");
    const auto file = find_(html::attribute_value(token, "src"));
    if (!file.empty() || !alternative.empty()) put(file.empty() ? alternative : std::string());
    if (file.empty()) return;
    out_ += "<img src=\"";
    append_xml(out_, file);
    out_ += "\" alt=\"";
    append_xml(out_, alternative);
    out_ += "\"/>";
  }

  const std::function<std::string(std::string_view)>& find_;
  std::string out_;
  std::vector<Open> open_;  // the page itself first
};

}  // namespace

std::string to_xhtml(std::string_view safe_html, const std::function<std::string(std::string_view)>& find) {
  auto out = Writer(find).run(safe_html);
  drop_noncharacters(out);
  return out;
}

std::string uri_of(std::string_view url) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr std::string_view allowed = "-._~:/?@!$&'()*+,;=";
  // Brackets may stand around a host's number alone.
  const auto scheme = url.find("://");
  const auto path = scheme == url.npos ? 0 : std::min(url.find_first_of("/?#", scheme + 3), url.size());
  std::string uri(url.substr(0, path));
  bool in_fragment = false;
  for (auto at = path; at < url.size(); ++at) {
    const char c = url[at];
    const auto escaped = url.substr(at + 1, 2);
    const bool is_alphanumeric = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    const bool is_escape =
        c == '%' && escaped.size() == 2 && escaped.find_first_not_of("0123456789ABCDEFabcdef") == escaped.npos;
    const bool begins_fragment = c == '#' && !std::exchange(in_fragment, true);
    if (is_alphanumeric || is_escape || begins_fragment || allowed.find(c) != allowed.npos) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri.append("%").append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
    }
  }
  return uri;
}

std::string xml_text(std::string_view plain) {
  std::string out;
  append_xml(out, plain);
  drop_noncharacters(out);
  return out;
}

}  // namespace newscache::client
