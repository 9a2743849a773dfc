#pragma once
// Extracts articles in a process of the daemon's own, so that no page can harm the daemon: a crash, or time or memory
// that runs out, is a page without an article. The process is started by the first page, kept for those that follow,
// and ended when none has come for a while.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "html/page.hpp"
#include "loop/task.hpp"
#include "offline/page_frames.hpp"

namespace newscache::offline {

struct ExtractorOptions {
  std::vector<std::string> program = {"/proc/self/exe", "--extract-pages"};
  std::chrono::milliseconds page_time = std::chrono::seconds(10);  // for a page, by the clock on the wall
  std::chrono::milliseconds idle_time = std::chrono::seconds(30);
};

// Loop thread only.
class Extractor {
 public:
  // What takes time here is done by the worker.
  Extractor(loop::Tasks& tasks, loop::asio::any_io_executor executor, const Clock& clock, loop::Thread& worker,
            ExtractorOptions options = {});
  ~Extractor();
  Extractor(const Extractor&) = delete;
  Extractor& operator=(const Extractor&) = delete;

  // As html::extract(). Pages that are asked for at once are read in processes of their own. Cause::unavailable: there
  // is no process, or it had no time, which says nothing of the page. Throws operation_aborted when the task is
  // cancelled.
  loop::awaitable<Result<html::PageArticle>> extract(PageRequest request);

  bool has_idle_process() const { return idle_ != nullptr; }

 private:
  class Child;
  Result<std::shared_ptr<Child>> start();
  loop::awaitable<void> watch(std::shared_ptr<Child> child);
  // The frame that comes back.
  loop::awaitable<Result<std::string>> ask(std::shared_ptr<Child> child, const std::string& request);

  loop::Tasks& tasks_;
  loop::asio::any_io_executor executor_;
  const Clock& clock_;
  loop::Thread& worker_;
  ExtractorOptions options_;
  std::shared_ptr<Child> idle_;  // waits for the next page
};

}  // namespace newscache::offline
