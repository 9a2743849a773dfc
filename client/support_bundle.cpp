#include "client/support_bundle.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include "base/file.hpp"
#include "client/json.hpp"
#include "client/programs.hpp"
#include "client/scrubber.hpp"

namespace newscache::client {

namespace json = boost::json;

namespace {

constexpr std::size_t most_output = 512 << 10;
constexpr std::size_t most_journals = 20;
constexpr auto log_command =
    "journalctl --unit=newscached --user-unit=newscached --lines=500 --no-hostname --no-pager --output=short-iso";

json::value cleaned(const Scrubber& scrubber, const json::value& value) {
  if (const auto* text = value.if_string()) return json::string(scrubber.clean(*text));
  if (const auto* list = value.if_array()) {
    json::array out;
    for (const auto& one : *list) out.push_back(cleaned(scrubber, one));
    return out;
  }
  if (const auto* object = value.if_object()) {
    json::object out;
    for (const auto& [key, one] : *object) out[key] = cleaned(scrubber, one);
    return out;
  }
  return value;
}

std::string user_name() {
  const passwd* entry = ::getpwuid(::getuid());
  return entry != nullptr ? entry->pw_name : "";
}

std::string host_name() {
  utsname names{};
  return ::uname(&names) == 0 ? names.nodename : "";
}

Scrubber make_scrubber(const json::object& feeds) {
  Scrubber scrubber;
  for (const auto& value : array_at(feeds, "feeds")) {
    const auto& feed = as_object(value);
    for (const auto* key : {"title", "folder", "description"}) scrubber.hide(text_at(feed, key), "(title)");
    scrubber.hide_parts_of(text_at(feed, "url"));
  }
  if (const char* home = std::getenv("HOME")) {
    if (std::string_view(home) != "/root") scrubber.hide(home, "~");
  }
  if (const auto user = user_name(); user != "root" && user != "newscached") scrubber.hide(user, "(user)");
  if (const auto host = host_name(); host != "localhost") scrubber.hide(host, "(host)");
  return scrubber;
}

// Only members that are named here: a new one is not shown before somebody has thought about it. No uid, since it is a
// hash of the URL.
json::object feed_facts(const Scrubber& scrubber, const json::object& feed) {
  json::object out;
  for (const auto* key : {"id", "state", "polling", "last_attempt", "last_success", "next_poll", "next_poll_rule",
                          "counts", "settings", "managed", "gap", "duplicate_of"}) {
    if (const auto* value = feed.if_contains(key)) out[key] = *value;
  }
  if (const auto* error = feed.if_contains("error")) out["error"] = cleaned(scrubber, *error);
  out["url"] = scrubber.clean(publisher_of(text_at(feed, "url")));
  return out;
}

std::string versions() {
  std::string out = "newscache " NEWSCACHE_VERSION "\n";
  const auto daemon = find_daemon();
  out += daemon ? run_command(quoted(*daemon) + " --version", most_output).output : "newscached is not found\n";
  utsname names{};
  if (::uname(&names) == 0) {
    out.append(names.sysname).append(" ").append(names.release).append(" ").append(names.version);
    out.append(" ").append(names.machine).append("\n");
  }
  if (const auto release = read_file("/etc/os-release", most_output)) out += *release;
  out.append(curl_version()).append("\n");
  if (!daemon) return out;
  // The files' real names tell the versions: libsqlite3.so.0.8.6.
  const auto libraries = run_command("ldd " + quoted(*daemon), most_output).output;
  for (std::size_t at = 0; (at = libraries.find(" => /", at)) != std::string::npos; ++at) {
    const auto path = libraries.substr(at + 4, libraries.find(' ', at + 4) - at - 4);
    std::error_code error;
    out += std::filesystem::canonical(path, error).filename().string() + "\n";
  }
  return out;
}

std::string settings_in_force(const Scrubber& scrubber, const std::string& config) {
  const auto daemon = find_daemon();
  if (!daemon) return "# newscached is not found\n";
  const auto ran = run_command(
      quoted(*daemon) + " --print-config" + (config.empty() ? "" : " --config " + quoted(config)), most_output);
  if (ran.exit == 0) return scrubber.clean(without_secrets(ran.output));
  return "# not known: " + scrubber.clean(without_quotations(ran.output));
}

void add_daemon_parts(Session& session, const Scrubber& scrubber, const json::object& feeds, std::vector<Part>& parts) {
  const auto add = [&](std::string name, std::string_view what, const std::string& target) {
    const auto answer = session.connection.get_object(target);
    parts.push_back({std::move(name),
                     answer ? json::serialize(cleaned(scrubber, *answer)) : scrubber.clean(answer.error().message),
                     what});
  };
  add("status.json", "version, network, clock, storage, traffic", "/v1/status");
  add("healthz.json", "whether it is well, and why not", "/healthz");
  if (auto metrics = session.connection.get("/metrics"))
    parts.push_back({"metrics.txt", std::move(*metrics), "figures"});
  json::array list;
  for (const auto& feed : array_at(feeds, "feeds")) list.push_back(feed_facts(scrubber, as_object(feed)));
  parts.push_back({"feeds.json", json::serialize(list), "subscriptions: publisher, state, errors, settings"});
  std::size_t journals = 0;
  for (const auto& value : array_at(feeds, "feeds")) {
    const auto& feed = as_object(value);
    if (!feed.contains("error") || feed.at("error").is_null()) continue;
    if (++journals > most_journals) break;
    const auto id = std::to_string(count_at(feed, "id"));
    add("journal-" + id + ".json", "the last polls of a feed that fails", "/v1/feeds/" + id + "/journal");
  }
}

struct ArchiveFree {
  void operator()(archive* writer) const { ::archive_write_free(writer); }
  void operator()(archive_entry* entry) const { ::archive_entry_free(entry); }
};

// False: the archive says why.
bool write_parts(archive* writer, int fd, const std::vector<Part>& parts, Instant now) {
  if (::archive_write_add_filter_gzip(writer) != ARCHIVE_OK || ::archive_write_set_format_ustar(writer) != ARCHIVE_OK ||
      ::archive_write_open_fd(writer, fd) != ARCHIVE_OK)
    return false;
  for (const auto& part : parts) {
    const std::unique_ptr<archive_entry, ArchiveFree> entry(::archive_entry_new());
    ::archive_entry_set_pathname(entry.get(), ("newscached-support/" + part.name).c_str());
    ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(part.bytes.size()));
    ::archive_entry_set_filetype(entry.get(), AE_IFREG);
    ::archive_entry_set_perm(entry.get(), 0600);
    ::archive_entry_set_mtime(entry.get(),
                              std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count(), 0);
    if (::archive_write_header(writer, entry.get()) != ARCHIVE_OK) return false;
    if (::archive_write_data(writer, part.bytes.data(), part.bytes.size()) !=
        static_cast<la_ssize_t>(part.bytes.size()))
      return false;
  }
  return ::archive_write_close(writer) == ARCHIVE_OK;
}

}  // namespace

std::vector<Part> gather_parts(Session& session, const json::object& report, const std::string& config, bool reached) {
  json::object feeds;
  if (reached) {
    if (auto answer = session.connection.get_object("/v1/feeds")) feeds = std::move(*answer);
  }
  const auto scrubber = make_scrubber(feeds);
  json::object shown = report;
  for (auto& check : shown["checks"].as_array()) {
    // What is wrong with a configuration is told with its values.
    auto& entry = check.as_object();
    if (text_at(entry, "check") == "configuration") entry["finding"] = without_quotations(text_at(entry, "finding"));
  }
  std::vector<Part> parts;
  parts.push_back({"doctor.json", json::serialize(cleaned(scrubber, shown)), "what doctor found"});
  parts.push_back({"versions.txt", versions(), "of the programs, the system and its libraries"});
  parts.push_back(
      {"configuration.toml", settings_in_force(scrubber, config), "the settings, without names and secrets"});
  parts.push_back({"log.txt", scrubber.clean(run_command(log_command, most_output).output), "its last 500 log lines"});
  if (reached) add_daemon_parts(session, scrubber, feeds, parts);
  return parts;
}

Outcome<void> write_archive(const std::string& file, const std::vector<Part>& parts, Instant now) {
  const FileDescriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!out) return Failure{Exit::failed, "cannot write " + file_label(file) + ": " + std::strerror(errno)};
  const std::unique_ptr<archive, ArchiveFree> writer(::archive_write_new());
  if (write_parts(writer.get(), out.get(), parts, now)) return {};
  const char* why = ::archive_error_string(writer.get());
  ::unlink(file.c_str());
  return Failure{Exit::failed, "cannot write " + file_label(file) + ": " + (why != nullptr ? why : "no memory")};
}

}  // namespace newscache::client
