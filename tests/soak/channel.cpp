#include "channel.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace newscache::test {
namespace {

constexpr std::size_t largest_message = 300'000;

}  // namespace

std::string Message::text(std::string_view key) const {
  const auto* value = head.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t Message::number(std::string_view key) const {
  const auto* value = head.if_contains(key);
  return value != nullptr ? value->to_number<std::int64_t>() : 0;
}

std::pair<FileDescriptor, FileDescriptor> Channel::make_ends() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  for (const int end : ends) {
    const int bytes = largest_message;
    ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  }
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void Channel::send(const boost::json::object& head, std::string_view body) {
  std::string text = boost::json::serialize(head) + "\n";
  text += body;
  if (text.size() > largest_message) throw std::length_error("a message is too large");
  const auto sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
  if (sent < 0) throw std::system_error(errno, std::generic_category(), "send");
}

std::optional<Message> Channel::receive(bool wait) {
  buffer_.resize(largest_message);
  const auto got = ::recv(socket_.get(), buffer_.data(), buffer_.size(), wait ? 0 : MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (got <= 0) throw std::runtime_error("the other side has gone");
  const std::string_view text(buffer_.data(), static_cast<std::size_t>(got));
  const auto end = text.find('\n');
  Message message;
  message.head = boost::json::parse(text.substr(0, end)).as_object();
  message.body = text.substr(end + 1);
  return message;
}

}  // namespace newscache::test
