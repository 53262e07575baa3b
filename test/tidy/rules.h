// The rules of style that a machine can check. Each function checks one file for its rule and
// returns what is wrong.
//
// Source: CONTRIBUTING.md, "Where things are" and "Style".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "test/tidy/source.h"

namespace windlass::tidy {

struct Finding {
  std::string path;
  size_t line = 0;  // from 1
  std::string rule;
  std::string what;

  // "path:line: rule: what", as compilers print it.
  std::string Text() const;
};

inline constexpr size_t kColumnsMax = 100;
inline constexpr size_t kLinesWarning = 500;
inline constexpr size_t kLinesMax = 800;

// `arrow`: a box includes only the boxes that its row in rules.cc names, by paths from the root.
std::vector<Finding> CheckArrows(const Source& source);

// `world`: only the edges use clocks, randomness, environment, files and sockets. Tests never
// sleep.
std::vector<Finding> CheckWorld(const Source& source);

// `library`: one file alone includes cpprestsdk, tests include Catch2 through test/catch.h, and no
// header of Windlass includes a third party's, except nlohmann/json_fwd.hpp.
std::vector<Finding> CheckLibraries(const Source& source);

// `columns` and `length`: lines of at most kColumnsMax characters, files of at most kLinesMax.
std::vector<Finding> CheckSize(const Source& source);

// `header`: a header begins with a comment that says what it is, and has #pragma once.
std::vector<Finding> CheckHeader(const Source& source);

// `name`: no class has a name that says nothing: Manager, Helper, Util.
std::vector<Finding> CheckNames(const Source& source);

// `namespace`: a test has a namespace named like its file, because tests are compiled eight files
// at a time: "namespace windlass::sim::takeover_test {".
std::vector<Finding> CheckNamespaces(const Source& source);

// `message`: code decides on values. A message is printed, and no part of it is looked for, except
// in the files that rules.cc names, where there is no field that says it.
std::vector<Finding> CheckMessages(const Source& source);

// `plain`: comments and messages of the product have none of the words that make a sentence hard to
// read (CONTRIBUTING.md, "Plain English").
std::vector<Finding> CheckPlain(const Source& source);

// `loose end`: no reminder lacks an issue number, and no path belongs to one machine.
std::vector<Finding> CheckLooseEnds(const Source& source);

std::vector<Finding> CheckAll(const Source& source);

}  // namespace windlass::tidy
