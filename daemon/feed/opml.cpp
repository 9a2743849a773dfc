#include "feed/opml.hpp"

#include <algorithm>
#include <unordered_set>

#include "feed/xml.hpp"
#include "text/decode.hpp"
#include "text/entities.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t kMaxBytes = 16 << 20;
constexpr std::size_t kMaxName = 500;     // bytes of a folder's or feed's name
constexpr std::size_t kMaxFolder = 1000;  // bytes of a folder's path

Error no_opml(std::string what) { return {Cause::invalid, "this is no OPML document but " + std::move(what)}; }

std::vector<std::string_view> split_path(std::string_view folder) {
  std::vector<std::string_view> parts;
  while (!folder.empty()) {
    auto slash = folder.find('/');
    if (slash != 0) parts.push_back(folder.substr(0, slash));
    folder.remove_prefix(slash == npos ? folder.size() : slash + 1);
  }
  return parts;
}

// As it is when write_opml has written it and it is read again.
std::string tidy_path(std::string_view path) {
  std::string tidy;
  for (std::string_view part : split_path(path)) {
    part = text::trim(text::cut_utf8(text::trim(part), kMaxName));
    if (part.empty() || tidy.size() + 1 + part.size() > kMaxFolder) continue;
    if (!tidy.empty()) tidy += '/';
    tidy += part;
  }
  return tidy;
}

// Without control characters, which references bring in and write_opml leaves out.
std::string collapsed(std::string text) {
  remove_control_characters(text);
  return text::collapse_white_space(text);
}

std::string name_of(const Element& outline) {
  std::string name = outline.attribute("title");
  if (name.empty()) name = outline.attribute("text");
  name = collapsed(std::move(name));
  name.resize(text::cut_utf8(name, kMaxName).size());
  return name;
}

// Whatever its type says: "rss", "link", "atom" and nothing at all are all in use.
std::string feed_url(const Element& outline) {
  std::string url = outline.attribute("xmlUrl");
  if (url.empty()) {
    std::string type = text::to_lower(outline.attribute("type"));
    if (type == "rss" || type == "atom" || type == "feed") url = outline.attribute("url");
  }
  if (url.empty()) return {};
  auto subscription = text::subscription_url(url);
  return subscription.has_value() ? *subscription : std::string();
}

// The first of category="/a/b,/c", for lists that are not nested.
std::string category_folder(const Element& outline) {
  const std::string all = collapsed(outline.attribute("category"));
  return tidy_path(std::string_view(all).substr(0, all.find(',')));
}

class Walker {
 public:
  explicit Walker(XmlDocument& document) : document_(document) {}

  // Walks with pugixml's own pointers instead of recursion.
  std::vector<Subscription> run(pugi::xml_node root) {
    pugi::xml_node node = root.first_child();
    while (node) {
      bool entered = enter(node);
      if (entered && node.first_child()) {
        node = node.first_child();
        continue;
      }
      if (entered) folders_.pop_back();
      while (node && !node.next_sibling()) {
        node = node.parent();
        if (node == root) return std::move(result_);
        folders_.pop_back();
      }
      node = node.next_sibling();
    }
    return std::move(result_);
  }

 private:
  // True for an element: then its path has been pushed.
  bool enter(pugi::xml_node node) {
    if (node.type() != pugi::node_element) return false;
    std::string path = folders_.empty() ? std::string() : folders_.back();
    Element element(document_, node, {});
    if (text::equal_ignoring_case(element.name(), "outline")) {
      std::string url = feed_url(element);
      std::string name = name_of(element);
      if (!url.empty()) {
        add(element, std::move(url), std::move(name), path);
      } else {
        // What lies deeper than a path can say stays in the last folder that it can.
        path = tidy_path(path + "/" + name);
      }
    }
    folders_.push_back(std::move(path));
    return true;
  }

  void add(const Element& element, std::string url, std::string name, const std::string& folder) {
    if (!seen_.insert(url).second) return;
    Subscription subscription;
    subscription.url = std::move(url);
    subscription.title = std::move(name);
    subscription.folder = folder.empty() ? category_folder(element) : folder;
    subscription.home_page_url = text::resolve_url({}, element.attribute("htmlUrl"));
    result_.push_back(std::move(subscription));
  }

  XmlDocument& document_;
  std::vector<std::string> folders_;  // the path at each open element
  std::unordered_set<std::string> seen_;
  std::vector<Subscription> result_;
};

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  std::string clean;
  for (char c : value) {
    if (static_cast<unsigned char>(c) >= 0x20) clean += c;
  }
  out += ' ';
  out += name;
  out += "=\"";
  text::append_escaped(out, clean);
  out += '"';
}

// What looks encoded twice is repaired when a list is read, whoever wrote it: where that would change one of ours, all
// of it is spelled in ASCII.
std::string safe_to_read(std::string list) {
  if (text::decode_xml(list, {}).utf8 == list) return list;
  std::string spelled;
  for (std::string_view rest = list; !rest.empty();) {
    const auto code_point = text::next_code_point(rest);
    if (code_point < 0x80) {
      spelled += static_cast<char>(code_point);
    } else {
      spelled.append("&#").append(std::to_string(code_point)).append(";");
    }
  }
  return spelled;
}

}  // namespace

Result<std::vector<Subscription>> parse_opml(std::string_view bytes) {
  if (bytes.size() > kMaxBytes) return Error{Cause::too_large, "the OPML document is larger than 16 MiB"};
  text::Decoded decoded = text::decode_xml(bytes, {});
  if (text::trim(decoded.utf8).empty()) return no_opml("empty");
  XmlDocument document;
  auto loaded = document.load(
      std::move(decoded.utf8), [&] { return text::decode_xml(bytes, {}).utf8; }, ParseLimits{});
  if (loaded.has_error()) {
    Error error = loaded.error();
    if (error.cause == Cause::not_a_feed) return no_opml("something that cannot be read");
    return error;
  }
  std::string other;
  for (pugi::xml_node node : document.top().children()) {
    if (node.type() != pugi::node_element) continue;
    if (text::equal_ignoring_case(node.name(), "opml")) return Walker(document).run(node);
    if (other.empty()) other = text::cut_utf8(node.name(), 60);
  }
  return no_opml(other.empty() ? "a text" : "XML with root <" + other + ">");
}

std::string write_opml(const std::vector<Subscription>& subscriptions, std::string_view title) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n<head><title>";
  text::append_escaped(out, title);
  out += "</title></head>\n<body>\n";
  struct Row {
    std::vector<std::string_view> path;
    const Subscription* subscription;
  };
  std::vector<Row> rows;
  for (const Subscription& subscription : subscriptions)
    rows.push_back({split_path(subscription.folder), &subscription});
  // Folders in order of their names, each written once.
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.path < b.path; });
  std::vector<std::string_view> open;
  auto close_to = [&](std::size_t level) {
    for (; open.size() > level; open.pop_back()) out += "</outline>\n";
  };
  for (const Row& row : rows) {
    auto common = std::mismatch(open.begin(), open.end(), row.path.begin(), row.path.end()).first;
    close_to(static_cast<std::size_t>(common - open.begin()));
    while (open.size() < row.path.size()) {
      open.push_back(row.path[open.size()]);
      out += "<outline";
      append_attribute(out, "text", open.back());
      append_attribute(out, "title", open.back());
      out += ">\n";
    }
    const Subscription& subscription = *row.subscription;
    std::string_view name = subscription.title.empty() ? subscription.url : subscription.title;
    out += "<outline type=\"rss\"";
    append_attribute(out, "text", name);
    append_attribute(out, "title", name);
    append_attribute(out, "xmlUrl", subscription.url);
    if (!subscription.home_page_url.empty()) append_attribute(out, "htmlUrl", subscription.home_page_url);
    out += "/>\n";
  }
  close_to(0);
  return safe_to_read(out + "</body>\n</opml>\n");
}

}  // namespace newscache::feed
