// bundle export, bundle import, bundle show.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <ostream>

#include "base/fields.hpp"
#include "base/file.hpp"
#include "bundle/signature.hpp"
#include "bundle/unpacker.hpp"
#include "client/commands.hpp"
#include "client/format.hpp"
#include "client/json.hpp"
#include "client/unfinished.hpp"

namespace newscache::client {

namespace json = boost::json;

namespace {

struct ExportOptions {
  std::string file;
  std::string since;
  bool states = false;
  bool no_media = false;
  std::uint64_t split = 0;
  std::string sign;
};

struct ImportOptions {
  std::vector<std::string> files;
  bool no_states = false;
  std::string verify;
};

struct ShowOptions {
  std::vector<std::string> files;
  std::string verify;
};

Failure cannot(const std::string& what, const std::string& file) {
  return {Exit::failed, "cannot " + what + " " + file_label(file) + ": " + std::strerror(errno)};
}

// What a bundle says of itself.
struct Contents {
  bundle::Manifest manifest;
  bundle::Ending ending;
  std::string signer;  // empty: not signed
  std::int64_t bytes = 0;
};

// Progress is shown when it is another whole percent.
class Percent {
 public:
  Percent(const Console& console, std::string what, std::int64_t all)
      : console_(console), what_(std::move(what)), all_(all) {}
  ~Percent() { show_progress(console_, ""); }
  void reached(std::int64_t done) {
    const auto percent = all_ > 0 ? done * 100 / all_ : 100;
    if (percent == std::exchange(shown_, percent)) return;
    show_progress(console_, what_ + ": " + std::to_string(percent) + " %");
  }

 private:
  const Console& console_;
  const std::string what_;
  const std::int64_t all_;
  std::int64_t shown_ = -1;
};

// Reads all of it; the message says what is wrong with it.
Outcome<Contents> inspect(const Console& console, const std::string& file) {
  const FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return cannot("open", file);
  bundle::Unpacker unpacker(opened.get());
  Percent percent(console, "checking " + file_label(file), unpacker.file_bytes());
  std::int64_t articles = 0;
  for (;;) {
    const auto entry = unpacker.next();
    if (!entry) return Failure{Exit::failed, file_label(file) + ": " + entry.error().detail};
    percent.reached(unpacker.read_bytes());
    if (!*entry) break;
    if ((*entry)->kind == bundle::Kind::articles) {
      const auto bytes = unpacker.read_all();
      if (!bytes) return Failure{Exit::failed, file_label(file) + ": " + bytes.error().detail};
      for (FieldReader list(*bytes); list.next();) ++articles;
      continue;
    }
    for (;;) {
      const auto piece = unpacker.read();
      if (!piece) return Failure{Exit::failed, file_label(file) + ": " + piece.error().detail};
      if (piece->empty()) break;
      percent.reached(unpacker.read_bytes());
    }
  }
  if (articles != unpacker.ending().articles) {
    return Failure{Exit::failed, file_label(file) + ": " + bundle::damaged("its count of articles is wrong").detail};
  }
  return Contents{unpacker.manifest(), unpacker.ending(), unpacker.signer()->value_or(""), unpacker.file_bytes()};
}

json::object to_json(const std::string& file, const Contents& contents) {
  json::object out;
  out["file"] = file;
  out["bytes"] = contents.bytes;
  out["manifest"] = json::parse(bundle::to_json(contents.manifest));
  out["end"] = json::parse(bundle::to_json(contents.ending));
  if (!contents.signer.empty()) out["signer"] = contents.signer;
  return out;
}

std::string summary(const Contents& contents) {
  const auto& ending = contents.ending;
  return plural(ending.articles, "article") + ", " + plural(ending.assets, "file") + " of them, " +
         size_text(contents.bytes);
}

// "news.tar.zst", "news.tar.zst.2", ...
std::string part_name(const std::string& file, int part) {
  return part == 1 ? file : file + "." + std::to_string(part);
}

Outcome<void> write_all(int fd, std::string_view bytes, const std::string& file) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return cannot("write", file);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Outcome<void> download(Session& session, const std::string& target, const std::string& file) {
  const FileDescriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!out) return cannot("write", file);
  Outcome<void> written;
  std::int64_t bytes = 0;
  std::int64_t shown = 0;
  const auto take = [&](std::string_view piece) {
    written = write_all(out.get(), piece, file);
    bytes += static_cast<std::int64_t>(piece.size());
    if (bytes - shown >= 1 << 20) show_progress(session.console, "exporting: " + size_text(shown = bytes));
    return written.has_value();
  };
  const auto done = session.connection.fetch(target, take);
  show_progress(session.console, "");
  if (!written) return written.error();
  if (!done) return done.error();
  if (::fsync(out.get()) != 0 && errno != EINVAL) return cannot("write", file);
  return {};
}

// One part: written beside its name, checked, signed, and only then given it.
Outcome<Contents> export_part(Session& session, const ExportOptions& options, std::int64_t after, int part) {
  const auto file = part_name(options.file, part);
  const auto unfinished = unfinished_name(file);
  const auto most = options.split > 0 ? options.split - 1 - bundle::kSignatureBytes : 0;
  const auto target = with_query("/v1/bundle", {{"since", options.since},
                                                {"after", after > 0 ? std::to_string(after) : ""},
                                                {"states", options.states ? "true" : ""},
                                                {"media", options.no_media ? "false" : ""},
                                                {"max_bytes", most > 0 ? std::to_string(most) : ""}});
  const auto fetched = download(session, target, unfinished);
  auto contents = fetched ? inspect(session.console, unfinished) : Outcome<Contents>(fetched.error());
  if (contents && !options.sign.empty()) {
    if (const auto signed_it = bundle::sign(unfinished, options.sign); !signed_it) {
      contents = Failure{Exit::failed, signed_it.error().detail};
    } else {
      contents->signer = *bundle::public_key(options.sign);
      contents->bytes += bundle::kSignatureBytes;
    }
  }
  if (contents && ::rename(unfinished.c_str(), file.c_str()) != 0) contents = cannot("write", file);
  if (!contents) ::unlink(unfinished.c_str());
  return contents;
}

Outcome<Exit> export_bundle(Session& session, const ExportOptions& options) {
  if (!options.sign.empty()) {
    if (const auto key = bundle::public_key(options.sign); !key) return Failure{Exit::failed, key.error().detail};
  }
  json::array parts;
  std::int64_t after = 0;
  std::int64_t revision = 0;
  for (int part = 1;; ++part) {
    const auto contents = export_part(session, options, after, part);
    if (!contents) return contents.error();
    const auto name = part_name(options.file, part);
    if (part == 1) revision = contents->manifest.revision;
    if (!session.json) session.console.out << printable_line(name) << ": " << summary(*contents) << '\n';
    parts.push_back(to_json(name, *contents));
    if (!contents->ending.next) {
      // Of an earlier export with more parts, which would be taken for this one's.
      while (::unlink(part_name(options.file, ++part).c_str()) == 0) continue;
      break;
    }
    after = *contents->ending.next;
  }
  if (session.json) {
    print_json(session, json::object{{"parts", std::move(parts)}});
  } else {
    session.console.out << "only what comes after this, next time: --since " << revision << '\n';
  }
  return Exit::done;
}

Outcome<std::string> key_of(const std::string& key_file) {
  if (key_file.empty()) return std::string();
  const auto key = bundle::public_key(key_file);
  if (!key) return Failure{Exit::failed, key.error().detail};
  return *key;
}

Outcome<std::string> import_part(Session& session, const std::string& target, const std::string& file) {
  const FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!opened || ::fstat(opened.get(), &status) != 0) return cannot("open", file);
  if (!S_ISREG(status.st_mode)) return Failure{Exit::failed, file_label(file) + " is no file"};
  const std::int64_t bytes = status.st_size;
  auto percent = std::make_unique<Percent>(session.console, "sending " + file_label(file), bytes);
  const auto sent = [&](std::int64_t done) {
    if (percent) percent->reached(done);
    if (done < bytes) return;
    percent.reset();
    show_progress(session.console, "the daemon checks " + file_label(file) + " and takes it in");
  };
  auto answer = session.connection.post_file(target, opened.get(), bytes, sent);
  percent.reset();
  show_progress(session.console, "");
  if (!answer) {
    auto failure = answer.error();
    if (failure.exit == Exit::failed) failure.message = file_label(file) + ": " + failure.message;
    return failure;
  }
  return answer;
}

Outcome<Exit> import_bundle(Session& session, const ImportOptions& options) {
  const auto key = key_of(options.verify);
  if (!key) return key.error();
  const auto target = with_query("/v1/bundle", {{"states", options.no_states ? "false" : ""}, {"signer", *key}});
  json::array imports;
  for (const auto& file : options.files) {
    const auto answer = import_part(session, target, file);
    if (!answer) return answer.error();
    auto result = parse_object(*answer);
    if (!result) return result.error();
    if (!session.json) {
      session.console.out << printable_line(file_label(file)) << ": "
                          << plural(count_at(*result, "articles_added"), "article") << " and "
                          << plural(count_at(*result, "feeds_added"), "feed") << " added, "
                          << count_at(*result, "existing") << " were here, " << count_at(*result, "completed")
                          << " got pictures or text\n";
    }
    (*result)["file"] = file;
    imports.push_back(std::move(*result));
  }
  if (session.json) print_json(session, json::object{{"imports", std::move(imports)}});
  return Exit::done;
}

Outcome<Exit> show_bundle(Session& session, const ShowOptions& options) {
  const auto key = key_of(options.verify);
  if (!key) return key.error();
  json::array bundles;
  for (const auto& file : options.files) {
    const auto contents = inspect(session.console, file);
    if (!contents) return contents.error();
    if (!key->empty() && contents->signer != *key) {
      return Failure{Exit::failed,
                     file_label(file) + (contents->signer.empty() ? " is not signed" : " is signed with another key")};
    }
    bundles.push_back(to_json(file, *contents));
    if (session.json) continue;
    const auto& manifest = contents->manifest;
    auto& out = session.console.out;
    out << printable_line(file_label(file)) << ": whole, " << summary(*contents) << '\n'
        << "made      " << printable_line(when_text(session, manifest.created)) << '\n'
        << "from      " << printable_line(manifest.epoch) << ", revision " << manifest.revision;
    if (manifest.since > 0) out << ", what came after revision " << manifest.since;
    out << '\n'
        << "holds     " << plural(manifest.feeds, "feed") << (manifest.states ? ", what is read and starred" : "")
        << (manifest.media ? ", pictures and files" : "") << '\n';
    if (manifest.after > 0 || contents->ending.next) {
      out << "part      " << (manifest.after > 0 ? "after others" : "the first")
          << (contents->ending.next ? ", more follow" : ", the last") << '\n';
    }
    out << "signed    " << (contents->signer.empty() ? "by nobody" : "by " + contents->signer) << '\n';
  }
  if (session.json) print_json(session, json::object{{"bundles", std::move(bundles)}});
  return Exit::done;
}

}  // namespace

void add_bundle_commands(CLI::App& app, Action& chosen) {
  auto* bundle = app.add_subcommand("bundle", "Carry articles and subscriptions to another device");
  bundle->require_subcommand(1);
  bundle->footer(
      "Examples:\n  newscache bundle export /media/stick/news.tar.zst\n  newscache bundle import "
      "/media/stick/news.tar.zst");
  auto* command = bundle->add_subcommand("export", "Write what the daemon keeps into a file");
  auto out = std::make_shared<ExportOptions>();
  command->add_option("--since", out->since, "Only what has changed after this revision")->type_name("REV");
  command->add_flag("--states", out->states, "Also what is read and starred");
  command->add_flag("--no-media", out->no_media, "Without pictures and enclosures");
  command->add_option("--split", out->split, "In parts below this size, FILE, FILE.2 and so on; 4GiB for FAT32")
      ->type_name("SIZE")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(std::uint64_t{33} << 20, std::uint64_t{1} << 50));
  command->add_option("--sign", out->sign, "Sign with this ed25519 key, a PEM file")
      ->type_name("KEY")
      ->check(CLI::ExistingFile);
  command->add_option("FILE", out->file, "Where to; replaced when it exists")->required();
  command->footer("Example:\n  newscache bundle export --split 4GiB /media/stick/news.tar.zst");
  run_on(command, chosen, out, export_bundle);

  command = bundle->add_subcommand("import", "Add from such files what is missing here");
  auto in = std::make_shared<ImportOptions>();
  command->add_flag("--no-states", in->no_states, "New articles are unread and not starred, whatever the file says");
  command->add_option("--verify", in->verify, "Refuse what was not signed with this key, a PEM file")
      ->type_name("KEY")
      ->check(CLI::ExistingFile);
  command->add_option("FILE", in->files, "What 'bundle export' has written")->required();
  command->footer("Example:\n  newscache bundle import /media/stick/news.tar.zst*");
  run_on(command, chosen, in, import_bundle);

  command = bundle->add_subcommand("show", "Say what is in such a file, and whether it is whole; no daemon needed");
  auto shown = std::make_shared<ShowOptions>();
  command->add_option("--verify", shown->verify, "Fail for what was not signed with this key, a PEM file")
      ->type_name("KEY")
      ->check(CLI::ExistingFile);
  command->add_option("FILE", shown->files, "What 'bundle export' has written")->required();
  command->footer("Example:\n  newscache bundle show news.tar.zst");
  run_on(command, chosen, shown, show_bundle);
}

}  // namespace newscache::client
