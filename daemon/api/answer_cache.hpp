#pragma once
// Answers that have been given and may be given again, byte for byte: those that depend on nothing but the request and
// the database (Route::is_kept), until the next commit. Loop thread only.
//
// Never stale: whoever could have learned of a commit asks after it has begun, when the edition is another one or none.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/editions.hpp"

namespace newscache::api {

// As it is sent behind the lines that are of the moment (head_opening()); connections that send it share it.
struct Answer {
  int status = 200;
  bool keep_alive = true;
  std::string fields;
  std::string body;

  std::size_t bytes() const;
};

// Whatever an answer to a GET may depend on: the whole head, byte for byte, and who asks through which door. Clients
// ask in the same words again, and a repeated question need not even be parsed.
std::string answer_key(std::string_view head, bool is_tcp, bool is_secure, bool is_admin);

class AnswerCache {
 public:
  AnswerCache(std::shared_ptr<const store::Editions> editions, std::size_t most_bytes)
      : editions_(std::move(editions)), most_bytes_(most_bytes) {}

  // What is answered from now on may be kept as of this one; none: not at all.
  std::optional<store::Edition> edition() const { return editions_->current(); }
  // Null when there is none.
  std::shared_ptr<const Answer> find(std::string_view key);
  // `edition`: of before the answer was made. Where there is no room all others go.
  void keep(std::string key, store::Edition edition, std::shared_ptr<const Answer> answer);
  std::size_t bytes() const { return bytes_; }
  std::int64_t repeated() const { return repeated_; }  // how often something was found

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  void clear();

  std::shared_ptr<const store::Editions> editions_;
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::int64_t repeated_ = 0;
  store::Edition edition_ = 0;  // of all that is kept
  std::unordered_map<std::string, std::shared_ptr<const Answer>, TextHash, std::equal_to<>> answers_;
};

}  // namespace newscache::api
