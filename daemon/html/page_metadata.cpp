#include "html/page_metadata.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "html/headline.hpp"
#include "html/linked_data.hpp"
#include "html/media.hpp"
#include "html/page_author.hpp"
#include "html/page_date.hpp"
#include "html/page_links.hpp"
#include "html/page_title.hpp"
#include "html/plain_text.hpp"
#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::html {
namespace {

constexpr std::size_t longest_value = 2000;
constexpr std::size_t longest_site = 200;
constexpr std::size_t most_names = 8;  // of one <meta>

enum class Field : std::uint8_t { title, byline, site, excerpt, image, language, published };
constexpr std::size_t field_count = static_cast<std::size_t>(Field::published) + 1;

struct MetaName {
  std::string_view name;  // lower case, with ':' for '.'
  Field field;
};

// <meta name> and <meta property>, for each field the most reliable first.
constexpr MetaName meta_names[] = {
    {"dc:title", Field::title},
    {"dcterm:title", Field::title},
    {"dcterms:title", Field::title},
    {"og:title", Field::title},
    {"weibo:article:title", Field::title},
    {"weibo:webpage:title", Field::title},
    {"title", Field::title},
    {"twitter:title", Field::title},
    {"parsely-title", Field::title},
    {"sailthru:title", Field::title},
    {"citation_title", Field::title},
    {"dc:creator", Field::byline},
    {"dcterm:creator", Field::byline},
    {"dcterms:creator", Field::byline},
    {"author", Field::byline},
    {"parsely-author", Field::byline},
    {"sailthru:author", Field::byline},
    {"article:author", Field::byline},
    {"og:article:author", Field::byline},
    {"citation_author", Field::byline},
    {"byl", Field::byline},
    {"og:site_name", Field::site},
    {"application-name", Field::site},
    {"dc:publisher", Field::site},
    {"dc:description", Field::excerpt},
    {"dcterm:description", Field::excerpt},
    {"dcterms:description", Field::excerpt},
    {"og:description", Field::excerpt},
    {"weibo:article:description", Field::excerpt},
    {"weibo:webpage:description", Field::excerpt},
    {"description", Field::excerpt},
    {"twitter:description", Field::excerpt},
    {"sailthru:description", Field::excerpt},
    {"og:image:secure_url", Field::image},
    {"og:image", Field::image},
    {"og:image:url", Field::image},
    {"twitter:image", Field::image},
    {"twitter:image:src", Field::image},
    {"sailthru:image:full", Field::image},
    {"parsely-image-url", Field::image},
    {"content-language", Field::language},
    {"og:locale", Field::language},
    {"dc:language", Field::language},
    {"article:published_time", Field::published},
    {"og:article:published_time", Field::published},
    {"og:published_time", Field::published},
    {"article:published", Field::published},
    {"datepublished", Field::published},
    {"parsely-pub-date", Field::published},
    {"sailthru:date", Field::published},
    {"dcterms:created", Field::published},
    {"dcterms:issued", Field::published},
    {"dc:date:issued", Field::published},
    {"dc:date:created", Field::published},
    {"dc:date", Field::published},
    {"dcterms:date", Field::published},
    {"citation_publication_date", Field::published},
    {"citation_date", Field::published},
    {"pubdate", Field::published},
    {"publishdate", Field::published},
    {"publish-date", Field::published},
    {"publish_date", Field::published},
    {"published_time", Field::published},
    {"publication_date", Field::published},
    {"publication-date", Field::published},
    {"originalpublicationdate", Field::published},
    {"article_date_original", Field::published},
    {"cxenseparse:recs:publishtime", Field::published},
    {"bt:pubdate", Field::published},
    {"displaydate", Field::published},
    {"date", Field::published},
};

// The best of each field.
class MetaReader {
 public:
  explicit MetaReader(const Document& document) {
    for (NodeId node = document.find("meta"); node != no_node; node = document.following(node, Document::root)) {
      if (!document.is(node, "meta")) continue;
      const auto content = document.attribute(node, "content");
      if (text::trim(content).empty()) continue;
      // Several properties may share one content.
      auto names = document.attribute(node, "property");
      for (std::size_t count = 0; count < most_names && !names.empty(); ++count) {
        names = text::trim(names);
        const auto name = names.substr(0, names.find_first_of(" \t\n"));
        names.remove_prefix(name.size());
        add(name, content, 0);
      }
      for (const std::string_view attribute : {"name", "itemprop", "http-equiv"}) {
        add(document.attribute(node, attribute), content, 1);
      }
    }
  }

  const std::string& operator[](Field field) const { return best_[static_cast<std::size_t>(field)].value; }
  bool says_article() const { return says_article_; }
  bool is_locked() const { return is_locked_; }

 private:
  struct Best {
    std::size_t rank = std::size(meta_names) * 2;
    std::string value;
  };

  void add(std::string_view name, std::string_view content, std::size_t doubt) {
    if (name.empty() || name.size() > 64) return;
    std::string key;
    for (const char c : text::to_lower(name)) {
      if (static_cast<unsigned char>(c) > ' ') key += c == '.' ? ':' : c;
    }
    if (key == "og:type") says_article_ = says_article_ || text::to_lower(content).find("article") != std::string::npos;
    if (key == "article:content_tier") is_locked_ = text::equal_ignoring_case(text::trim(content), "locked");
    const auto* found = std::find_if(std::begin(meta_names), std::end(meta_names),
                                     [&](const MetaName& known) { return known.name == key; });
    if (found == std::end(meta_names)) return;
    Best& best = best_[static_cast<std::size_t>(found->field)];
    const auto rank = static_cast<std::size_t>(found - std::begin(meta_names)) * 2 + doubt;
    const bool adds = rank == best.rank && found->field == Field::byline && best.value.size() < longest_value;
    if (rank >= best.rank && !adds) return;
    auto value = usable(found->field, content);
    if (value.empty()) return;
    if (!adds) {
      best = {rank, std::move(value)};
    } else if (best.value.find(value) == std::string::npos) {
      best.value.append(", ").append(value);
    }
  }

  static std::string usable(Field field, std::string_view content) {
    const auto value = to_line(text::cut_utf8(content, longest_value));
    if (field == Field::byline) return clean_byline(value);
    if (field == Field::published) return plausible_date(value) ? value : std::string();
    return value;
  }

  std::array<Best, field_count> best_;
  bool says_article_ = false;
  bool is_locked_ = false;
};

std::string first_of(std::initializer_list<std::string> values) {
  const auto found = std::find_if(values.begin(), values.end(), [](const auto& value) { return !value.empty(); });
  return found == values.end() ? std::string() : *found;
}

// "en_US" becomes "en-US"; what is no language is none.
std::string language(std::string_view text) {
  std::string tag(text::trim(text.substr(0, text.find_first_of(",;"))));
  std::replace(tag.begin(), tag.end(), '_', '-');
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto primary = std::min(tag.find('-'), tag.size());
  const bool right =
      primary >= 2 && primary <= 3 && tag.size() <= 35 &&
      std::all_of(tag.begin(), tag.end(), [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
  return right && std::all_of(tag.begin(), tag.begin() + static_cast<std::ptrdiff_t>(primary), is_letter) ? tag : "";
}

LinkedData linked_data(const Document& document, std::string_view url) {
  std::vector<std::string_view> scripts;
  for (NodeId node = document.find("script"); node != no_node; node = document.following(node, Document::root)) {
    if (!document.is(node, "script") || document[node].first == no_node) continue;
    scripts.push_back(document[document[node].first].text);
  }
  return read_linked_data(scripts, url);
}

// The host and what people call it: "www.example.co.uk" is "example" too.
std::vector<std::string> site_names(std::string_view url, const LinkedData& data, const std::string& site) {
  std::vector<std::string> names;
  for (const auto& name : {site, data.site_name}) {
    if (name.empty() || name.size() > longest_site) continue;
    names.push_back(name);
    // "The Times - News and more"
    for (const std::string_view separator : {" - ", " | ", ": ", " \xe2\x80\x93 "}) {
      if (const auto at = name.find(separator); at != name.npos) names.push_back(name.substr(0, at));
    }
  }
  const auto parts = text::split_url(url);
  if (!parts) return names;
  std::string_view host = parts->host;
  if (host.starts_with("www.")) host.remove_prefix(4);
  names.emplace_back(host);
  const auto first_label = std::string(host.substr(0, host.find('.')));
  const auto dot = host.rfind('.');
  const auto owner = dot == host.npos ? host : host.substr(0, dot);
  names.push_back(first_label);
  names.emplace_back(owner.substr(owner.rfind('.') + 1));
  return names;
}

// A name and a headline may be given; the better is what the page's own title agrees with.
std::string stated_title(const Document& document, const LinkedData& data) {
  if (data.headline.empty() || data.name.empty() || data.name == data.headline || data.name == data.site_name) {
    return first_of({data.headline, data.name});
  }
  const NodeId title = document.find("title");
  const auto shown = title == no_node ? std::string() : document.text_of(title);
  return shown.find(data.name) != shown.npos && shown.find(data.headline) == shown.npos ? data.name : data.headline;
}

std::string picture(const Document& document, std::string_view url, const std::string& stated, const LinkedData& data) {
  const auto base = page_base(document, url);
  for (const auto& candidate : {stated, data.image}) {
    if (candidate.empty() || is_placeholder(candidate)) continue;
    if (auto image = text::resolve_url(base, candidate); !image.empty() && !is_tracker(image)) return image;
  }
  for (NodeId node = document.find("link"); node != no_node; node = document.following(node, Document::root)) {
    if (!document.is(node, "link") || !has_word(document.attribute(node, "rel"), "image_src")) continue;
    return text::resolve_url(base, document.attribute(node, "href"));
  }
  return {};
}

}  // namespace

PageMetadata page_metadata(const Document& document, std::string_view url) {
  const MetaReader meta(document);
  const auto data = linked_data(document, url);
  PageMetadata page;
  page.site_name = first_of({data.site_name, meta[Field::site]});
  page.title = page_title(document, first_of({data.is_article ? stated_title(document, data) : "", meta[Field::title]}),
                          site_names(url, data, meta[Field::site]));
  const NodeId headline = find_headline(document, page.title);
  page.byline = first_of({clean_byline(data.byline), meta[Field::byline]});
  if (page.byline.empty()) page.byline = shown_byline(document, headline);
  page.excerpt = first_of({data.is_article ? data.description : "", meta[Field::excerpt], data.description});
  page.image = picture(document, url, meta[Field::image], data);
  page.language = first_of({language(document.attribute(Document::root, "lang")),
                            language(document.attribute(Document::root, "xml:lang")), language(meta[Field::language]),
                            language(data.language)});
  page.published = plausible_date(data.published);
  if (!page.published) page.published = plausible_date(meta[Field::published]);
  if (!page.published) page.published = item_date(document);
  if (!page.published) page.published = shown_date(document, headline, url);
  page.body = data.body;
  page.says_article = data.is_article || meta.says_article();
  page.for_subscribers = data.for_subscribers || meta.is_locked();
  page.next_url = next_page(document, url);
  page.amp_url = amp_page(document, url);
  return page;
}

}  // namespace newscache::html
