#pragma once
// Catch2, whichever major version the distribution has.
#ifdef NEWSCACHE_CATCH2_V3
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
