# Applied by newscache_module() and newscache_program() to our own code only; the libraries' headers are system headers.
add_library(newscache_warnings INTERFACE)
target_compile_options(newscache_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wimplicit-fallthrough)
# Designated initialisers leave the rest to its defaults, which is what they are for.
target_compile_options(newscache_warnings INTERFACE -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside inlined std::string and coroutine frames, where there is nothing wrong (GCC PR 105329, 105651).
  target_compile_options(newscache_warnings INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(NEWSCACHE_WERROR)
  target_compile_options(newscache_warnings INTERFACE -Werror)
endif()
