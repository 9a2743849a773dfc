#include "unit/store/asset_fixture.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "store/database.hpp"
#include "store/media_rows.hpp"
#include "store/writer_state.hpp"

namespace newscache::store::test {

std::string sha256_of(const std::string& bytes) { return hex(sha256({bytes})); }

model::Media download(const Options& options, const std::string& url, const std::string& bytes,
                      const std::string& type) {
  auto file = new_assets_path(options) + "/" + hex(sha256({url, bytes}), 8);
  std::ofstream(file, std::ios::binary) << bytes;
  return {url, {sha256_of(bytes), type, static_cast<std::int64_t>(bytes.size())}, file};
}

model::CapturedPage captured(const std::string& content) {
  model::CapturedPage page;
  page.url = "https://page.example/";
  page.content_html = content;
  return page;
}

model::CompletionUpdate update_of(const model::Article& article, std::vector<model::Media> media) {
  model::CompletionUpdate update;
  update.article = article.id;
  update.revision = article.revision;
  update.completion.state = model::OfflineState::complete;
  update.media = std::move(media);
  return update;
}

std::vector<std::string> asset_files_in(const Options& options) {
  std::vector<std::string> files;
  const auto folder = std::filesystem::path(new_assets_path(options)).parent_path();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().parent_path().filename() != "new") {
      files.push_back(entry.path().filename().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void check_assets(const Options& options) {
  Database database(options, Access::read);
  std::map<std::string, std::int64_t> assets;
  for (Query row(database, "SELECT DISTINCT sha256, bytes FROM media"); row.step();) {
    assets[hex_of(row.blob(0))] = row.integer(1);
  }
  std::vector<std::string> expected;
  std::int64_t room = 0;
  for (const auto& [sha256, bytes] : assets) {
    expected.push_back(sha256);
    room += room_of(bytes);
    const auto content = read_file(asset_path(options, sha256), 64 << 20);
    REQUIRE(content.has_value());
    CHECK(static_cast<std::int64_t>(content->size()) == bytes);
    CHECK(sha256_of(*content) == sha256);
  }
  CHECK(asset_files_in(options) == expected);
  const auto totals = load_totals(database);
  CHECK(totals.assets == static_cast<std::int64_t>(assets.size()));
  CHECK(totals.asset_bytes == room);
}

}  // namespace newscache::store::test
