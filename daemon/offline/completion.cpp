#include "offline/completion.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "html/pictures.hpp"
#include "html/plain_text.hpp"
#include "ingest/hosts.hpp"
#include "ingest/refresh.hpp"
#include "offline/downloads.hpp"
#include "offline/media_type.hpp"
#include "text/url.hpp"

namespace newscache::offline {
namespace {

using std::chrono::minutes;

constexpr std::string_view accept_pages = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1";
constexpr std::string_view accept_pictures = "image/webp, image/png, image/jpeg, image/gif, image/*;q=0.5";
constexpr std::string_view accept_recordings = "*/*";
constexpr std::int64_t largest_page = 4 << 20;
constexpr std::int64_t recording_piece = 4 << 20;  // is held in memory, and is what a cut costs at most
constexpr std::size_t most_pictures = 200;         // of one article
constexpr std::size_t most_pages = 5;              // that one article is spread over
constexpr std::size_t few_words = 600;             // bytes of text: a shell without its article, perhaps
constexpr std::size_t fetches_of_one_turn = 16;

// Between attempts. After the last one it is given up.
constexpr std::array<minutes, 6> waits = {minutes(15),      minutes(60),      minutes(4 * 60),
                                          minutes(12 * 60), minutes(24 * 60), minutes(48 * 60)};

// The next attempt may end otherwise.
bool may_pass(Cause cause) {
  switch (cause) {
    case Cause::link:
    case Cause::dns:
    case Cause::portal:
    case Cause::clock:
    case Cause::tls:
    case Cause::timeout:
    case Cause::refused:
    case Cause::busy:
    case Cause::server:
    case Cause::budget:
    case Cause::unavailable:
      return true;
    default:
      return false;
  }
}

std::size_t text_bytes(const std::string& safe_html) { return html::to_text(safe_html).size(); }

// "bytes 0-4095/146515" to 146515; 0 when it does not say.
std::int64_t whole_size(const std::string& content_range) {
  const auto slash = content_range.find('/');
  if (slash == std::string::npos) return 0;
  std::int64_t size = 0;
  for (std::size_t i = slash + 1; i < content_range.size() && i < slash + 16; ++i) {
    if (content_range[i] < '0' || content_range[i] > '9') return 0;
    size = size * 10 + (content_range[i] - '0');
  }
  return size;
}

bool starts_at(const std::string& content_range, std::int64_t from) {
  return content_range.starts_with("bytes " + std::to_string(from) + "-");
}

class Attempt {
 public:
  Attempt(CompletionContext& context, model::Incomplete incomplete, model::Feed feed)
      : context_(context),
        services_(context.services),
        incomplete_(std::move(incomplete)),
        article_(incomplete_.article),
        feed_(std::move(feed)),
        wants_(ingest::wants(feed_.settings, feed_.state, context.settings)),
        from_public_site_(!ingest::is_local(ingest::host_of(feed_.url))) {
    update_.article = article_.id;
    update_.revision = article_.revision;
    for (const auto& media : incomplete_.media) known_.insert(media.url);
  }

  loop::awaitable<Attempted> run() {
    content_ = article_.entry.content_html;
    if (wants_page()) co_await complete_page();
    const bool has_room = co_await feed_has_room();
    if (!stopped_ && has_room && wants_.images) co_await complete_pictures();
    if (!stopped_ && has_room && wants_.enclosures) co_await complete_recordings();
    conclude();
    co_return Attempted{std::move(update_), stopped_};
  }

 private:
  using Errand = ingest::Poller::Errand;

  // An edited article is pending as a new one is, or as one of which more is wanted than before: its page is read again.
  bool wants_page() const {
    const auto& before = incomplete_.completion;
    const bool fresh = before.state == model::OfflineState::pending && before.attempts == 0;
    const bool edited = fresh && article_.entry.date_modified.has_value();
    return wants_.page && !article_.entry.url.empty() && (edited || !incomplete_.has_page);
  }

  loop::awaitable<bool> feed_has_room();
  loop::awaitable<void> complete_page();
  loop::awaitable<Result<html::PageArticle>> read_page(std::string url);
  loop::awaitable<void> append_pages(html::PageArticle& page);
  loop::awaitable<void> complete_pictures();
  loop::awaitable<void> fetch_picture(const Errand& errand, std::string url);
  loop::awaitable<void> complete_recordings();
  loop::awaitable<void> fetch_recording(std::string url);
  loop::awaitable<std::vector<std::string>> missing(std::vector<std::string> urls);
  loop::awaitable<Errand> errand_to(std::string url);
  loop::awaitable<Result<net::Response>> fetch(const Errand& errand, net::Request request, std::int64_t most);
  void take_page(html::PageArticle page);
  void conclude();
  void miss(const Error& error, bool is_page = false);
  // What may still be received for this article.
  std::int64_t left() const { return wants_.article_limit - update_.bytes; }

  CompletionContext& context_;
  ingest::Services& services_;
  model::Incomplete incomplete_;
  model::Article& article_;
  model::Feed feed_;
  ingest::Wants wants_;
  bool from_public_site_;
  std::set<std::string> known_;  // URLs of what the article has
  std::string content_;          // as it will be shown
  model::CompletionUpdate update_;
  std::optional<Error> missing_;  // the first thing that is
  bool page_missing_ = false;
  bool may_pass_ = false;  // something that is missing may come with another attempt
  std::optional<std::chrono::seconds> host_wait_;
  std::optional<BootInstant> stopped_;
};

void Attempt::miss(const Error& error, bool is_page) {
  if (!missing_ || is_page) missing_ = error;
  page_missing_ |= is_page;
  may_pass_ |= may_pass(error.cause);
}

loop::awaitable<Attempt::Errand> Attempt::errand_to(std::string url) {
  const std::string host = ingest::host_of(url);
  Errand errand = co_await context_.poller.errand(feed_.id, host, context_.settings.metered);
  if (!errand.permit) {
    const bool only_this_host = errand.refusal.detail.ends_with("host-cool-down");
    if (!only_this_host) {
      stopped_ = errand.until;
    } else {
      host_wait_ = std::chrono::ceil<std::chrono::seconds>(errand.until - services_.clock.boot());
      miss({Cause::busy, host + " wants to be left alone"});
    }
  }
  co_return errand;
}

// Its newest articles are what it may keep no more media for: they are given up, and said to be.
loop::awaitable<bool> Attempt::feed_has_room() {
  const auto limit = context_.settings.feed_limit;
  if (!limit) co_return true;
  auto sum = [feed = feed_.id](store::Reader& reader) { return reader.asset_bytes(feed); };
  const std::int64_t kept = co_await services_.reader.run(std::move(sum));
  if (kept < *limit) co_return true;
  miss({Cause::too_large, "the feed's articles have as many bytes of media as offline.feed_limit allows"});
  co_return false;
}

// Within what the day, the article and the file may cost.
loop::awaitable<Result<net::Response>> Attempt::fetch(const Errand& errand, net::Request request, std::int64_t most) {
  if (left() <= 0) co_return Error{Cause::too_large, "the article is larger than offline.article_limit"};
  const auto& limit = context_.settings.day;
  if (limit && context_.received_today >= *limit) {
    stopped_ = services_.clock.boot() + minutes(60);
    co_return Error{Cause::budget, "offline.day is used up"};
  }
  request.max_body = std::min(most, left());
  request.named_by_public_site = from_public_site_;
  request.meter = [this](std::int64_t more) {
    update_.bytes += more;
    context_.received_today += more;
    const auto& day = context_.settings.day;
    return !day || context_.received_today <= *day;
  };
  const std::string url = request.url;
  const std::int64_t before = update_.bytes;
  ingest::Fetched fetched =
      co_await context_.poller.fetch(errand, feed_.id, std::move(request), context_.settings.metered);
  if (fetched.cost.metered) update_.metered_bytes += update_.bytes - before;
  if (!fetched.answer) {
    if (fetched.answer.error().cause == Cause::budget) stopped_ = services_.clock.boot() + minutes(15);
    if (fetched.answer.error().cause == Cause::too_large && left() <= 0)
      co_return Error{Cause::too_large, "the article is larger than offline.article_limit"};
    co_return fetched.answer.error();
  }
  if (fetched.answer->status == 429 || fetched.answer->status == 503) {
    context_.poller.note_answer(url, fetched.answer, ingest::error_of_status(*fetched.answer));
  }
  if (fetched.answer->status != 200 && fetched.answer->status != 206)
    co_return ingest::error_of_status(*fetched.answer);
  co_return std::move(*fetched.answer);
}

// --- the page ---

const std::vector<std::string> no_selectors;

loop::awaitable<Result<html::PageArticle>> Attempt::read_page(std::string url) {
  Errand errand = co_await errand_to(url);
  if (!errand.permit) co_return errand.refusal;
  net::Request request;
  request.url = url;
  request.accept = accept_pages;
  Result<net::Response> answer = co_await fetch(errand, std::move(request), largest_page);
  errand.permit.reset();
  if (!answer) co_return answer.error();
  const std::string& type = answer->content_type;
  if (!type.empty() && !type.starts_with("text/") && type.find("html") == std::string::npos)
    co_return Error{Cause::no_article, "the page is no HTML but " + type.substr(0, 100)};
  PageRequest page;
  page.page = std::move(answer->body);
  page.url = answer->url;
  page.content_type = type;
  page.image_width = wants_.image_width;
  const auto parts = text::split_url(answer->url);
  for (const auto& site : context_.sites) {
    if (parts && (parts->host == site.site || parts->host.ends_with("." + site.site))) {
      page.keep = site.keep;
      page.drop = site.drop;
    }
  }
  co_return co_await context_.extract(std::move(page));
}

// Pages two, three and so on of the same article; what they repeat of it is theirs to repeat, and is told by a rule.
loop::awaitable<void> Attempt::append_pages(html::PageArticle& page) {
  std::set<std::string> seen = {article_.entry.url};
  std::string next = page.next_url;
  for (std::size_t number = 1; number < most_pages && !next.empty() && seen.insert(next).second; ++number) {
    Result<html::PageArticle> more = co_await read_page(next);
    if (!more) {
      if (!stopped_) miss({more.error().cause, "page " + std::to_string(number + 1) + ": " + more.error().detail});
      co_return;
    }
    if (page.content_text.find(more->content_text) != std::string::npos) co_return;
    page.content_html += "<hr>" + more->content_html;
    page.content_text += "\n\n" + more->content_text;
    next = more->next_url;
  }
}

loop::awaitable<void> Attempt::complete_page() {
  Result<html::PageArticle> page = co_await read_page(article_.entry.url);
  if (page && page->content_text.size() < few_words && !page->amp_url.empty()) {
    Result<html::PageArticle> plainer = co_await read_page(page->amp_url);
    if (plainer && plainer->content_text.size() > page->content_text.size()) page = std::move(plainer);
  }
  if (stopped_) co_return;
  if (!page) {
    miss(page.error(), true);
    co_return;
  }
  co_await append_pages(*page);
  if (!stopped_) take_page(std::move(*page));
}

void Attempt::take_page(html::PageArticle page) {
  const std::string* mode = model::own_setting<std::string>(feed_.settings, "full_text");
  const bool always = (mode != nullptr ? *mode : context_.settings.full_text) == "always";
  const std::size_t of_feed =
      incomplete_.has_page ? 0 : std::max(text_bytes(article_.entry.content_html), article_.entry.summary.size());
  const std::size_t of_page = page.content_text.size();
  // The publisher's own words for the feed are better than a guess that is hardly longer.
  const bool is_fuller = always ? of_page * 5 >= of_feed * 4 : of_page * 5 >= of_feed * 6;
  if (!is_fuller) return;
  if (page.is_teaser) {
    missing_ = Error{Cause::denied, "the page shows no more than this without a subscription"};
  }
  model::CapturedPage captured;
  captured.url = article_.entry.url;
  captured.content_html = std::move(page.content_html);
  captured.title = std::move(page.title);
  captured.image = std::move(page.image);
  captured.language = std::move(page.language);
  captured.date_published = page.published;
  if (!page.byline.empty()) captured.authors.push_back({page.byline, {}, {}, {}});
  content_ = captured.content_html;
  if (article_.entry.image.empty()) article_.entry.image = captured.image;
  update_.page = std::move(captured);
}

// --- pictures ---

// Those that are to be fetched, each once; what is kept for another article serves for this one too.
loop::awaitable<std::vector<std::string>> Attempt::missing(std::vector<std::string> urls) {
  std::set<std::string> listed = known_;
  std::erase_if(urls, [&](const std::string& url) { return ingest::host_of(url).empty() || !listed.insert(url).second; });
  auto find = [&urls](store::Reader& reader) {
    const store::Reader::View view(reader);
    std::vector<std::optional<model::Asset>> assets;
    for (const auto& url : urls) assets.push_back(reader.asset_of(url));
    return assets;
  };
  const auto assets = co_await services_.reader.run(std::move(find));
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (assets[i]) {
      update_.media.push_back({urls[i], *assets[i], {}});
    } else {
      missing.push_back(urls[i]);
    }
    known_.insert(urls[i]);
  }
  co_return missing;
}

loop::awaitable<void> Attempt::complete_pictures() {
  auto urls = html::pictures(content_, wants_.image_width);
  if (!article_.entry.image.empty()) urls.insert(urls.begin(), article_.entry.image);
  if (!feed_.icon.empty()) urls.push_back(feed_.icon);
  if (urls.size() > most_pictures) urls.resize(most_pictures);
  // In order, but each host's together: one connection serves them all, as it would a browser.
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
    const auto& list = of_host[host];
    for (std::size_t done = 0; done < list.size();) {
      Errand errand = co_await errand_to(list[done]);
      if (stopped_) co_return;
      if (!errand.permit) break;
      const std::size_t end = std::min(list.size(), done + fetches_of_one_turn);
      for (; done < end && !stopped_; ++done) co_await fetch_picture(errand, list[done]);
      if (stopped_) co_return;
    }
  }
}

loop::awaitable<void> Attempt::fetch_picture(const Errand& errand, std::string url) {
  net::Request request;
  request.url = url;
  request.accept = accept_pictures;
  Result<net::Response> answer = co_await fetch(errand, std::move(request), context_.settings.image_limit);
  if (!answer) {
    if (!stopped_ && url != feed_.icon) miss({answer.error().cause, "picture " + url + ": " + answer.error().detail});
    co_return;
  }
  auto keep = [folder = context_.folder, url, body = std::move(answer->body)]() -> Result<std::optional<model::Media>> {
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
  Result<std::optional<model::Media>> kept = co_await loop::offload(services_.worker, std::move(keep));
  if (!kept) {
    if (url != feed_.icon) miss({kept.error().cause, "picture " + url + ": " + kept.error().detail});
  } else if (*kept) {
    update_.media.push_back(std::move(**kept));
  }
}

// --- recordings and other enclosures ---

loop::awaitable<void> Attempt::complete_recordings() {
  auto urls = html::recordings(content_);
  for (const auto& attachment : article_.entry.attachments) urls.push_back(attachment.url);
  urls = co_await missing(std::move(urls));
  for (const auto& url : urls) {
    co_await fetch_recording(url);
    if (stopped_) co_return;
  }
}

// Piece by piece, so that memory is bounded and a cut costs little; the host has its gap in between.
loop::awaitable<void> Attempt::fetch_recording(std::string url) {
  const auto failed = [&](const Error& error) {
    if (!stopped_) miss({error.cause, "enclosure " + url + ": " + error.detail});
  };
  auto open = [folder = context_.folder, url] { return Partial::open(folder, url); };
  Result<Partial> partial = co_await loop::offload(services_.worker, std::move(open));
  if (!partial) co_return failed(partial.error());
  for (bool whole = false; !whole;) {
    Errand errand = co_await errand_to(url);
    if (!errand.permit) co_return;
    const std::int64_t from = partial->bytes();
    net::Request request;
    request.url = url;
    request.accept = accept_recordings;
    request.range = net::ByteRange{from, from + recording_piece - 1, partial->version()};
    Result<net::Response> answer = co_await fetch(errand, std::move(request), context_.settings.enclosure_limit - from);
    errand.permit.reset();
    if (!answer) co_return failed(answer.error());
    const bool part = answer->status == 206;
    const std::int64_t size = part ? whole_size(answer->content_range) : 0;
    if (part && (!starts_at(answer->content_range, from) || answer->body.empty() || size == 0))
      co_return failed({Cause::server, "the server sent another range than was asked for"});
    if (size > context_.settings.enclosure_limit)
      co_return failed({Cause::too_large, "it is larger than offline.enclosure_limit"});
    auto append = [&partial = *partial, part, body = std::move(answer->body),
                   version = answer->validators.etag]() -> Result<void> {
      if (!part) {
        if (auto restarted = partial.restart(); !restarted) return restarted;
      }
      return partial.append(body, version);
    };
    const Result<void> appended = co_await loop::offload(services_.worker, std::move(append));
    if (!appended) co_return failed(appended.error());
    whole = !part || partial->bytes() >= size;
  }
  auto finish = [&partial = *partial] { return partial.finish(); };
  Result<model::Media> media = co_await loop::offload(services_.worker, std::move(finish));
  if (!media) co_return failed(media.error());
  update_.media.push_back(std::move(*media));
}

// --- how far it came ---

void Attempt::conclude() {
  using model::OfflineState;
  model::Completion& now = update_.completion;
  const model::Completion& before = incomplete_.completion;
  update_.day = model::day_number(services_.clock.wall());
  const bool has_something =
      update_.page || incomplete_.has_page || !update_.media.empty() || !incomplete_.media.empty();
  now = before;
  if (stopped_) return;  // nothing is known that was not before
  if (!missing_) {
    now = {.state = OfflineState::complete};
    return;
  }
  now.cause = missing_->cause;
  now.detail = missing_->detail;
  // What is our network's or a busy host's fault is no failure of the article's.
  const bool ours = ingest::is_ours(missing_->cause) || missing_->cause == Cause::unavailable || host_wait_.has_value();
  const bool goes_on = may_pass_ && (ours || before.attempts + 1 < static_cast<std::int64_t>(waits.size()));
  now.next.reset();
  if (goes_on) {
    const auto tries = static_cast<std::size_t>(before.attempts);
    std::chrono::seconds wait = waits[std::min(tries, waits.size() - 1)];
    if (host_wait_) wait = std::max(wait, *host_wait_);
    now.next = services_.clock.wall() + wait;
  }
  if (!ours) ++now.attempts;
  if (page_missing_ && !has_something) {
    now.state = goes_on ? OfflineState::pending : OfflineState::failed;
  } else {
    now.state = has_something || !goes_on ? OfflineState::partial : OfflineState::pending;
  }
}

}  // namespace

loop::awaitable<Attempted> attempt_completion(CompletionContext& context, model::Incomplete incomplete,
                                              model::Feed feed) {
  Attempt attempt(context, std::move(incomplete), std::move(feed));
  co_return co_await attempt.run();
}

}  // namespace newscache::offline
