#pragma once
// The assets of a bundle that is being taken in, as files beside the assets until an article is found that has them.
// What nobody had is removed in the end. Blocking; one thread at a time.

#include <map>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "base/result.hpp"
#include "store/carried.hpp"

namespace newscache::offline {

class IncomingAssets {
 public:
  // In Options' new_assets_path().
  explicit IncomingAssets(std::string folder) : folder_(std::move(folder)) {}
  ~IncomingAssets();
  IncomingAssets(const IncomingAssets&) = delete;
  IncomingAssets& operator=(const IncomingAssets&) = delete;

  // Cause::unavailable when there is no room or no permission.
  Result<void> begin(const std::string& sha256);
  Result<void> add(std::string_view bytes);
  Result<void> end();  // it is synced then

  // Gives the articles' media their types and files, as far as they are here.
  void assign(std::vector<store::CarriedArticle>& articles) const;
  // Of those, what the store has taken over; the others may be needed by another article.
  void forget(const std::vector<std::string>& hashes);

 private:
  struct File {
    std::string path;
    std::string type;
    std::int64_t bytes = 0;
  };
  void drop(const std::string& sha256);

  std::string folder_;
  std::map<std::string, File> files_;
  std::string current_;  // hash
  FileDescriptor open_;
  std::string beginning_;  // of its bytes, which tell the type
};

}  // namespace newscache::offline
