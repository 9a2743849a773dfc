#include "api/readers/categories.hpp"

#include "api/readers/empty_folders.hpp"
#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::api;

namespace {

std::vector<model::Feed> feeds_in(std::initializer_list<const char*> folders) {
  std::vector<model::Feed> feeds;
  for (const auto* folder : folders) {
    auto& feed = feeds.emplace_back();
    feed.id = model::FeedId{static_cast<std::int64_t>(feeds.size())};
    feed.folder = folder;
    feed.unread = 2;
  }
  return feeds;
}

}  // namespace

TEST_CASE("every feed is in a category, and one without a folder in the first, which is always there") {
  const Categories none({}, {});
  REQUIRE(none.all().size() == 1);
  CHECK(none.all()[0].id == 1);
  CHECK(none.all()[0].title == "All");
  const Categories some(feeds_in({"", "Blogs", "Blogs", "Äpfel"}), {"Later"});
  REQUIRE(some.all().size() == 4);
  CHECK(some.all()[0].feeds == 1);
  CHECK(some.of_folder("Blogs")->feeds == 2);
  CHECK(some.of_folder("Blogs")->unread == 4);
  CHECK(some.of_folder("Later")->feeds == 0);
  CHECK(some.of_folder("Elsewhere") == nullptr);
  CHECK(some.find(99) == nullptr);
}

TEST_CASE("a category's number is its folder's for ever, whatever other folders there are") {
  const Categories few(feeds_in({"Blogs"}), {});
  const Categories many(feeds_in({"", "A", "Blogs", "C"}), {"D"});
  const auto id = few.of_folder("Blogs")->id;
  CHECK(id == 420933246);
  CHECK(many.of_folder("Blogs")->id == id);
  CHECK(many.find(id)->folder == "Blogs");
}

TEST_CASE("numbers of categories fit into 31 bits and are different") {
  std::set<std::string> folders;
  for (int i = 0; i < 20000; ++i) folders.insert("Folder " + std::to_string(i));
  const Categories many({}, folders);
  std::set<std::int64_t> ids;
  for (const auto& category : many.all()) {
    ids.insert(category.id);
    CHECK((category.id >= 1 && category.id < 0x7fffffff));
  }
  CHECK(ids.size() == many.all().size());
}

TEST_CASE("folders without feeds are lines of text, and not too many") {
  EmptyFolders folders;
  CHECK_FALSE(folders.add(""));
  CHECK_FALSE(folders.add("two\nlines"));
  CHECK_FALSE(folders.add(std::string(2001, 'x')));
  CHECK(folders.all().empty());
  for (std::size_t i = 0; i < EmptyFolders::most; ++i) CHECK(folders.add("folder " + std::to_string(i)));
  CHECK_FALSE(folders.add("one more"));
  CHECK(folders.add("folder 0"));
  folders.erase("folder 0");
  CHECK_FALSE(folders.contains("folder 0"));
  CHECK(folders.add("one more"));
  CHECK(folders.contains("one more"));
}
