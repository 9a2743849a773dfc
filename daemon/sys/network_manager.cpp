#include "sys/network_manager.hpp"

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <string_view>
#include <utility>

namespace newscache::sys {
namespace {

constexpr const char* service = "org.freedesktop.NetworkManager";
constexpr const char* path = "/org/freedesktop/NetworkManager";
constexpr const char* interface = "org.freedesktop.NetworkManager";
constexpr const char* properties = "org.freedesktop.DBus.Properties";
// The services of a name are told by who owns it; the properties by NetworkManager itself.
constexpr const char* owner_rule =
    "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',interface='org.freedesktop.DBus',"
    "member='NameOwnerChanged',arg0='org.freedesktop.NetworkManager'";
constexpr const char* change_rule =
    "type='signal',sender='org.freedesktop.NetworkManager',path='/org/freedesktop/NetworkManager',"
    "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',arg0='org.freedesktop.NetworkManager'";

constexpr std::uint64_t call_timeout_us = 2'000'000;
constexpr int most_steps = 64;  // before others on the loop get their turn

// NMMetered: 0 unknown, 1 yes, 2 no, 3 guess: yes, 4 guess: no.
std::optional<bool> metered_of(std::uint32_t value) {
  if (value == 1 || value == 3) return true;
  if (value == 2 || value == 4) return false;
  return std::nullopt;
}

constexpr std::uint32_t connectivity_portal = 2;  // NMConnectivityState

// Enters a variant that holds a uint32; anything else is not what it says it is.
bool read_number(sd_bus_message* message, std::uint32_t& value) {
  return sd_bus_message_read(message, "v", "u", &value) > 0;
}

// One entry of a{sv}: false when the message is not well-formed.
bool read_property(sd_bus_message* message, NetworkHint& hint) {
  const char* name = nullptr;
  if (sd_bus_message_read_basic(message, SD_BUS_TYPE_STRING, &name) <= 0) return false;
  std::uint32_t value = 0;
  if (std::string_view(name) == "Metered") {
    if (!read_number(message, value)) return false;
    hint.metered = metered_of(value);
  } else if (std::string_view(name) == "Connectivity") {
    if (!read_number(message, value)) return false;
    hint.portal = value == connectivity_portal;
  } else if (sd_bus_message_skip(message, "v") < 0) {
    return false;
  }
  return true;
}

// An a{sv}: what it does not name stays as it is.
bool read_properties(sd_bus_message* message, NetworkHint& hint) {
  if (sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, "{sv}") <= 0) return false;
  while (sd_bus_message_enter_container(message, SD_BUS_TYPE_DICT_ENTRY, "sv") > 0) {
    if (!read_property(message, hint) || sd_bus_message_exit_container(message) < 0) return false;
  }
  return sd_bus_message_exit_container(message) >= 0;
}

}  // namespace

// Each gets the NetworkManager as `self`, and answers 0: go on.
struct NetworkManager::Callbacks {
  static int answered(sd_bus_message* message, void* self, sd_bus_error*) {
    auto& manager = *static_cast<NetworkManager*>(self);
    manager.question_ = sd_bus_slot_unref(manager.question_);
    NetworkHint hint;
    // An error: nobody owns the name, it may not be asked, or it took too long.
    if (sd_bus_message_is_method_error(message, nullptr) || !read_properties(message, hint)) hint = {};
    manager.hint_ = hint;
    return 0;
  }

  static int changed(sd_bus_message* message, void* self, sd_bus_error*) {
    auto& manager = *static_cast<NetworkManager*>(self);
    NetworkHint hint = manager.hint_;
    if (sd_bus_message_skip(message, "s") > 0 && read_properties(message, hint)) manager.hint_ = hint;
    return 0;
  }

  static int owner_changed(sd_bus_message* message, void* self, sd_bus_error*) {
    auto& manager = *static_cast<NetworkManager*>(self);
    const char* name = nullptr;
    const char* old_owner = nullptr;
    const char* new_owner = nullptr;
    if (sd_bus_message_read(message, "sss", &name, &old_owner, &new_owner) <= 0) return 0;
    manager.question_ = sd_bus_slot_unref(manager.question_);  // an answer of the old one no longer counts
    manager.hint_ = {};
    if (*new_owner != '\0') manager.ask();
    return 0;
  }
};

std::unique_ptr<NetworkManager> NetworkManager::connect(boost::asio::any_io_executor executor) {
  sd_bus* bus = nullptr;
  // The socket does not block, and authentication and Hello are left to process().
  if (sd_bus_open_system(&bus) < 0) return nullptr;
  sd_event* event = nullptr;
  if (sd_event_new(&event) < 0) {
    sd_bus_close_unref(bus);
    return nullptr;
  }
  std::unique_ptr<NetworkManager> manager(new NetworkManager(std::move(executor), bus, event));
  return manager->start() ? std::move(manager) : nullptr;
}

NetworkManager::NetworkManager(boost::asio::any_io_executor executor, sd_bus* bus, sd_event* event)
    : descriptor_(executor), never_(std::move(executor)), bus_(bus), event_(event) {}

NetworkManager::~NetworkManager() { disconnect(); }

bool NetworkManager::start() {
  sd_bus_set_method_call_timeout(bus_, call_timeout_us);
  // An epoll descriptor that is readable when the bus or one of its timeouts has something to do.
  boost::system::error_code error;
  descriptor_.assign(sd_event_get_fd(event_), error);
  if (error || sd_bus_attach_event(bus_, event_, SD_EVENT_PRIORITY_NORMAL) < 0) return false;
  // The bus handles the three in order, so no change is lost between them.
  if (sd_bus_add_match_async(bus_, nullptr, owner_rule, Callbacks::owner_changed, nullptr, this) < 0) return false;
  if (sd_bus_add_match_async(bus_, nullptr, change_rule, Callbacks::changed, nullptr, this) < 0) return false;
  ask();
  return true;
}

void NetworkManager::ask() {
  sd_bus_message* call = nullptr;
  if (sd_bus_message_new_method_call(bus_, &call, service, path, properties, "GetAll") < 0) return;
  // Whoever does not run NetworkManager has not asked us to start it.
  if (sd_bus_message_set_auto_start(call, 0) >= 0 && sd_bus_message_append(call, "s", interface) >= 0) {
    sd_bus_call_async(bus_, &question_, call, Callbacks::answered, this, 0);  // 0: the bus's timeout
  }
  sd_bus_message_unref(call);
}

loop::awaitable<NetworkHint> NetworkManager::next() {
  const NetworkHint before = hint_;
  for (;;) {
    const bool idle = process();
    if (hint_ != before) co_return hint_;
    if (!bus_) co_await never_.wait();
    if (idle) {
      co_await descriptor_.async_wait(descriptor_.wait_read, boost::asio::use_awaitable);
    } else {
      co_await boost::asio::post(descriptor_.get_executor(), boost::asio::use_awaitable);
    }
  }
}

// False when there is more to do at once. Does not block.
bool NetworkManager::process() {
  if (!bus_) return true;
  int worked = 1;
  for (int steps = 0; steps < most_steps && worked > 0; ++steps) worked = sd_event_run(event_, 0);
  if (worked < 0 || sd_bus_is_open(bus_) <= 0) disconnect();
  return worked <= 0;
}

void NetworkManager::disconnect() {
  hint_ = {};
  if (!bus_) return;
  if (descriptor_.is_open()) descriptor_.release();
  question_ = sd_bus_slot_unref(question_);
  sd_bus_detach_event(bus_);
  bus_ = sd_bus_close_unref(bus_);  // without flush: that would wait
  event_ = sd_event_unref(event_);
}

}  // namespace newscache::sys
