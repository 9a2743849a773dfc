#include "expectations.hpp"

#include <algorithm>
#include <charconv>

namespace newscache::test {
namespace {

// The last number of a text: of a guid, or the edition of a title.
std::optional<std::size_t> last_number(const std::string& text) {
  const auto begin = text.find_last_not_of("0123456789") + 1;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data() + begin, text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

}  // namespace

void Expectations::sent(const Answer& answer) {
  on_its_way_.reset();
  cut_off_ = false;
  if (answer.kind == Answer::Kind::nothing) return;
  std::set<std::size_t> numbers;
  for (const auto& [number, edition] : answer.shown) {
    numbers.insert(number);
    Expected& expected = expected_[number];
    expected.newest = std::max(expected.newest, edition);
  }
  std::erase_if(in_document_,
                [&](std::size_t number) { return answer.kind == Answer::Kind::damaged || !numbers.contains(number); });
  if (answer.kind != Answer::Kind::damaged) on_its_way_ = answer.shown;
}

void Expectations::settled() {
  if (!on_its_way_) return;
  in_document_.clear();
  for (const auto& [number, edition] : *on_its_way_) {
    in_document_.insert(number);
    int& promised = expected_[number].promised;
    promised = std::max(promised, cut_off_ ? 1 : edition);
  }
  on_its_way_.reset();
}

void Expectations::marked(const std::string& guid, std::optional<bool> read, std::optional<bool> starred) {
  Expected& expected = expected_[last_number(guid).value_or(0)];
  expected.read = read.value_or(expected.read);
  expected.starred = starred.value_or(expected.starred);
  expected.was_read |= expected.read;
}

void Expectations::perhaps_marked(const std::string& guid) {
  Expected& expected = expected_[last_number(guid).value_or(0)];
  expected.in_doubt = expected.was_read = true;
}

std::vector<std::string> Expectations::judge(const std::vector<const Row*>& rows) {
  std::vector<std::string> faults;
  const auto fault = [&](const std::string& what, const std::string& guid) { faults.push_back(guid + " " + what); };
  std::set<std::size_t> seen;
  for (const Row* row : rows) {
    const auto number = last_number(row->guid);
    if (!number || row->guid != source_->guid(*number) || !expected_.contains(*number)) {
      fault("was never sent", row->guid);
      continue;
    }
    if (!seen.insert(*number).second) fault("is there twice", row->guid);
    Expected& expected = expected_[*number];
    const auto edition = static_cast<int>(last_number(row->title).value_or(0));
    if (row->title != source_->title(*number, edition)) fault("has the title " + row->title, row->guid);
    if (edition < expected.promised || edition > expected.newest) {
      fault("has edition " + std::to_string(edition) + ", and " + std::to_string(expected.promised) + " to " +
                std::to_string(expected.newest) + " was sent",
            row->guid);
    }
    if (std::exchange(expected.in_doubt, false)) {
      expected.read = row->read;
      expected.starred = row->starred;
    }
    if (row->read != expected.read) fault(expected.read ? "is unread again" : "is read", row->guid);
    if (row->starred != expected.starred) fault(expected.starred ? "has lost its star" : "has a star", row->guid);
    expected.gone = false;
  }
  for (auto& [number, expected] : expected_) {
    if (expected.promised == 0 || expected.gone || seen.contains(number)) continue;
    const bool may_go = expected.was_read && !expected.starred && !in_document_.contains(number);
    expected.gone = true;  // told once
    if (!may_go) fault("is lost", source_->guid(number));
  }
  return faults;
}

std::vector<std::string> Expectations::missing(const std::vector<const Row*>& rows, Instant since) const {
  std::set<std::string> there;
  for (const Row* row : rows) there.insert(row->guid);
  std::vector<std::string> faults;
  for (const auto& [number, edition] : source_->shown()) {
    const auto expected = expected_.find(number);
    const bool was_there = expected != expected_.end() && expected->second.gone;
    if (source_->pieces()[number].published < since && !was_there && !there.contains(source_->guid(number))) {
      faults.push_back(source_->guid(number) + " was not fetched");
    }
  }
  return faults;
}

std::int64_t Expectations::promised() const {
  return std::count_if(expected_.begin(), expected_.end(), [](const auto& one) { return one.second.promised > 0; });
}

}  // namespace newscache::test
