#include "feed/parse.hpp"
