#pragma once
// Short words for requests in the Google Reader dialect.

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <cstdio>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"

namespace newscache::test::google {

namespace json = boost::json;

constexpr std::string_view api = "/reader/api/0/";
constexpr std::string_view state = "user/-/state/com.google/";

inline HttpAnswer ask(const Daemon& daemon, std::string_view target, const HeaderList& headers = {}) {
  return HttpClient(daemon.socket()).get(std::string(api).append(target), headers);
}

inline json::value list(const Daemon& daemon, std::string_view target, const HeaderList& headers = {}) {
  const auto answer = ask(daemon, target, headers);
  INFO(target << ": " << answer.body);
  REQUIRE(answer.status == 200);
  REQUIRE(answer.header("Content-Type") == "application/json; charset=utf-8");
  return json::parse(answer.body);
}

inline HttpAnswer post(const Daemon& daemon, std::string_view target, std::string_view form,
                       std::string_view type = "application/x-www-form-urlencoded") {
  HeaderList headers;
  if (!type.empty()) headers.emplace_back("Content-Type", std::string(type));
  return HttpClient(daemon.socket()).request("POST", std::string(api).append(target), form, headers);
}

// Of a write that must be done.
inline void write(const Daemon& daemon, std::string_view target, std::string_view form) {
  const auto answer = post(daemon, target, form);
  INFO(target << " " << form.substr(0, 200) << ": " << answer.status << " " << answer.body);
  REQUIRE(answer.status == 200);
  REQUIRE(answer.body == "OK");
  REQUIRE(answer.header("Content-Type") == "text/plain; charset=utf-8");
}

inline std::string decimal(std::int64_t id) { return std::to_string(1'000'000'000'000'000 + id); }

inline std::string long_id(std::int64_t id) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", 1'000'000'000'000'000LL + static_cast<long long>(id));
  return std::string("tag:google.com,2005:reader/item/") + digits;
}

using Ids = std::vector<std::int64_t>;

// Row ids of a list of references, in its order.
inline Ids ids_in(const json::value& page) {
  Ids ids;
  for (const auto& one : page.at("itemRefs").as_array()) {
    CHECK(one.as_object().size() == 1);  // Readrops stops at a second member
    const std::string id(one.at("id").as_string());
    CHECK(id.size() == 16);
    ids.push_back(std::stoll(id) - 1'000'000'000'000'000);
  }
  return ids;
}

inline Ids ids(const Daemon& daemon, std::string_view query = "") {
  return ids_in(list(daemon, std::string("stream/items/ids?").append(query)));
}

inline Ids item_ids(const json::value& page) {
  Ids found;
  for (const auto& item : page.at("items").as_array()) {
    const std::string id(item.at("id").as_string());
    found.push_back(std::stoll(id.substr(id.rfind('/') + 1), nullptr, 16) - 1'000'000'000'000'000);
  }
  return found;
}

inline json::object native(const Daemon& daemon, std::int64_t id) {
  return get(daemon, "/v1/articles/" + std::to_string(id)).json.as_object();
}

inline bool is_read(const Daemon& daemon, std::int64_t id) { return native(daemon, id).at("read").as_bool(); }
inline bool is_starred(const Daemon& daemon, std::int64_t id) { return native(daemon, id).at("starred").as_bool(); }

inline void mark(const Daemon& daemon, std::int64_t id, std::string_view patch) {
  REQUIRE(request(daemon, "PATCH", "/v1/articles/" + std::to_string(id), patch).status == 200);
}

inline std::set<std::string> keys(const json::value& object) {
  std::set<std::string> names;
  for (const auto& member : object.as_object()) names.emplace(member.key());
  return names;
}

inline std::set<std::string> texts(const json::value& array) {
  std::set<std::string> found;
  for (const auto& one : array.as_array()) found.emplace(one.as_string());
  return found;
}

inline void move_to(const Daemon& daemon, std::int64_t feed, std::string_view folder) {
  const json::object patch{{"folder", folder}};
  REQUIRE(request(daemon, "PATCH", "/v1/feeds/" + std::to_string(feed), json::serialize(patch)).status == 200);
}

}  // namespace newscache::test::google
