#include "feed/discover.hpp"
