#include "client/edition.hpp"

#include <set>

#include "client/format.hpp"
#include "client/json.hpp"
#include "client/library/pages.hpp"
#include "client/library/records.hpp"
#include "client/xhtml.hpp"
#include "html/sanitise.hpp"

namespace newscache::client {
namespace {

constexpr std::string_view asset_path = "/v1/assets/";

struct PictureType {
  std::string_view magic;
  std::string_view extension;
  std::string_view type;
};
constexpr PictureType picture_types[] = {
    {"\xff\xd8\xff", "jpg", "image/jpeg"}, {"\x89PNG\r\n\x1a\n", "png", "image/png"}, {"GIF8", "gif", "image/gif"}};

const PictureType* type_of(std::string_view bytes) {
  for (const auto& type : picture_types) {
    if (bytes.starts_with(type.magic)) return &type;
  }
  return nullptr;
}

// What stands below the heading of the daemon's own page.
std::string_view body_of(std::string_view page) {
  constexpr std::string_view begin = "</header>\n";
  constexpr std::string_view end = "</article>";
  const auto from = page.find(begin);
  const auto to = page.rfind(end);
  if (from == page.npos || to == page.npos || to < from) return {};
  return page.substr(from + begin.size(), to - from - begin.size());
}

class Edition {
 public:
  Edition(Session& session, EditionFiles& files) : session_(session), files_(files) {}

  Outcome<void> add(const Article& article, const std::string& feed) {
    const auto page = session_.connection.get("/v1/articles/" + std::to_string(article.id) + "/content");
    if (!page) return page.error().exit == Exit::not_found ? Outcome<void>() : Outcome<void>(page.error());
    const auto body = body_of(*page);
    for (const auto& src : html::references(body).images) {
      if (const auto taken = take_picture(src); !taken) return taken.error();
    }
    const auto find = [this](std::string_view src) {
      const auto found = pictures_.find(std::string(src));
      return found == pictures_.end() || found->second.empty() ? std::string() : "../" + found->second;
    };
    const auto title = article_title(article);
    std::string text = "<h1>" + xml_text(title) + "</h1>\n<p class=\"about\">" + xml_text(about(article, feed));
    if (!article.url.empty())
      text += " · <a href=\"" + xml_text(uri_of(article.url)) + "\">" + xml_text(article.url) + "</a>";
    text += "</p>\n" + to_xhtml(body, find);
    const auto file = "articles/" + std::to_string(article.id) + ".xhtml";
    parts.chapters.push_back({file, title});
    return files_.add(file, edition_page(title, text, "../"));
  }

  EditionParts parts;

 private:
  static std::string about(const Article& article, const std::string& feed) {
    auto text = feed;
    const auto more = [&text](const std::string& one) {
      if (!one.empty()) text += (text.empty() ? "" : " · ") + one;
    };
    more(joined(article.authors));
    more(local_time(article.published.value_or(article.received)));
    return text;
  }

  // Each once; what is no picture for everybody is remembered as nothing.
  Outcome<void> take_picture(const std::string& src) {
    if (!src.starts_with(asset_path) || pictures_.contains(src)) return {};
    auto& place = pictures_[src];
    const auto bytes = session_.connection.get(src);
    if (!bytes) return bytes.error().exit == Exit::unreachable ? Outcome<void>(bytes.error()) : Outcome<void>();
    const auto* type = type_of(*bytes);
    if (type == nullptr) return {};
    place = "pictures/" + src.substr(asset_path.size()) + "." + std::string(type->extension);
    parts.pictures.push_back({place, std::string(type->type)});
    return files_.add(place, *bytes);
  }

  Session& session_;
  EditionFiles& files_;
  std::map<std::string, std::string> pictures_;  // by the daemon's path
};

}  // namespace

std::string edition_page(std::string_view title, std::string_view body, std::string_view up) {
  std::string page = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html>\n";
  page += "<html xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"UTF-8\"/>\n";
  page += "<title>" + xml_text(title) + "</title>\n<link rel=\"stylesheet\" type=\"text/css\" href=\"";
  page.append(up).append("style.css\"/>\n</head>\n<body>\n").append(body).append("\n</body>\n</html>\n");
  return page;
}

Outcome<EditionParts> write_articles(Session& session, const ArticleFilters& filters, EditionFiles& files) {
  auto query = query_of(session, filters);
  if (!query) return query.error();
  query->with_content = false;
  const auto articles = Daemon(session.connection.socket_path()).articles(*query);
  if (!articles) return failure_of(articles.error());
  const auto titles = feed_titles(session);
  if (!titles) return titles.error();
  Edition edition(session, files);
  std::size_t done = 0;
  for (const auto& article : *articles) {
    show_progress(session.console,
                  "exporting: " + std::to_string(done++) + " of " + std::to_string(articles->size()) + " articles");
    const auto feed = titles->find(article.feed);
    if (const auto added = edition.add(article, feed == titles->end() ? "" : feed->second); !added) {
      show_progress(session.console, "");
      return added.error();
    }
  }
  show_progress(session.console, "");
  if (edition.parts.chapters.empty()) return Failure{Exit::failed, "there are no such articles"};
  return std::move(edition.parts);
}

}  // namespace newscache::client
