#include "html/sanitise.hpp"
