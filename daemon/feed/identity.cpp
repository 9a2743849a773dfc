#include "feed/identity.hpp"
