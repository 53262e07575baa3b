// If no user of the decoder reads a large annotation, the cache keeps a fingerprint instead of the
// annotation's value.
//
// Reason: a user may write 256 KiB of annotations to each object, and the annotations of a
// Deployment are copied to its ReplicaSets.
// The fingerprint shows whether a copy is up to date. Code that has to write the value first reads
// the object from the API server (LargeValues).
// the object from the API server (LargeValues).
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

// A value of at most this many bytes is not large: it is kept even if no user reads it.
inline constexpr size_t kAnnotationBytesKept = 128;

struct LargeAnnotation {
  Symbol key;
  Fingerprint value;
  uint32_t bytes;  // of the value
  bool operator==(const LargeAnnotation&) const = default;
};
// In the order of the object's JSON, which the API server sorts by key.
using LargeAnnotations = std::vector<LargeAnnotation>;

// Returns the annotation with that key; null if `large` does not have it.
const LargeAnnotation* FindLarge(const LargeAnnotations& large, std::string_view key);

// Returns the values of all annotations in `large`, read from the object's JSON. Returns nullopt in
// three cases:
//   - The JSON cannot be read.
//   - The object lacks one of these annotations.
//   - The value of one of them does not have the fingerprint in `large`.
std::optional<std::map<std::string, std::string>> LargeValues(std::string_view object_json,
                                                              const LargeAnnotations& large);

}  // namespace windlass
