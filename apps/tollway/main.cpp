#include <fmt/format.h>

int main() {
  fmt::print("tollway {}\n", TOLLWAY_VERSION);
  return 0;
}
