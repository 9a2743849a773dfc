#include "settings/settings.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/file.hpp"
#include "base/log.hpp"
#include "settings/access.hpp"
#include "settings/feed_settings.hpp"
#include "settings/field_table.hpp"
#include "settings/http.hpp"
#include "settings/site.hpp"
#include "settings/suggest.hpp"
#include "text/utf8.hpp"

namespace newscache::settings {
namespace {

constexpr std::string_view default_file = "/etc/newscached/newscached.toml";
constexpr std::size_t largest_file = 4 << 20;
constexpr std::size_t most_feeds = 10'000;
constexpr std::size_t most_hosts = 1'000;
constexpr std::size_t most_sites = 1'000;

// What is quoted, a key or what the parser saw, may hold the end of a line.
Error one_line(std::string detail) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  std::replace_if(detail.begin(), detail.end(), is_control, ' ');
  return {Cause::invalid, std::move(detail)};
}

std::string_view type_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list that holds other things than strings";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date";
    default:
      return "a value";
  }
}

std::optional<Value> to_value(const toml::node& node, Kind kind) {
  if (const auto* text = node.as_string()) return Value(text->get());
  if (const auto* boolean = node.as_boolean()) return Value(boolean->get());
  if (const auto* number = node.as_integer()) {
    // 0o660 says what it means as clearly as "0660"; a decimal 660 does not.
    const bool octal =
        kind == Kind::mode && (number->flags() & toml::value_flags::format_as_octal) != toml::value_flags::none;
    return octal ? Value(fmt::format("{:04o}", number->get())) : Value(number->get());
  }
  const auto* array = node.as_array();
  if (!array) return std::nullopt;
  std::vector<std::string> texts;
  for (const toml::node& element : *array) {
    const auto* text = element.as_string();
    if (!text) return std::nullopt;
    texts.push_back(text->get());
  }
  return Value(std::move(texts));
}

// Reads documents one over the other. Of several errors the first in the file is told, though tables come sorted by
// key.
class Loader {
 public:
  explicit Loader(model::Settings settings) : settings_(std::move(settings)) {
    for (const auto& feed : settings_.feeds) feed_places_[feed.url] = "the settings before";
    for (const auto& host : settings_.hosts) host_places_[host.host] = "the settings before";
    for (const auto& site : settings_.sites) site_places_[site.site] = "the settings before";
  }

  Result<void> add(std::string_view document, std::string_view file_name) {
    file_ = file_name;
    errors_.clear();
    try {
      read(toml::parse(document, file_));
    } catch (const toml::parse_error& error) {
      return one_line(fmt::format("{}: {}", where(error.source()), error.description()));
    }
    if (errors_.empty()) return {};
    return one_line(errors_.begin()->second);
  }

  // What no single key can tell, once all files are read.
  Result<model::Settings> finish() && {
    if (settings_.poll.floor > settings_.poll.ceiling) {
      const char* key = key_places_.contains("poll.floor") ? "poll.floor" : "poll.ceiling";
      return Error{
          Cause::invalid,
          fmt::format("{}: {}: poll.floor = {} is longer than poll.ceiling = {}; expected the floor to be the shorter",
                      key_places_[key], key,
                      toml_string(format_duration(std::chrono::milliseconds(settings_.poll.floor).count())),
                      toml_string(format_duration(std::chrono::milliseconds(settings_.poll.ceiling).count())))};
    }
    if (const auto error = complete_http(settings_.http)) {
      return Error{Cause::invalid,
                   fmt::format("{}: {}: {}", key_places_[std::string(error->key)], error->key, error->problem)};
    }
    return std::move(settings_);
  }

 private:
  std::string where(const toml::source_region& source) const {
    return fmt::format("{}:{}:{}", file_, source.begin.line, source.begin.column);
  }

  void complain(const toml::source_region& source, std::string_view key, std::string_view problem) {
    errors_.emplace(std::pair(source.begin.line, source.begin.column),
                    fmt::format("{}: {}: {}", where(source), text::cut_utf8(key, 200), problem));
  }

  void read(const toml::table& document) {
    for (const auto& [key, node] : document) {
      if (key.str() == "feed") {
        read_list(key, node, settings_.feeds, most_feeds, &Loader::read_feed);
      } else if (key.str() == "host") {
        read_list(key, node, settings_.hosts, most_hosts, &Loader::read_host);
      } else if (key.str() == "site") {
        read_list(key, node, settings_.sites, most_sites, &Loader::read_site);
      } else {
        read_table(key, node);
      }
    }
  }

  void read_table(const toml::key& table, const toml::node& node) {
    std::vector<std::string_view> tables = {"feed", "host", "site"};
    for (const Entry& entry : entries()) tables.push_back(entry.key.substr(0, entry.key.find('.')));
    if (std::find(tables.begin(), tables.end(), table.str()) == tables.end()) {
      return complain(table.source(), table.str(), unknown_key(table.str(), tables, "table"));
    }
    const auto* members = node.as_table();
    if (!members)
      return complain(node.source(), table.str(), fmt::format("must be a table; expected [{}]", table.str()));
    for (const auto& [key, value] : *members) read_key(table.str(), key, value);
  }

  void read_key(std::string_view table, const toml::key& key, const toml::node& node) {
    const std::string full = fmt::format("{}.{}", table, key.str());
    const auto all = entries();
    const auto entry = std::find_if(all.begin(), all.end(), [&](const Entry& e) { return e.key == full; });
    if (entry == all.end()) return complain(key.source(), full, unknown_member(full, key.str()));
    const auto value = to_value(node, entry->rule.kind);
    if (!value) return complain(node.source(), full, fmt::format("is {}; {}", type_of(node), expectation(entry->rule)));
    const auto checked = check(entry->rule, *value);
    if (!checked) return complain(node.source(), full, checked.error().detail);
    entry->put(settings_, *checked);
    key_places_[full] = where(node.source());
  }

  static std::string unknown_key(std::string_view key, std::span<const std::string_view> known, std::string_view what) {
    const auto near = nearest(key, known);
    if (!near.empty()) return fmt::format("unknown {}; did you mean {}?", what, near);
    // "password", where secrets stand in files.
    for (const auto candidate : known) {
      if (candidate == std::string(key) + "_file") return fmt::format("unknown {}; did you mean {}?", what, candidate);
    }
    return fmt::format("unknown {}; expected one that docs/configuration.md lists", what);
  }

  // The right key in the wrong table is as likely as a mistyped one.
  static std::string unknown_member(std::string_view full, std::string_view name) {
    std::vector<std::string_view> keys;
    for (const Entry& entry : entries()) {
      const auto key = entry.key;
      if (key.substr(key.find('.') + 1) == name) return fmt::format("unknown key; did you mean {}?", key);
      keys.push_back(key);
    }
    return unknown_key(full, keys, "key");
  }

  template <class List>
  void read_list(const toml::key& key, const toml::node& node, const List& read, std::size_t most,
                 void (Loader::*read_element)(const toml::table&)) {
    const auto* list = node.as_array();
    const bool tables = list && std::all_of(list->begin(), list->end(), [](const auto& n) { return n.is_table(); });
    const std::string_view name = key.str();
    if (!tables)
      return complain(key.source(), name,
                      fmt::format("must be a list of tables; expected each {0} under [[{0}]]", name));
    for (const toml::node& element : *list) {
      if (read.size() >= most) {
        return complain(element.source(), name, fmt::format("there are more than {}; expected fewer", most));
      }
      (this->*read_element)(*element.as_table());
    }
  }

  void read_feed(const toml::table& table) {
    model::DeclaredFeed feed;
    const auto errors_before = errors_.size();
    for (const auto& [key, node] : table) read_feed_key(feed, key, node);
    const toml::node* url = table.get("url");
    if (!url) return complain(table.source(), "feed.url", "is missing; expected the feed's URL");
    if (feed.url.empty()) return complain(url->source(), "feed.url", "is empty; expected a URL");
    const auto [place, fresh] = feed_places_.emplace(feed.url, where(url->source()));
    if (!fresh) {
      return complain(url->source(), "feed.url",
                      fmt::format("{} is declared already, at {}; expected each feed once",
                                  toml_string(loggable_url(feed.url)), place->second));
    }
    // A key that was refused must not be told of as missing.
    if (errors_.size() == errors_before) finish_access(table, "feed", feed.access, feed.sources);
    settings_.feeds.push_back(std::move(feed));
  }

  void read_feed_key(model::DeclaredFeed& feed, const toml::key& key, const toml::node& node) {
    const std::string full = fmt::format("feed.{}", key.str());
    if (find_access_field(key.str())) return read_access_key(full, feed.access, feed.sources, key, node);
    const FeedText* text = find_feed_text(key.str());
    const FeedEntry* entry = find_feed_entry(key.str());
    if (!text && !entry) return complain(key.source(), full, unknown_feed_key(key.str()));
    const Rule& rule = text ? text->rule : entry->rule;
    const auto value = to_value(node, rule.kind);
    if (!value) return complain(node.source(), full, fmt::format("is {}; {}", type_of(node), expectation(rule)));
    const auto checked = check(rule, *value);
    if (!checked) {
      if (key.str() == "url") feed.url = "wrong";  // told here; not missing as well
      return complain(node.source(), full, checked.error().detail);
    }
    if (text) {
      feed.*(text->member) = std::get<std::string>(*checked);
    } else {
      feed.settings[std::string(key.str())] = to_setting(*value);
    }
  }

  void read_host(const toml::table& table) {
    model::HostSettings host;
    const std::string_view expected = "expected a host such as \"example.org\" or \"example.org:8443\", no wildcard";
    const toml::node* const name = table.get("host");
    if (!name) return complain(table.source(), "host.host", fmt::format("is missing; {}", expected));
    const auto* const text = name->as_string();
    if (text) host.host = clean_host(text->get());
    if (host.host.empty()) {
      const auto shown = text ? toml_string(text->get()) : std::string("this value");
      return complain(name->source(), "host.host", fmt::format("{} is not valid; {}", shown, expected));
    }
    const auto [place, fresh] = host_places_.emplace(host.host, where(name->source()));
    if (!fresh) {
      return complain(
          name->source(), "host.host",
          fmt::format("{} is declared already, at {}; expected each host once", toml_string(host.host), place->second));
    }
    const auto errors_before = errors_.size();
    for (const auto& [key, node] : table) {
      const std::string full = fmt::format("host.{}", key.str());
      if (key.str() == "host") continue;
      if (find_access_field(key.str())) {
        read_access_key(full, host.access, host.sources, key, node);
      } else {
        std::vector<std::string_view> keys = {"host"};
        for (const AccessField& field : access_fields()) keys.push_back(field.key);
        complain(key.source(), full, unknown_key(key.str(), keys, "key"));
      }
    }
    if (errors_.size() == errors_before) finish_access(table, "host", host.access, host.sources);
    settings_.hosts.push_back(std::move(host));
  }

  void read_site(const toml::table& table) {
    model::SiteSettings site;
    const std::string_view expected = "expected a host such as \"example.org\", no wildcard and no port";
    const toml::node* const name = table.get("site");
    if (!name) return complain(table.source(), "site.site", fmt::format("is missing; {}", expected));
    const auto* const text = name->as_string();
    if (text) site.site = clean_site(text->get());
    if (site.site.empty()) {
      const auto shown = text ? toml_string(text->get()) : std::string("this value");
      return complain(name->source(), "site.site", fmt::format("{} is not valid; {}", shown, expected));
    }
    const auto [place, fresh] = site_places_.emplace(site.site, where(name->source()));
    if (!fresh) {
      return complain(
          name->source(), "site.site",
          fmt::format("{} is declared already, at {}; expected each site once", toml_string(site.site), place->second));
    }
    for (const auto& [key, node] : table) {
      if (key.str() != "site") read_site_key(site, key, node);
    }
    settings_.sites.push_back(std::move(site));
  }

  void read_site_key(model::SiteSettings& site, const toml::key& key, const toml::node& node) {
    const std::string full = fmt::format("site.{}", key.str());
    const SiteField* const field = find_site_field(key.str());
    if (!field) {
      std::vector<std::string_view> keys = {"site"};
      for (const SiteField& known : site_fields()) keys.push_back(known.key);
      return complain(key.source(), full, unknown_key(key.str(), keys, "key"));
    }
    const auto value = to_value(node, field->rule.kind);
    if (!value) return complain(node.source(), full, fmt::format("is {}; {}", type_of(node), expectation(field->rule)));
    const auto checked = check(field->rule, *value);
    if (!checked) return complain(node.source(), full, checked.error().detail);
    auto selectors = std::get<std::vector<std::string>>(*checked);
    if (const auto problem = selector_problem(selectors)) return complain(node.source(), full, *problem);
    site.*field->member = std::move(selectors);
  }

  void read_access_key(std::string_view full, model::Access& access, model::AccessSources& sources,
                       const toml::key& key, const toml::node& node) {
    const Rule& rule = find_access_field(key.str())->rule;
    const auto value = to_value(node, rule.kind);
    if (!value) return complain(node.source(), full, fmt::format("is {}; {}", type_of(node), expectation(rule)));
    const auto checked = check(rule, *value);
    if (!checked) return complain(node.source(), full, checked.error().detail);
    put_access(access, sources, key.str(), *checked);
  }

  void finish_access(const toml::table& table, std::string_view name, model::Access& access,
                     const model::AccessSources& sources) {
    const auto error = complete_access(access, sources);
    if (!error) return;
    const toml::node* const at = table.get(error->key);
    complain(at ? at->source() : table.source(), fmt::format("{}.{}", name, error->key), error->problem);
  }

  static model::SettingValue to_setting(const Value& value) {
    if (const auto* boolean = std::get_if<bool>(&value)) return *boolean;
    if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
    return std::get<std::string>(value);
  }

  static std::string unknown_feed_key(std::string_view key) {
    std::vector<std::string_view> keys;
    for (const FeedText& text : feed_texts()) keys.push_back(text.key);
    for (const FeedEntry& entry : feed_entries()) keys.push_back(entry.key);
    for (const AccessField& field : access_fields()) keys.push_back(field.key);
    return unknown_key(key, keys, "key");
  }

  model::Settings settings_;
  std::string file_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> errors_;  // by line and column
  std::map<std::string, std::string, std::less<>> key_places_;
  std::map<std::string, std::string> feed_places_;
  std::map<std::string, std::string> host_places_;
  std::map<std::string, std::string> site_places_;
};

Result<void> add_file(Loader& loader, const std::string& file) {
  const auto content = read_file(file, largest_file);
  if (!content) return Error{Cause::invalid, content.error().detail};
  return loader.add(*content, file);
}

// The *.toml files of the folder, in name order; none when there is no such folder.
Result<std::vector<std::string>> drop_ins(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (name.ends_with(".toml") && !name.starts_with('.')) files.push_back(entry->path().string());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return Error{Cause::invalid, fmt::format("cannot read {}: {}", folder, error.message())};
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<model::Settings> load(const std::string& file) {
  const std::string main_file = file.empty() ? std::string(default_file) : file;
  Loader loader({});
  std::error_code ignored;
  const bool absent =
      file.empty() && std::filesystem::status(main_file, ignored).type() == std::filesystem::file_type::not_found;
  if (!absent) {
    if (const auto added = add_file(loader, main_file); !added) return added.error();
  }
  const auto files = drop_ins(main_file + ".d");
  if (!files) return files.error();
  for (const auto& drop_in : *files) {
    if (const auto added = add_file(loader, drop_in); !added) return added.error();
  }
  return std::move(loader).finish();
}

Result<model::Settings> parse(std::string_view toml, std::string_view file_name, model::Settings base) {
  Loader loader(std::move(base));
  if (const auto added = loader.add(toml, file_name); !added) return added.error();
  return std::move(loader).finish();
}

}  // namespace newscache::settings
