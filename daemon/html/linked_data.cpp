#include "html/linked_data.hpp"

#include <algorithm>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "html/plain_text.hpp"
#include "text/entities.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::html {
namespace {

namespace json = boost::json;

constexpr std::size_t most_bytes = 1 << 20;  // of all scripts
constexpr std::size_t most_nodes = 2000;     // things described that are looked at
constexpr std::size_t most_people = 20;
constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_address = 2000;
constexpr std::size_t max_depth = 64;

// Control characters become blanks, escapes that JSON does not know lose their backslash, and what scripts are wrapped
// in goes.
std::string repaired(std::string_view script) {
  script = text::trim(script);
  for (const std::string_view start : {"//", "/*", "<!--", "<![CDATA[", "*/", "//"}) {
    if (script.starts_with(start)) script = text::trim(script.substr(start.size()));
  }
  const auto last = script.find_last_of("}]");
  // Not the brackets of "]]>".
  auto end = last == script.npos ? 0 : last + 1;
  if (script.substr(0, end).ends_with("]]") && script.substr(end).starts_with(">")) {
    end = script.substr(0, end - 2).find_last_of("}]") + 1;
  }
  script = script.substr(0, end);
  std::string out;
  out.reserve(script.size());
  for (std::size_t i = 0; i < script.size(); ++i) {
    const char c = script[i];
    if (c == '\\' && i + 1 < script.size()) {
      const char escaped = script[++i];
      if (std::string_view("\"\\/bfnrtu").find(escaped) != std::string_view::npos) out += c;
      out += static_cast<unsigned char>(escaped) < ' ' ? ' ' : escaped;
    } else {
      out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return out;
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

std::string_view string_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? view(*text) : std::string_view();
}

// In one line; the values of JSON-LD are text, but many are markup, and some escaped twice.
std::string line(std::string_view value) {
  auto text = to_line(text::cut_utf8(value, 4096));
  return looks_like_html(text) ? to_line(text) : text;
}

// The names of types, without "https://schema.org/".
template <typename Test>
bool has_type(const json::object& object, Test test) {
  const auto* type = object.if_contains("@type");
  if (!type) return false;
  const auto check = [&](const json::value& value) {
    const auto* text = value.if_string();
    if (!text) return false;
    const auto name = view(*text);
    const auto start = name.find_last_of("/:#");
    return test(start == name.npos ? name : name.substr(start + 1));
  };
  const auto* several = type->if_array();
  return several ? std::any_of(several->begin(), several->end(), check) : check(*type);
}

bool is_article(const json::object& object) {
  return has_type(object, [](std::string_view type) {
    return type.ends_with("Article") || type.ends_with("Posting") || type == "Report" || type == "APIReference";
  });
}

bool is_page(const json::object& object) {
  return has_type(object, [](std::string_view type) {
    return type == "WebPage" || type == "ItemPage" || type == "AboutPage" || type == "Recipe" || type == "Review" ||
           type == "VideoObject" || type == "PodcastEpisode" || type == "CreativeWork";
  });
}

class Reader {
 public:
  void add(std::string_view script) {
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = max_depth;
    options.allow_trailing_commas = true;
    options.allow_comments = true;
    options.allow_invalid_utf8 = true;
    auto value = json::parse(repaired(script), error, &memory_, options);
    if (!error) documents_.push_back(std::move(value));
  }

  LinkedData read(std::string_view url) {
    for (const auto& document : documents_) collect(document);
    LinkedData data;
    if (const auto* article = own_article(url)) {
      data.is_article = true;
      read_article(*article, data);
    }
    if (const auto* page = find(is_page)) read_article(*page, data);
    if (const auto* site = find([](const json::object& object) {
          return has_type(object, [](std::string_view type) { return type == "WebSite"; });
        });
        site && data.site_name.empty()) {
      data.site_name = line(string_of(*site, "name"));
    }
    return data;
  }

 private:
  // All things described, in order, without recursion: lists, graphs, and what a page is about.
  void collect(const json::value& document) {
    std::vector<const json::value*> open = {&document};
    while (!open.empty() && things_.size() < most_nodes) {
      const auto* value = open.back();
      open.pop_back();
      if (const auto* list = value->if_array()) {
        for (std::size_t i = std::min(list->size(), most_nodes); i > 0; --i) open.push_back(&(*list)[i - 1]);
      } else if (const auto* object = value->if_object()) {
        things_.push_back(object);
        for (const std::string_view key : {"mainEntityOfPage", "mainEntity", "@graph"}) {
          if (const auto* member = object->if_contains(key)) open.push_back(member);
        }
      }
    }
  }

  template <typename Test>
  const json::object* find(Test test) const {
    const auto found = std::find_if(things_.begin(), things_.end(), [&](const auto* thing) { return test(*thing); });
    return found == things_.end() ? nullptr : *found;
  }

  // The only one, or that of this address.
  const json::object* own_article(std::string_view url) const {
    std::vector<const json::object*> articles;
    for (const auto* thing : things_) {
      if (is_article(*thing)) articles.push_back(thing);
    }
    if (articles.size() == 1) return articles.front();
    const auto wanted = address(url, url);
    const auto own = std::find_if(articles.begin(), articles.end(), [&](const auto* article) {
      const auto* page = article->if_contains("mainEntityOfPage");
      const auto* page_object = page ? page->if_object() : nullptr;
      const auto* page_text = page ? page->if_string() : nullptr;
      const std::string_view stated[] = {string_of(*article, "url"), string_of(*article, "@id"),
                                         page_text ? view(*page_text) : std::string_view(),
                                         page_object ? string_of(*page_object, "url") : std::string_view(),
                                         page_object ? string_of(*page_object, "@id") : std::string_view()};
      return std::any_of(std::begin(stated), std::end(stated),
                         [&](auto one) { return !one.empty() && !wanted.empty() && address(url, one) == wanted; });
    });
    return own == articles.end() ? nullptr : *own;
  }

  static std::string address(std::string_view base, std::string_view reference) {
    return reference.size() > longest_address ? std::string() : text::canonical_url(text::resolve_url(base, reference));
  }

  // What {"@id": "..."} stands for.
  const json::object& referred(const json::object& object) const {
    const auto id = string_of(object, "@id");
    if (id.empty() || object.size() > 2) return object;
    const auto* found =
        find([&](const json::object& thing) { return thing.size() > 2 && string_of(thing, "@id") == id; });
    return found ? *found : object;
  }

  // Of the first, where there are several.
  const json::object* object_of(const json::object& object, std::string_view key) const {
    const auto* value = object.if_contains(key);
    if (const auto* list = value ? value->if_array() : nullptr) value = list->empty() ? nullptr : &list->front();
    const auto* member = value ? value->if_object() : nullptr;
    return member ? &referred(*member) : nullptr;
  }

  std::string people(const json::value& value) const {
    std::vector<std::string> names;
    const auto add = [&](std::string_view text) {
      auto name = line(text);
      if (name.empty() || name.size() > longest_name || name.find("://") != name.npos) {
        return;
      }
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    };
    const auto add_one = [&](const json::value& one) {
      if (const auto* text = one.if_string()) return add(view(*text));
      const auto* object = one.if_object();
      const auto* name = object ? referred(*object).if_contains("name") : nullptr;
      if (!name) return;
      if (const auto* text = name->if_string()) return add(view(*text));
      for (const auto& part : name->is_array() ? name->get_array() : json::array()) {
        if (const auto* text = part.if_string()) add(view(*text));
      }
    };
    if (const auto* several = value.if_array()) {
      for (std::size_t i = 0; i < std::min(several->size(), most_people); ++i) add_one((*several)[i]);
    } else {
      add_one(value);
    }
    std::string joined;
    for (const auto& name : names) joined.append(joined.empty() ? "" : ", ").append(name);
    return joined;
  }

  std::string image(const json::value& value) const {
    const auto* list = value.if_array();
    const json::value& first = list && !list->empty() ? list->front() : value;
    if (const auto* text = first.if_string()) return std::string(text::trim(view(*text)));
    const auto* object = first.if_object();
    if (!object) return {};
    const auto& thing = referred(*object);
    const auto url = string_of(thing, "url");
    return std::string(text::trim(url.empty() ? string_of(thing, "contentUrl") : url));
  }

  static bool is_false(const json::value& value) {
    if (const auto* boolean = value.if_bool()) return !*boolean;
    const auto* text = value.if_string();
    return text && (text::equal_ignoring_case(view(*text), "false") || view(*text).ends_with("/False"));
  }

  // What is not known yet.
  void read_article(const json::object& object, LinkedData& data) const {
    const auto fill = [](std::string& field, std::string value) {
      if (field.empty()) field = std::move(value);
    };
    fill(data.headline, line(string_of(object, "headline")));
    fill(data.name, line(string_of(object, "name")));
    for (const std::string_view key : {"author", "creator"}) {
      const auto* value = object.if_contains(key);
      if (value && data.byline.empty()) data.byline = people(*value);
    }
    if (const auto* publisher = object_of(object, "publisher")) {
      fill(data.site_name, line(string_of(*publisher, "name")));
    }
    fill(data.description, line(string_of(object, "description")));
    if (const auto* value = object.if_contains("image")) fill(data.image, image(*value));
    fill(data.language, std::string(string_of(object, "inLanguage")));
    fill(data.published, std::string(text::trim(string_of(object, "datePublished"))));
    if (const auto body = string_of(object, "articleBody"); data.body.empty() && !body.empty()) {
      data.body = looks_like_html(body) ? to_text(body) : std::string(text::trim(body));
    }
    const auto* is_free = object.if_contains("isAccessibleForFree");
    data.for_subscribers = data.for_subscribers || (is_free && is_false(*is_free));
  }

  json::monotonic_resource memory_;
  std::vector<json::value> documents_;
  std::vector<const json::object*> things_;
};

}  // namespace

LinkedData read_linked_data(const std::vector<std::string_view>& scripts, std::string_view url) {
  Reader reader;
  std::size_t bytes = 0;
  for (const auto script : scripts) {
    bytes += script.size();
    if (bytes > most_bytes) break;
    reader.add(script);
  }
  return reader.read(url);
}

}  // namespace newscache::html
