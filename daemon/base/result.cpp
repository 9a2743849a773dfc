#include "base/result.hpp"

#include <array>
#include <ostream>
#include <stdexcept>
#include <utility>

namespace newscache {
namespace {

constexpr std::array<std::pair<Cause, std::string_view>, 22> names = {{
    {Cause::link, "link"},           {Cause::dns, "dns"},
    {Cause::portal, "portal"},       {Cause::clock, "clock"},
    {Cause::tls, "tls"},             {Cause::timeout, "timeout"},
    {Cause::refused, "refused"},     {Cause::busy, "busy"},
    {Cause::denied, "denied"},       {Cause::missing, "missing"},
    {Cause::gone, "gone"},           {Cause::too_large, "too_large"},
    {Cause::not_a_feed, "not_a_feed"}, {Cause::no_article, "no_article"},
    {Cause::server, "server"},
    {Cause::budget, "budget"},
    {Cause::invalid, "invalid"},     {Cause::not_found, "not_found"},
    {Cause::conflict, "conflict"},   {Cause::forbidden, "forbidden"},
    {Cause::unavailable, "unavailable"}, {Cause::internal, "internal"},
}};

}  // namespace

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(std::string(cause_name(error.cause)) + ": " + error.detail);
}

std::ostream& operator<<(std::ostream& out, const Error& error) { return out << cause_name(error.cause) << ": " << error.detail; }

std::string_view cause_name(Cause cause) {
  for (const auto& [value, name] : names) {
    if (value == cause) return name;
  }
  return "internal";
}

Cause cause_from_name(std::string_view name) {
  for (const auto& [value, known] : names) {
    if (known == name) return value;
  }
  return Cause::internal;
}

}  // namespace newscache
