// Stands in for libFuzzer where there is none: a target is given its seeds as they are, and then so many mutations of
// them, the same ones each time.
//
//   fuzz_TARGET RUNS [-DICTIONARY] SEEDS...      seeds: files, and folders of files
//
// What it is at stands in fuzz_TARGET.input beside the program; the file stays when the target dies of it.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = 16384;  // as scripts/fuzz

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  if (!file) {
    std::fprintf(stderr, "replay: cannot read %s\n", path.c_str());
    std::exit(2);
  }
  return bytes.str();
}

std::vector<std::string> read_seeds(const std::vector<fs::path>& paths) {
  std::vector<fs::path> files;
  for (const auto& path : paths) {
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds;
  for (const auto& file : files) seeds.push_back(read_file(file));
  return seeds;
}

// libFuzzer's format: a token a line, in quotes, with \\, \" and \xAB.
std::vector<std::string> read_dictionary(const fs::path& path) {
  std::istringstream lines(read_file(path));
  std::vector<std::string> tokens;
  for (std::string line; std::getline(lines, line);) {
    const auto begin = line.find('"');
    const auto end = line.rfind('"');
    if (begin == std::string::npos || begin == end) continue;
    auto& token = tokens.emplace_back();
    for (auto i = begin + 1; i < end; ++i) {
      if (line[i] != '\\') {
        token += line[i];
      } else if (line[i + 1] == 'x') {
        token += static_cast<char>(std::stoi(line.substr(i + 2, 2), nullptr, 16));
        i += 3;
      } else {
        token += line[++i];
      }
    }
  }
  return tokens;
}

class Mutator {
 public:
  Mutator(const std::vector<std::string>& seeds, const std::vector<std::string>& tokens)
      : seeds_(seeds), tokens_(tokens) {}

  std::string next() {
    std::string bytes = any(seeds_);
    for (auto changes = 1 + below(4); changes > 0; --changes) mutate(bytes);
    if (bytes.size() > kMaxBytes) bytes.resize(kMaxBytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }  // no distribution: those differ among libraries
  const std::string& any(const std::vector<std::string>& from) { return from[below(from.size())]; }

  void mutate(std::string& bytes) {
    static constexpr char kTelling[] = {'\0', '\n', '"', '&', '<', '>', '=', '0', '9', '\x7f', '\x80', '\xff'};
    const auto at = below(bytes.size() + 1);
    const auto length = std::min(bytes.size() - at, 1 + below(64));
    switch (below(8)) {
      case 0:
        if (length > 0) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        if (length > 0) bytes[at] = kTelling[below(sizeof kTelling)];
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(at, std::string(bytes, at, length));
        break;
      case 4:
        bytes.insert(at, 1 + below(300), kTelling[below(sizeof kTelling)]);
        break;
      case 5:
        if (below(8) == 0) bytes.resize(at);
        break;
      case 6: {
        const auto& other = any(seeds_);
        const auto from = below(other.size() + 1);
        bytes.replace(at, length, other, from, 1 + below(256));
        break;
      }
      default:
        if (!tokens_.empty()) bytes.replace(at, below(2) * length, any(tokens_));
    }
  }

  const std::vector<std::string>& seeds_;
  const std::vector<std::string>& tokens_;
  std::mt19937_64 random_{1};
};

class Target {
 public:
  explicit Target(const std::string& program)
      : path_(program + ".input"), file_(::open(path_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644)) {
    std::printf("an input that it dies of stays in %s\n", path_.c_str());
    std::fflush(stdout);
  }
  ~Target() {
    ::close(file_);
    ::unlink(path_.c_str());
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  void run(const std::string& bytes) {
    const bool kept = ::ftruncate(file_, static_cast<off_t>(bytes.size())) == 0 &&
                      ::pwrite(file_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
    if (!kept) {
      std::perror(path_.c_str());
      std::exit(2);
    }
    // A copy of the very size, so that the sanitizers see a byte too far.
    const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
  }

 private:
  std::string path_;
  int file_;
};

}  // namespace

int main(int count, char** arguments) {
  std::vector<fs::path> paths;
  std::vector<std::string> tokens;
  for (int i = 2; i < count; ++i) {
    if (arguments[i][0] == '-') {
      tokens = read_dictionary(arguments[i] + 1);
    } else {
      paths.emplace_back(arguments[i]);
    }
  }
  const auto seeds = read_seeds(paths);
  if (seeds.empty()) {
    std::fprintf(stderr, "usage: %s RUNS [-DICTIONARY] SEEDS...\n", arguments[0]);
    return 2;
  }
  Target target(arguments[0]);
  for (const auto& seed : seeds) target.run(seed);
  const int runs = std::atoi(arguments[1]);
  Mutator mutator(seeds, tokens);
  for (int i = 0; i < runs; ++i) target.run(mutator.next());
  std::printf("%zu seeds and %d mutations\n", seeds.size(), runs);
  return 0;
}
