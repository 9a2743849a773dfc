#pragma once
// Which representation a client wants (RFC 9110, section 12.5).

#include <optional>
#include <span>
#include <string_view>

namespace newscache::api {

// The index of the one of `offers` (media types, the preferred first) that the Accept header wants most; none when it
// wants none of them. An absent or senseless header wants the first. Parameters other than q are not looked at.
std::optional<std::size_t> negotiate(std::string_view accept, std::span<const std::string_view> offers);
// Whether the Accept-Encoding header takes gzip.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace newscache::api
