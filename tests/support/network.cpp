#include "support/network.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace newscache::test {
namespace {

constexpr std::string_view kGateway = "192.168.7.1";
constexpr std::size_t kQueryHeader = 12;
constexpr int kTypeA = 1;

// In a thread of its own, whose namespaces die with it.
void in_thread(const std::function<void()>& work) {
  std::exception_ptr error;
  std::thread([&] {
    try {
      work();
    } catch (...) {
      error = std::current_exception();
    }
  }).join();
  if (error) std::rethrow_exception(error);
}

FileDescriptor new_namespace() {
  FileDescriptor made;
  in_thread([&] {
    if (::unshare(CLONE_NEWNET) == 0) made = FileDescriptor(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  });
  return made;
}

void in_namespace(const FileDescriptor& where, const std::function<void()>& work) {
  in_thread([&] {
    if (::setns(where.get(), CLONE_NEWNET) != 0) throw std::runtime_error("cannot enter a network namespace");
    work();
  });
}

// The name that a query asks for, and where its question ends; 0: it is none.
std::pair<std::string, std::size_t> question(std::string_view query) {
  std::string name;
  std::size_t at = kQueryHeader;
  while (at < query.size() && query[at] != 0) {
    const auto length = static_cast<unsigned char>(query[at]);
    if (at + length + 1U >= query.size()) return {};
    if (!name.empty()) name += '.';
    name += query.substr(at + 1, length);
    at += length + 1U;
  }
  return at + 5 > query.size() ? std::pair<std::string, std::size_t>{} : std::pair{name, at + 5};
}

bool has_carrier(const std::string& interface) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq question{};
  interface.copy(question.ifr_name, IFNAMSIZ - 1);
  return ::ioctl(socket.get(), SIOCGIFFLAGS, &question) == 0 && (question.ifr_flags & IFF_RUNNING) != 0;
}

std::string reply_to(std::string_view query, std::size_t question_end, bool known, const in_addr* address) {
  std::string reply(query.substr(0, question_end));
  reply[2] = static_cast<char>(0x84);                 // an answer, with authority
  reply[3] = static_cast<char>(known ? 0x80 : 0x83);  // recursion; no such name
  std::memset(reply.data() + 6, 0, 6);
  if (address == nullptr) return reply;
  reply[7] = 1;
  // The name of the question, type A, class IN, a TTL of 0, four bytes.
  reply.append("\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04", 12);
  return reply.append(reinterpret_cast<const char*>(address), sizeof *address);
}

}  // namespace

struct NameServer::State {
  FileDescriptor socket;
  std::thread thread;
  mutable std::mutex mutex;  // guards what follows
  mutable std::condition_variable changed;
  std::map<std::string, in_addr, std::less<>> addresses;
  std::map<std::string, int, std::less<>> asked;
  bool silent = false;

  void serve();
  std::string answer(std::string_view query);
};

void NameServer::State::serve() {
  std::array<char, 1500> bytes{};
  for (;;) {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    auto* const generic = reinterpret_cast<sockaddr*>(&from);
    const auto got = ::recvfrom(socket.get(), bytes.data(), bytes.size(), 0, generic, &size);
    if (got < 0) continue;
    if (got == 0) return;  // from our destructor
    const auto reply = answer({bytes.data(), static_cast<std::size_t>(got)});
    if (!reply.empty()) ::sendto(socket.get(), reply.data(), reply.size(), 0, generic, size);
  }
}

std::string NameServer::State::answer(std::string_view query) {
  const auto [name, end] = question(query);
  if (end == 0) return {};
  const bool wants_address = query[end - 4] == 0 && query[end - 3] == kTypeA;
  const std::lock_guard lock(mutex);
  if (wants_address) ++asked[name];
  changed.notify_all();
  if (silent) return {};
  const auto found = addresses.find(name);
  const bool known = found != addresses.end();
  return reply_to(query, end, known, known && wants_address ? &found->second : nullptr);
}

NameServer::NameServer(const std::string& address) : state_(std::make_unique<State>()) {
  state_->socket = FileDescriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_port = htons(53);
  ::inet_pton(AF_INET, address.c_str(), &own.sin_addr);
  if (::bind(state_->socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
    throw std::runtime_error("cannot serve names on " + address);
  }
  state_->thread = std::thread([state = state_.get()] { state->serve(); });
}

NameServer::~NameServer() {
  // An empty datagram to itself.
  sockaddr_in own{};
  socklen_t size = sizeof own;
  ::getsockname(state_->socket.get(), reinterpret_cast<sockaddr*>(&own), &size);
  ::sendto(state_->socket.get(), "", 0, 0, reinterpret_cast<const sockaddr*>(&own), size);
  state_->thread.join();
}

void NameServer::name(const std::string& host, const std::string& address) {
  const std::lock_guard lock(state_->mutex);
  ::inet_pton(AF_INET, address.c_str(), &state_->addresses[host]);
}

void NameServer::fall_silent(bool silent) {
  const std::lock_guard lock(state_->mutex);
  state_->silent = silent;
}

int NameServer::queries(std::string_view host) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->asked.find(host);
  return found == state_->asked.end() ? 0 : found->second;
}

bool NameServer::wait_for_queries(std::string_view host, int count) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, std::chrono::seconds(30), [&] {
    const auto found = state_->asked.find(host);
    return found != state_->asked.end() && found->second >= count;
  });
}

bool TestNetwork::available() {
  const FileDescriptor probe = new_namespace();
  bool works = false;
  if (probe) {
    in_namespace(probe, [&] {
      works = ::unshare(CLONE_NEWNS) == 0 && std::system("ip link add v0 type veth peer name v1 2>/dev/null") == 0;
    });
  }
  if (!works) std::cerr << "skipped: this test wants root, iproute2 and the veth driver\n";
  return works;
}

void TestNetwork::ip(const FileDescriptor& where, const std::string& command) {
  in_namespace(where, [&] {
    if (std::system(("ip " + command).c_str()) != 0) throw std::runtime_error("failed: ip " + command);
  });
}

TestNetwork::TestNetwork(Options options)
    : options_(std::move(options)), inside_(new_namespace()), outside_(new_namespace()) {
  if (!inside_ || !outside_) throw std::runtime_error("cannot make a network namespace");
  const std::string there = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(inside_.get());
  ip_outside("link set lo up");
  ip_outside("link add peer0 type veth peer name " + options_.interface + " netns " + there);
  ip_outside("address add " + std::string(kGateway) + "/24 dev peer0");
  ip_outside("link set peer0 up");
  ip_inside("link set lo up");
  ip_inside("address add 192.168.7.2/24 dev " + options_.interface);
  ip_inside("link set " + options_.interface + " up");
  if (options_.route) add_route();
  await_carrier();  // the kernel tells late
  in_namespace(outside_, [&] { names_ = std::make_unique<NameServer>(std::string(kGateway)); });

  std::ofstream(directory_.path() / "resolv.conf")
      << "nameserver " << kGateway << "\noptions " << options_.resolver_options << '\n';
  std::ofstream(directory_.path() / "hosts") << "127.0.0.1 localhost\n";
  std::ofstream(directory_.path() / "nsswitch.conf") << "hosts: files dns\n";
}

TestNetwork::~TestNetwork() = default;

std::function<void()> TestNetwork::entrance() const {
  return [this] {
    bool done = ::setns(inside_.get(), CLONE_NEWNET) == 0 && ::unshare(CLONE_NEWNS) == 0 &&
                ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    for (const char* name : {"resolv.conf", "hosts", "nsswitch.conf"}) {
      const std::string from = (directory_.path() / name).string();
      done = done && ::mount(from.c_str(), (std::string("/etc/") + name).c_str(), nullptr, MS_BIND, nullptr) == 0;
    }
    if (done) return;
    std::perror("the test's network cannot be entered");
    ::_exit(127);
  };
}

std::unique_ptr<Publisher> TestNetwork::publisher(const std::string& address, std::uint16_t port) {
  Publisher::Options options;
  options.port = port;
  return publisher(address, std::move(options));
}

std::unique_ptr<Publisher> TestNetwork::publisher(const std::string& address, Publisher::Options options) {
  ip_outside("address replace " + address + "/32 dev lo");
  options.address = address;
  std::unique_ptr<Publisher> made;
  in_namespace(outside_, [&] { made = std::make_unique<Publisher>(std::move(options)); });
  return made;
}

void TestNetwork::await_carrier() const {
  in_namespace(inside_, [this] {
    while (!has_carrier(options_.interface)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
}

void TestNetwork::unplug() { ip_outside("link set peer0 down"); }
void TestNetwork::plug_in() { ip_outside("link set peer0 up"); }
void TestNetwork::add_route() { ip_inside("route add default via " + std::string(kGateway)); }

}  // namespace newscache::test
