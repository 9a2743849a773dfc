// The article record: exact both ways, and safe against bytes that it never wrote.

#include "store/record.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace newscache;
using namespace newscache::store;

namespace {

constexpr std::int64_t kLimit = 1 << 20;

model::Entry full_entry() {
  model::Entry entry;
  entry.guid = "tag:example,2026:1";
  entry.url = "https://a.example/1";
  entry.external_url = "https://b.example/";
  entry.comments_url = "https://a.example/1#c";
  entry.title = std::string("Title with a \0 in it", 20);
  for (int i = 0; i < 300; ++i) entry.content_html += "<p>Paragraph " + std::to_string(i % 7) + "</p>";
  entry.summary = "Summary";
  entry.image = "https://a.example/1.png";
  entry.date_published = Instant(std::chrono::seconds(-5));
  entry.date_modified = Instant(std::chrono::seconds(253402300799));
  entry.authors = {{"Ann", "https://a.example/", "https://a.example/a.png", "ann@a.example"}, {}};
  entry.tags = {"a", "", "c"};
  entry.language = "en";
  entry.attachments = {{"https://a.example/1.mp3", "audio/mpeg", "T", 1LL << 40, 0}, {}};
  return entry;
}

}  // namespace

TEST_CASE("an entry comes back from its record exactly") {
  RecordCodec codec(kLimit);
  auto entry = full_entry();
  const auto record = codec.encode(entry);
  CHECK(entry == full_entry());
  CHECK(record.body.size() < entry.content_html.size() / 4);
  const auto decoded = codec.decode(record.head, record.body);
  REQUIRE(decoded.has_value());
  CHECK(*decoded == entry);
  SECTION("without its content when that is not given") {
    auto lean = entry;
    lean.content_html.clear();
    CHECK(codec.decode(record.head, {}).value() == lean);
  }
  SECTION("and so does an empty one") {
    model::Entry nothing;
    const auto empty = codec.encode(nothing);
    CHECK(empty.body.empty());
    CHECK(codec.decode(empty.head, empty.body).value() == model::Entry());
  }
}

TEST_CASE("the record's first version is fixed to the byte") {
  RecordCodec codec(kLimit);
  model::Entry entry;
  entry.guid = "g";
  entry.title = "t";
  entry.date_published = Instant(std::chrono::seconds(1));
  entry.content_html = "<p>x</p>";
  const auto record = codec.encode(entry);
  CHECK(record.head == std::string("\x01\x00\x01\x01g\x05\x01t\x08\x01\x02", 11));
  CHECK(record.body == std::string("\x01\x00<p>x</p>", 10));
}

TEST_CASE("a field of a later version is skipped") {
  RecordCodec codec(kLimit);
  const auto decoded = codec.decode(std::string("\x01\x00\x63\x02zz\x05\x01t", 9), {});
  REQUIRE(decoded.has_value());
  CHECK(decoded->title == "t");
}

TEST_CASE("damaged records are refused or decode to something, and never more") {
  RecordCodec codec(kLimit);
  auto entry = full_entry();
  entry.summary.assign(2000, 's');  // so that the head is compressed too
  const auto record = codec.encode(entry);
  const auto check = [&](std::string_view head, std::string_view body) {
    const auto decoded = codec.decode(head, body);
    if (decoded.has_error()) CHECK(decoded.error().cause == Cause::invalid);
    return decoded.has_value();
  };
  for (std::size_t cut = 0; cut < record.head.size(); ++cut) check(record.head.substr(0, cut), record.body);
  for (std::size_t cut = 1; cut < record.body.size(); ++cut) {
    CHECK_FALSE(check(record.head, record.body.substr(0, cut)));
  }
  for (std::size_t i = 0; i < record.head.size(); ++i) {
    for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
      auto damaged = record.head;
      damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ flip);
      check(damaged, {});
    }
  }
  struct Case {
    const char* what;
    std::string head;
  };
  const Case cases[] = {
      {"nothing", ""},
      {"another version", std::string("\x02\x00", 2)},
      {"an unknown codec", std::string("\x01\x09", 2)},
      {"no frame", std::string("\x01\x01 rubbish", 10)},
      {"a length past the end", std::string("\x01\x00\x05\x7ft", 5)},
      {"an endless number", std::string("\x01\x00", 2) + std::string(20, '\xff')},
      {"a number that is none", std::string("\x01\x00\x08\x01\xff", 5)},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    CHECK_FALSE(check(test.head, {}));
  }
}

TEST_CASE("a small record that would decode to a large one is refused") {
  model::Entry entry;
  entry.content_html.assign(5 << 20, 'x');
  const auto bomb = RecordCodec(8 << 20).encode(entry);
  CHECK(bomb.body.size() < 2000);
  CHECK(RecordCodec(kLimit).decode(bomb.head, bomb.body).error().cause == Cause::invalid);
}

namespace {

// A codec that compresses with a dictionary of entries like full_entry().
struct WithDictionary {
  std::string stored = train();
  RecordCodec codec{kLimit, [this](DictionaryId id) { return id == 7 ? stored : std::string(); }};
  WithDictionary() { REQUIRE(codec.compress_with(7)); }

  static std::string train() {
    std::string samples;
    std::vector<std::size_t> sizes;
    for (int i = 0; i < 500; ++i) {
      const auto text = "<p>" + std::to_string(i * 7919) + " is subscribed to The Publisher, " +
                        std::to_string(i * 104729) + " reads on at https://publisher.example/news/</p>";
      samples += text;
      sizes.push_back(text.size());
    }
    return train_dictionary(7, samples, sizes);
  }
};

}  // namespace

TEST_CASE("with a dictionary a small entry takes less room, and only who has the dictionary can read it") {
  WithDictionary with;
  model::Entry entry;
  entry.url = "https://publisher.example/news/11";
  entry.content_html = "<p>12 is subscribed to The Publisher, 13 reads on at https://publisher.example/news/</p>";
  const auto record = with.codec.encode(entry);
  CHECK(record.head.size() + record.body.size() < 70);
  CHECK(with.codec.decode(record.head, record.body).value() == entry);
  RecordCodec without(kLimit);
  CHECK(without.decode(record.head, record.body).error().cause == Cause::invalid);
  SECTION("and who has none writes what everybody can read") {
    CHECK_FALSE(without.compress_with(7));
    const auto portable = without.encode(entry);
    CHECK(with.codec.decode(portable.head, portable.body).value() == entry);
    CHECK(RecordCodec(kLimit).decode(portable.head, portable.body).value() == entry);
  }
  SECTION("and one of another limit refuses what is too large for it") {
    entry.content_html.assign(10'000, 'x');
    const auto bomb = with.codec.encode(entry);
    RecordCodec small(1, [&](DictionaryId) { return with.stored; });
    CHECK(small.decode(bomb.head, bomb.body).error().cause == Cause::invalid);
  }
}

TEST_CASE("damaged records and differences with a dictionary are refused or decode to something, and never more") {
  WithDictionary with;
  auto entry = full_entry();
  for (int i = 0; i < 100; ++i) entry.content_html += std::to_string(i * i * 7919) + " ";
  const auto first = entry;
  const auto earlier = with.codec.encode(entry);
  entry.title += "!";
  entry.content_html += "<p>New</p>";
  const auto later = with.codec.encode(entry);
  const auto difference = with.codec.difference(earlier, later).value();
  CHECK(difference.body.size() < earlier.body.size());
  const auto whole = with.codec.restore(difference, later).value();
  CHECK(with.codec.decode(whole.head, whole.body).value() == first);
  CHECK(with.codec.decode(difference.head, difference.body).error().cause == Cause::invalid);
  CHECK(with.codec.restore(difference, earlier).error().cause == Cause::invalid);
  CHECK(with.codec.restore(difference, {}).error().cause == Cause::invalid);
  const auto check = [&](const std::string& head, const std::string& body) {
    const auto decoded = with.codec.decode(head, body);
    if (decoded.has_error()) CHECK(decoded.error().cause == Cause::invalid);
    const auto restored = with.codec.restore({head, body}, later);
    if (restored.has_error()) CHECK(restored.error().cause == Cause::invalid);
  };
  for (const auto& record : {earlier, difference}) {
    for (std::size_t i = 0; i < record.body.size(); ++i) {
      for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
        auto body = record.body;
        body[i] = static_cast<char>(static_cast<unsigned char>(body[i]) ^ flip);
        check(record.head, body);
      }
      check(record.head, record.body.substr(0, i));
    }
  }
}

TEST_CASE("only what an entry says decides whether it was edited") {
  const auto entry = full_entry();
  const auto hash = content_hash(entry, "a.example/1");
  struct Case {
    const char* what;
    bool differs;
    void (*change)(model::Entry&);
  };
  const Case cases[] = {
      {"guid", false, [](model::Entry& e) { e.guid = "other"; }},
      {"dates", false, [](model::Entry& e) { e.date_published.reset(), e.date_modified.reset(); }},
      {"the URL, its link being the same", false, [](model::Entry& e) { e.url += "?utm_source=x"; }},
      {"title", true, [](model::Entry& e) { e.title += "."; }},
      {"content", true, [](model::Entry& e) { e.content_html += " "; }},
      {"tags", true, [](model::Entry& e) { e.tags.pop_back(); }},
      {"attachments", true, [](model::Entry& e) { e.attachments[0].size_bytes = 1; }},
      {"text that moved between fields", true,
       [](model::Entry& e) { e.summary += e.content_html.substr(0, 1), e.content_html.erase(0, 1); }},
  };
  for (const auto& test : cases) {
    INFO(test.what);
    auto changed = entry;
    test.change(changed);
    CHECK((content_hash(changed, "a.example/1") != hash) == test.differs);
  }
  CHECK(content_hash(entry, "a.example/2") != hash);
}

TEST_CASE("settings come back with their types") {
  const model::FeedSettings settings{
      {"a", true}, {"b", false}, {"c", std::int64_t{-7}}, {"d", std::string()}, {"", std::string("x")}};
  CHECK(decode_settings(encode_settings(settings)).value() == settings);
  CHECK(decode_settings(std::string("\x01\x7f", 2)).error().cause == Cause::invalid);
}
