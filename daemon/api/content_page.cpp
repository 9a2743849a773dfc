#include "api/content_page.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "html/pictures.hpp"
#include "html/plain_text.hpp"
#include "text/date.hpp"
#include "text/entities.hpp"
#include "text/utf8.hpp"

namespace newscache::api {
namespace {

// Small: it is in every page. System fonts and colours, so that it is dark where the device is.
constexpr std::string_view style = R"(
:root{color-scheme:light dark}
body{max-width:42rem;margin:0 auto;padding:1rem;font:1.05rem/1.6 system-ui,sans-serif;overflow-wrap:break-word}
h1{font-size:1.5rem;line-height:1.25}
.about{font-size:.9rem;opacity:.75}
img,video,audio,svg{max-width:100%;height:auto}
pre{overflow-x:auto}
table{display:block;overflow-x:auto;border-collapse:collapse}
td,th{border:1px solid;padding:.2em .5em}
blockquote{margin-inline:0;padding-inline-start:1em;border-inline-start:.2em solid}
)";

// Languages that are written from right to left.
constexpr std::array<std::string_view, 14> right_to_left{"ar", "arc", "ckb", "dv", "fa", "he", "iw",
                                                         "ji", "nqo", "ps",  "sd", "ug", "ur", "yi"};

const std::string& language_of(const model::Article& article, const model::Feed* feed) {
  return article.entry.language.empty() && feed != nullptr ? feed->language : article.entry.language;
}

// Unknown: by the first letter that has one.
std::string_view direction_of(std::string_view language) {
  if (language.empty()) return "auto";
  const auto primary = text::to_lower(language.substr(0, language.find('-')));
  return std::find(right_to_left.begin(), right_to_left.end(), primary) == right_to_left.end() ? "ltr" : "rtl";
}

// Plain text of one line, without control characters.
std::string line_of(std::string_view plain) { return html::to_line(text::escape(plain)); }

std::string title_of(const model::Article& article, const model::Feed* feed) {
  constexpr std::size_t short_bytes = 80;
  auto title = line_of(article.entry.title);
  if (title.empty()) title = html::excerpt(article.entry.content_html, short_bytes);
  if (title.empty() && feed != nullptr) title = line_of(feed->title);
  return title.empty() ? "Article " + std::to_string(raw(article.id)) : title;
}

std::string authors_of(const model::Article& article) {
  std::string names;
  for (const auto& author : article.entry.authors) {
    names += names.empty() ? "" : ", ";
    names += line_of(author.name.empty() ? author.email : author.name);
  }
  return names;
}

Instant date_of(const model::Article& article) { return article.entry.date_published.value_or(article.date_received); }

// "2026-11-25 09:27 UTC"
std::string date_text(Instant date) {
  const auto text = text::format_rfc3339(date);
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

void append_link(std::string& out, std::string_view url, std::string_view text) {
  if (url.empty()) {
    text::append_escaped(out, text);
    return;
  }
  out += "<a href=\"";
  text::append_escaped(out, url);
  out += "\">";
  text::append_escaped(out, text);
  out += "</a>";
}

// What is cached, by the URL that the article has for it.
class CachedMedia {
 public:
  explicit CachedMedia(const std::vector<model::Media>& media) {
    for (const auto& one : media) assets_.emplace(one.url, &one.asset);
  }
  // Null when it is not.
  const model::Asset* find(std::string_view url) const {
    const auto found = assets_.find(url);
    return found == assets_.end() ? nullptr : found->second;
  }
  std::string path_of(std::string_view url) const {
    const auto* asset = find(url);
    return asset == nullptr ? std::string() : "/v1/assets/" + asset->sha256;
  }

 private:
  std::map<std::string_view, const model::Asset*> assets_;
};

// The picture that a feed has for an article, unless it is in the text too.
void append_lead_picture(std::string& out, const model::Entry& entry, const std::string& content,
                         const CachedMedia& cached) {
  const auto* lead = cached.find(entry.image);
  if (lead == nullptr || !lead->type.starts_with("image/")) return;
  const auto path = cached.path_of(entry.image);
  if (content.find(path) != std::string::npos) return;
  out += "<p><img src=\"" + path + "\" alt=\"\"></p>\n";
}

std::string size_text(std::int64_t bytes) {
  constexpr std::int64_t kibi = 1024;
  if (bytes < kibi * kibi) return std::to_string((bytes + kibi - 1) / kibi) + " KiB";
  return std::to_string((bytes + kibi * kibi - 1) / (kibi * kibi)) + " MiB";
}

// "An interview (audio/mpeg, 12 MiB, 35 min)"
std::string description_of(const model::Attachment& attachment) {
  auto name = line_of(attachment.title);
  if (name.empty()) name = attachment.url.substr(attachment.url.rfind('/') + 1);
  std::string about = line_of(attachment.mime_type);
  const auto add = [&about](const std::string& more) { about += (about.empty() ? "" : ", ") + more; };
  if (attachment.size_bytes) add(size_text(*attachment.size_bytes));
  if (attachment.duration_s) add(std::to_string((*attachment.duration_s + 59) / 60) + " min");
  if (about.empty()) return name;
  return name + " (" + about + ")";
}

void append_player(std::string& out, const model::Asset& asset, const std::string& path) {
  const auto kind = asset.type.substr(0, asset.type.find('/'));
  if (kind == "image") out += "<br><img src=\"" + path + "\" alt=\"\">";
  if (kind == "audio" || kind == "video") {
    out += "<br><" + kind + " controls preload=\"none\" src=\"" + path + "\"></" + kind + ">";
  }
}

// Each with a link: to what is cached, else to the publisher's.
void append_attachments(std::string& out, const std::vector<model::Attachment>& attachments,
                        const CachedMedia& cached) {
  if (attachments.empty()) return;
  out += "\n<footer>\n<ul>\n";
  for (const auto& attachment : attachments) {
    const auto path = cached.path_of(attachment.url);
    out += "<li>";
    append_link(out, path.empty() ? attachment.url : path, description_of(attachment));
    if (!path.empty()) append_player(out, *cached.find(attachment.url), path);
    out += "</li>\n";
  }
  out += "</ul>\n</footer>";
}

}  // namespace

std::string content_page(const model::Article& article, const model::Feed* feed,
                         const std::vector<model::Media>& media) {
  const CachedMedia cached(media);
  const auto title = title_of(article, feed);
  const auto& language = language_of(article, feed);
  std::string out = "<!DOCTYPE html>\n<html";
  if (!language.empty()) out += " lang=\"" + text::escape(language) + "\"";
  out.append(" dir=\"").append(direction_of(language)).append("\">\n<head>\n<meta charset=\"utf-8\">\n");
  out.append("<meta http-equiv=\"Content-Security-Policy\" content=\"").append(content_policy).append("\">\n");
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += "<meta name=\"referrer\" content=\"no-referrer\">\n<title>" + text::escape(title) + "</title>\n";
  if (const auto icon = feed != nullptr ? cached.path_of(feed->icon) : std::string(); !icon.empty())
    out += "<link rel=\"icon\" href=\"" + icon + "\">\n";
  out.append("<style>").append(style).append("</style>\n</head>\n<body>\n<article>\n<header>\n<h1>");
  append_link(out, article.entry.url, title);
  out += "</h1>\n<p class=\"about\">";
  if (feed != nullptr) {
    append_link(out, feed->home_page_url, feed->title);
    out += " · ";
  }
  if (const auto authors = authors_of(article); !authors.empty()) out += text::escape(authors) + " · ";
  const auto date = date_of(article);
  out += "<time datetime=\"" + text::format_rfc3339(date) + "\">" + date_text(date) + "</time></p>\n</header>\n";
  const auto content =
      html::with_media(article.entry.content_html, [&](std::string_view url) { return cached.path_of(url); });
  append_lead_picture(out, article.entry, content, cached);
  out += content;
  append_attachments(out, article.entry.attachments, cached);
  return out += "\n</article>\n</body>\n</html>\n";
}

std::string content_text(const model::Article& article, const model::Feed* feed) {
  std::string out = title_of(article, feed) + "\n";
  if (feed != nullptr) out += line_of(feed->title) + " · ";
  if (const auto authors = authors_of(article); !authors.empty()) out += authors + " · ";
  out += date_text(date_of(article)) + "\n";
  if (!article.entry.url.empty()) out += article.entry.url + "\n";
  out += "\n" + html::to_text(article.entry.content_html) + "\n";
  for (const auto& attachment : article.entry.attachments) {
    out += "\n" + description_of(attachment) + "\n" + attachment.url + "\n";
  }
  return out;
}

}  // namespace newscache::api
