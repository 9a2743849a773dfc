# Without it in every module the fuzzer sees no coverage and only guesses.
if(NEWSCACHE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(NEWSCACHE_SANITIZE)
  add_compile_options(-fsanitize=${NEWSCACHE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${NEWSCACHE_SANITIZE})
  # Asio's fences, which the sanitizer does not see; every hand-over between threads also takes a mutex, which it does.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NEWSCACHE_SANITIZE STREQUAL "thread")
    add_compile_options(-Wno-tsan)
  endif()
  # Recycled coroutine frames would hide use after free from the sanitizers.
  add_compile_definitions(BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
endif()
