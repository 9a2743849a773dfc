#include "feed/import.hpp"
