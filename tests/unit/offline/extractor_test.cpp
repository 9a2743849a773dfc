// Pages that are read in another process, and all that can happen to it.
#include "offline/extractor.hpp"

#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <map>

#include "support/catch.hpp"

using namespace newscache;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  explicit Fixture(offline::ExtractorOptions options = {{NEWSCACHE_PAGE_PROCESS}, 1h, 1h})
      : extractor(tasks, io.get_executor(), clock, worker, std::move(options)) {}

  // Reads the pages, each after the one before, or all at once.
  std::vector<Result<html::PageArticle>> read(const std::vector<std::string>& pages) {
    std::vector<Result<html::PageArticle>> answers;
    tasks.spawn("read", read_all(pages, answers));
    io.restart();
    while (answers.size() < pages.size()) io.run_one();
    return answers;
  }
  Result<html::PageArticle> read_one(const std::string& page) { return read({page}).front(); }
  loop::awaitable<void> read_all(std::vector<std::string> pages, std::vector<Result<html::PageArticle>>& answers) {
    for (const auto& page : pages) {
      offline::PageRequest request;
      request.page = page;
      request.url = "https://example.org/page";
      request.keep = {"article"};
      request.drop = {".a", ".b"};
      auto answer = co_await extractor.extract(std::move(request));
      answers.push_back(std::move(answer));
    }
  }

  boost::asio::io_context io{1};
  Log log = Log::silent();
  SystemClock clock;
  loop::Tasks tasks{io.get_executor(), log};
  loop::Thread worker;
  offline::Extractor extractor;
};

}  // namespace

TEST_CASE("a page is read in another process, which knows nothing of this one", "[kernel]") {
  Fixture f;
  const auto article = f.read_one("no text");
  REQUIRE(article.has_error());  // what it answers is no UTF-8
  CHECK(article.error() == Error{Cause::no_article, "the process that read the page answered nonsense"});
  const auto next = f.read_one("<p onclick=x>text</p>");
  REQUIRE(next.has_value());
  CHECK(next->content_html == "<p>text</p>");
  CHECK(next->content_text == "<p onclick=x>text</p>");
  CHECK(next->excerpt == "article;.a;.b;");
  CHECK(next->next_url == "https://example.org/page");
  CHECK(next->confidence == 0.5);
  CHECK_FALSE(next->published);
  CHECK(next->byline == "");
  CHECK(next->title != std::to_string(::getpid()));
}

TEST_CASE("many pages, also large ones, are read in one process; a page without an article does not end it",
          "[kernel]") {
  Fixture f;
  std::vector<std::string> pages(50, "text");
  pages[20] = "none";
  pages[30] = std::string(4 << 20, 'x');
  const auto answers = f.read(pages);
  CHECK(answers[20].error() == Error{Cause::no_article, "because"});
  CHECK(answers[30]->content_text.size() == 4 << 20);
  CHECK(answers[49]->title == answers[0]->title);
  CHECK(f.extractor.has_idle_process());
}

TEST_CASE("pages that are read at once are read in processes of their own, of which one is kept", "[kernel]") {
  Fixture f;
  std::vector<Result<html::PageArticle>> answers;
  for (int i = 0; i < 3; ++i) f.tasks.spawn("read", f.read_all({"text"}, answers));
  while (answers.size() < 3) f.io.run_one();
  std::map<std::string, int> processes;
  for (const auto& answer : answers) ++processes[answer->title];
  CHECK(processes.size() == 3);
  CHECK(processes.contains(f.read_one("text")->title));
}

TEST_CASE("whatever happens to the process is a page without an article, and the next one is read in a new process",
          "[kernel]") {
  struct {
    const char* page;
    const char* detail;
  } const rows[] = {
      {"crash", "the process that read the page crashed with signal 11"},
      {"abort", "the process that read the page crashed with signal"},
      {"exit", "the process that read the page ended with code 3"},
      {"killed", "the process that read the page was ended"},
      {"busy", "the process that read the page took too long to compute"},
      {"damaged", "the process that read the page answered nonsense"},
      {"endless", "the process that read the page answered too much"},
  };
  Fixture f;
  for (const auto& row : rows) {
    INFO(row.page);
    const auto answers = f.read({"text", row.page, "text"});
    REQUIRE(answers[0].has_value());
    REQUIRE(answers[1].has_error());
    CHECK(answers[1].error().cause == Cause::no_article);
    CHECK(answers[1].error().detail.starts_with(row.detail));
    REQUIRE(answers[2].has_value());
    CHECK(answers[2]->title != answers[0]->title);
  }
}

TEST_CASE("pages come to the process in UTF-8, whatever they were in: it can open no tables", "[kernel]") {
  Fixture f;
  const std::string label = "<meta charset=shift_jis>";
  CHECK(f.read_one(label + "\x93\xfa\x96\x7b")->content_text == label + "\u65e5\u672c");
}

TEST_CASE("a page that takes too much memory has no article", "[kernel]") {
  Fixture f;
  const auto answers = f.read({"memory", "text"});
  CHECK(answers[1].has_value());
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  REQUIRE(answers[0].has_error());
  CHECK(answers[0].error().cause == Cause::too_large);
#endif
}

TEST_CASE("a page for which there was no time before its deadline may have an article still", "[kernel]") {
  Fixture f({{NEWSCACHE_PAGE_PROCESS}, 50ms, 1h});
  const auto answer = f.read_one("stuck");
  REQUIRE(answer.has_error());
  CHECK(answer.error() == Error{Cause::unavailable, "the machine slept, or had no time to read the page"});
  CHECK_FALSE(f.extractor.has_idle_process());
}

TEST_CASE("a process that has nothing to do for long is ended, and leaves no task behind", "[kernel]") {
  Fixture f({{NEWSCACHE_PAGE_PROCESS}, 1h, 1ms});
  REQUIRE(f.read_one("text").has_value());
  f.io.run();
  CHECK(f.tasks.count() == 0);
  CHECK_FALSE(f.extractor.has_idle_process());
  CHECK(f.read_one("text").has_value());
}

TEST_CASE("a process that was killed while it waited is replaced before the page that follows", "[kernel]") {
  Fixture f;
  const auto before = f.read_one("text");
  REQUIRE(before.has_value());
  ::kill(std::stoi(before->title), SIGKILL);
  const auto after = f.read_one("text");
  REQUIRE(after.has_value());
  CHECK(after->title != before->title);
}

TEST_CASE("a process that cannot be started says nothing of the page", "[kernel]") {
  Fixture f({{"/nonexistent/program"}, 1h, 1h});
  const auto answer = f.read_one("text");
  REQUIRE(answer.has_error());
  CHECK(answer.error().cause == Cause::unavailable);
  CHECK(answer.error().detail == "cannot start a process to read pages in: No such file or directory");
}

TEST_CASE("a page whose task is cancelled ends its process", "[kernel]") {
  Fixture f;
  std::vector<Result<html::PageArticle>> answers;
  f.tasks.spawn("read", f.read_all({"stuck"}, answers));
  f.io.poll();
  f.tasks.cancel_all();
  f.io.run();
  CHECK(f.tasks.count() == 0);
  CHECK(answers.empty());
  CHECK_FALSE(f.extractor.has_idle_process());
}

TEST_CASE("a frame is read as it was written, and refused when anything is missing or left over") {
  offline::PageRequest request{"page", "https://example.org/", "text/html", {"a", ""}, {}, 640};
  const auto encoded = offline::encode(request).substr(offline::length_bytes);
  const auto decoded = offline::decode_request(encoded);
  REQUIRE(decoded.has_value());
  CHECK(decoded->page == "page");
  CHECK(decoded->keep == request.keep);
  CHECK(decoded->image_width == 640);
  html::PageArticle article;
  article.title = "t";
  article.published = Instant{std::chrono::seconds(-5)};
  article.is_teaser = true;
  const auto answer = offline::encode(Result<html::PageArticle>(article)).substr(offline::length_bytes);
  CHECK(offline::decode_answer(answer)->value().published == article.published);
  CHECK(offline::decode_answer(answer)->value().is_teaser);
  for (std::size_t size = 0; size < encoded.size(); ++size)
    CHECK_FALSE(offline::decode_request(encoded.substr(0, size)));
  for (std::size_t size = 0; size < answer.size(); ++size) CHECK_FALSE(offline::decode_answer(answer.substr(0, size)));
  CHECK_FALSE(offline::decode_request(encoded + "x"));
  CHECK_FALSE(offline::decode_answer(answer + "x"));
  for (std::size_t at = 0; at < encoded.size(); ++at) {
    auto damaged = encoded;
    damaged[at] = '\x7f';
    offline::decode_request(damaged);  // whatever it says, it is read in bounds
  }
}
