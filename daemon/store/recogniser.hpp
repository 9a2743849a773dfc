#pragma once
// Which article is an entry? Within its feed, in this order:
//
// 1. the one with its uid;
// 2. the one that has been seen under this uid before (an alias), unless that article's own uid is in the document too:
//    then the direct entry speaks for it, whatever their order;
// 3. none, for ever, when its uid is that of a deleted article;
// 4. the one with its canonical link, when the publisher has plainly changed the guid: to another spelling of it, or
//    the date of publication is the same, or there is none and title and content are the same, or dates have come or
//    gone and the title is the same. Where several articles or entries have the link, the title must be the same in
//    any case;
// 5. when most of a known feed's document would be new at once (the guard): the one with its title and date, or, where
//    one has no date, with its title and content. Where several have these, the content decides.
//
// What was recognised by 4 or 5 gets an alias. In doubt an entry is new: a copy is seen, an article that was taken for
// another one is not. Of several entries that are the same article the first one counts.

#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/feed.hpp"
#include "store/article_rows.hpp"

namespace newscache::store {

struct Recognised {
  enum class As { article, nothing, fresh };  // nothing: a repetition, or deleted
  As as = As::fresh;
  KnownArticle article;  // when it is one
  ContentHash hash{};    // of the entry
};

class Recogniser {
 public:
  // One document; the entries must stay until run() has returned.
  Recogniser(Database& database, model::FeedId feed, std::span<const model::IncomingEntry> entries);

  std::vector<Recognised> run();  // a result for each entry
  // Whether most entries had another guid again, their articles having been seen under several already.
  bool guids_keep_changing() const { return 2 * changed_guids_ > entries_.size(); }
  // What the document has and we have deleted.
  const std::vector<Uid>& deleted() const { return deleted_; }
  // Whether there are entries and none was ever seen before, not even as an article that has been deleted since.
  bool all_are_new() const { return !entries_.empty() && claimed_.empty() && deleted_.empty(); }

 private:
  using As = Recognised::As;

  void by_uid();
  void by_link();
  void by_title();
  std::optional<KnownArticle> with_link_of(std::size_t index);
  bool same_piece(const KnownArticle& article, const model::Entry& known, std::size_t index, bool only_one);
  bool same_content(const KnownArticle& article, const model::Entry& entry);
  void claim(std::size_t index, const KnownArticle& article);

  Database& database_;
  model::FeedId feed_;
  std::span<const model::IncomingEntry> entries_;
  std::vector<Recognised> results_;
  std::set<model::ArticleId> claimed_;  // articles that an entry of this document speaks for
  std::unordered_map<std::string_view, int> link_uses_;
  std::size_t changed_guids_ = 0;
  std::vector<Uid> deleted_;
};

}  // namespace newscache::store
