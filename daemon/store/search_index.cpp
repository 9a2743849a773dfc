#include "store/search_index.hpp"

namespace newscache::store {

namespace {

// Far more than a batch of polls brings; beyond it the index gets its work in pieces.
constexpr std::size_t kMaxPendingBytes = 32 << 20;

constexpr std::string_view kAdd = "INSERT INTO search(rowid, title, author, body) VALUES (?, ?, ?, ?)";
constexpr std::string_view kRemove =
    "INSERT INTO search(search, rowid, title, author, body) VALUES ('delete', ?, ?, ?, ?)";
constexpr std::string_view kOutdated = "UPDATE store SET text_fingerprint = 0";

std::size_t bytes(const SearchText& text) { return text.title.size() + text.author.size() + text.body.size(); }

}  // namespace

void SearchIndex::add(model::ArticleId id, const model::Entry& entry) {
  auto text = search_text(entry, database_.options());
  pending_bytes_ += bytes(text);
  pending_[id].add = std::move(text);
  if (pending_bytes_ > kMaxPendingBytes) write();
}

void SearchIndex::remove(model::ArticleId id, const model::Entry& entry) {
  auto& pending = pending_[id];
  // What this transaction added has not reached the index yet.
  if (pending.add) {
    pending.add.reset();
    return;
  }
  pending.remove = search_text(entry, database_.options());
  pending_bytes_ += bytes(*pending.remove);
  if (pending_bytes_ > kMaxPendingBytes) write();
}

void SearchIndex::give_up() { Query(database_, kOutdated).run(); }

void SearchIndex::write() {
  for (const auto& [id, pending] : pending_) {
    if (const auto& text = pending.remove) {
      Query(database_, kRemove, model::raw(id), text->title, text->author, text->body).run();
    }
    if (const auto& text = pending.add) {
      Query(database_, kAdd, model::raw(id), text->title, text->author, text->body).run();
    }
  }
  pending_.clear();
  pending_bytes_ = 0;
}

}  // namespace newscache::store
