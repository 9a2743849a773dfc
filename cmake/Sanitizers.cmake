if(NEWSCACHE_SANITIZE)
  add_compile_options(-fsanitize=${NEWSCACHE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${NEWSCACHE_SANITIZE})
  # Recycled coroutine frames would hide use after free from the sanitizers.
  add_compile_definitions(BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
endif()
