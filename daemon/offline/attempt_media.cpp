// The pictures and recordings of an article, as far as they are not there already.

#include <algorithm>
#include <map>
#include <utility>

#include "html/pictures.hpp"
#include "ingest/hosts.hpp"
#include "ingest/refresh.hpp"
#include "offline/attempt.hpp"
#include "offline/media_type.hpp"

namespace newscache::offline {
namespace {

constexpr std::string_view accept_pictures = "image/webp, image/png, image/jpeg, image/gif, image/*;q=0.5";
constexpr std::string_view accept_recordings = "*/*";
constexpr std::size_t most_pictures = 200;  // of one article
constexpr std::size_t fetches_of_one_turn = 16;
constexpr std::int64_t least_room = 256 << 10;  // with less nothing is fetched
// A piece of a recording is held in memory, and is what a cut costs at most; over a link that was too slow for one,
// smaller ones are asked for. What comes whole, from a server that knows no pieces, has another bound.
constexpr std::int64_t recording_piece = 4 << 20;
constexpr std::int64_t small_piece = 512 << 10;
constexpr std::int64_t largest_whole = 16 << 20;

// "bytes 0-4095/146515" to 146515; 0 when it does not say.
std::int64_t whole_size(const std::string& content_range) {
  constexpr std::size_t most_digits = 15;
  const auto slash = content_range.find('/');
  if (slash == std::string::npos) return 0;
  std::int64_t size = 0;
  for (std::size_t i = slash + 1; i < content_range.size() && i <= slash + most_digits; ++i) {
    if (content_range[i] < '0' || content_range[i] > '9') return 0;
    size = size * 10 + (content_range[i] - '0');
  }
  return size;
}

bool starts_at(const std::string& content_range, std::int64_t from) {
  return content_range.starts_with("bytes " + std::to_string(from) + "-");
}

bool looks_like_html(const std::string& body) { return body.find_first_not_of(" \t\r\n") == body.find('<'); }

// While it lives, no other attempt fetches that.
class UnderWay {
 public:
  UnderWay(std::set<std::string>& urls, std::string url) : urls_(urls), url_(std::move(url)) { urls_.insert(url_); }
  ~UnderWay() { urls_.erase(url_); }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  std::set<std::string>& urls_;
  std::string url_;
};

}  // namespace

// Before anything is fetched: what would not be kept is not asked for again either.
loop::awaitable<bool> Attempt::has_room() {
  auto room = [](store::Writer& writer) { return writer.room_for_assets(least_room); };
  if (co_await services_.writer.run(std::move(room)) < least_room) {
    if (!missing_) missing_ = Error{Cause::budget, "store.limit leaves no room for pictures and files"};
    co_return false;
  }
  // A feed that has its share gets no more: the newest articles are given up, and say so.
  const auto limit = context_.settings.feed_limit;
  if (!limit) co_return true;
  auto sum = [feed = feed_.id](store::Reader& reader) { return reader.asset_bytes(feed); };
  const std::int64_t kept = co_await services_.reader.run(std::move(sum));
  if (kept < *limit) co_return true;
  miss({Cause::too_large, "the feed's articles have as many bytes of media as offline.feed_limit allows"});
  co_return false;
}

loop::awaitable<Attempt::Urls> Attempt::list_media() {
  auto list = [this] {
    Urls urls;
    urls.pictures = html::pictures(content_, wants_.image_width);
    if (!article_.entry.image.empty()) urls.pictures.insert(urls.pictures.begin(), article_.entry.image);
    if (urls.pictures.size() > most_pictures) urls.pictures.resize(most_pictures);
    urls.recordings = html::recordings(content_);
    for (const auto& attachment : article_.entry.attachments) urls.recordings.push_back(attachment.url);
    return urls;
  };
  Urls urls = co_await loop::offload(services_.worker, std::move(list));
  if (!feed_.icon.empty() && !context_.bad_icons.contains(feed_.icon)) urls.pictures.push_back(feed_.icon);
  co_return urls;
}

void Attempt::keep(model::Media media) {
  context_.fresh.insert_or_assign(media.url, media.asset);
  update_.media.push_back(std::move(media));
}

// Those that are to be fetched, each once; what is kept for another article serves for this one too.
loop::awaitable<std::vector<std::string>> Attempt::missing(std::vector<std::string> urls) {
  std::set<std::string> listed = known_;
  std::erase_if(urls,
                [&](const std::string& url) { return ingest::host_of(url).empty() || !listed.insert(url).second; });
  auto find = [&urls](store::Reader& reader) {
    const store::Reader::View view(reader);
    std::vector<std::optional<model::Asset>> assets;
    for (const auto& url : urls) assets.push_back(reader.asset_of(url));
    return assets;
  };
  const auto assets = co_await services_.reader.run(std::move(find));
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    const auto fresh = context_.fresh.find(urls[i]);
    if (assets[i] || fresh != context_.fresh.end()) {
      update_.media.push_back({urls[i], assets[i] ? *assets[i] : fresh->second, {}});
    } else {
      missing.push_back(urls[i]);
    }
    known_.insert(urls[i]);
  }
  co_return missing;
}

// --- pictures ---

// In order, but each host's together: one connection serves them all, as it would a browser.
loop::awaitable<void> Attempt::complete_pictures(std::vector<std::string> urls) {
  urls = co_await missing(std::move(urls));
  std::vector<std::string> hosts;
  std::map<std::string, std::vector<std::string>> of_host;
  for (auto& url : urls) {
    const std::string host = ingest::host_of(url);
    auto& list = of_host[host];
    if (list.empty()) hosts.push_back(host);
    list.push_back(std::move(url));
  }
  for (const auto& host : hosts) {
    co_await fetch_pictures(of_host[host]);
    if (stopped_) co_return;
  }
  take_deferred();
}

// All of one host.
loop::awaitable<void> Attempt::fetch_pictures(std::vector<std::string> urls) {
  for (std::size_t done = 0; done < urls.size();) {
    Errand errand = co_await errand_to(urls[done]);
    if (!errand.permit) co_return;
    const std::size_t end = std::min(urls.size(), done + fetches_of_one_turn);
    for (; done < end; ++done) {
      if (context_.under_way.contains(urls[done])) {
        deferred_.push_back(urls[done]);
        continue;
      }
      co_await fetch_picture(errand, urls[done]);
      if (stopped_) co_return;
      if (context_.poller.is_cooling_down(urls[done])) break;  // the next errand will be told until when
    }
  }
}

loop::awaitable<void> Attempt::fetch_picture(const Errand& errand, std::string url) {
  if (left() <= 0) {
    miss({Cause::too_large, "the article has more than offline.article_limit"});
    co_return;
  }
  const UnderWay under_way(context_.under_way, url);
  net::Request request;
  request.url = url;
  request.accept = accept_pictures;
  const std::int64_t before = update_.bytes;
  Answer answer = co_await fetch(errand, std::move(request), std::min(context_.settings.image_limit, left()));
  counted_ += update_.bytes - before;
  if (stopped_) co_return;
  if (!answer) {
    miss_picture(url, answer.error(), false);
    co_return;
  }
  // A login of the network that we are in would be such.
  const bool is_page = looks_like_html(answer->body);
  auto keep_it = [folder = context_.folder, url,
                  body = std::move(answer->body)]() -> Result<std::optional<model::Media>> {
    const std::string type(media_type(body));
    if (!type.starts_with("image/"))
      return Error{Cause::invalid, type.empty() ? "it is of no kind that is kept" : "it is no picture but " + type};
    const auto size = picture_size(body, type);
    if (size && is_tracker(*size)) return std::optional<model::Media>();
    if (size && is_too_large(*size)) return Error{Cause::too_large, "it has more than 40 million pixels"};
    auto media = keep_bytes(folder, url, body, type);
    if (!media) return media.error();
    return std::optional(std::move(*media));
  };
  Result<std::optional<model::Media>> kept = co_await loop::offload(services_.worker, std::move(keep_it));
  if (!kept) {
    miss_picture(url, kept.error(), is_page);
  } else if (*kept) {
    keep(std::move(**kept));
  }
}

// An article is whole without its feed's icon.
void Attempt::miss_picture(const std::string& url, const Error& error, bool once_more) {
  if (url == feed_.icon) {
    context_.bad_icons.insert(url);
  } else {
    miss({error.cause, "picture " + url + ": " + error.detail}, once_more);
  }
}

void Attempt::take_deferred() {
  for (auto& url : std::exchange(deferred_, {})) {
    const auto fresh = context_.fresh.find(url);
    if (fresh != context_.fresh.end()) {
      update_.media.push_back({std::move(url), fresh->second, {}});
    } else if (url != feed_.icon) {
      miss({Cause::busy, "picture " + url + ": it is being fetched for another article"});
    }
  }
}

// --- recordings and other enclosures ---

loop::awaitable<void> Attempt::complete_recordings(std::vector<std::string> urls) {
  urls = co_await missing(std::move(urls));
  for (const auto& url : urls) {
    if (context_.under_way.contains(url)) {
      miss({Cause::busy, "enclosure " + url + ": it is being fetched for another article"});
    } else {
      co_await fetch_recording(url);
    }
    if (stopped_) co_return;
  }
}

// Piece by piece, so that memory is bounded and a cut costs little; the host has its gap in between.
loop::awaitable<void> Attempt::fetch_recording(std::string url) {
  const UnderWay under_way(context_.under_way, url);
  auto open = [folder = context_.folder, url] { return Partial::open(folder, url); };
  Result<Partial> partial = co_await loop::offload(services_.worker, std::move(open));
  if (!partial) {
    miss({partial.error().cause, "enclosure " + url + ": " + partial.error().detail});
    co_return;
  }
  Result<bool> whole = false;
  int restarts = 0;
  do {
    whole = co_await fetch_piece(url, *partial, restarts);
  } while (whole && !*whole && !stopped_);
  if (stopped_) co_return;
  Error why;
  if (whole) {
    auto finish = [&partial = *partial] { return partial.finish(); };
    Result<model::Media> media = co_await loop::offload(services_.worker, std::move(finish));
    if (media) {
      keep(std::move(*media));
      co_return;
    }
    why = media.error();
  } else {
    why = whole.error();
  }
  const bool is_refusal = host_until_.has_value();  // has been noted
  if (!is_refusal) miss({why.cause, "enclosure " + url + ": " + why.detail});
  if (may_pass_) co_return;
  auto discard = [&partial = *partial] { partial.discard(); };
  co_await loop::offload(services_.worker, std::move(discard));
}

// Whether it was the last one.
loop::awaitable<Result<bool>> Attempt::fetch_piece(const std::string& url, Partial& partial, int& restarts) {
  const std::int64_t limit = context_.settings.enclosure_limit;
  const std::int64_t from = partial.bytes();
  if (from >= limit) co_return Error{Cause::too_large, "it is larger than offline.enclosure_limit"};
  Errand errand = co_await errand_to(url);
  if (!errand.permit) co_return errand.refusal;
  const std::int64_t piece = incomplete_.completion.attempts == 0 ? recording_piece : small_piece;
  net::Request request;
  request.url = url;
  request.accept = accept_recordings;
  request.range = net::ByteRange{from, from + piece - 1, partial.version()};
  Answer answer = co_await fetch(errand, std::move(request), std::min(limit, std::max(piece, largest_whole)));
  errand.permit.reset();
  if (!answer) co_return answer.error();
  const std::int64_t size = whole_size(answer->content_range);
  if (answer->status == 416 && from > 0 && size == from) co_return true;
  const bool part = answer->status == 206;
  const bool is_another = part && from > 0 && answer->validators.etag != partial.version();
  if (answer->status == 416 || is_another) {
    if (from == 0 || ++restarts > 1) co_return Error{Cause::server, "the server has another file each time"};
    auto restart = [&partial] { return partial.restart(); };
    const Result<void> restarted = co_await loop::offload(services_.worker, std::move(restart));
    if (!restarted) co_return restarted.error();
    co_return false;
  }
  if (part && (!starts_at(answer->content_range, from) || answer->body.empty() || size == 0))
    co_return Error{Cause::server, "the server sent another range than was asked for"};
  if (size > limit) co_return Error{Cause::too_large, "it is larger than offline.enclosure_limit"};
  auto append = [&partial, part, body = std::move(answer->body), version = answer->validators.etag]() -> Result<void> {
    if (!part) {
      if (auto restarted = partial.restart(); !restarted) return restarted;
    }
    return partial.append(body, version);
  };
  const Result<void> appended = co_await loop::offload(services_.worker, std::move(append));
  if (!appended) co_return appended.error();
  co_return !part || partial.bytes() >= size;
}

}  // namespace newscache::offline
