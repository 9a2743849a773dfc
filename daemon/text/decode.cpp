#include "text/decode.hpp"
