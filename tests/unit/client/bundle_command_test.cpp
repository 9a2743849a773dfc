// Bundles as files, against a daemon that is not one; what is in them is tested in behaviour/bundle_test.cpp.

#include <fstream>

#include "base/fields.hpp"
#include "bundle/packer.hpp"
#include "client/unfinished.hpp"
#include "unit/client/scripted_daemon.hpp"

using namespace newscache;
using namespace newscache::client;
using namespace newscache::client::test;

namespace {

// Of two articles.
std::string bundle_that_says(std::int64_t articles) {
  bundle::Packer packer;
  packer.entry(bundle::kManifestName,
               bundle::to_json(bundle::Manifest{.epoch = "e", .created = "2026-11-25T09:00:00Z"}));
  packer.entry(bundle::kFeedsName, "");
  FieldWriter list;
  list.bytes(1, "one");
  list.bytes(1, "two");
  packer.entry("articles/1", list.take());
  bundle::Ending ending;
  ending.articles = articles;
  packer.finish(ending);
  return packer.take();
}

}  // namespace

TEST_CASE("an export leaves no parts of an earlier one behind its last, and nothing unfinished") {
  const TemporaryFolder folder;
  for (const auto* name : {"news", "news.2", "news.3", "news.5", "other"}) std::ofstream(folder / name) << "old";
  const ScriptedDaemon daemon({{"GET /v1/bundle", {200, bundle_that_says(2)}}});
  REQUIRE(run(daemon, {"bundle", "export", folder / "news"}).exit == Exit::done);
  std::vector<std::string> left;
  for (const auto& file : std::filesystem::directory_iterator(folder / "")) left.push_back(file.path().filename());
  std::sort(left.begin(), left.end());
  CHECK(left == std::vector<std::string>{"news", "news.5", "other"});
  CHECK(run({"bundle", "show", folder / "news"}).out.find("whole, 2 articles") != std::string::npos);
}

TEST_CASE("what is not finished is hidden beside its place") {
  CHECK(unfinished_name("/media/news.zst") == "/media/.news.zst.part");
  CHECK(unfinished_name("news.zst") == ".news.zst.part");
}

TEST_CASE("a bundle that holds fewer articles than it says is not whole") {
  const TemporaryFolder folder;
  std::ofstream(folder / "news") << bundle_that_says(3);
  const auto shown = run({"bundle", "show", folder / "news"});
  CHECK(shown.exit == Exit::failed);
  CHECK(shown.err.find("its count of articles is wrong") != std::string::npos);
}
