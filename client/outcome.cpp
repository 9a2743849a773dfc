#include "client/outcome.hpp"

#include <ostream>
#include <stdexcept>

namespace newscache::client {

void throw_exception_from_error(const Failure& failure, const boost::source_location&) {
  throw std::logic_error(failure.message);
}

std::ostream& operator<<(std::ostream& out, const Failure& failure) {
  return out << "exit " << static_cast<int>(failure.exit) << ": " << failure.message;
}

}  // namespace newscache::client
