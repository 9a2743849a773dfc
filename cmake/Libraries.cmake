# Everything comes from the system; nothing is downloaded.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED CONFIG)
find_package(CURL 7.88 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto SSL)
find_package(ZLIB REQUIRED)
find_package(pugixml REQUIRED)
find_package(fmt REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(NCURSES REQUIRED IMPORTED_TARGET ncursesw)

# Boost's three heavy header libraries are compiled once each instead of in every file that includes them.
add_library(newscache_boost_asio STATIC cmake/boost/asio.cpp)
target_compile_definitions(newscache_boost_asio PUBLIC
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(newscache_boost_asio PUBLIC Boost::headers Threads::Threads)

add_library(newscache_boost_asio_ssl STATIC cmake/boost/asio_ssl.cpp)
target_link_libraries(newscache_boost_asio_ssl PUBLIC newscache_boost_asio OpenSSL::SSL)

add_library(newscache_boost_json STATIC cmake/boost/json.cpp)
target_link_libraries(newscache_boost_json PUBLIC Boost::headers)

add_library(newscache_boost_beast STATIC cmake/boost/beast.cpp)
target_compile_definitions(newscache_boost_beast PUBLIC BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(newscache_boost_beast PUBLIC newscache_boost_asio)

