#include "command_line.hpp"

int main(int argc, char** argv) {
  return tollway::run_command_line(argc, argv);
}
