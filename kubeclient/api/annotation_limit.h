// How much an object may have of annotations.
#pragma once

#include <cstddef>

namespace windlass {

// Keys and values together. The API server refuses more.
inline constexpr size_t kAnnotationBytesMax = size_t{256} << 10U;

}  // namespace windlass
