#include "feed/opml.hpp"
