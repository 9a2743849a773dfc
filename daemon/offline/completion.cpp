#include "offline/completion.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "html/plain_text.hpp"
#include "ingest/hosts.hpp"
#include "ingest/refresh.hpp"
#include "offline/attempt.hpp"
#include "text/url.hpp"

namespace newscache::offline {
namespace {

using std::chrono::minutes;

constexpr std::string_view accept_pages = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1";
constexpr std::int64_t largest_page = 4 << 20;
constexpr std::size_t most_pages = 5;   // that one article is spread over
constexpr std::size_t few_words = 600;  // bytes of text: a shell without its article, perhaps

// Before the second attempt, the third and so on. After the last one it is given up.
constexpr std::array<minutes, 5> waits = {minutes(15), minutes(60), minutes(4 * 60), minutes(12 * 60),
                                          minutes(24 * 60)};

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

}  // namespace

Attempt::Attempt(CompletionContext& context, model::Incomplete incomplete, model::Feed feed)
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

loop::awaitable<Attempted> Attempt::run() {
  content_ = article_.entry.content_html;
  if (wants_page()) co_await complete_page();
  bool may_fetch = !stopped_ && (wants_.images || wants_.enclosures);
  if (may_fetch) may_fetch = co_await has_room();
  Urls urls;
  if (may_fetch) urls = co_await list_media();
  if (!stopped_) update_.wants = wanted(urls);
  if (may_fetch) {
    if (wants_.images) co_await complete_pictures(std::move(urls.pictures));
    if (!stopped_ && wants_.enclosures) co_await complete_recordings(std::move(urls.recordings));
  }
  conclude();
  Attempted attempted;
  attempted.update = std::move(update_);
  attempted.stopped = stopped_;
  attempted.is_news =
      !stopped_ || attempted.update.bytes > 0 || attempted.update.page || !attempted.update.media.empty();
  co_return attempted;
}

std::vector<std::string> Attempt::wanted(const Urls& urls) const {
  std::vector<std::string> all;
  if (wants_.images) all = urls.pictures;
  if (wants_.enclosures) all.insert(all.end(), urls.recordings.begin(), urls.recordings.end());
  return all;
}

void Attempt::miss(const Error& error, bool once_more) {
  if (!missing_) missing_ = error;
  may_pass_ |= may_pass(error.cause) || (once_more && incomplete_.completion.attempts == 0);
}

loop::awaitable<Attempt::Errand> Attempt::errand_to(std::string url) {
  using Reach = Errand::Reach;
  Errand errand = co_await context_.poller.errand(feed_.id, ingest::host_of(url), context_.settings.metered);
  if (errand.permit) co_return errand;
  if (errand.reach == Reach::everybody) {
    stopped_ = errand.until;
  } else {
    host_until_ = std::max(host_until_.value_or(errand.until), errand.until);
    miss({errand.reach == Reach::feed ? Cause::budget : Cause::busy, errand.refusal.detail});
  }
  co_return errand;
}

// Within what the day and the file may cost.
loop::awaitable<Attempt::Answer> Attempt::fetch(const Errand& errand, net::Request request, std::int64_t most) {
  const auto& limit = context_.settings.day;
  if (limit && context_.received_today >= *limit) {
    stopped_ = services_.clock.boot() + minutes(60);
    co_return Error{Cause::budget, "offline.day is used up"};
  }
  request.max_body = most;
  request.named_by_public_site = from_public_site_;
  request.meter = [this](std::int64_t more) {
    update_.bytes += more;
    context_.received_today += more;
    const auto& day = context_.settings.day;
    return !day || context_.received_today <= *day;
  };
  const std::string url = request.url;
  const bool in_part = request.range.has_value();
  const std::int64_t before = update_.bytes;
  ingest::Fetched fetched =
      co_await context_.poller.fetch(errand, feed_.id, std::move(request), context_.settings.metered);
  if (fetched.cost.metered) update_.metered_bytes += update_.bytes - before;
  if (!fetched.answer) {
    if (fetched.answer.error().cause == Cause::budget) stopped_ = services_.clock.boot() + minutes(15);
    co_return fetched.answer.error();
  }
  const int status = fetched.answer->status;
  if (status == 429 || status == 503) {
    context_.poller.note_answer(url, fetched.answer, ingest::error_of_status(*fetched.answer));
  }
  const bool is_answer = status == 200 || (in_part && (status == 206 || status == 416));
  if (!is_answer) co_return ingest::error_of_status(*fetched.answer);
  co_return std::move(*fetched.answer);
}

// --- the page ---

bool Attempt::wants_page() const { return wants_.page && !article_.entry.url.empty() && !incomplete_.has_page; }

loop::awaitable<Result<html::PageArticle>> Attempt::read_page(std::string url) {
  Errand errand = co_await errand_to(url);
  if (!errand.permit) co_return errand.refusal;
  net::Request request;
  request.url = url;
  request.accept = accept_pages;
  const std::int64_t before = update_.bytes;
  Answer answer = co_await fetch(errand, std::move(request), std::min(largest_page, std::max<std::int64_t>(left(), 1)));
  errand.permit.reset();
  counted_ += update_.bytes - before;
  if (!answer) co_return answer.error();
  // What a page of the net names must not lead into our own network.
  from_public_site_ |= answer->from_public_host;
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
  const bool elsewhere = ingest::host_of(answer->url) != ingest::host_of(url);
  Result<html::PageArticle> article = co_await context_.extract(std::move(page));
  // A login of the network that we are in says nothing of the page.
  if (!article && elsewhere && article.error().cause == Cause::no_article) miss(article.error(), true);
  co_return article;
}

// Pages two, three and so on of the same article.
loop::awaitable<void> Attempt::append_pages(html::PageArticle& page) {
  std::set<std::string> seen = {article_.entry.url};
  std::set<std::size_t> texts = {std::hash<std::string>()(page.content_text)};
  std::string next = page.next_url;
  for (std::size_t number = 1; number < most_pages && !next.empty() && seen.insert(next).second; ++number) {
    Result<html::PageArticle> more = co_await read_page(next);
    if (!more) {
      if (!stopped_) miss({more.error().cause, "page " + std::to_string(number + 1) + ": " + more.error().detail});
      co_return;
    }
    if (!texts.insert(std::hash<std::string>()(more->content_text)).second) co_return;
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
    miss(page.error());
    page_missing_ = true;
    co_return;
  }
  co_await append_pages(*page);
  if (!stopped_) co_await take_page(std::move(*page));
}

loop::awaitable<void> Attempt::take_page(html::PageArticle page) {
  const std::string* mode = model::own_setting<std::string>(feed_.settings, "full_text");
  const bool always = (mode != nullptr ? *mode : context_.settings.full_text) == "always";
  auto measure = [&entry = article_.entry] {
    return std::max(html::to_text(entry.content_html).size(), entry.summary.size());
  };
  const std::size_t of_feed = co_await loop::offload(services_.worker, std::move(measure));
  const std::size_t of_page = page.content_text.size();
  // The publisher's own words for the feed are better than a guess that is hardly longer.
  const bool is_fuller = always ? of_page * 5 >= of_feed * 4 : of_page * 5 >= of_feed * 6;
  if (!is_fuller) co_return;
  if (page.is_teaser) missing_ = Error{Cause::denied, "the page shows no more than this without a subscription"};
  model::CapturedPage captured;
  captured.url = article_.entry.url;
  captured.content_html = std::move(page.content_html);
  captured.title = std::move(page.title);
  captured.image = std::move(page.image);
  captured.language = std::move(page.language);
  // A page cannot have been published tomorrow.
  const Instant tomorrow = services_.clock.wall() + std::chrono::hours(24);
  if (page.published && *page.published <= tomorrow) captured.date_published = page.published;
  if (!page.byline.empty()) captured.authors.push_back({page.byline, {}, {}, {}});
  content_ = captured.content_html;
  if (article_.entry.image.empty()) article_.entry.image = captured.image;
  update_.page = std::move(captured);
}

// --- how far it came ---

void Attempt::conclude() {
  using model::OfflineState;
  model::Completion& now = update_.completion;
  const model::Completion& before = incomplete_.completion;
  update_.day = model::day_number(services_.clock.wall());
  now = before;
  if (stopped_) return;  // nothing is known that was not before
  if (!missing_) {
    const bool wants_any = wants_.page || wants_.images || wants_.enclosures;
    now = {.state = wants_any ? OfflineState::complete : OfflineState::off};
    return;
  }
  const bool has_something =
      update_.page || incomplete_.has_page || !update_.media.empty() || !incomplete_.media.empty();
  now.cause = missing_->cause;
  now.detail = missing_->detail;
  // What is the network's fault, or a host's that wants to be left alone, is no failure of the article's.
  const bool ours = host_until_ || (ingest::is_ours(missing_->cause) &&
                                    context_.poller.network().state != ingest::NetworkState::online);
  const auto tries = static_cast<std::size_t>(before.attempts);
  const bool goes_on = may_pass_ && (ours || tries < waits.size());
  now.next.reset();
  // Given up: what an edited article's old page said must not hide the edit for ever.
  if (page_missing_ && !goes_on) update_.drop_page = true;
  if (goes_on) {
    std::chrono::seconds wait = waits[std::min(tries, waits.size() - 1)];
    if (host_until_) {
      wait = std::max(wait, std::chrono::ceil<std::chrono::seconds>(*host_until_ - services_.clock.boot()));
    }
    now.next = services_.clock.wall() + wait;
  }
  if (!ours) ++now.attempts;
  if (page_missing_ && !has_something) {
    now.state = goes_on ? OfflineState::pending : OfflineState::failed;
  } else {
    now.state = has_something || !goes_on ? OfflineState::partial : OfflineState::pending;
  }
}

loop::awaitable<Attempted> attempt_completion(CompletionContext& context, model::Incomplete incomplete,
                                              model::Feed feed) {
  Attempt attempt(context, std::move(incomplete), std::move(feed));
  co_return co_await attempt.run();
}

}  // namespace newscache::offline
