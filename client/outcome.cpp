#include "client/outcome.hpp"

#include <stdexcept>

namespace newscache::client {

void throw_exception_from_error(const Failure& failure, const boost::source_location&) {
  throw std::logic_error(failure.message);
}

}  // namespace newscache::client
