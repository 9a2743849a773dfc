#pragma once
// libcurl's error codes in terms of our causes.

#include <curl/curl.h>

#include <string>

#include "base/result.hpp"

namespace newscache::net {

// `system_error` is the errno that libcurl saw last, or 0; `message` is libcurl's own, or empty.
Error transfer_error(CURLcode code, int system_error, const std::string& host, const std::string& message);

}  // namespace newscache::net
