#include "api/answer_cache.hpp"

#include <set>

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::api;

namespace {

std::shared_ptr<const Answer> answer(std::string body) {
  auto made = std::make_shared<Answer>();
  made->body = std::move(body);
  return made;
}

struct Kept {
  std::shared_ptr<store::Editions> editions = std::make_shared<store::Editions>();
  AnswerCache cache{editions, std::size_t{64} << 10};

  void keep(const std::string& key, std::string body) {
    cache.keep(key, cache.edition().value(), answer(std::move(body)));
  }
  void commit() { const store::Editions::Commit one(*editions); }
};

}  // namespace

TEST_CASE("an answer is found by its key, until the next commit") {
  Kept kept;
  CHECK(kept.cache.find("a") == nullptr);
  kept.keep("a", "of a");
  kept.keep("b", "of b");
  REQUIRE(kept.cache.find("a") != nullptr);
  CHECK(kept.cache.find("a")->body == "of a");
  CHECK(kept.cache.find("b")->body == "of b");
  CHECK(kept.cache.find("c") == nullptr);
  kept.commit();
  CHECK(kept.cache.find("a") == nullptr);
  CHECK(kept.cache.bytes() == 0);
}

TEST_CASE("while something is being committed nothing is found and nothing kept") {
  Kept kept;
  const auto before = kept.cache.edition().value();
  kept.keep("a", "old");
  const store::Editions::Commit commit(*kept.editions);
  CHECK(kept.cache.find("a") == nullptr);
  CHECK_FALSE(kept.cache.edition());
  kept.cache.keep("b", before, answer("old"));
  CHECK(kept.cache.find("b") == nullptr);
}

TEST_CASE("an answer that was made before a commit is not kept after it") {
  Kept kept;
  const auto before = kept.cache.edition().value();
  kept.commit();
  kept.cache.keep("a", before, answer("old"));
  CHECK(kept.cache.find("a") == nullptr);
  CHECK(kept.cache.bytes() == 0);
  kept.keep("a", "new");
  CHECK(kept.cache.find("a")->body == "new");
}

TEST_CASE("what is kept takes no more room than it may, and what is very large none at all") {
  Kept kept;
  const std::size_t most = std::size_t{64} << 10;
  for (int i = 0; i < 1000; ++i) {
    kept.keep(std::to_string(i), std::string(1000, 'x'));
    CHECK(kept.cache.bytes() <= most);
    CHECK(kept.cache.find(std::to_string(i)) != nullptr);
  }
  const auto before = kept.cache.bytes();
  kept.keep("large", std::string(most / 4, 'x'));
  CHECK(kept.cache.find("large") == nullptr);
  CHECK(kept.cache.bytes() == before);
}

TEST_CASE("an answer that two connections have made counts once") {
  Kept kept;
  kept.keep("a", std::string(1000, 'x'));
  const auto bytes = kept.cache.bytes();
  kept.keep("a", std::string(1000, 'x'));
  CHECK(kept.cache.bytes() == bytes);
}

TEST_CASE("who sends an answer keeps it while others forget it") {
  Kept kept;
  kept.keep("a", "of a");
  const auto being_sent = kept.cache.find("a");
  kept.commit();
  CHECK(kept.cache.find("a") == nullptr);
  CHECK(being_sent->body == "of a");
}

TEST_CASE("the same words of another user or at another door are another question") {
  std::set<std::string> keys;
  for (const std::string_view head : {"GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x HTTP/1.1\r\nHost: b\r\n\r\n"}) {
    CHECK(keys.insert(answer_key(head, false, false, false)).second);
    CHECK(keys.insert(answer_key(head, true, false, false)).second);
    CHECK(keys.insert(answer_key(head, true, true, false)).second);
    CHECK(keys.insert(answer_key(head, false, false, true)).second);
    CHECK_FALSE(keys.insert(answer_key(head, false, false, false)).second);
  }
}
