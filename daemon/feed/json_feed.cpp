#include "feed/json_feed.hpp"
