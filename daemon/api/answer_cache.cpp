#include "api/answer_cache.hpp"

namespace newscache::api {
namespace {

// Of the map, the pointer and the allocator, for each answer.
constexpr std::size_t overhead = 256;
// Of the whole, what one answer may take: else it would throw out all others again and again.
constexpr std::size_t largest_share = 8;

}  // namespace

std::size_t Answer::bytes() const { return sizeof(Answer) + fields.capacity() + body.capacity(); }

std::string answer_key(std::string_view head, bool is_tcp, bool is_secure, bool is_admin) {
  std::string key;
  key.reserve(head.size() + 3);
  for (const bool flag : {is_tcp, is_secure, is_admin}) key += flag ? '1' : '0';
  return key.append(head);
}

void AnswerCache::clear() {
  answers_.clear();
  bytes_ = 0;
}

std::shared_ptr<const Answer> AnswerCache::find(std::string_view key) {
  if (answers_.empty()) return nullptr;
  const auto now = edition();
  // During a commit it is not known yet whether there will be another edition.
  if (now && *now != edition_) clear();
  if (!now) return nullptr;
  const auto found = answers_.find(key);
  if (found == answers_.end()) return nullptr;
  ++repeated_;
  return found->second;
}

void AnswerCache::keep(std::string key, store::Edition edition, std::shared_ptr<const Answer> answer) {
  if (this->edition() != edition) return;
  if (edition_ != edition) clear();
  edition_ = edition;
  const auto bytes = answer->bytes() + key.capacity() + overhead;
  if (bytes > most_bytes_ / largest_share) return;
  if (bytes_ + bytes > most_bytes_) clear();
  // Another connection may have asked for the same meanwhile.
  if (answers_.try_emplace(std::move(key), std::move(answer)).second) bytes_ += bytes;
}

}  // namespace newscache::api
