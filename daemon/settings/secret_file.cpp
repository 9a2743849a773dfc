#include "settings/secret_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "base/file.hpp"
#include "settings/rule.hpp"

namespace newscache::settings {
namespace {

constexpr std::size_t largest_secret = 64 * 1024;

Error wrong(std::string detail) { return Error{Cause::invalid, std::move(detail)}; }

Result<void> check_owner(const std::string& path, const struct stat& file) {
  if (file.st_uid != 0 && file.st_uid != ::geteuid()) {
    return wrong(
        fmt::format("{} belongs to another user; expected one of root or of the daemon's user (chown it, or run "
                    "--check-config as that user)",
                    path));
  }
  if ((file.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return wrong(
        fmt::format("{} is open to other users; expected one that only its owner may read (chmod 600 {})", path, path));
  }
  return {};
}

Result<std::string> read_bounded(int file, const std::string& path) {
  std::string content(largest_secret + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const auto got = ::read(file, content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return wrong(fmt::format("cannot read {}: {}", path, std::generic_category().message(errno)));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > largest_secret) return wrong(fmt::format("{} is larger than 64 kB; expected a secret", path));
  content.resize(size);
  return content;
}

}  // namespace

bool is_secret_name(std::string_view text) {
  if (text.empty() || text.front() == '/') return is_clean_text(text);
  return is_clean_text(text) && text.find('/') == text.npos && text != "." && text != "..";
}

Result<std::string> read_secret(const std::string& name) {
  std::string path = name;
  const bool is_credential = name.find('/') == name.npos;
  if (is_credential) {
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr || *folder == '\0') {
      return wrong(
          fmt::format("systemd gives us no credentials; expected LoadCredential={}:PATH in the service, "
                      "or an absolute path here",
                      name));
    }
    path = std::string(folder) + "/" + name;
  }
  // Without O_NONBLOCK a FIFO would hold us up for ever.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return wrong(
        fmt::format("cannot read {}: {}; expected a file that the daemon's user owns (chmod 600), or a name "
                    "that LoadCredential= of the service gives",
                    path, std::generic_category().message(errno)));
  }
  if (!S_ISREG(status.st_mode)) return wrong(fmt::format("{} is no regular file; expected one", path));
  if (!is_credential) {
    if (const auto closed = check_owner(path, status); !closed) return closed.error();
  }
  auto content = read_bounded(file.get(), path);
  if (!content) return content;
  while (!content->empty() && (content->back() == '\n' || content->back() == '\r')) content->pop_back();
  if (content->empty()) return wrong(fmt::format("{} is empty; expected a secret", path));
  return content;
}

}  // namespace newscache::settings
