#include "feed/parse.hpp"

#include <algorithm>

#include "feed/fields.hpp"
#include "feed/names.hpp"
#include "feed/repair.hpp"
#include "feed/xml.hpp"
#include "text/decode.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

constexpr auto npos = std::string_view::npos;

enum class Root { none, rss, atom };

Error not_a_feed(std::string what) { return {Cause::not_a_feed, std::move(what)}; }

// The first byte that is neither white space, BOM nor the zero half of a UTF-16 letter decides.
bool looks_like_json(std::string_view bytes) {
  auto first = bytes.find_first_not_of(std::string_view(" \t\r\n\xEF\xBB\xBF\xFF\xFE\0", 10));
  return first != npos && (bytes[first] == '{' || bytes[first] == '[');
}

bool is_html_page(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const auto starts_with = [text](std::string_view tag) {
    return text::equal_ignoring_case(text.substr(0, tag.size()), tag);
  };
  return starts_with("<!doctype html") || starts_with("<html");
}

// Where a whole feed starts inside an HTML page: some servers wrap their feed in their template. npos when there is
// none.
std::size_t feed_within_html(std::string_view text) {
  int candidates = 100;  // enough for a page about feeds, few for one made of "<rss"
  for (std::string_view root : {"<rss", "<feed", "<rdf:RDF"}) {
    for (auto at = text.find(root); at != npos && candidates > 0; at = text.find(root, at + 1), --candidates) {
      std::string_view start = text.substr(at, 1000);
      std::string tag = text::to_lower(start.substr(0, start.find('>')));
      bool versioned = tag.starts_with("<rss") && text.substr(at, 2000).find("<channel") != npos;
      if (versioned || tag.find("/atom") != std::string::npos || tag.find("purl.org/rss") != std::string::npos)
        return at;
    }
  }
  return npos;
}

Root kind_of(const Element& element) {
  std::string name = text::to_lower(element.name());
  if (name == "rss" || name == "channel") return Root::rss;
  bool atom = element.ns() == Ns::atom || element.ns() == Ns::none;
  // Atom whose namespace is misspelt beyond recognition still has entries or a title.
  auto has_child = [&](std::string_view wanted) {
    for (pugi::xml_node child : element.node().children()) {
      if (text::equal_ignoring_case(child.name(), wanted)) return true;
    }
    return false;
  };
  if (name == "feed")
    return atom || has_child("entry") || (has_child("title") && has_child("id")) ? Root::atom : Root::none;
  if (name == "entry") return element.ns() == Ns::atom || (atom && has_child("title")) ? Root::atom : Root::none;
  if (name == "rdf") {
    for (pugi::xml_node child : element.node().children()) {
      std::string_view local = local_name(child.name());
      if (text::equal_ignoring_case(local, "channel") || text::equal_ignoring_case(local, "item")) return Root::rss;
    }
    return declared_rss_version(element.node()).empty() ? Root::none : Root::rss;
  }
  return Root::none;
}

Result<FeedDraft> read_document(XmlDocument& document, const ParseOptions& options) {
  pugi::xml_node first;
  int elements = 0;
  bool bare_items = false;
  std::optional<FeedDraft> best;
  for (pugi::xml_node node : document.top().children()) {
    if (node.type() != pugi::node_element) continue;
    if (!first) first = node;
    ++elements;
    bare_items = bare_items || text::equal_ignoring_case(node.name(), "item");
    if (best && !best->feed.entries.empty()) continue;
    Element root(document, node, options.base_url);
    Root kind = kind_of(root);
    if (kind == Root::none) continue;
    if (text::equal_ignoring_case(root.name(), "channel")) document.set_lenient();  // <rss> is missing
    // Several documents glued together: the first that has entries.
    FeedDraft draft = kind == Root::rss ? read_rss(root, options) : read_atom(root, options);
    if (!best || !draft.feed.entries.empty()) best = std::move(draft);
  }
  if (elements > 1) document.set_lenient();
  if (best) return std::move(*best);
  if (bare_items) {
    // The root is missing.
    Element top(document, document.top(), options.base_url);
    document.set_lenient();
    return read_rss(top, options);
  }
  if (!first) return not_a_feed("neither XML nor JSON: no element can be made out in it");
  std::string name(text::cut_utf8(first.name(), 60));
  if (text::equal_ignoring_case(name, "html")) return not_a_feed("an HTML page");
  return not_a_feed("XML with root <" + name + ">");
}

}  // namespace

Result<model::ParsedFeed> parse(std::string_view bytes, const ParseOptions& options) {
  if (bytes.size() > options.limits.max_bytes) {
    return Error{Cause::too_large, "the document has " + std::to_string(bytes.size()) + " bytes, the limit is " +
                                       std::to_string(options.limits.max_bytes)};
  }
  if (looks_like_json(bytes)) {
    text::Decoded decoded = text::decode_json(bytes);
    auto feed = read_json_feed(decoded.utf8, options);
    if (feed.has_error()) return feed;
    feed->encoding = std::move(decoded.encoding);
    feed->lenient = feed->lenient || decoded.lossy;
    return feed;
  }
  text::Decoded decoded = text::decode_xml(bytes, options.content_type);
  if (text::trim(decoded.utf8).empty()) return not_a_feed("an empty document");
  bool wrapped = is_html_page(decoded.utf8);
  auto start = wrapped ? feed_within_html(decoded.utf8) : 0;
  if (start == npos) return not_a_feed("an HTML page");
  decoded.utf8.erase(0, start);
  XmlDocument document;
  document.keep_relative(options.keep_relative);
  auto again = [&] { return text::decode_xml(bytes, options.content_type).utf8.substr(start); };
  auto loaded = document.load(std::move(decoded.utf8), again, options.limits);
  if (loaded.has_error()) return loaded.error();
  auto draft = read_document(document, options);
  if (draft.has_error()) return draft.error();
  model::ParsedFeed feed = finish(std::move(*draft), options);
  feed.encoding = std::move(decoded.encoding);
  feed.lenient = document.lenient() || decoded.lossy || wrapped;
  feed.complete = document.complete();
  return feed;
}

}  // namespace newscache::feed
