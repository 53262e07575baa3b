// Large annotations that no user of the decoder reads: only a fingerprint of the value is kept.
//
// A user may write 256 KiB of annotations to each object, and a Deployment's annotations are copied
// to its ReplicaSets. The fingerprint is enough to see whether a copy is up to date. Code that has
// to write a value reads the object first (LargeValues).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/symbol.h"

namespace windlass {

// Values up to this size are kept in any case.
inline constexpr size_t kAnnotationBytesKept = 128;

struct LargeAnnotation {
  Symbol key;
  Fingerprint value;
  uint32_t bytes;  // of the value
  bool operator==(const LargeAnnotation&) const = default;
};
using LargeAnnotations = std::vector<LargeAnnotation>;  // in order of key

// Returns the annotation with that key; null if it is not among `large`.
const LargeAnnotation* FindLarge(const LargeAnnotations& large, std::string_view key);

// Returns the values of all of `large` as the object's JSON has them. Returns nullopt if the object
// lacks one of these annotations or has another value for it, or if the object cannot be read.
std::optional<std::map<std::string, std::string>> LargeValues(std::string_view object_json,
                                                              const LargeAnnotations& large);

}  // namespace windlass
