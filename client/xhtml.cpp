#include "client/xhtml.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "html/tokenizer.hpp"
#include "text/utf8.hpp"

namespace newscache::client {
namespace {

// What else there is loses its tags and keeps its text.
constexpr std::string_view blocks[] = {"blockquote", "dd", "div",   "dl",  "dt",    "figcaption", "figure",
                                       "h1",         "h2", "h3",    "h4",  "h5",    "h6",         "hr",
                                       "li",         "ol", "p",     "pre", "table", "tbody",      "td",
                                       "tfoot",      "th", "thead", "tr",  "ul",    "caption"};
constexpr std::string_view inlines[] = {"a",    "abbr",  "b",    "bdi",    "bdo",  "br",  "cite", "code", "del",  "dfn",
                                        "em",   "i",     "ins",  "kbd",    "mark", "q",   "rp",   "rt",   "ruby", "s",
                                        "samp", "small", "span", "strong", "sub",  "sup", "u",    "var",  "wbr"};
constexpr std::string_view voids[] = {"br", "hr", "wbr"};

struct Rule {
  std::string_view element;  // empty: any
  std::string_view attribute;
};
constexpr Rule attributes[] = {{"a", "href"},     {"td", "colspan"}, {"td", "rowspan"}, {"th", "colspan"},
                               {"th", "rowspan"}, {"ol", "start"},   {"", "lang"},      {"", "dir"}};

template <class List>
bool has(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

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

std::string value_of(const html::Token& token, std::string_view name) {
  std::string value;
  if (const auto* attribute = html::find_attribute(token, name)) html::append_decoded(value, attribute->value, true);
  return value;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 6 && text.find_first_not_of("0123456789") == text.npos;
}

bool fits(std::string_view attribute, std::string_view value) {
  if (attribute == "href")
    return value.starts_with("http://") || value.starts_with("https://") || value.starts_with("mailto:");
  if (attribute == "dir") return value == "ltr" || value == "rtl" || value == "auto";
  if (attribute == "lang") return !value.empty() && value.size() < 36 && value.find_first_of(" \t\n") == value.npos;
  return is_number(value);
}

void append_attributes(std::string& out, const html::Token& token, std::string_view name) {
  for (const auto& rule : attributes) {
    if (!rule.element.empty() && rule.element != name) continue;
    const auto value = value_of(token, rule.attribute);
    if (!fits(rule.attribute, value)) continue;
    out.append(" ").append(rule.attribute == "lang" ? "xml:lang" : rule.attribute).append("=\"");
    append_xml(out, value);
    out += '"';
  }
}

void append_picture(std::string& out, const html::Token& token,
                    const std::function<std::string(std::string_view)>& find) {
  const auto alternative = value_of(token, "alt");
  const auto place = find(value_of(token, "src"));
  if (place.empty()) {
    append_xml(out, alternative);
    return;
  }
  out += "<img src=\"";
  append_xml(out, place);
  out += "\" alt=\"";
  append_xml(out, alternative);
  out += "\"/>";
}

}  // namespace

std::string to_xhtml(std::string_view safe_html, const std::function<std::string(std::string_view)>& find) {
  std::string out;
  std::vector<std::string> open;
  html::Tokenizer tokens(safe_html);
  while (tokens.next()) {
    const auto& token = tokens.token();
    if (token.kind == html::TokenKind::text) {
      std::string plain;
      html::append_decoded(plain, token.text, false);
      append_xml(out, plain);
      continue;
    }
    const auto name = text::to_lower(token.text);
    const bool is_known = has(blocks, name) || has(inlines, name);
    if (token.kind == html::TokenKind::start_tag && name == "img") append_picture(out, token, find);
    if (!is_known) continue;
    if (token.kind == html::TokenKind::start_tag) {
      out.append("<").append(name);
      append_attributes(out, token, name);
      out += has(voids, name) ? "/>" : ">";
      if (!has(voids, name)) open.push_back(name);
    } else if (token.kind == html::TokenKind::end_tag && !open.empty() && open.back() == name) {
      out.append("</").append(name).append(">");
      open.pop_back();
    }
  }
  for (; !open.empty(); open.pop_back()) out.append("</").append(open.back()).append(">");
  drop_noncharacters(out);
  return out;
}

std::string xml_text(std::string_view plain) {
  std::string out;
  append_xml(out, plain);
  drop_noncharacters(out);
  return out;
}

}  // namespace newscache::client
