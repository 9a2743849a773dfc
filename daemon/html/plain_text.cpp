#include "html/plain_text.hpp"
