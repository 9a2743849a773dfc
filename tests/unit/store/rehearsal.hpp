#pragma once
// The steps of sample.hpp: once without a fault, so that it is known what the database holds after each, and then with
// faults, holding the Writer to its word.

#include <memory>
#include <string>
#include <vector>

#include "unit/store/sample.hpp"
#include "unit/store/store_fixture.hpp"

namespace newscache::store::test {

// What clients can see of the new database, then after each step.
std::vector<std::string> rehearse();

// Calls one step after the other, again when it has failed, and checks what the database holds then.
class Performance {
 public:
  // heal: called once a call has failed for the last time, before the database is looked at.
  Performance(const Options& options, const std::vector<std::string>& states, std::function<void()> heal)
      : options_(options), states_(states), heal_(std::move(heal)) {}

  // Opens the database and takes all steps. `repetitions`: how often a step is tried while the fault lasts. `done` is
  // called with the number of states that somebody knows of when a call has returned.
  void run(int repetitions, const std::function<void(std::size_t)>& done);

 private:
  bool attempt(const std::function<void()>& call, int repetitions);
  bool open();

  Options options_;
  const std::vector<std::string>& states_;
  std::function<void()> heal_;
  std::unique_ptr<Writer> writer_;
};

// As the steps are to be taken in these tests: the WAL is small, so that it is written back and begun anew on the way.
Options small_wal(const Folder& folder);

}  // namespace newscache::store::test
