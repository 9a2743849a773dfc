// The newest unread articles, then whatever changes, until it is interrupted. What it has seen is kept in a file, so
// that the next run goes on where this one ended.
//
//   g++ -std=c++20 follow.cpp $(pkg-config --cflags --libs newscache) -o follow
//   ./follow [POSITION_FILE [COUNT]]      # COUNT: end after so many changes

#include <fstream>
#include <iostream>
#include <newscache/client.hpp>

namespace news = newscache::client;

namespace {

void list_unread(news::Daemon& daemon) {
  news::Query query;
  query.read = false;
  query.limit = 10;
  query.with_content = false;
  for (const auto& article : daemon.articles(query).value()) std::cout << article.id << "  " << article.title << '\n';
}

news::Position load(const std::string& file) {
  news::Position position;
  std::ifstream(file) >> position.epoch >> position.revision;
  return position;
}

void save(const std::string& file, const news::Position& position) {
  std::ofstream(file) << position.epoch << ' ' << position.revision << '\n';
}

void print(news::Daemon& daemon, const news::Change& change) {
  std::cout << change.event << ' ' << change.id;
  if (change.event == "article.added") {
    if (const auto article = daemon.article(change.id)) std::cout << "  " << article->title;
  }
  std::cout << std::endl;
}

void follow(const std::string& file, long count) {
  news::Daemon daemon;
  auto position = load(file);
  if (position.epoch.empty()) {
    position = daemon.position().value();  // before the list, so that nothing falls between the two
    list_unread(daemon);
    save(file, position);
  }
  std::cout << "from revision " << position.revision << std::endl;
  news::Follower follower(news::default_socket_path(), position);
  while (count > 0) {
    auto changes = follower.next(std::chrono::hours(1));
    if (!changes && changes.error().problem == news::Problem::unreachable) continue;  // it comes back
    if (!changes && changes.error().problem == news::Problem::start_over) {
      std::ofstream forgotten(file);  // the next run lists anew
    }
    for (const auto& change : changes.value()) {
      print(daemon, change);
      --count;
    }
    save(file, follower.position());
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    follow(argc > 1 ? argv[1] : "position", argc > 2 ? std::stol(argv[2]) : 1L << 40);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "follow: " << error.what() << '\n';
    return 1;
  }
}
