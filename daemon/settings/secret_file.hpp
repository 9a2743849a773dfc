#pragma once
// Passwords, tokens and the like, which stand in files of their own. Internal to settings.

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace newscache::settings {

// A name without '/' is a file of $CREDENTIALS_DIRECTORY (LoadCredential= of systemd); an absolute path must be a
// regular file of root or of ours that group and others may neither read nor write. Without the line breaks at its end.
// Cause::invalid says what to do; what is in the file appears in no message.
Result<std::string> read_secret(const std::string& name);

// For Rule::accepts: an absolute path or a name without '/', or empty.
bool is_secret_name(std::string_view text);

}  // namespace newscache::settings
