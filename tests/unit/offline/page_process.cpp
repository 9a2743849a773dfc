// What the tests of Extractor start in place of the daemon: a process that does what the page says.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "offline/extract_pages.hpp"

using namespace newscache;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool is_confined = false;  // as sanitizers could not be
#else
constexpr bool is_confined = true;
#endif

// What it can do and should not.
std::string liberties() {
  std::string taken;
  if (::access("/proc/self/fd/3", F_OK) == 0) taken += "another descriptor, ";
  if (std::getenv("PATH") != nullptr) taken += "the environment, ";
  if (!is_confined) return taken;
  if (::socket(AF_INET, SOCK_STREAM, 0) >= 0) taken += "the network, ";
  if (::open("/tmp/newscache_page_process", O_WRONLY | O_CREAT, 0600) >= 0) taken += "writing, ";
  if (::open("/proc/self/oom_score_adj", O_RDWR) >= 0) taken += "changing, ";
  if (::unlink("/tmp/newscache_page_process") == 0) taken += "removing, ";
  if (::open("/proc/self/status", O_RDONLY) >= 0) taken += "reading, ";
  const pid_t parent = ::getppid();
  siginfo_t info{};
  info.si_code = SI_QUEUE;
  if (::kill(parent, 0) == 0) taken += "killing, ";
  if (::syscall(SYS_tgkill, parent, parent, 0) == 0) taken += "killing a thread, ";
  if (::syscall(SYS_rt_sigqueueinfo, parent, 0, &info) == 0) taken += "queueing signals, ";
  if (::syscall(SYS_rt_tgsigqueueinfo, parent, parent, 0, &info) == 0) taken += "queueing signals for a thread, ";
  rlimit bound{};
  if (::prlimit(parent, RLIMIT_CORE, nullptr, &bound) == 0) taken += "limiting, ";
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  if (child > 0) taken += "forking, ";
  return taken;
}

Result<html::PageArticle> extract(std::string_view page, const html::PageOptions& options) {
  volatile unsigned turns = 0;
  if (page == "stuck") {
    for (;;) ::pause();
  }
  if (page == "busy") {
    for (;;) turns = turns + 1;
  }
  if (page == "crash") {
    ::signal(SIGSEGV, SIG_DFL);  // the sanitizers' own is to be left out
    ::raise(SIGSEGV);
  }
  if (page == "abort") std::abort();
  if (page == "exit") ::_exit(3);
  if (page == "killed") ::raise(SIGKILL);
  if (page == "damaged") {
    const char damaged[] =
        "\x04\0\0\0"
        "junk";
    (void)!::write(STDOUT_FILENO, damaged, 8);
  }
  if (page == "endless") {
    const char endless[] = "\xff\xff\xff\xff";
    (void)!::write(STDOUT_FILENO, endless, 4);
  }
  if (page == "memory") {
    const auto much = std::make_unique<char[]>(std::size_t{1} << 30);
    std::memset(much.get(), 1, std::size_t{1} << 30);
  }
  html::PageArticle article;
  article.title = std::to_string(::getpid());
  article.byline = liberties();
  article.content_text = page;
  article.content_html = page;
  article.next_url = options.url;
  article.confidence = 0.5;
  for (const auto& selector : options.keep) article.excerpt += selector + ";";
  for (const auto& selector : options.drop) article.excerpt += selector + ";";
  if (page == "no text") article.content_text = "\xff";
  if (page == "none") return Error{Cause::no_article, "because"};
  return article;
}

}  // namespace

int main() { return offline::extract_pages(STDIN_FILENO, STDOUT_FILENO, extract); }
