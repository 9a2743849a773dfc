#pragma once
// What readers show of an article, with its pictures from here where http.offline_images is set.

#include <string>

#include "api/context.hpp"
#include "api/request.hpp"
#include "model/article.hpp"
#include "model/offline.hpp"
#include "store/store.hpp"

namespace newscache::api {

// Where pictures are to be had from: for one request, and for any thread.
struct PictureSource {
  PictureKeys keys;    // given none: from their publishers
  std::string origin;  // as the client calls us

  std::string url_of(const model::Asset& asset) const;
};
PictureSource picture_source(const Context& context, const Request& request);

// The article's content. What is cached of its pictures, sound and video is loaded from here; the rest stays as it is.
std::string shown_content(store::Reader& reader, const model::Article& article, const PictureSource& source);

}  // namespace newscache::api
