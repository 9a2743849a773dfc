#include "feed/namespaces.hpp"

#include <string>

#include "text/utf8.hpp"

namespace newscache::feed {
namespace {

struct Known {
  std::string_view key;  // as normalise() leaves it, or a prefix
  Ns ns;
};

constexpr Known kUris[] = {
    {"w3.org/xml/1998/namespace", Ns::xml},
    {"w3.org/1999/02/22-rdf-syntax-ns", Ns::rdf},
    {"w3.org/tr/rec-rdf-syntax", Ns::rdf},
    {"purl.org/rss/1.0", Ns::rss},
    {"my.netscape.com/rdf/simple/0.9", Ns::rss},
    {"channel.netscape.com/rdf/simple/0.9", Ns::rss},
    {"purl.org/net/rss1.1", Ns::rss},
    {"backend.userland.com/rss", Ns::rss},
    {"backend.userland.com/rss2", Ns::rss},
    {"backend.userland.com/rss091", Ns::rss},
    {"backend.userland.com/rss092", Ns::rss},
    {"blogs.law.harvard.edu/tech/rss", Ns::rss},
    {"cyber.law.harvard.edu/rss", Ns::rss},
    {"rssboard.org/rss-specification", Ns::rss},
    {"my.netscape.com/publish/formats/rss-0.91.dtd", Ns::rss},
    {"purl.org/rss/2.0", Ns::rss},
    {"w3.org/2005/atom", Ns::atom},
    {"purl.org/atom/ns", Ns::atom},
    {"purl.org/atom/ns#draft-ietf-atompub-format", Ns::atom},
    {"purl.org/echo", Ns::atom},  // what Atom was called before
    {"purl.org/pie", Ns::atom},
    {"example.com/necho", Ns::atom},
    {"example.com/newformat", Ns::atom},
    {"purl.org/rss/1.0/modules/content", Ns::content},
    {"purl.org/dc/elements/1.1", Ns::dc},
    {"purl.org/dc/elements/1.0", Ns::dc},
    {"purl.org/metadata/dublin_core", Ns::dc},
    {"purl.org/dc/terms", Ns::dcterms},
    {"purl.org/rss/1.0/modules/dcterms", Ns::dcterms},
    {"search.yahoo.com/mrss", Ns::media},
    {"search.yahoo.com/mrss/1.0", Ns::media},
    {"video.search.yahoo.com/mrss", Ns::media},
    {"tools.search.yahoo.com/mrss", Ns::media},
    {"search.yahoo.com/rss", Ns::media},
    {"rssboard.org/media-rss", Ns::media},
    {"itunes.com/dtds/podcast-1.0.dtd", Ns::itunes},
    {"itunes.com/dtds/podcast-1.0", Ns::itunes},
    {"itunes.apple.com/dtds/podcast-1.0.dtd", Ns::itunes},
    {"example.com/dtds/podcast-1.0.dtd", Ns::itunes},
    {"w3.org/1999/xhtml", Ns::xhtml},
    {"w3.org/tr/xhtml1", Ns::xhtml},
    {"purl.org/rss/1.0/modules/syndication", Ns::sy},
    {"purl.org/rss/1.0/modules/slash", Ns::slash},
    {"wellformedweb.org/commentapi", Ns::wfw},
    {"rssnamespace.org/feedburner/ext/1.0", Ns::feedburner},
    {"purl.org/syndication/thread/1.0", Ns::threading},
    {"purl.org/syndication/history/1.0", Ns::history},
    {"google.com/schemas/play-podcasts/1.0", Ns::googleplay},
    {"google.com/schemas/play-podcasts/1.0/play-podcasts.xsd", Ns::googleplay},
    {"webfeeds.org/rss/1.0", Ns::webfeeds},
    {"prismstandard.org/namespaces/basic/2.0", Ns::prism},
    {"prismstandard.org/namespaces/1.2/basic", Ns::prism},
    {"purl.org/rss/1.0/modules/prism", Ns::prism},
};

constexpr Known kPrefixes[] = {
    {"xml", Ns::xml},         {"rss", Ns::rss},     {"rdf", Ns::rdf},           {"atom", Ns::atom},
    {"atom10", Ns::atom},     {"atom03", Ns::atom}, {"content", Ns::content},   {"dc", Ns::dc},
    {"dcterms", Ns::dcterms}, {"media", Ns::media}, {"itunes", Ns::itunes},     {"xhtml", Ns::xhtml},
    {"sy", Ns::sy},           {"slash", Ns::slash}, {"wfw", Ns::wfw},           {"feedburner", Ns::feedburner},
    {"thr", Ns::threading},   {"prism", Ns::prism}, {"webfeeds", Ns::webfeeds}, {"googleplay", Ns::googleplay},
    {"fh", Ns::history},
};

// What stays of a URI once everything that publishers get wrong is gone.
std::string normalise(std::string_view uri) {
  std::string lower = text::to_lower(text::trim(uri));
  std::string_view rest = lower;
  for (std::string_view scheme : {"http://", "https://", "http:/", "//"}) {
    if (rest.starts_with(scheme)) {
      rest.remove_prefix(scheme.size());
      break;
    }
  }
  if (rest.starts_with("www.")) rest.remove_prefix(4);
  while (!rest.empty() && (rest.back() == '/' || rest.back() == '#')) rest.remove_suffix(1);
  return std::string(rest);
}

}  // namespace

Ns namespace_of_uri(std::string_view uri) {
  if (uri.size() > 200) return Ns::unknown;
  std::string key = normalise(uri);
  if (key.empty()) return Ns::none;
  for (const Known& known : kUris) {
    if (known.key == key) return known.ns;
  }
  return Ns::unknown;
}

Ns namespace_of_prefix(std::string_view prefix) {
  for (const Known& known : kPrefixes) {
    if (text::equal_ignoring_case(known.key, prefix)) return known.ns;
  }
  return Ns::unknown;
}

bool is_atom_03(std::string_view uri) { return uri.size() <= 200 && normalise(uri).starts_with("purl.org/atom/ns"); }

std::string_view rdf_rss_version(std::string_view uri) {
  if (uri.size() > 200) return {};
  std::string key = normalise(uri);
  if (key.ends_with("netscape.com/rdf/simple/0.9")) return "0.90";
  if (key == "purl.org/rss/1.0") return "1.0";
  if (key == "purl.org/net/rss1.1") return "1.1";
  return {};
}

}  // namespace newscache::feed
