// The rule of style that looks at the whole tree: nothing leans on itself by way of others, so that
// each unit can be understood and moved alone.
//
// A unit is X.h, X_inl.h and X.cc together: what any of them includes counts as the unit's. A box
// is a folder with such files.
#pragma once

#include <vector>

#include "test/tidy/rules.h"
#include "test/tidy/source.h"

namespace windlass::tidy {

// `cycle`: the units inside a box form no cycle, and the boxes form none. The finding names the way
// round, with the include that makes each step:
// "x/a -> x/b (x/a.cc:3) -> x/a (x/b.h:7)".
std::vector<Finding> CheckCycles(const std::vector<Source>& tree);

}  // namespace windlass::tidy
