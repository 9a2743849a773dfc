// The power fails at any moment: what is found afterwards is a state that the database had, none earlier than the last
// that somebody was told of. From that follows the rest: no validator without its articles, no acknowledged mark lost,
// no revision that means something else now.

#include <algorithm>
#include <cstdlib>
#include <random>

#include "support/fault_vfs.hpp"
#include "unit/store/old_database.hpp"
#include "unit/store/rehearsal.hpp"

using namespace newscache;
using namespace newscache::store;
using namespace newscache::store::test;
using newscache::test::Disk;
using newscache::test::Fault;
using newscache::test::FaultVfs;
using newscache::test::FileOperation;

namespace {

using Keep = Disk::Keep;

// What was done to the files, and after how many operations each state was announced.
struct Recording {
  std::vector<FileOperation> operations;
  std::vector<std::size_t> announced;
};

// One way in which the power may fail.
struct Cut {
  std::size_t position = 0;  // after so many operations
  std::vector<Keep> keep;    // see Disk::write_to
  std::size_t entries = 0;
  std::uint64_t sectors = 0;
};

// How many to try; all of them would take hours. See docs/testing.md.
std::size_t number_of_cuts(std::size_t usual) {
  const char* wish = std::getenv("NEWSCACHE_FAULTS");
  return wish != nullptr ? usual * std::strtoul(wish, nullptr, 10) : usual;
}

std::vector<Cut> plain_cuts(const Disk& disk, std::size_t position, std::mt19937_64& random) {
  const auto count = disk.uncertain();
  const auto entries = disk.uncertain_entries();
  std::vector<Cut> cuts = {{position, std::vector(count, Keep::whole), entries, 0},
                           {position, std::vector(count, Keep::nothing), 0, 0}};
  if (count > 0) {
    cuts.push_back({position, std::vector(count, Keep::whole), entries, random()});
    cuts.back().keep.back() = Keep::torn;
  }
  return cuts;
}

std::vector<Cut> mixed_cuts(const Disk& disk, std::size_t position, std::mt19937_64& random) {
  const auto count = disk.uncertain();
  std::vector<Cut> cuts;
  const auto some_entries = [&] { return static_cast<std::size_t>(random() % (disk.uncertain_entries() + 1)); };
  for (std::size_t i = 0; i < count; ++i) {
    cuts.push_back({position, std::vector(count, Keep::whole), some_entries(), 0});
    cuts.back().keep[i] = Keep::nothing;
    cuts.push_back({position, std::vector(count, Keep::nothing), some_entries(), 0});
    cuts.back().keep[i] = Keep::whole;
    cuts.push_back({position, {}, some_entries(), random()});
    for (std::size_t j = 0; j < count; ++j) cuts.back().keep.push_back(static_cast<Keep>(random() % 3));
  }
  return cuts;
}

// Counted from the new database on: the states that a call has returned from, and of these, those that must be kept.
struct Known {
  std::size_t all = 0;
  std::size_t durable = 0;
};
Known known_states(const Recording& recording, std::size_t position) {
  Known known;
  for (; known.all < recording.announced.size() && recording.announced[known.all] <= position; ++known.all) {
    const bool durable = known.all == 0 || sample_steps()[known.all - 1].durability == Durability::synced;
    if (durable) known.durable = known.all + 1;
  }
  return known;
}

// The files as the cut left them.
class Remains {
 public:
  Remains(const Disk& disk, const Cut& cut) {
    disk.write_to(folder_.path(), cut.keep, cut.entries, cut.sectors);
    auto opened = Writer::open(options());
    if (!opened) FAIL(opened.error());
    writer_ = std::move(*opened);
  }
  Options options() const {
    auto options = small_wal(folder_);
    options.vfs = vfs_.name();
    return options;
  }
  Writer& writer() { return *writer_; }

 private:
  FaultVfs vfs_;
  Folder folder_;
  std::unique_ptr<Writer> writer_;
};

// Every state that clients were told of is there, or a later one, and no other.
void check_states(const Recording& recording, const Disk& disk, const Cut& cut,
                  const std::vector<std::string>& states) {
  Remains remains(disk, cut);
  const auto options = remains.options();
  // The last that looks like it: a checkpoint changes nothing that can be seen.
  const auto found = std::find(states.rbegin(), states.rend(), describe(options));
  REQUIRE(found != states.rend());
  const auto state = static_cast<std::size_t>(states.rend() - found);
  const auto known = known_states(recording, cut.position);
  CHECK(state >= known.durable);
  const auto first = static_cast<std::size_t>(std::find(states.begin(), states.end(), *found) - states.begin());
  CHECK(first <= known.all);
  CHECK(remains.writer().revision() == open_reader(options)->revision());
  check_consistent(options);
  index_all(remains.writer());
  check_consistent(options);
}

// Tries some of all the ways in which the power may fail from `first` on.
void cut_power(const std::vector<FileOperation>& operations, std::size_t first, std::size_t usual,
               const std::function<void(const Disk&, const Cut&)>& check) {
  std::size_t all[2] = {0, 0};
  const auto wanted = number_of_cuts(usual);
  for (const bool trying : {false, true}) {
    std::mt19937_64 random(1);
    Disk disk;
    for (std::size_t position = 0; position <= operations.size(); ++position) {
      if (position >= first) {
        const std::vector<Cut> kinds[2] = {plain_cuts(disk, position, random), mixed_cuts(disk, position, random)};
        for (int kind = 0; kind < 2; ++kind) {
          for (const auto& cut : kinds[kind]) {
            if (!trying) {
              ++all[kind];
            } else if (random() % all[kind] < (wanted + 1) / 2) {
              INFO("after " << cut.position << " operations, " << cut.keep.size() << " uncertain");
              check(disk, cut);
            }
          }
        }
      }
      if (position < operations.size()) disk.apply(operations[position]);
    }
  }
}

Recording record(const std::vector<std::string>& states, std::int64_t failing_sync = 0) {
  FaultVfs vfs;
  Recording recording;
  const Folder folder;
  auto options = small_wal(folder);
  options.vfs = vfs.name();
  vfs.record(true);
  vfs.fail_at(failing_sync, Fault::failed_sync, false);
  Performance performance(options, states, [] {});
  performance.run(1, [&](std::size_t known) { recording.announced.resize(known, vfs.operations().size()); });
  recording.operations = vfs.operations();
  return recording;
}

}  // namespace

TEST_CASE("whenever the power fails, all that was acknowledged is there, and nothing is there by half") {
  const auto states = rehearse();
  const auto recording = record(states);
  const auto truncated = std::count_if(recording.operations.begin(), recording.operations.end(), [](const auto& done) {
    return done.kind == FileOperation::Kind::write && done.offset == 0 && done.file == "news.db-wal";
  });
  CHECK(truncated >= 3);  // so often the WAL was begun anew
  cut_power(recording.operations, 0, 200,
            [&](const Disk& disk, const Cut& cut) { check_states(recording, disk, cut, states); });
}

TEST_CASE("when the power fails while the database is made, the next start makes it") {
  const auto states = rehearse();
  auto recording = record(states);
  const auto& done = recording.operations;
  // From there on it is as at any other time.
  const auto wal = std::find_if(done.begin(), done.end(), [](const auto& operation) {
    return operation.file == "news.db-wal" && operation.kind == FileOperation::Kind::sync;
  });
  recording.operations.erase(wal, done.end());
  cut_power(recording.operations, 0, 120,
            [&](const Disk& disk, const Cut& cut) { check_states(recording, disk, cut, states); });
}

TEST_CASE("what a failed sync left behind is not relied upon when the power fails later") {
  const auto states = rehearse();
  std::int64_t failing = 0;
  for (;;) {
    INFO("sync " << ++failing << " fails");
    const auto recording = record(states, failing);
    const auto& done = recording.operations;
    const auto failure = std::find_if(done.begin(), done.end(), [](const auto& operation) {
      return operation.kind == FileOperation::Kind::failed_sync;
    });
    if (failure == done.end()) break;
    cut_power(done, static_cast<std::size_t>(failure - done.begin()), 2,
              [&](const Disk& disk, const Cut& cut) { check_states(recording, disk, cut, states); });
  }
  CHECK(failing > 30);
}

TEST_CASE("when the power fails during a migration, the next start completes it") {
  for (int schema = kOldestSchema; schema <= kNewestOldSchema; ++schema) {
    INFO("from schema " << schema);
    FaultVfs vfs;
    const Folder folder;
    auto options = small_wal(folder);
    options.vfs = vfs.name();
    put_old_database(options.path, schema);
    vfs.record(true);
    open_writer(options);
    const auto done = vfs.operations();
    cut_power(done, 1, 20, [&](const Disk& disk, const Cut& cut) {
      Remains remains(disk, cut);
      index_all(remains.writer());
      CHECK(describe(remains.options()) == described_old_database(schema));
      check_consistent(remains.options());
    });
  }
}
