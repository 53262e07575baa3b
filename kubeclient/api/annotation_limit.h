// The limit on the total size of one object's annotations.
#pragma once

#include <cstddef>
#include <string_view>

namespace windlass {

// The most bytes of keys and values together that the API server accepts.
inline constexpr size_t kAnnotationBytesMax = size_t{256} << 10U;

// Returns how many bytes the API server counts for `annotations`, a map or StringMap.
template <typename Annotations>
size_t AnnotationBytes(const Annotations& annotations) {
  size_t bytes = 0;
  for (const auto& [key, value] : annotations) {
    bytes += std::string_view(key).size() + std::string_view(value).size();
  }
  return bytes;
}

}  // namespace windlass
