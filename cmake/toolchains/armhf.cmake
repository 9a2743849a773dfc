set(NEWSCACHE_ARCHITECTURE armhf)
set(NEWSCACHE_TRIPLET arm-linux-gnueabihf)
set(NEWSCACHE_EMULATOR qemu-arm)
set(CMAKE_SYSTEM_PROCESSOR arm)
# Notes that GCC 7 changed how some arguments are passed; nothing here was compiled by an older one.
set(CMAKE_CXX_FLAGS_INIT -Wno-psabi)
include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
