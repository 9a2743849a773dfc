#pragma once
// The JSON forms of the model, out and in, as docs/openapi.json describes them.

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/article.hpp"
#include "model/feed.hpp"
#include "model/offline.hpp"
#include "model/query.hpp"

namespace newscache::api {

// Absent fields are left out, except the title. `completion`: how it stands, where that is to be told.
std::string article_json(const model::Article& article, bool with_content,
                         const model::Completion* completion = nullptr);
// To a list that is being written; the comma is put where one is needed.
void append_article(std::string& out, const model::Article& article, bool with_content);
// Their names in one line, else their addresses, for servers' dialects that know only one author.
std::string authors_of(const model::Entry& entry);
// {"versions": [...]}; absent fields are left out, except the title.
std::string history_json(const std::vector<model::ArticleVersion>& versions);

// Absent fields are null. `polling`: queued or being fetched right now. `duplicate_of`: another subscription that ends
// at the same document.
boost::json::object feed_json(const model::Feed& feed, bool polling, std::optional<model::FeedId> duplicate_of = {});
// {"attempts": [...]}; absent fields are left out.
boost::json::object journal_json(const std::vector<model::Attempt>& attempts);
boost::json::object settings_json(const model::FeedSettings& settings);

std::string change_page_json(const model::ChangePage& page);

// null for none
boost::json::value time_json(const std::optional<Instant>& instant);

// What titles, folders and addresses may be: so many bytes without control characters.
constexpr std::size_t max_line_bytes = 2000;
bool is_line(std::string_view text);

// A request's body as an object. Cause::invalid says where it is broken.
Result<boost::json::object> parse_object(std::string_view body);

// Reads members into typed values; an absent one leaves the value as it is, null is a mistake unless said otherwise (a
// filter that is null by accident must not mark everything). The first mistake is kept; finish() finds members that
// nobody asked for.
class MemberReader {
 public:
  explicit MemberReader(const boost::json::object& object) : object_(object) {}
  // At most 2000 bytes. `null_is_empty`: null sets the empty string.
  void text(std::string_view name, std::optional<std::string>& value, bool null_is_empty = false);
  void boolean(std::string_view name, std::optional<bool>& value);
  void id(std::string_view name, std::optional<std::int64_t>& value);
  void ids(std::string_view name, std::optional<std::vector<std::int64_t>>& value);
  void instant(std::string_view name, std::optional<Instant>& value);
  const boost::json::object* object(std::string_view name);
  void fail(std::string_view name, std::string_view expected);
  Result<void> finish();

 private:
  const boost::json::value* take(std::string_view name);

  const boost::json::object& object_;
  std::vector<std::string_view> known_;
  std::optional<Error> error_;
};

Result<model::NewFeed> parse_new_feed(const boost::json::object& body);
Result<model::FeedPatch> parse_feed_patch(const boost::json::object& body);
Result<model::MarkRequest> parse_mark_request(const boost::json::object& body);
// {read?, starred?} of one article
Result<model::MarkRequest> parse_article_patch(const boost::json::object& body, model::ArticleId id);

}  // namespace newscache::api
