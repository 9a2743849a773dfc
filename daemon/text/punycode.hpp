#pragma once
// International host names as ASCII (RFC 3492), independent of the locale, which libcurl's own conversion is not.

#include <optional>
#include <string>
#include <string_view>

namespace newscache::text {

// Lower case; labels with non-ASCII characters become "xn--...". None when the host is not valid UTF-8 or too long.
std::optional<std::string> ascii_host(std::string_view host);

}  // namespace newscache::text
