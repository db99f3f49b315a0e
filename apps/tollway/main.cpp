#include "command_line.hpp"
#include "last_words.hpp"

int main(int argc, char** argv) {
  tollway::say_why_without_memory();
  return tollway::run_command_line(argc, argv);
}
