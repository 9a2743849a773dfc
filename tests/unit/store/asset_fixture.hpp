#pragma once
// Articles that are completed: pages and files as whoever fetches them hands them over.

#include <string>
#include <vector>

#include "unit/store/store_fixture.hpp"

namespace newscache::store::test {

// A finished download with these bytes.
model::Media download(const Options& options, const std::string& url, const std::string& bytes,
                      const std::string& type = "image/png");
model::CapturedPage captured(const std::string& content);
// What completes the article as it is now.
model::CompletionUpdate update_of(const model::Article& article, std::vector<model::Media> media = {});
std::string sha256_of(const std::string& bytes);
// The files below the folder of assets, without those that are not finished; sorted.
std::vector<std::string> asset_files_in(const Options& options);
// That every asset is whole and counted, and that there is no file without one.
void check_assets(const Options& options);

}  // namespace newscache::store::test
