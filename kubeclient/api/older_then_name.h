// The order in which objects of one resource are considered.
#pragma once

#include <tuple>

namespace windlass {

// Returns true if `a` is older than `b`, or if both were created in the same second and the name of
// `a` comes first (D-150). T has a member `ObjectMeta meta`.
template <typename T>
bool OlderThenName(const T* a, const T* b) {
  return std::tie(a->meta.creation_timestamp, a->meta.name) <
         std::tie(b->meta.creation_timestamp, b->meta.name);
}

}  // namespace windlass
