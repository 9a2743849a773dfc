#pragma once
// A bundle of what the database holds, made piece by piece as it is taken, in bounded memory. It holds what each
// article is when its turn comes; an article that changes meanwhile is in the next bundle again.

#include <memory>
#include <string>

#include "store/store.hpp"

namespace newscache::offline {

struct BundleOptions {
  model::Revision since{};   // what has changed after that
  model::ArticleId after{};  // a further part: where the one before has ended, Ending::next
  bool states = false;
  bool media = true;
  std::int64_t max_bytes = 0;  // of the file; what is left goes into further parts. 0: no bound
};

// A part is never smaller: one article with its media must fit.
constexpr std::int64_t kLeastPart = 32 << 20;

class BundleWriter {
 public:
  // `database`: its path tells where the assets are.
  BundleWriter(store::Options database, const BundleOptions& options, Instant now);
  ~BundleWriter();

  // The next some hundred kB of it; empty: that was all. On the reader's thread, always with the same database.
  std::string next(store::Reader& reader);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace newscache::offline
