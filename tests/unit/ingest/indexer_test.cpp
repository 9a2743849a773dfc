// When what polls bring can be found by its words, and how often the index is written for it.

#include "ingest/indexer.hpp"

#include "base/hash.hpp"
#include "support/catch.hpp"
#include "world.hpp"

using namespace newscache;
using namespace newscache::test;
using namespace std::chrono_literals;

namespace {

struct Library : World {
  Library() {
    tasks.emplace(io.get_executor(), log);
    feed = add("http://one.example/feed");
    clock.on_change = [this] { indexer->wake(); };
    indexer.emplace(services(), [this] { return polls_are_under_way; });
    tasks->spawn_vital("indexer", indexer->run());
    settle();
  }
  ~Library() {
    tasks->cancel_all();
    run_until([&] { return tasks->count() == 0; });
  }
  void settle() {
    for (int i = 0; i < 20; ++i) {
      await(written());
      io.restart();
      io.poll();
    }
  }
  void arrive(int count) {
    model::FeedUpdate update;
    update.feed_id = feed;
    update.received = clock.wall();
    for (int i = 0; i < count; ++i, ++number) {
      auto& incoming = update.entries.emplace_back();
      incoming.uid = hex(sha256({std::to_string(number)}), 16);
      incoming.entry.title = "word " + std::to_string(number);
    }
    writer_connection->apply({&update, 1}, store::Durability::synced);
    indexer->wake();
    settle();
  }
  std::size_t found() {
    model::ArticleQuery query;
    query.text = "word";
    query.limit = 1000;
    return reader_connection->articles(query).value().articles.size();
  }
  bool ask() {
    bool complete = false;
    auto task = [](ingest::Indexer& index, bool& answer) -> loop::awaitable<void> {
      answer = co_await index.catch_up();
    };
    await(task(*indexer, complete));
    return complete;
  }

  model::FeedId feed{};
  int number = 0;
  bool polls_are_under_way = false;
  std::optional<ingest::Indexer> indexer;
};

}  // namespace

TEST_CASE("a few articles are taken into the index together, some minutes after the first of them") {
  Library library;
  library.arrive(3);
  library.clock.advance(4min);
  library.arrive(2);
  CHECK(library.found() == 0);
  library.clock.advance(1min);
  library.settle();
  CHECK(library.found() == 5);
  library.clock.advance(1min);
  library.arrive(1);
  CHECK(library.found() == 5);
}

TEST_CASE("many articles are taken into the index at once") {
  Library library;
  library.arrive(900);
  CHECK(library.reader_connection->unindexed() == 900);
  library.arrive(200);
  CHECK(library.reader_connection->unindexed() == 0);
}

TEST_CASE("while polls are under way, many articles wait until these are done, and for some minutes at most") {
  Library library;
  library.polls_are_under_way = true;
  library.arrive(1100);
  library.clock.advance(2min);
  library.settle();
  CHECK(library.reader_connection->unindexed() == 1100);
  CHECK_FALSE(library.writer_connection->train());  // for those that are still to come there is a dictionary by now
  library.polls_are_under_way = false;
  library.clock.advance(1s);
  library.settle();
  CHECK(library.reader_connection->unindexed() == 0);

  library.polls_are_under_way = true;
  library.arrive(1100);
  library.clock.advance(5min);
  library.settle();
  CHECK(library.reader_connection->unindexed() == 0);
}

TEST_CASE("who asks by words finds what has just come in") {
  Library library;
  library.polls_are_under_way = true;
  library.arrive(7);
  CHECK(library.ask());
  CHECK(library.found() == 7);
  CHECK(library.ask());
}

TEST_CASE("an index that is far behind keeps nobody waiting") {
  Library library;
  library.tasks->cancel_all();  // nobody takes anything in
  library.run_until([&] { return library.tasks->count() == 0; });
  library.tasks.emplace(library.io.get_executor(), library.log);
  library.arrive(5000);
  CHECK_FALSE(library.ask());
  CHECK(library.reader_connection->unindexed() == 5000);
}
