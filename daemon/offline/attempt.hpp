#pragma once
// One attempt to complete one article, while it is under way. Internal to completion.cpp and attempt_media.cpp.

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "offline/completion.hpp"
#include "offline/downloads.hpp"

namespace newscache::offline {

class Attempt {
 public:
  Attempt(CompletionContext& context, model::Incomplete incomplete, model::Feed feed);
  loop::awaitable<Attempted> run();

 private:
  using Errand = ingest::Poller::Errand;
  using Answer = Result<net::Response>;

  // --- the page: completion.cpp ---
  bool wants_page() const;
  loop::awaitable<void> complete_page();
  loop::awaitable<Result<html::PageArticle>> read_page(std::string url);
  loop::awaitable<void> append_pages(html::PageArticle& page);
  loop::awaitable<void> take_page(html::PageArticle page);
  void conclude();

  // --- pictures and recordings: attempt_media.cpp ---
  struct Urls {
    std::vector<std::string> pictures;
    std::vector<std::string> recordings;
  };
  loop::awaitable<Urls> list_media();
  std::vector<std::string> wanted(const Urls& urls) const;
  loop::awaitable<bool> has_room();
  loop::awaitable<std::vector<std::string>> missing(std::vector<std::string> urls);
  loop::awaitable<void> complete_pictures(std::vector<std::string> urls);
  loop::awaitable<void> fetch_pictures(std::vector<std::string> urls);
  loop::awaitable<void> fetch_picture(const Errand& errand, std::string url);
  void take_deferred();
  void miss_picture(const std::string& url, const Error& error, bool once_more);
  loop::awaitable<void> complete_recordings(std::vector<std::string> urls);
  loop::awaitable<void> fetch_recording(std::string url);
  loop::awaitable<Result<bool>> fetch_piece(const std::string& url, Partial& partial, int& restarts);

  loop::awaitable<Errand> errand_to(std::string url);
  loop::awaitable<Answer> fetch(const Errand& errand, net::Request request, std::int64_t most);
  // `once_more`: what answered may have been somebody else.
  void miss(const Error& error, bool once_more = false);
  void keep(model::Media media);
  // What may still be received for the page and its pictures.
  std::int64_t left() const { return wants_.article_limit - counted_; }

  CompletionContext& context_;
  ingest::Services& services_;
  model::Incomplete incomplete_;
  model::Article& article_;
  model::Feed feed_;
  ingest::Wants wants_;
  bool from_public_site_;
  std::set<std::string> known_;        // URLs of what the article has
  std::vector<std::string> deferred_;  // that another attempt is fetching
  std::string content_;                // as it will be shown
  model::CompletionUpdate update_;
  std::int64_t counted_ = 0;      // of article_limit
  std::optional<Error> missing_;  // the first thing that is
  bool page_missing_ = false;
  bool may_pass_ = false;                  // something that is missing may come with another attempt
  std::optional<BootInstant> host_until_;  // when a host, or this feed's budget, may be asked again
  std::optional<BootInstant> stopped_;
};

}  // namespace newscache::offline
