#include "net/route.hpp"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.hpp"

using namespace newscache;

TEST_CASE("a machine whose interfaces are all down has no route") {
  constexpr int not_permitted = 77;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // A network of its own, in which there is nothing.
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) ::_exit(not_permitted);
    ::_exit(net::has_route() ? 1 : 0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == not_permitted) {
    WARN("skipped: no network of one's own is permitted here");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}
