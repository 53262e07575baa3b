// The rule of style that looks at the whole tree: nothing includes itself by way of others. So each
// unit can be understood and moved alone.
//
// - A unit is X.h, X_inl.h and X.cc together: an include of any of them is an include of the unit.
// - A box is a folder with such files.
#pragma once

#include <vector>

#include "test/tidy/rules.h"
#include "test/tidy/source.h"

namespace windlass::tidy {

// `cycle`: the units inside a box form no cycle, and the boxes form none. The finding names each
// step of the cycle, with the include that makes it: "x/a -> x/b (x/a.cc:3) -> x/a (x/b.h:7)".
std::vector<Finding> CheckCycles(const std::vector<Source>& tree);

}  // namespace windlass::tidy
