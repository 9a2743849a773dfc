#include "feed/xml.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "feed/names.hpp"
#include "feed/repair.hpp"
#include "text/entities.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"
#include "text/words.hpp"

namespace newscache::feed {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t kMaxBindings = 64;   // namespace declarations on one element
constexpr std::size_t kMaxEntities = 64;   // declared in the internal subset
constexpr int kMaxEntityDepth = 4;         // entities within entities
constexpr std::size_t kMaxReference = 40;  // bytes between '&' and ';'

// White space is kept since it counts in mixed content; embedded text saves a node for every element that holds only
// text. No parse_escapes: references are ours.
constexpr unsigned kParseFlags = pugi::parse_cdata | pugi::parse_ws_pcdata | pugi::parse_embed_pcdata |
                                 pugi::parse_wconv_attribute | pugi::parse_eol;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == ':' || (c & 0x80) != 0;
}

bool is_forbidden(char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; }

// Bit 7 of each byte below a blank.
text::Word control_bytes(text::Word word) {
  const auto at_least_blank = (word & text::in_every_byte(0x7F)) + text::in_every_byte(0x60);
  return ~(at_least_blank | word) & text::in_every_byte(0x80);
}

// Of the bytes marked in `controls`, nearly always a line's end.
bool any_forbidden(text::Word word, text::Word controls) {
  for (; controls != 0; controls &= controls - 1) {
    if (is_forbidden(static_cast<char>(word >> (std::countr_zero(controls) - 7)))) return true;
  }
  return false;
}

bool has_control_characters(std::string_view text) {
  constexpr std::size_t kStep = 2 * sizeof(text::Word);
  std::size_t at = 0;
  for (; text.size() - at >= kStep; at += kStep) {
    const auto one = text::load_word(text.data() + at);
    const auto two = text::load_word(text.data() + at + sizeof one);
    const auto in_one = control_bytes(one);
    const auto in_two = control_bytes(two);
    if ((in_one | in_two) != 0 && (any_forbidden(one, in_one) || any_forbidden(two, in_two))) return true;
  }
  return std::any_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_forbidden);
}

// Past the '>' that ends the tag at `begin`; counts its attributes.
std::size_t scan_tag(std::string_view xml, std::size_t begin, MarkupCount& count, bool& empty) {
  for (std::size_t at = begin; at < xml.size(); ++at) {
    const char c = xml[at];
    if (c > '>') continue;  // most of all names
    if (c == '>') {
      empty = xml[at - 1] == '/';
      return at + 1;
    }
    if (c == '=') {
      ++count.attributes;
    } else if (c == '"' || c == '\'') {
      at = std::min(xml.find(c, at + 1), xml.size());
    }
  }
  return xml.size();
}

// Four characters as they are in memory, to be compared at once.
constexpr std::uint32_t four(const char (&text)[5]) {
  return std::bit_cast<std::uint32_t>(std::array{text[0], text[1], text[2], text[3]});
}

// XML's own five, which are nearly all that occur: "&lt;" and its like. The bytes taken, or 0.
std::size_t read_xml_reference(std::string_view raw, char& means) {
  if (raw.size() < 4) return 0;
  std::uint32_t start;
  std::memcpy(&start, raw.data(), sizeof start);
  if (start == four("&lt;")) {
    means = '<';
    return 4;
  }
  if (start == four("&gt;")) {
    means = '>';
    return 4;
  }
  const bool amp = start == four("&amp");
  if (!amp && start != four("&quo") && start != four("&apo")) return 0;
  const auto rest = raw.substr(4, amp ? 1 : 2);
  if (rest != (amp ? ";" : raw[1] == 'q' ? "t;" : "s;")) return 0;
  means = amp ? '&' : raw[1] == 'q' ? '"' : '\'';
  return amp ? 5 : 6;
}

struct Taken {
  std::size_t bytes;
  bool up_to_reference;  // to one that is none of XML's own, or to a bare ampersand
};

// Appends the start of `raw`, XML's own references decoded, up to another reference or a bound. Escaped HTML is dense
// in references, so that eight bytes at a time beat searching and appending.
Taken append_plain(std::string& out, std::string_view raw) {
  constexpr std::size_t kBlock = 1024;
  const auto block = std::min(raw.size(), kBlock);
  const auto start = out.size();
  // What is written is never longer than what has been read, but for the rest of a word.
  out.resize(start + block + sizeof(text::Word));
  char* to = out.data() + start;
  std::size_t at = 0;
  bool other = false;
  while (at < block && !other) {
    if (block - at >= sizeof(text::Word)) {
      const auto word = text::load_word(raw.data() + at);
      std::memcpy(to, &word, sizeof word);
      const auto ampersands = text::equal_bytes(word, '&');
      const auto plain = ampersands == 0 ? sizeof word : text::first_byte(ampersands);
      at += plain;
      to += plain;
      if (ampersands == 0) continue;
    } else if (raw[at] != '&') {
      *to++ = raw[at++];
      continue;
    }
    const auto taken = read_xml_reference({raw.data() + at, raw.size() - at}, *to);
    other = taken == 0;
    at += taken;
    to += other ? 0 : 1;
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return {at, other};
}

std::size_t past(std::string_view xml, std::string_view end, std::size_t from) {
  const auto found = xml.find(end, from);
  return found == npos ? xml.size() : found + end.size();
}

}  // namespace

void remove_control_characters(std::string& text) { std::erase_if(text, is_forbidden); }

MarkupCount count_markup(std::string_view xml) {
  MarkupCount count;
  std::size_t depth = 0;
  std::size_t last = 0;
  for (auto at = xml.find('<'); at != npos; at = xml.find('<', last)) {
    count.nodes += at > last ? 2 : 1;
    char c = at + 1 < xml.size() ? xml[at + 1] : '\0';
    if (c == '/') {
      if (depth > 0) --depth;
      last = past(xml, ">", at);
    } else if (c == '?') {
      last = past(xml, "?>", at);
    } else if (c == '!') {
      std::string_view rest = xml.substr(at);
      if (rest.starts_with("<!--")) {
        last = past(xml, "-->", at);
      } else if (rest.starts_with("<![CDATA[")) {
        last = past(xml, "]]>", at);
      } else {
        if (count.doctype == npos && text::equal_ignoring_case(rest.substr(0, 9), "<!DOCTYPE")) count.doctype = at;
        last = std::min(end_of_doctype(xml, at), xml.size());
        // pugixml may see the end of an odd doctype earlier, so what it could find in there counts.
        std::string_view inside = rest.substr(1, last - at - 1);
        count.nodes += 2 * static_cast<std::size_t>(std::count(inside.begin(), inside.end(), '<'));
        count.attributes += static_cast<std::size_t>(std::count(inside.begin(), inside.end(), '='));
      }
    } else if (is_name_char(c)) {
      bool empty = false;
      last = scan_tag(xml, at + 1, count, empty);
      if (!empty) count.depth = std::max(count.depth, ++depth);
    } else {
      last = at + 1;
    }
  }
  return count;
}

Result<void> XmlDocument::check(const MarkupCount& count, const ParseLimits& limits) const {
  auto refuse = [](const char* what, std::size_t is, std::size_t limit) {
    return Error{Cause::too_large, std::string("the document has ") + what + " (" + std::to_string(is) +
                                       ", the limit is " + std::to_string(limit) + ")"};
  };
  if (count.nodes > limits.max_nodes) return refuse("too many elements", count.nodes, limits.max_nodes);
  if (count.attributes > limits.max_attributes)
    return refuse("too many attributes", count.attributes, limits.max_attributes);
  if (count.depth > limits.max_depth) return refuse("too deeply nested elements", count.depth, limits.max_depth);
  return {};
}

Result<void> XmlDocument::load(std::string text, const std::function<std::string()>& again, const ParseLimits& limits) {
  buffer_ = std::move(text);
  std::string& utf8 = buffer_;
  if (has_control_characters(utf8)) {
    remove_control_characters(utf8);
    lenient_ = true;
  }
  MarkupCount count = count_markup(utf8);
  if (count.doctype != npos) {
    auto end = std::min(end_of_doctype(utf8, count.doctype), utf8.size());
    read_entities(std::string_view(utf8).substr(count.doctype, end - count.doctype));
  }
  if (!utf8.empty() && utf8.front() != '<') lenient_ = true;
  auto checked = check(count, limits);
  // The counts of an ill-formed document mean little: unclosed tags look like depth. The strict parser stops at the
  // first error, and what repair makes is counted again.
  bool only_deep = checked.has_error() && count.nodes <= limits.max_nodes && count.attributes <= limits.max_attributes;
  if (checked.has_error() && !only_deep) return checked;
  if (tree_.load_buffer_inplace(buffer_.data(), buffer_.size(), kParseFlags, pugi::encoding_utf8)) {
    if (only_deep) return checked;
    return {};
  }
  lenient_ = true;
  tree_.reset();
  Repaired repaired = repair_xml(again());
  complete_ = repaired.complete;
  buffer_ = std::move(repaired.xml);
  checked = check(count_markup(buffer_), limits);
  if (checked.has_error()) return checked;
  if (!tree_.load_buffer_inplace(buffer_.data(), buffer_.size(), kParseFlags, pugi::encoding_utf8)) {
    return Error{Cause::not_a_feed, "neither XML nor JSON: no element can be made out in it"};
  }
  return {};
}

// <!ENTITY name "value">; external and parameter entities are passed over.
void XmlDocument::read_entities(std::string_view doctype) {
  constexpr std::string_view kStart = "<!ENTITY";
  for (auto at = doctype.find(kStart); at != npos && entities_.size() < kMaxEntities; at = doctype.find(kStart, at)) {
    at += kStart.size();
    auto skip_space = [&] {
      while (at < doctype.size() && is_space(doctype[at])) ++at;
    };
    skip_space();
    auto begin = at;
    while (at < doctype.size() && is_name_char(doctype[at])) ++at;
    std::string_view name = doctype.substr(begin, at - begin);
    skip_space();
    if (name.empty() || at >= doctype.size() || (doctype[at] != '"' && doctype[at] != '\'')) continue;
    auto end = doctype.find(doctype[at], at + 1);
    if (end == npos) return;
    if (find_entity(name) == nullptr) {
      entities_.push_back({std::string(name), std::string(doctype.substr(at + 1, end - at - 1))});
    }
    at = end + 1;
  }
}

const XmlDocument::Entity* XmlDocument::find_entity(std::string_view name) const {
  for (const Entity& entity : entities_) {
    if (entity.name == name) return &entity;
  }
  return nullptr;
}

// False when there is no such entity, or its expansion is past the bounds.
bool XmlDocument::append_entity(std::string& out, std::string_view name, int depth) {
  const Entity* entity = find_entity(name);
  if (entity == nullptr || depth > kMaxEntityDepth || entity->value.size() > expansion_left_) return false;
  expansion_left_ -= entity->value.size();
  std::string_view raw = entity->value;
  for (;;) {
    auto at = raw.find('&');
    out += raw.substr(0, at);
    if (at == npos) return true;
    raw.remove_prefix(at);
    auto end = raw.substr(0, kMaxReference).find(';');
    if (end != npos && append_entity(out, raw.substr(1, end - 1), depth + 1)) {
      raw.remove_prefix(end + 1);
    } else if (auto taken = end != npos ? text::decode_reference(raw, out, false) : 0; taken > 0) {
      raw.remove_prefix(taken);
    } else {
      out += '&';
      raw.remove_prefix(1);
      lenient_ = true;
    }
  }
}

void XmlDocument::append_decoded(std::string& out, std::string_view raw) {
  constexpr std::size_t kLongRun = 256;  // bytes; from there on memchr and memcpy win
  while (!raw.empty()) {
    const auto at = std::min(raw.find('&'), raw.size());
    if (at == raw.size() || at >= kLongRun) {
      out += raw.substr(0, at);
      raw.remove_prefix(at);
      continue;
    }
    const auto taken = append_plain(out, raw);
    raw.remove_prefix(taken.bytes);
    if (taken.up_to_reference) raw.remove_prefix(append_other_reference(out, raw));
  }
}

// Any reference but XML's own, or a bare ampersand. The bytes taken.
std::size_t XmlDocument::append_other_reference(std::string& out, std::string_view raw) {
  // Unlike in HTML a reference ends with ';' always: "a&copy=1" is the text of a careless URL.
  std::size_t end = 1;
  while (end < raw.size() && end < kMaxReference && (is_name_char(raw[end]) || raw[end] == '#')) ++end;
  bool reference = end < raw.size() && raw[end] == ';' && end > 1;
  std::string_view name = raw.substr(1, end - 1);
  if (reference && !entities_.empty() && append_entity(out, name, 0)) return end + 1;
  auto before = out.size();
  auto taken = reference ? text::decode_reference(raw.substr(0, end + 1), out, false) : 0;
  if (taken != end + 1) {
    out.resize(before);
    out += '&';
    lenient_ = true;
    return 1;
  }
  if (name[0] != '#') lenient_ = true;  // HTML's, undeclared
  return taken;
}

void XmlDocument::append_expanded(std::string& out, std::string_view raw) {
  for (;;) {
    auto at = entities_.empty() ? npos : raw.find('&');
    out += raw.substr(0, at);
    if (at == npos) return;
    raw.remove_prefix(at);
    auto end = raw.substr(0, kMaxReference).find(';');
    std::string value;
    if (end != npos && append_entity(value, raw.substr(1, end - 1), 0)) {
      text::append_escaped(out, value);
      raw.remove_prefix(end + 1);
    } else {
      out += '&';
      raw.remove_prefix(1);
    }
  }
}

std::string XmlDocument::decode(std::string_view raw) {
  std::string out;
  append_decoded(out, raw);
  return out;
}

std::string XmlDocument::text(pugi::xml_node element) {
  std::string out;
  std::string_view first = element.value();
  out.reserve(first.size());
  append_decoded(out, first);
  for (pugi::xml_node child = element.first_child(); child; child = child.next_sibling()) {
    if (child.type() == pugi::node_pcdata) {
      append_decoded(out, child.value());
    } else if (child.type() == pugi::node_cdata) {
      out += child.value();
    }
  }
  return out;
}

Element::Element(XmlDocument& document, pugi::xml_node node, std::string_view base)
    : document_(document), node_(node), base_(base) {
  read_attributes();
}

Element::Element(const Element& parent, pugi::xml_node node)
    : document_(parent.document_),
      parent_(&parent),
      node_(node),
      core_(parent.core_),
      base_(parent.base_),
      language_(parent.language_) {
  read_attributes();
}

void Element::read_attributes() {
  std::string_view full = node_.name();
  auto colon = full.find(':');
  prefix_ = colon == npos ? std::string_view() : full.substr(0, colon);
  name_ = colon == npos ? full : full.substr(colon + 1);
  for (auto attribute = node_.first_attribute(); attribute; attribute = attribute.next_attribute()) {
    std::string_view name = attribute.name();
    if (name.size() < 5 || name[0] != 'x' || name[1] != 'm' || name[2] != 'l') continue;
    if (name == "xml:base") {
      std::string resolved = text::resolve_url(base_, document_.decode(attribute.value()));
      if (resolved.empty()) continue;  // "javascript:", "tag:" and nonsense
      own_base_ = std::move(resolved);
      base_ = own_base_;
    } else if (name == "xml:lang") {
      language_ = document_.decode(attribute.value());
      own_language_ = true;
    } else if (name.starts_with("xmlns") && (name.size() == 5 || name[5] == ':') && bindings_.size() < kMaxBindings) {
      std::string_view uri = attribute.value();
      bindings_.push_back({name.size() == 5 ? std::string_view() : name.substr(6), uri, namespace_of_uri(uri)});
    }
  }
  ns_ = resolve_prefix(prefix_);
}

const Element::Binding* Element::binding(std::string_view prefix) const {
  for (const Element* at = this; at != nullptr; at = at->parent_) {
    for (const Binding& candidate : at->bindings_) {
      if (candidate.prefix == prefix) return &candidate;
    }
  }
  return nullptr;
}

Ns Element::resolve_prefix(std::string_view prefix) const {
  const Binding* found = binding(prefix);
  if (found != nullptr) return found->ns == Ns::none ? core_ : found->ns;
  return prefix.empty() ? core_ : namespace_of_prefix(prefix);
}

bool Element::is(Ns ns, std::string_view name) const { return ns_ == ns && text::equal_ignoring_case(name_, name); }

std::string_view Element::ns_uri() const {
  const Binding* found = binding(prefix_);
  return found == nullptr ? std::string_view() : found->uri;
}

void Element::adopt(Ns core) {
  core_ = core;
  for (Binding& own : bindings_) {
    if (own.prefix.empty() && (prefix_.empty() || own.ns == Ns::unknown)) own.ns = core;
  }
  if (prefix_.empty()) ns_ = core;
}

std::string Element::trimmed_text() const {
  std::string value = text();
  std::string_view trimmed = text::trim(value);
  return trimmed.size() == value.size() ? value : std::string(trimmed);
}

pugi::xml_attribute Element::find_attribute(std::string_view name) const {
  pugi::xml_attribute other;
  for (auto attribute = node_.first_attribute(); attribute; attribute = attribute.next_attribute()) {
    std::string_view full = attribute.name();
    if (full == name) return attribute;
    if (other || full.size() < name.size()) continue;
    std::string_view local = local_name(full);
    if (local.size() == name.size() && text::equal_ignoring_case(local, name) && !full.starts_with("xml:") &&
        !full.starts_with("xmlns"))
      other = attribute;
  }
  return other;
}

std::string Element::attribute(std::string_view name) const {
  pugi::xml_attribute found = find_attribute(name);
  if (!found) return {};
  return std::string(text::trim(document_.decode(found.value())));
}

bool Element::has_attribute(std::string_view name) const { return static_cast<bool>(find_attribute(name)); }

bool Element::has_child_elements() const {
  for (pugi::xml_node child = node_.first_child(); child; child = child.next_sibling()) {
    if (child.type() == pugi::node_element) return true;
  }
  return false;
}

std::string Element::resolve(std::string_view reference) const {
  std::string_view trimmed = text::trim(reference);
  if (trimmed.empty()) return {};
  return text::resolve_url(base_, trimmed, document_.keeps_relative());
}

std::string Element::url() const { return resolve(text()); }
std::string Element::url_attribute(std::string_view name) const { return resolve(attribute(name)); }

}  // namespace newscache::feed
