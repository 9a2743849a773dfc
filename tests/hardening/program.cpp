// Small, and with something for each of the flags: a buffer, calls that can be fortified, functions that are called and that call.

#include <cstdio>
#include <cstring>
#include <utility>

namespace {

template <int number>
[[gnu::noinline]] int step(char* buffer, const char* text) {
  std::strcpy(buffer, text);
  return std::printf("%s %d\n", buffer, number);
}

template <int... numbers>
int all(const char* text, std::integer_sequence<int, numbers...>) {
  char buffer[64];
  int (*steps[])(char*, const char*) = {step<numbers>...};
  int sum = 0;
  for (auto* one : steps) sum += one(buffer, text);
  return sum;
}

}  // namespace

int main(int, char** argv) {
  char copy[32];
  std::strcpy(copy, argv[0]);
  return all(copy, std::make_integer_sequence<int, 40>()) > 0 ? 0 : 1;
}
