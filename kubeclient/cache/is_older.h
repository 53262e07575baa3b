// Compares two resourceVersions; if they cannot be compared, the answer is "no" (R-034, S-004).
#pragma once

#include <compare>

#include "kubeclient/api/object_meta.h"

namespace windlass {

// Returns true only if the two can be compared and `a` is lower.
inline bool IsOlder(const ResourceVersion& a, const ResourceVersion& b) {
  const auto order = ResourceVersion::Compare(a, b);
  return order && *order == std::strong_ordering::less;
}

}  // namespace windlass
