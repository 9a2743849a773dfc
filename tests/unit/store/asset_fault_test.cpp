// The disk fails while an article is completed: all of it is there afterwards, or nothing, and the caller still has its
// files.

#include <filesystem>

#include "support/fault_vfs.hpp"
#include "unit/store/asset_fixture.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using newscache::test::Fault;
using newscache::test::FaultVfs;

TEST_CASE("whichever call to the disk fails, a completion takes place or leaves its files where they were") {
  for (const auto fault : {Fault::io_error, Fault::full, Fault::failed_sync}) {
    FaultVfs vfs;
    bool met = true;
    int failed = 0;
    for (std::int64_t n = 1; met; ++n) {
      INFO("call " << n);
      const Folder folder;
      auto options = options_in(folder);
      options.vfs = vfs.name();
      const auto writer = open_writer(options);
      model::NewFeed feed;
      feed.url = "https://a.example/feed";
      writer->add_feed(feed, "00000000000000aa", kNow).value();
      model::FeedUpdate update;
      update.feed_id = model::FeedId{1};
      update.received = kNow;
      update.entries = {entry(update.feed_id, "1", "Title")};
      writer->apply({&update, 1}, Durability::synced);
      const auto article = open_reader(options)->article(model::ArticleId{1}).value();
      const auto done = update_of(article, {download(options, "1", "one"), download(options, "2", "two")});
      vfs.fail_at(n, fault, false);
      try {
        writer->complete({&done, 1});
      } catch (const StoreError& error) {
        CHECK(error.cause() == Cause::unavailable);
        ++failed;
        for (const auto& media : done.media) CHECK(std::filesystem::exists(media.file));
        CHECK(asset_files_in(options).empty());
        vfs.heal();
        CHECK(writer->complete({&done, 1}).front());
      }
      met = vfs.failures() > 0;
      vfs.heal();
      CHECK(open_reader(options)->media(article.id).size() == 2);
      CHECK(std::filesystem::is_empty(new_assets_path(options)));
      check_assets(options);
      check_consistent(options);
    }
    CHECK(failed > 0);
  }
}
