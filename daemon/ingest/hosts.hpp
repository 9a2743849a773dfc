#pragma once
// The publishers behind addresses, and which of them want to be left alone.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace newscache::ingest {

// The publisher that a fetch burdens: a name on the net is one, whatever the port; two ports of a machine of our own
// network are two. Empty for what is no web address.
std::string host_of(std::string_view url);
// Whether that lives in our own network, or looks so: an address that is not public, a name without a domain.
bool is_local(std::string_view host);

// Hosts that answered 429 or 503: every feed of theirs waits. Only for public hosts; in a home network one program's
// trouble says nothing about its neighbours.
class CoolDowns {
 public:
  // `count`: the refusals in a row, this one included.
  void begin(const std::string& host, BootInstant until, std::int64_t count, BootInstant now);
  void end(std::string_view host);
  // Until when the host is to be left alone, if it is.
  std::optional<BootInstant> until(std::string_view host, BootInstant now) const;
  // How often in a row it has refused; 0 when it last answered.
  std::int64_t refusals(std::string_view host) const;

 private:
  struct CoolDown {
    BootInstant until{};
    std::int64_t count = 0;
  };
  std::map<std::string, CoolDown, std::less<>> hosts_;
};

}  // namespace newscache::ingest
