#pragma once
// An edition: chosen articles with their pictures as a book or a folder of pages, made article by article.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/article_filters.hpp"
#include "client/session.hpp"

namespace newscache::client {

// Where the files of an edition go.
class EditionFiles {
 public:
  virtual ~EditionFiles() = default;
  virtual Outcome<void> add(const std::string& name, std::string_view bytes) = 0;
};

struct Chapter {
  std::string file;  // "articles/7.xhtml"
  std::string title;
};

struct EditionPicture {
  std::string file;  // "pictures/HASH.jpg"
  std::string type;
};

struct EditionParts {
  std::vector<Chapter> chapters;
  std::vector<EditionPicture> pictures;
};

// A page of its own, as XHTML that a browser also takes for HTML.
std::string edition_page(std::string_view title, std::string_view body, std::string_view up);

// Writes the articles that the filters choose and their pictures. Pictures of other kinds
// than JPEG, PNG and GIF are left out, and what is not cached.
Outcome<EditionParts> write_articles(Session& session, const ArticleFilters& filters, EditionFiles& files);

}  // namespace newscache::client
