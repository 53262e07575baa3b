#include "test/fuzz/targets.h"

#include <cstdlib>
#include <iostream>
#include <map>

namespace windlass::fuzz {
namespace {

using Targets = std::map<std::string_view, Target::Check>;

// Targets are defined before main, in any order. The first of them creates the table.
Targets& Table() {
  static Targets table;
  return table;
}

}  // namespace

Target::Target(std::string_view name, Check check) {
  if (Table().emplace(name, check).second) return;
  std::cerr << "two fuzz targets are called '" << name << "'\n";
  std::abort();
}

Target::Check FindTarget(std::string_view name) {
  const auto found = Table().find(name);
  if (found != Table().end()) return found->second;
  std::cerr << "no fuzz target is called '" << name << "'; the first argument is one of:";
  for (const auto& [known, check] : Table()) std::cerr << " " << known;
  std::cerr << "\n";
  std::exit(2);
}

}  // namespace windlass::fuzz
