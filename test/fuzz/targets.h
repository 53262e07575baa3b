// The fuzz targets of the program, by name.
#pragma once

#include <string_view>

#include "test/fuzz/input.h"

namespace windlass::fuzz {

// Ends the program with a line that lists all names if no target has this one.
Target::Check FindTarget(std::string_view name);

}  // namespace windlass::fuzz
