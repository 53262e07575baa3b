// The order of two resourceVersions where not knowing means "no" (R-034, S-004).
#pragma once

#include <compare>

#include "kubeclient/api/object_meta.h"

namespace windlass {

// True only when both can be compared and `a` is the lower one.
inline bool IsOlder(const ResourceVersion& a, const ResourceVersion& b) {
  const auto order = ResourceVersion::Compare(a, b);
  return order && *order == std::strong_ordering::less;
}

}  // namespace windlass
