#include "html/media.hpp"

#include <algorithm>

#include "text/url.hpp"
#include "text/utf8.hpp"

namespace newscache::html {

namespace {

struct Place {
  std::string_view host;  // and its subdomains
  std::string_view path;  // starts with
};

constexpr Place trackers[] = {
    {"2mdn.net", "/"},
    {"ad.doubleclick.net", "/"},
    {"ads.bluelithium.com", "/"},
    {"adserver.adtech.de", "/"},
    {"analytics.twitter.com", "/"},
    {"bat.bing.com", "/"},
    {"counter.yadro.ru", "/"},
    {"emltrk.com", "/"},
    {"facebook.com", "/tr"},
    {"feedburner.com", "/~r/"},
    {"feedburner.com", "/~ff/"},
    {"feedburner.google.com", "/~r/"},
    {"feeds.wordpress.com", "/1.0/"},
    {"feedsportal.com", "/"},
    {"google-analytics.com", "/"},
    {"googleadservices.com", "/"},
    {"googlesyndication.com", "/"},
    {"googletagmanager.com", "/"},
    {"imrworldwide.com", "/"},
    {"ioam.de", "/"},
    {"list-manage.com", "/track/"},
    {"mc.yandex.ru", "/"},
    {"mixpanel.com", "/track"},
    {"pheedo.com", "/"},
    {"piwik.pro", "/"},
    {"pixel.facebook.com", "/"},
    {"pixel.quantserve.com", "/"},
    {"pixel.wp.com", "/"},
    {"quantserve.com", "/pixel"},
    {"scorecardresearch.com", "/"},
    {"segment.io", "/"},
    {"sendgrid.net", "/wf/open"},
    {"stats.wordpress.com", "/"},
    {"stats.wp.com", "/"},
    {"statcounter.com", "/"},
    {"t.co", "/i/adsct"},
    {"met.vgwort.de", "/"},
};

// A player's address, the id behind `path` or in the query's parameter, becomes `page` and the id.
struct Player {
  std::string_view host;
  std::string_view path;
  std::string_view parameter;
  std::string_view page;
};

constexpr Player players[] = {
    {"youtube.com", "/embed/videoseries", "list", "https://www.youtube.com/playlist?list="},
    {"youtube-nocookie.com", "/embed/videoseries", "list", "https://www.youtube.com/playlist?list="},
    {"youtube.com", "/embed/", "", "https://www.youtube.com/watch?v="},
    {"youtube-nocookie.com", "/embed/", "", "https://www.youtube.com/watch?v="},
    {"youtube.com", "/v/", "", "https://www.youtube.com/watch?v="},
    {"youtube-nocookie.com", "/v/", "", "https://www.youtube.com/watch?v="},
    {"player.vimeo.com", "/video/", "", "https://vimeo.com/"},
    {"geo.dailymotion.com", "/player", "video", "https://www.dailymotion.com/video/"},
    {"dailymotion.com", "/embed/video/", "", "https://www.dailymotion.com/video/"},
    {"dailymotion.com", "/swf/video/", "", "https://www.dailymotion.com/video/"},
    {"player.twitch.tv", "/", "video", "https://www.twitch.tv/videos/"},
    {"player.twitch.tv", "/", "channel", "https://www.twitch.tv/"},
    {"clips.twitch.tv", "/embed", "clip", "https://clips.twitch.tv/"},
    {"player.bilibili.com", "/player.html", "bvid", "https://www.bilibili.com/video/"},
    {"rutube.ru", "/play/embed/", "", "https://rutube.ru/video/"},
    {"loom.com", "/embed/", "", "https://www.loom.com/share/"},
    {"streamable.com", "/e/", "", "https://streamable.com/"},
    {"streamable.com", "/o/", "", "https://streamable.com/"},
    {"embed.ted.com", "/talks/", "", "https://www.ted.com/talks/"},
    {"open.spotify.com", "/embed/episode/", "", "https://open.spotify.com/episode/"},
    {"open.spotify.com", "/embed/track/", "", "https://open.spotify.com/track/"},
    {"archive.org", "/embed/", "", "https://archive.org/details/"},
};

// Parts of file names of pictures that show nothing.
constexpr std::string_view placeholders[] = {
    "placeholder", "blank.",   "spacer.", "lazy",      "1x1",         "pixel.",    "transparent", "loading",
    "grey.gif",    "gray.gif", "empty.",  "clear.gif", "default.gif", "trans.gif", "dummy",
};

// Host and path of an absolute URL, nothing copied.
struct Split {
  std::string_view host;
  std::string_view path;   // at least "/"
  std::string_view query;  // without '?'
};

Split split(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find('#'));
  const auto end = std::min(url.find_first_of("/?"), url.size());
  Split parts{url.substr(0, end), "/", {}};
  parts.host = parts.host.substr(0, parts.host.find(':'));
  const auto rest = url.substr(end);
  const auto query = rest.find('?');
  if (rest.starts_with('/')) parts.path = rest.substr(0, query);
  if (query != std::string_view::npos) parts.query = rest.substr(query + 1);
  return parts;
}

bool is_host(std::string_view host, std::string_view known) {
  if (!host.ends_with(known)) return false;
  return host.size() == known.size() || host[host.size() - known.size() - 1] == '.';
}

std::string_view parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
    query.remove_prefix(std::min(end + 1, query.size()));
    if (query.starts_with("amp;")) query.remove_prefix(4);
  }
  return {};
}

// The letters, digits, '-', '_' and '.' that it starts with.
std::string_view id_of(std::string_view text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) {
    return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
             c == '.');
  });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

}  // namespace

bool is_tracker(std::string_view url) {
  const auto parts = split(url);
  return std::any_of(std::begin(trackers), std::end(trackers), [&](const Place& tracker) {
    return parts.path.starts_with(tracker.path) && is_host(parts.host, tracker.host);
  });
}

bool is_placeholder(std::string_view src) {
  const auto start = text::to_lower(text::trim(src).substr(0, 16));
  if (start.empty() || start.starts_with("data:") || start.starts_with("about:")) return true;
  const auto path = src.substr(0, src.find_first_of("?#"));
  const auto file = text::to_lower(path.substr(path.rfind('/') + 1));
  return std::any_of(std::begin(placeholders), std::end(placeholders),
                     [&](std::string_view part) { return file.find(part) != std::string::npos; });
}

std::string video_page(std::string_view url) {
  const auto parts = split(url);
  for (const auto& player : players) {
    if (!parts.path.starts_with(player.path) || !is_host(parts.host, player.host)) continue;
    const auto id = id_of(player.parameter.empty() ? parts.path.substr(player.path.size())
                                                   : parameter(parts.query, player.parameter));
    if (id.empty() || id == "." || id == "..") continue;
    return std::string(player.page).append(id);
  }
  return {};
}

}  // namespace newscache::html
