// What the tests of Extractor start in place of the daemon: a process that does what the page says.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "offline/extract_pages.hpp"
#include "text/decode.hpp"

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
  if (::kill(::getppid(), 0) == 0) taken += "killing, ";
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
  if (page == "crash") ::raise(SIGSEGV);
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
  if (page == "charset") {  // for which files have to be read
    article.content_text = text::decode_html("\x93\xfa\x96\x7b", "text/html; charset=shift_jis").utf8;
  }
  if (page == "none") return Error{Cause::no_article, "because"};
  return article;
}

}  // namespace

int main() { return offline::extract_pages(STDIN_FILENO, STDOUT_FILENO, extract); }
