#include "api/readers/pictures.hpp"

#include <map>

#include "html/pictures.hpp"

namespace newscache::api {

std::string PictureSource::url_of(const model::Asset& asset) const {
  return origin + "/v1/assets/" + asset.sha256 + "?key=" + keys.key_of(asset.sha256);
}

PictureSource picture_source(const Context& context, const Request& request) {
  // Whoever reads over the Unix socket has a viewer that cannot.
  if (!request.is_tcp) return {};
  return {context.host.tcp.picture_keys(), origin_of(request.host, request.is_secure)};
}

std::string shown_content(store::Reader& reader, const model::Article& article, const PictureSource& source) {
  if (!source.keys.are_given() || article.entry.content_html.empty()) return article.entry.content_html;
  const auto media = reader.media(article.id);
  if (media.empty()) return article.entry.content_html;
  std::map<std::string_view, const model::Asset*> cached;
  for (const auto& one : media) cached.emplace(one.url, &one.asset);
  const auto find = [&](std::string_view url) {
    const auto found = cached.find(url);
    return found == cached.end() ? std::string() : source.url_of(*found->second);
  };
  return html::with_media(article.entry.content_html, find, html::OtherMedia::keep);
}

}  // namespace newscache::api
