// newscache read in a terminal: keys in, screen out.

#include <signal.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "behaviour/behaviour.hpp"
#include "support/catch.hpp"
#include "support/terminal.hpp"

using namespace newscache::test;

namespace {

const std::string long_text =
    "&lt;p&gt;Lighthouse text with &lt;a href='http://example.org/a'&gt;a link&lt;/a&gt; and &lt;img "
    "src='http://example.org/p.png' alt='A pier'&gt;.&lt;/p&gt;";

struct World {
  World() {
    daemon.start();
    publisher.serve_file("/sea.xml",
                         rss("Harbour", item("a", "Alpha", long_text) + item("b", "Beta") + item("c", "Gamma")));
    publisher.serve_file("/cjk.xml",
                         rss("\u65b0\u805e", item("d", "\u6e2f\u306e\u706f\u53f0\u304c\u65b0\u3057\u304f") +
                                                 item("e", "Plain title") + item("f", "\x1b]0;owned\x07\u202eTitle")));
    const auto body = R"({"url":")" + publisher.url("/sea.xml") + R"(","folder":"Coast"})";
    REQUIRE(request(daemon, "POST", "/v1/feeds", body).status == 201);
    subscribe(daemon, publisher.url("/cjk.xml"));
  }
  std::string command(const std::string& arguments = "") const {
    return shell_word(program_path("newscache")) + " --socket " + shell_word(daemon.socket()) + " read " + arguments;
  }
  Publisher publisher;
  Daemon daemon;
};

std::string contents(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool article_flag(const Daemon& daemon, std::string_view title, std::string_view flag) {
  return article(daemon, title).at(flag).as_bool();
}

// The screen's row that has this text.
std::string row_with(const std::string& screen, std::string_view text) {
  std::istringstream rows(screen);
  for (std::string row; std::getline(rows, row);) {
    if (row.find(text) != row.npos) return row;
  }
  return {};
}

}  // namespace

TEST_CASE("a person opens a feed, reads an article, and the counts drop") {
  if (!Terminal::available()) return;
  World w;
  const Terminal terminal(w.command());
  const auto feeds = terminal.await("Harbour");
  CHECK(row_with(feeds, "All") == "  6/6  All");
  CHECK(row_with(feeds, "Coast/") == "  3/3  Coast/");
  CHECK(row_with(feeds, "Harbour") == "  3/3    Harbour");
  terminal.keys({"G", "Enter"});
  CHECK(row_with(terminal.await("Alpha"), "Alpha").starts_with("N "));
  terminal.keys({"G", "?"});
  CHECK(terminal.await("go a line down").find("Keys") == 0);
  terminal.keys({"q", "g", "Enter"});
  const auto article = terminal.await("Lighthouse text");
  CHECK(article.find("with a link[1] and [image: A pier][2].") != article.npos);
  CHECK(article.find("[1]: http://example.org/a (link)") != article.npos);
  CHECK(article.find("[2]: http://example.org/p.png (image)") != article.npos);
  terminal.await("5 unread");
  terminal.keys({"q"});
  CHECK(row_with(terminal.await("Gamma"), "Alpha").starts_with("  "));
  terminal.keys({"q"});
  CHECK(row_with(terminal.await("Coast/"), "Harbour") == "  2/3    Harbour");
  CHECK(article_flag(w.daemon, "Alpha", "read"));
}

TEST_CASE("searching, starring and marking all work from the keyboard") {
  if (!Terminal::available()) return;
  World w;
  const Terminal terminal(w.command());
  terminal.await("Harbour");
  terminal.keys({"/", "lighthouse", "Enter"});
  const auto found = terminal.await("Search in All: lighthouse");
  terminal.await("Alpha");
  CHECK(terminal.screen().find("Beta") == std::string::npos);
  terminal.keys({"s"});
  terminal.await("N*");
  terminal.keys({"q", "j", "j"});
  CHECK(row_with(terminal.await("1  Starred"), "Starred") == "    1  Starred");
  CHECK(article_flag(w.daemon, "Alpha", "starred"));
  terminal.keys({"g", "A"});
  terminal.await("Mark every article as read? (y/n)");
  terminal.keys({"y"});
  terminal.await("6 articles marked as read");
  terminal.await("0/6  All");
  CHECK(titles(w.daemon, "read=false").empty());
}

TEST_CASE("a new article appears by itself, and where one was it stays selected") {
  if (!Terminal::available()) return;
  World w;
  const Terminal terminal(w.command("--feed " + shell_word(w.publisher.url("/sea.xml"))));
  terminal.await("Alpha");
  w.publisher.serve_file("/sea.xml", rss("Harbour", item("n", "Breaking") + item("a", "Alpha") + item("b", "Beta")));
  refresh(w.daemon);
  terminal.await("Breaking");
  terminal.await("1 new article");
  terminal.keys({"q"});
  terminal.await("4/4    Harbour");
}

TEST_CASE("the screen follows the terminal's size, down to forty columns, and wide titles stay in line") {
  if (!Terminal::available()) return;
  World w;
  const Terminal terminal(w.command("--feed " + shell_word(w.publisher.url("/cjk.xml"))));
  terminal.await("Plain title");
  const auto wide = "\u6e2f\u306e\u706f\u53f0\u304c\u65b0\u3057\u304f";
  const auto column = [&](std::string_view text) { return row_with(terminal.screen(), text).find(text); };
  CHECK(column(wide) == column("Plain title"));
  CHECK(terminal.screen().find("]0;ownedTitle") != std::string::npos);
  CHECK(terminal.property("pane_title") != "owned");
  terminal.resize(40, 10);
  terminal.await_no("20");  // dates lose their year
  CHECK(column(wide) == column("Plain title"));
  terminal.resize(39, 10);
  terminal.await("too small");
  terminal.resize(120, 30);
  terminal.await(":");
  const auto screen = terminal.await("Plain title");
  CHECK(column(wide) == column("Plain title"));
  CHECK(std::count(screen.begin(), screen.end(), '\n') == 30);
}

TEST_CASE("links go to the browser that the user has chosen") {
  if (!Terminal::available()) return;
  World w;
  const TemporaryDirectory directory;
  const auto opened = directory.path() / "opened";
  const auto browser = directory.path() / "browser";
  std::ofstream(browser) << "#!/bin/sh\necho \"$@\" >" << opened.string() << "\n";
  std::filesystem::permissions(browser, std::filesystem::perms::owner_all);
  const Terminal terminal("BROWSER=" + shell_word(browser.string()) + " " +
                          w.command("--feed " + shell_word(w.publisher.url("/sea.xml"))));
  terminal.await("Gamma");
  terminal.keys({"g", "/", "lighthouse", "Enter"});
  terminal.await("Search in Harbour");
  terminal.await("Alpha");
  terminal.keys({"Enter"});
  terminal.await("Lighthouse text");
  terminal.keys({"2"});
  terminal.await("Link 2");
  terminal.keys({"Enter"});
  terminal.await("opened http://example.org/p.png");
  CHECK(contents(opened) == "http://example.org/p.png\n");
}

TEST_CASE("a daemon that is killed is shown as gone, and found again when it is back") {
  if (!Terminal::available()) return;
  World w;
  const Terminal terminal(w.command("--feed " + shell_word(w.publisher.url("/sea.xml"))));
  terminal.await("Alpha");
  terminal.await("online");
  w.daemon.kill();
  terminal.keys({"j"});
  terminal.await("no daemon");
  CHECK(terminal.screen().find("Alpha") != std::string::npos);
  w.daemon.start();
  terminal.await("online");
  terminal.keys({"N"});
  terminal.await("5 unread");
}

TEST_CASE("a daemon that does not answer holds up neither the keys nor the end") {
  if (!Terminal::available()) return;
  World w;
  const Terminal terminal(w.command() + "; echo \"ended $?\"");
  terminal.await("Harbour");
  w.daemon.signal(SIGSTOP);
  terminal.keys({"Enter"});
  terminal.await("waiting");
  terminal.keys({"?"});
  terminal.await("go a line down");
  terminal.keys({"Q"});
  terminal.await("ended 0");
  w.daemon.signal(SIGCONT);
}

TEST_CASE("the terminal is left as it was, however the reader ends") {
  if (!Terminal::available()) return;
  World w;
  struct Case {
    std::vector<std::string> keys;
    int signal;
    std::string exit_code;
  };
  const Case cases[] = {
      {{"q"}, 0, "0"},      {{"G", "Enter", "Q"}, 0, "0"}, {{"C-c"}, 0, "130"},
      {{}, SIGTERM, "143"}, {{}, SIGHUP, "129"},           {{"/", "x"}, SIGTERM, "143"},
  };
  for (const auto& [keys, signal, exit_code] : cases) {
    CAPTURE(keys, signal);
    const TemporaryDirectory directory;
    const auto file = [&](const char* name) { return (directory.path() / name).string(); };
    const Terminal terminal("trap : INT; echo before; stty -g >" + file("before") + "; sh -c 'echo $$ >" + file("pid") +
                            "; exec \"$0\" \"$@\"' " + w.command() + "; echo \"ended $?\"; stty -g >" + file("after") +
                            "; echo settled");
    terminal.await("Harbour");
    CHECK(terminal.property("alternate_on") == "1");
    if (!keys.empty()) terminal.keys(keys);
    if (signal != 0) ::kill(std::stoi(contents(file("pid"))), signal);
    const auto screen = terminal.await("settled");
    CHECK(screen.find("before") != screen.npos);
    CHECK(screen.find("ended " + exit_code) != screen.npos);
    CHECK(screen.find("Harbour") == screen.npos);
    CHECK(terminal.property("alternate_on") == "0");
    CHECK(terminal.property("cursor_flag") == "1");
    CHECK(contents(file("before")) == contents(file("after")));
  }
}

TEST_CASE("the reader can be stopped and goes on") {
  if (!Terminal::available()) return;
  World w;
  const Terminal terminal("PS1='$ ' bash --norc -i");
  terminal.keys({w.command(), "Enter"});
  terminal.await("3/3    Harbour");
  terminal.keys({"C-z"});
  terminal.await("Stopped");
  CHECK(terminal.property("alternate_on") == "0");
  terminal.keys({"fg", "Enter"});
  terminal.await("3/3    Harbour");
  terminal.keys({"?"});
  terminal.await("go a line down");
}

TEST_CASE("there is no colour where NO_COLOR is set") {
  if (!Terminal::available()) return;
  World w;
  for (const bool colour : {true, false}) {
    const Terminal terminal((colour ? "" : "NO_COLOR=1 ") +
                            w.command("--feed " + shell_word(w.publisher.url("/sea.xml"))));
    terminal.await("Alpha");
    CAPTURE(colour, terminal.coloured_screen());
    CHECK((terminal.coloured_screen().find("\x1b[33m") != std::string::npos) == colour);
  }
}

TEST_CASE("without a terminal, a known terminal type or a daemon there is one line and an exit code") {
  World w;
  const auto result = run_client(w.daemon, {"read"});
  CHECK(result.exit_code == 2);
  CHECK(result.err.find("needs a terminal") != std::string::npos);
  CHECK(result.err.find('\n') == result.err.size() - 1);
  if (!Terminal::available()) return;
  for (const std::string type : {"nonsense", "dumb", ""}) {
    // It is ncurses that leaks when it does not know a terminal.
    const Terminal unknown("ASAN_OPTIONS=detect_leaks=0 TERM=" + type + " " + w.command() + "; echo \"ended $?\"");
    CHECK(unknown.await("ended 2").find("of the type '" + type + "' cannot show pages") != std::string::npos);
  }
  w.daemon.stop();
  const Terminal absent(w.command() + "; echo \"ended $?\"");
  CHECK(absent.await("ended 3").find("cannot reach newscached") != std::string::npos);
}
