#include "unit/store/rehearsal.hpp"

#include <new>

#include "support/fault_vfs.hpp"

namespace newscache::store::test {

namespace {

constexpr std::int64_t kPagesOfWal = 40;

// The same file, for looking at it without faults.
Options without_faults(Options options) {
  options.vfs.clear();
  return options;
}

}  // namespace

Options small_wal(const Folder& folder) {
  auto options = options_in(folder);
  options.checkpoint_pages = kPagesOfWal;
  return options;
}

std::vector<std::string> rehearse() {
  const Folder folder;
  auto options = small_wal(folder);
  const newscache::test::FaultVfs vfs;
  options.vfs = vfs.name();
  const auto writer = open_writer(options);
  std::vector<std::string> states = {describe(options)};
  for (const auto& step : sample_steps()) {
    step.run(*writer);
    states.push_back(describe(options));
  }
  return states;
}

// Whether the call worked at last.
bool Performance::attempt(const std::function<void()>& call, int repetitions) {
  for (int i = 0; i < repetitions; ++i) {
    try {
      call();
      return true;
    } catch (const StoreError& error) {
      INFO(error.what());
      CHECK(error.cause() == Cause::unavailable);
    } catch (const std::bad_alloc&) {
    }
  }
  heal_();
  return false;
}

bool Performance::open() {
  auto opened = Writer::open(options_);
  if (!opened) throw StoreError(opened.error().cause, opened.error().detail);
  writer_ = std::move(*opened);
  return true;
}

void Performance::run(int repetitions, const std::function<void(std::size_t)>& done) {
  if (!attempt([&] { open(); }, repetitions)) open();
  done(1);
  const auto& steps = sample_steps();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    INFO(steps[i].what);
    if (!attempt([&] { steps[i].run(*writer_); }, repetitions)) {
      const auto found = describe(without_faults(options_));
      // The disk may have failed after all was written.
      const bool took_place = found == states_[i + 1];
      if (!took_place) {
        REQUIRE(found == states_[i]);
        steps[i].run(*writer_);
      }
      CHECK(model::raw(writer_->revision()) == model::raw(open_reader(without_faults(options_))->revision()));
    }
    done(i + 2);
  }
  writer_.reset();
  heal_();
  CHECK(describe(without_faults(options_)) == states_.back());
}

}  // namespace newscache::store::test
