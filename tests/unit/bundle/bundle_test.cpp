#include <archive_entry.h>

#include "base/hash.hpp"
#include "bundle/packer.hpp"
#include "support/catch.hpp"
#include "unit/bundle/bundle_files.hpp"

using namespace newscache;
using namespace newscache::bundle;
using namespace newscache::bundle::test;

namespace {

Ending ending_of(std::int64_t assets, std::int64_t bytes) {
  Ending ending;
  ending.assets = assets;
  ending.asset_bytes = bytes;
  return ending;
}

std::string good_bundle() {
  return bundle_of({asset_of("a picture"), {"articles/1", "some"}, {"articles/2", "more"}}, ending_of(1, 9));
}

}  // namespace

TEST_CASE("what is packed comes out again in its order") {
  const auto found = read_all(good_bundle());
  REQUIRE(found.has_value());
  CHECK(*found == std::vector<std::string>{"feeds: feeds", "asset: a picture", "articles: some", "articles: more"});
}

TEST_CASE("manifest and end say what they were given, and the next part may be named") {
  Manifest manifest;
  manifest.epoch = "e";
  manifest.revision = 7;
  manifest.created = "2026-01-01T00:00:00Z";
  manifest.since = 3;
  manifest.after = 12;
  manifest.states = true;
  manifest.feeds = 2;
  manifest.articles = 40;
  const auto read = parse_manifest(to_json(manifest));
  REQUIRE(read.has_value());
  CHECK(to_json(*read) == to_json(manifest));
  Ending ending = ending_of(2, 300);
  ending.sha256 = hex(sha256({}));
  for (const auto& next : {std::optional<std::int64_t>(), std::optional<std::int64_t>(9)}) {
    ending.next = next;
    const auto end = parse_ending(to_json(ending));
    REQUIRE(end.has_value());
    CHECK(end->next == next);
  }
  CHECK_FALSE(parse_manifest("[]").has_value());
  CHECK_FALSE(parse_manifest(R"({"format":"newscached bundle","version":1})").has_value());
  const auto newer = parse_manifest(R"({"format":"newscached bundle","version":2})");
  REQUIRE_FALSE(newer.has_value());
  CHECK(newer.error().detail.find("upgrade newscached") != std::string::npos);
}

TEST_CASE("any other reader of tar and zstd sees ordinary files") {
  CHECK(good_bundle().starts_with("\x28\xb5\x2f\xfd"));
}

TEST_CASE("a bundle that is cut off anywhere is refused") {
  const auto whole = good_bundle();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(read_all(std::string_view(whole).substr(0, size)).has_value());
  }
}

TEST_CASE("a flipped bit anywhere is refused, or changes nothing of what is read") {
  const auto whole = good_bundle();
  const auto meant = read_all(whole);
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      auto damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      const auto found = read_all(damaged);
      CAPTURE(at, bit);
      if (found) CHECK(*found == *meant);
      refused += found ? 0 : 1;
    }
  }
  CHECK(refused > static_cast<int>(whole.size()) * 6);
}

TEST_CASE("what is no bundle, or a hostile one, is refused with a reason") {
  const std::string manifest = to_json(Manifest{});
  const RawEntry begin{"manifest.json", manifest};
  const RawEntry feeds{"feeds", "x"};
  const auto asset = asset_of("a");
  const std::string sha(64, '0');
  struct Row {
    const char* what;
    std::string bytes;
    const char* reason;
  };
  const std::vector<Row> rows{
      {"an empty file", "", ""},
      {"another file", "<rss></rss>", "zstd"},
      {"zstd of something else", compressed("no tar at all"), ""},
      {"no manifest", raw_tar({feeds}), "no manifest"},
      {"no subscriptions", raw_tar({begin, {"articles/1", "x"}}), "no subscriptions"},
      {"no end", raw_tar({begin, feeds}), "end is missing"},
      {"an absolute path", raw_tar({begin, feeds, {"/etc/passwd", "x"}}), "name"},
      {"a path upwards", raw_tar({begin, feeds, {"assets/../../x", "x"}}), "hash for a name"},
      {"a path under a good one", raw_tar({begin, feeds, {"articles/../assets/x", "x"}}), "end is missing"},
      {"a name that is no hash", raw_tar({begin, feeds, {"assets/" + std::string(64, 'G'), "x"}}), "hash for a name"},
      {"another hash", raw_tar({begin, feeds, {"assets/" + sha, "x"}}), "not what its name says"},
      {"a link", raw_tar({begin, feeds, {asset.name, "", AE_IFLNK, "/etc/passwd"}}), "no plain file"},
      {"a hard link", raw_tar({begin, feeds, {asset.name, "", AE_IFREG, "feeds"}}), "no plain file"},
      {"a folder", raw_tar({begin, feeds, {"assets/", "", AE_IFDIR}}), "no plain file"},
      {"a device", raw_tar({begin, feeds, {asset.name, "", AE_IFCHR}}), "no plain file"},
      {"two manifests", raw_tar({begin, begin}), "no subscriptions"},
      {"too large a manifest", raw_tar({{"manifest.json", std::string(kMaxDocument + 1, ' ')}}), "too large"},
      {"a manifest that is none", raw_tar({{"manifest.json", "{}"}}), "manifest"},
      {"an end of other bytes", raw_tar({begin, feeds, {"end.json", to_json(Ending{0, 0, 0, {}, sha})}}), "bytes"},
      {"wrong counts", bundle_of({asset}, ending_of(2, 1)), "counts"},
      {"a tail", good_bundle() + compressed("more"), "follows"},
      {"a tail that is no zstd", good_bundle() + "more", ""},
      {"two bundles", good_bundle() + good_bundle(), "follows"},
      {"a window of 128 MB", compressed("x", 27), "zstd"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto found = read_all(row.bytes);
    REQUIRE_FALSE(found.has_value());
    CAPTURE(found.error().detail);
    CHECK(found.error().cause == Cause::invalid);
    CHECK(found.error().detail.find(row.reason) != std::string::npos);
  }
}

TEST_CASE("a bomb is refused before it has grown much") {
  const std::string zeros(100 << 20, '\0');
  const auto found = read_all(bundle_of({asset_of(zeros)}, ending_of(1, static_cast<std::int64_t>(zeros.size()))));
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().detail.find("proportion") != std::string::npos);
}
