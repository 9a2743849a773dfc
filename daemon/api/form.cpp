#include "api/form.hpp"

#include <algorithm>
#include <optional>

#include "text/utf8.hpp"

namespace newscache::api {
namespace {

// The value of `name="value"` or `name=value` in a header field.
std::optional<std::string_view> attribute(std::string_view field, std::string_view name) {
  for (auto rest = field; rest.find(';') != std::string_view::npos;) {
    rest.remove_prefix(rest.find(';') + 1);
    const auto piece = text::trim(rest.substr(0, rest.find(';')));
    const auto equals = piece.find('=');
    if (equals == std::string_view::npos || !text::equal_ignoring_case(text::trim(piece.substr(0, equals)), name)) {
      continue;
    }
    auto value = text::trim(piece.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

// The name that a part's head gives it.
std::optional<std::string_view> part_name(std::string_view head) {
  constexpr std::string_view field = "content-disposition:";
  while (!head.empty()) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const auto line = head.substr(0, end);
    if (text::equal_ignoring_case(line.substr(0, field.size()), field)) return attribute(line, "name");
    head.remove_prefix(std::min(end + 2, head.size()));
  }
  return std::nullopt;
}

// As what is percent-encoded must be, too.
bool is_text(std::string_view bytes) {
  return text::is_valid_utf8(bytes) && bytes.find('\0') == std::string_view::npos;
}

// RFC 7578, of short texts.
Result<void> add_multipart(Parameters& parameters, std::string_view boundary, std::string_view body) {
  const auto delimiter = "\r\n--" + std::string(boundary);
  // The first delimiter may be without the line's end before it.
  if (body.starts_with(std::string_view(delimiter).substr(2))) {
    body.remove_prefix(delimiter.size() - 2);
  } else {
    const auto begin = body.find(delimiter);
    if (begin == std::string_view::npos) return {};
    body.remove_prefix(begin + delimiter.size());
  }
  while (!body.starts_with("--")) {
    const auto end = body.find(delimiter);
    const auto part = body.substr(0, end);
    const auto head_end = part.find("\r\n\r\n");
    if (head_end == std::string_view::npos || end == std::string_view::npos) break;
    const auto name = part_name(part.substr(0, head_end));
    const auto value = part.substr(head_end + 4);
    if (name && !name->empty() && is_text(*name) && is_text(value)) {
      if (auto added = parameters.add(std::string(*name), std::string(value)); !added) return added;
    }
    body.remove_prefix(end + delimiter.size());
  }
  return {};
}

}  // namespace

Result<void> add_form(Parameters& parameters, std::string_view content_type, std::string_view body) {
  const auto type = text::trim(content_type.substr(0, content_type.find(';')));
  if (text::equal_ignoring_case(type, "multipart/form-data")) {
    const auto boundary = attribute(content_type, "boundary");
    return boundary && !boundary->empty() ? add_multipart(parameters, *boundary, body) : Result<void>();
  }
  return parameters.add_leniently(text::trim(body));
}

}  // namespace newscache::api
