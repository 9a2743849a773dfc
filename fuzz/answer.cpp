// The headers of a publisher's answer: whatever they say, the next poll is neither at once nor beyond the bounds.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "schedule/schedule.hpp"

using namespace newscache;

namespace {

std::string_view take_line(std::string_view& rest) {
  const auto line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return line;
}

void check(const schedule::Plan& plan, const schedule::Policy& policy) {
  constexpr std::chrono::hours skipped{8 * 24};  // whole days may be skipped, and then ten minutes more
  if (plan.rule.empty() || plan.wait < std::chrono::seconds(0)) std::abort();
  if (plan.wait > policy.hint_ceiling + skipped) std::abort();
}

}  // namespace

// A line for each header, then Last-Modified.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const schedule::Policy policy;
  schedule::Situation situation;
  situation.server.cache_control = take_line(rest);
  situation.server.expires = take_line(rest);
  situation.server.date = take_line(rest);
  situation.server.age = take_line(rest);
  situation.server.retry_after = take_line(rest);
  situation.last_modified = take_line(rest);
  situation.now = Instant{std::chrono::sys_days{std::chrono::year(2026) / 11 / 26}};
  const auto plan = schedule::after_success(policy, situation);
  check(plan, policy);
  if (plan.wait < policy.floor) std::abort();
  check(schedule::cool_down(policy, 1, situation.server, 0.5), policy);
  for (const auto cause : {Cause::busy, Cause::server, Cause::timeout, Cause::dns}) {
    check(schedule::after_failure(policy, cause, 3, situation), policy);
  }
  return 0;
}
