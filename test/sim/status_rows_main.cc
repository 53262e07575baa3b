// Writes test/conditions/rows.json: the Rollouts by which kstatus, Argo CD's Lua and the docs are
// judged.
//
//   status_rows FILE
#include <cstdio>
#include <exception>
#include <fstream>

#include "test/sim/status_rows.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: status_rows FILE\n");
    return 2;
  }
  try {
    const std::string text = windlass::sim::TextOf(windlass::sim::PlayStatusRows());
    std::ofstream file(argv[1], std::ios::trunc);
    file << text;
    file.close();
    if (file.good()) return 0;
    std::fprintf(stderr, "%s cannot be written\n", argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  return 1;
}
