// Configuration files: never a crash; a mistake is named by file and line; what is in force is printed, and read again,
// as the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "settings/settings.hpp"

using namespace newscache;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view toml(reinterpret_cast<const char*>(data), size);
  // Secrets are files, which an input must not have us open.
  if (toml.find("_file") != toml.npos) return 0;
  const auto read = settings::parse(toml, "fuzz.toml");
  if (!read) {
    if (!read.error().detail.starts_with("fuzz.toml:") || read.error().detail.find('\n') != std::string::npos)
      std::abort();
    return 0;
  }
  const auto printed = settings::print(*read);
  const auto again = settings::parse(printed, "printed.toml");
  if (!again || settings::print(*again) != printed) std::abort();
  return 0;
}
