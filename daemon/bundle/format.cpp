#include "bundle/format.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace newscache::bundle {

namespace json = boost::json;

namespace {

// Reads members of one object; the first that is missing or of another type makes it not ok.
class Members {
 public:
  explicit Members(std::string_view text) {
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = 4;
    auto value = json::parse(text, error, {}, options);
    ok_ = !error && value.is_object();
    if (ok_) object_ = std::move(value.get_object());
  }
  void read(std::string_view name, std::int64_t& value) {
    const auto* found = object_.if_contains(name);
    ok_ = ok_ && found != nullptr && found->is_int64() && found->get_int64() >= 0;
    if (ok_) value = found->get_int64();
  }
  void read(std::string_view name, std::optional<std::int64_t>& value) {
    if (object_.contains(name)) read(name, value.emplace());
  }
  void read(std::string_view name, std::string& value) {
    const auto* found = object_.if_contains(name);
    ok_ = ok_ && found != nullptr && found->is_string();
    if (ok_) value = std::string(found->get_string());
  }
  void read(std::string_view name, bool& value) {
    const auto* found = object_.if_contains(name);
    ok_ = ok_ && found != nullptr && found->is_bool();
    if (ok_) value = found->get_bool();
  }
  bool ok() const { return ok_; }

 private:
  json::object object_;
  bool ok_ = false;
};

// The one list of members, for both ways.
template <class Visitor, class Any>
void visit_manifest(Visitor&& visit, Any& manifest) {
  visit("version", manifest.version);
  visit("epoch", manifest.epoch);
  visit("revision", manifest.revision);
  visit("created", manifest.created);
  visit("since", manifest.since);
  visit("after", manifest.after);
  visit("states", manifest.states);
  visit("media", manifest.media);
  visit("feeds", manifest.feeds);
  visit("articles", manifest.articles);
}

template <class Visitor, class Any>
void visit_ending(Visitor&& visit, Any& ending) {
  visit("articles", ending.articles);
  visit("assets", ending.assets);
  visit("asset_bytes", ending.asset_bytes);
  visit("next", ending.next);
  visit("sha256", ending.sha256);
}

struct Writer {
  json::object object;
  template <class Value>
  void operator()(const char* name, const Value& value) {
    object[name] = value;
  }
  void operator()(const char* name, const std::optional<std::int64_t>& value) {
    if (value) object[name] = *value;
  }
};

}  // namespace

std::string to_json(const Manifest& manifest) {
  Writer writer;
  writer("format", std::string("newscached bundle"));
  visit_manifest(writer, manifest);
  return json::serialize(writer.object);
}

std::string to_json(const Ending& ending) {
  Writer writer;
  visit_ending(writer, ending);
  return json::serialize(writer.object);
}

Result<Manifest> parse_manifest(std::string_view text) {
  Manifest manifest;
  Members members(text);
  std::string format;
  members.read("format", format);
  members.read("version", manifest.version);
  if (!members.ok() || format != "newscached bundle") return damaged("its manifest is none of a bundle");
  if (manifest.version != kVersion) {
    return Error{Cause::invalid, "the bundle is of version " + std::to_string(manifest.version) +
                                     ", this program knows version 1; upgrade newscached"};
  }
  visit_manifest([&](const char* name, auto& value) { members.read(name, value); }, manifest);
  if (!members.ok()) return damaged("its manifest is incomplete");
  return manifest;
}

Result<Ending> parse_ending(std::string_view text) {
  Ending ending;
  Members members(text);
  visit_ending([&](const char* name, auto& value) { members.read(name, value); }, ending);
  if (!members.ok() || !is_sha256(ending.sha256)) return damaged("its end is incomplete");
  return ending;
}

Error damaged(std::string_view why) {
  return Error{Cause::invalid, "not a whole bundle: " + std::string(why) + "; export or copy it again"};
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace newscache::bundle
