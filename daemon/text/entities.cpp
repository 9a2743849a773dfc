#include "text/entities.hpp"
