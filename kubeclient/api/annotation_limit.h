// How large the annotations of one object may be together.
#pragma once

#include <cstddef>
#include <string_view>

namespace windlass {

// Keys and values together. The API server refuses more.
inline constexpr size_t kAnnotationBytesMax = size_t{256} << 10U;

// Returns how many bytes the API server counts. `annotations`: a map or StringMap.
template <typename Annotations>
size_t AnnotationBytes(const Annotations& annotations) {
  size_t bytes = 0;
  for (const auto& [key, value] : annotations) {
    bytes += std::string_view(key).size() + std::string_view(value).size();
  }
  return bytes;
}

}  // namespace windlass
