#include "html/tokenizer.hpp"
