#pragma once
// What is cached, out again as Atom 1.0 (RFC 4287) and JSON Feed 1.1 for any feed reader, paged by RFC 5005, section 3.
// Pure. Of Atom's text what XML cannot hold is left out.

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/article.hpp"
#include "model/feed.hpp"

namespace newscache::feed {

// An Atom category that is no tag of the publisher's (RFC 4287, section 4.2.2).
struct Category {
  std::string scheme;
  std::string term;
  std::string label;
};

// One page.
struct Republication {
  std::string id;  // an IRI
  std::string title;
  std::string home_page_url;
  std::string description;
  std::string language;
  std::string icon;
  std::string author;  // of articles that name none
  // Absolute. No next: the last page.
  std::string first_url;
  std::string self_url;
  std::string next_url;
  std::vector<model::Article> articles;
  std::unordered_map<model::FeedId, model::Feed> sources;  // when the articles are of several feeds
  // For Atom's readers that know articles by other names, and what has become of them.
  std::function<std::string(const model::Article&)> id_of;  // none: uuid_urn() of the uid
  std::function<std::vector<Category>(const model::Article&)> categories_of;
};

// urn:uuid: of a feed's or an article's uid (up to 32 hex digits), always the same: a UUID of version 8 (RFC 9562,
// section 5.8), which costs six of its bits. Readers know an article again by it.
std::string uuid_urn(std::string_view uid);

std::string republish_atom(const Republication& page);
std::string republish_json(const Republication& page);

}  // namespace newscache::feed
