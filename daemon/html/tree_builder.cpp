#include "html/tree_builder.hpp"

#include <algorithm>

#include "html/page.hpp"
#include "text/decode.hpp"
#include "text/utf8.hpp"

namespace newscache::html {

namespace {

constexpr std::size_t max_depth = 256;
constexpr std::size_t max_nodes = 120'000;
constexpr std::size_t max_attributes = 64;  // of an element
constexpr std::size_t max_value = 16 << 10;
constexpr std::size_t max_phrasing = 48;  // in one another; more mean nothing
constexpr std::size_t none = 0;           // no index of an open element but <html>'s

bool is_void(const Token& token) {
  if (kind(token.element) == ElementKind::empty || token.element == Element::col || token.element == Element::embed) {
    return true;
  }
  if (token.element != Element::ignored) return false;
  for (const std::string_view name : {"meta", "link", "input", "base", "area", "param", "frame", "keygen", "bgsound"}) {
    if (text::equal_ignoring_case(token.text, name)) return true;
  }
  return false;
}

// Elements that hide what is open around them from end tags.
bool is_scope(Element element) {
  return element == Element::table || element == Element::caption || is_cell(element) || element == Element::object;
}

bool is_special(Element element) {
  return kind(element) == ElementKind::flow || kind(element) == ElementKind::table || element == Element::object;
}

bool is_heading_mate(Element wanted, Element open) { return is_heading(wanted) && is_heading(open); }

}  // namespace

Document TreeBuilder::build(std::string page) {
  *document_.page_ = std::move(page);
  document_.nodes_.reserve(std::min(document_.page_->size() / 24 + 64, max_nodes));
  document_.attributes_.reserve(std::min(document_.page_->size() / 48 + 64, max_nodes));
  Tokenizer tokenizer(*document_.page_);
  tokenizer_ = &tokenizer;
  open(Document::root);
  open(Document::body);
  while (document_.size() < max_nodes && tokenizer.next()) {
    const auto& token = tokenizer.token();
    if (dropped_.takes(tokenizer)) continue;
    if (token.kind == TokenKind::start_tag) {
      start_tag(token);
    } else if (token.kind == TokenKind::end_tag) {
      end_tag(token);
    } else if (token.kind == TokenKind::text) {
      text(token);
    } else if (token.kind == TokenKind::doctype) {
      quirks_ = false;
    }
  }
  if (const auto rest = tokenizer.cut_off_text(); !rest.empty()) add_text(decoded(rest, false));
  return std::move(document_);
}

void TreeBuilder::start_tag(const Token& token) {
  if (token.element == Element::ignored) {
    const auto name = lower(token.text);
    if (name == "html") return read_attributes(Document::root, token);
    if (name == "head") return read_attributes(Document::head, token);
    if (name == "body") {
      leave_head();
      return read_attributes(Document::body, token);
    }
    // <font> and the like only change how text looks
    if (name == "font" || name == "big" || name == "nobr" || name == "basefont" || name == "frameset") return;
  }
  if (in_head_ && start_in_head(token)) return;
  leave_head();
  start_in_body(token);
}

// Whether that was an element of <head>.
bool TreeBuilder::start_in_head(const Token& token) {
  if (token.element == Element::script || token.element == Element::style || token.element == Element::title) {
    return start_raw_text(token);
  }
  if (token.element == Element::noscript) return true;
  if (token.element != Element::ignored) return false;
  const auto name = lower(token.text);
  if (name != "meta" && name != "link" && name != "base") return false;
  document_.append(Document::head, add_element(token));
  return true;
}

void TreeBuilder::leave_head() { in_head_ = false; }

void TreeBuilder::start_in_body(const Token& token) {
  const Element element = token.element;
  if (kind(element) == ElementKind::raw_text && start_raw_text(token)) return;
  if (kind(element) == ElementKind::table) return start_table_part(token);
  const bool form = element == Element::div && text::equal_ignoring_case(token.text, "form");
  if (form && is_table_context(top())) return;
  if (kind(element) == ElementKind::flow || element == Element::hr) start_block(element, token.text);
  if (element == Element::a && is_open(Element::a)) {
    const auto index = innermost(Element::a);
    const bool hidden = std::any_of(open_.begin() + static_cast<std::ptrdiff_t>(index) + 1, open_.end(),
                                    [](const Open& open) { return is_special(open.element); });
    if (!hidden) pop_to(index);
  }
  const bool phrasing = kind(element) == ElementKind::phrasing;
  if (phrasing && count_[static_cast<std::size_t>(element)] >= max_phrasing) return;
  if (is_void(token)) return link(add_element(token));
  push(token);
  if (element == Element::iframe) {
    tokenizer_->skip_content();
    pop();
  }
}

// What a block ends.
void TreeBuilder::start_block(Element element, std::string_view name) {
  if (element == Element::li || element == Element::dd || element == Element::dt) close_item(element);
  if (!text::equal_ignoring_case(name, "legend")) close_paragraph();
  if (is_heading(element) && is_heading(top())) pop();
}

// False when its content is markup to us.
bool TreeBuilder::start_raw_text(const Token& token) {
  if (token.element == Element::xmp || token.element == Element::plaintext) {
    close_paragraph();
    push_implied("pre");
    const bool to_the_end = token.element == Element::plaintext;
    add_text(to_the_end ? tokenizer_->rest() : tokenizer_->raw_text());
    pop();
    return true;
  }
  const bool data = token.element == Element::script && find_attribute(token, "type") != nullptr &&
                    find_attribute(token, "type")->value.find("ld+json") != std::string_view::npos;
  const bool title = token.element == Element::title;
  if (!data && !title) {
    tokenizer_->raw_text();
    return true;
  }
  const NodeId node = add_element(token);
  document_.append(Document::head, node);
  const auto content = tokenizer_->raw_text();
  const NodeId text = document_.new_text({});
  document_.nodes_[text].text = title ? decoded(content, false) : content;
  document_.append(node, text);
  return true;
}

void TreeBuilder::start_table_part(const Token& token) {
  const Element element = token.element;
  if (element == Element::table) {
    if (!quirks_) close_paragraph();
    if (is_table_context(top())) pop_to(innermost(Element::table));
    return push(token);
  }
  const std::size_t table = innermost(Element::table);
  if (table == none || open_.size() + 4 > max_depth) return;
  if (element == Element::caption || element == Element::colgroup || is_section_of_table(element)) {
    pop_above(table);
    return push(token);
  }
  if (element == Element::col) {
    pop_above(table);
    return document_.append(open_.back().node, add_element(token));
  }
  std::size_t level = table;  // of the innermost section or row that lasts
  if (level + 1 < open_.size() && is_section_of_table(open_[level + 1].element)) ++level;
  if (level > table && element != Element::tr && level + 1 < open_.size() && open_[level + 1].element == Element::tr) {
    ++level;
  }
  pop_above(level);
  if (top() == Element::table) push_implied("tbody");
  if (element != Element::tr && top() != Element::tr) push_implied("tr");
  push(token);
}

void TreeBuilder::end_tag(const Token& token) {
  const Element element = token.element;
  if (element == Element::br) return link(document_.new_element("br"));
  if (is_void(token) || kind(element) == ElementKind::raw_text) return;
  if (element == Element::ignored) {
    const auto name = lower(token.text);
    if (name == "head") return leave_head();
    if (name == "html" || name == "body") return;
  }
  auto& skipped = skipped_[static_cast<std::size_t>(element)];
  if (skipped > 0) {
    --skipped;
    return;
  }
  if (!is_open(element) && !is_heading(element)) return;
  const std::size_t index = find_in_scope(element, lower(token.text));
  if (index == none) return;
  const bool form = element == Element::div && document_.is(open_[index].node, "form");
  const bool lasts = form || !is_special(element);
  const auto above = open_.begin() + static_cast<std::ptrdiff_t>(index) + 1;
  if (lasts && std::any_of(above, open_.end(), [](const Open& open) { return is_special(open.element); })) {
    open_[index].ends = true;
    return;
  }
  pop_to(index);
}

std::size_t TreeBuilder::find_in_scope(Element element, std::string_view name) const {
  const bool table_part = kind(element) == ElementKind::table;
  // names that mean the same element are told apart
  const bool by_name = element == Element::div || element == Element::unknown || element == Element::ignored;
  for (std::size_t index = open_.size() - 1; index > 1; --index) {
    const auto& open = open_[index];
    if (open.ends) continue;
    if (open.element == element ? !by_name || document_.is(open.node, name) : is_heading_mate(element, open.element)) {
      return index;
    }
    if (table_part ? open.element == Element::table : is_scope(open.element)) return none;
    const bool list = open.element == Element::ul || open.element == Element::ol;
    if (element == Element::li && list) return none;
  }
  return none;
}

std::size_t TreeBuilder::innermost(Element element) const {
  if (!is_open(element)) return none;
  std::size_t index = open_.size() - 1;
  while (index > 0 && open_[index].element != element) --index;
  return index;
}

void TreeBuilder::close_paragraph() {
  if (!is_open(Element::p)) return;
  for (std::size_t index = open_.size() - 1; index > 1; --index) {
    const auto& open = open_[index];
    if (open.element == Element::p) return pop_to(index);
    if (is_scope(open.element) || document_.is(open.node, "button")) return;
  }
}

// "A start tag whose tag name is li", and of "dd" or "dt".
void TreeBuilder::close_item(Element element) {
  for (std::size_t index = open_.size() - 1; index > 1; --index) {
    const Element open = open_[index].element;
    const bool same = element == Element::li ? open == element : open == Element::dd || open == Element::dt;
    if (same) return pop_to(index);
    if (is_special(open) && open != Element::address && open != Element::div && open != Element::p) return;
  }
}

void TreeBuilder::text(const Token& token) {
  const bool space = is_all_space(token.text);
  if (space) {
    // nothing to see where a block begins, nor between the parts of a table or a list
    const Element around = top();
    if (in_head_ || is_table_context(around) || around == Element::ul || around == Element::ol) return;
    const NodeId before = document_[open_.back().node].last;
    const bool at_edge = before == no_node ? is_block(around) : is_block(document_[before].element);
    if (at_edge && around != Element::pre) return;
  }
  leave_head();
  add_text(token.plain ? token.text : decoded(token.text, false));
}

void TreeBuilder::add_text(std::string_view decoded) {
  Node node;
  node.is_text = true;
  node.text = decoded;
  document_.nodes_.push_back(node);
  link(static_cast<NodeId>(document_.size() - 1));
}

NodeId TreeBuilder::add_element(const Token& token) {
  Node node;
  node.element = token.element;
  node.text = lower(token.text);
  document_.nodes_.push_back(node);
  const auto id = static_cast<NodeId>(document_.size() - 1);
  read_attributes(id, token);
  return id;
}

// Where the next node belongs: in front of a table that has no place for it.
void TreeBuilder::link(NodeId node) {
  if (is_table_context(top()) && kind(document_[node].element) != ElementKind::table) {
    const NodeId table = open_[innermost(Element::table)].node;
    if (document_[table].parent != no_node) return document_.insert_before(table, node);
  }
  document_.append(open_.back().node, node);
}

void TreeBuilder::read_attributes(NodeId id, const Token& token) {
  Node& node = document_.nodes_[id];
  if (node.attribute_count > 0 || token.attributes.empty()) return;  // of a second <body>
  node.attributes = static_cast<std::uint32_t>(document_.attributes_.size());
  for (const auto& attribute : token.attributes) {
    if (node.attribute_count >= max_attributes) break;
    const auto value = text::cut_utf8(attribute.value, max_value);
    document_.attributes_.push_back({lower(attribute.name), decoded(value, true)});
    ++node.attribute_count;
  }
}

std::string_view TreeBuilder::decoded(std::string_view raw, bool in_attribute) {
  const auto special = [](char c) {
    return c == '&' || c == '\r' || (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t');
  };
  if (std::none_of(raw.begin(), raw.end(), special)) return raw;
  buffer_.clear();
  append_decoded(buffer_, raw, in_attribute);
  return document_.keep(buffer_);
}

std::string_view TreeBuilder::lower(std::string_view name) {
  if (std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) return name;
  return document_.keep(text::to_lower(name));
}

void TreeBuilder::push(const Token& token) {
  if (open_.size() >= max_depth) {
    ++skipped_[static_cast<std::size_t>(token.element)];
    return;
  }
  const NodeId node = add_element(token);
  link(node);
  open(node);
}

void TreeBuilder::push_implied(std::string_view name) {
  const NodeId node = document_.new_element(name);
  link(node);
  open(node);
}

void TreeBuilder::open(NodeId node) {
  const Element element = document_[node].element;
  open_.push_back({node, element});
  ++count_[static_cast<std::size_t>(element)];
}

void TreeBuilder::pop() {
  --count_[static_cast<std::size_t>(top())];
  open_.pop_back();
}

void TreeBuilder::pop_to(std::size_t index) {
  pop_above(index - 1);
  while (open_.back().ends) pop();
}

void TreeBuilder::pop_above(std::size_t index) {
  while (open_.size() > std::max<std::size_t>(index + 1, 2)) pop();
}

Document parse_page(std::string_view bytes, const PageOptions& options) {
  auto page = text::decode_html(bytes.substr(0, options.max_bytes), options.content_type).utf8;
  std::erase(page, '\0');
  return TreeBuilder().build(std::move(page));
}

}  // namespace newscache::html
