// The rules of style a machine can check. Each looks at one file and says what is wrong with it.
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

// `arrow`: a box includes only the boxes its row in rules.cc names, by paths from the root.
std::vector<Finding> CheckArrows(const Source& source);

// `world`: clocks, sleeps, randomness, environment, files and sockets stay at the edges; tests
// never sleep.
std::vector<Finding> CheckWorld(const Source& source);

// `library`: cpprestsdk is seen by one file, Catch2 through test/catch.h, and no Windlass header
// includes a third party's except nlohmann/json_fwd.hpp.
std::vector<Finding> CheckLibraries(const Source& source);

// `columns` and `length`: lines of at most kColumnsMax characters, files of at most kLinesMax.
std::vector<Finding> CheckSize(const Source& source);

// `header`: begins with a comment that says what it is; has #pragma once.
std::vector<Finding> CheckHeader(const Source& source);

// `name`: no class called after what it is not: Manager, Helper, Util.
std::vector<Finding> CheckNames(const Source& source);

// `loose end`: a reminder without an issue number; a path of one machine.
std::vector<Finding> CheckLooseEnds(const Source& source);

std::vector<Finding> CheckAll(const Source& source);

}  // namespace windlass::tidy
