#pragma once
// Which part of a file a client wants (RFC 9110, section 14).

#include <cstdint>
#include <string_view>

namespace newscache::api {

struct Part {
  int status = 200;  // 206 for a part, 416 for one that is not there
  std::int64_t first = 0;
  std::int64_t length = 0;
};

// By a Range header, of so many bytes. One range; several, other units and what makes no sense mean all of it.
Part choose_part(std::string_view range, std::int64_t size);

}  // namespace newscache::api
