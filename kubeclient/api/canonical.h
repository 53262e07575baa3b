// Pod template equality, without structs that would forget tomorrow's fields.
//
// Two templates are equal exactly when their canonical forms are equal bytes: label
// pod-template-hash removed, keys sorted, null and empty arrays dropped, empty objects dropped
// where the Go type is a map or an embedded struct and kept where it is a pointer, zero values
// dropped where the Go field is no pointer, quantities at known paths rewritten to their number.
// Fields that nobody knew when this was written are kept literally, null and empty arrays apart.
// Source: D-150…D-155; upstream EqualIgnoreHash = Semantic.DeepEqual. The fields are in
// pod_template_fields.h.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

inline constexpr std::string_view kPodTemplateHashLabel = "pod-template-hash";

// 128 bits over the canonical form. Equal fingerprints mean equal templates for all purposes here.
struct Fingerprint {
  uint64_t high = 0;
  uint64_t low = 0;
  auto operator<=>(const Fingerprint&) const = default;
};

// Canonical forms, one after the other, with buffers kept in between.
class Canonicalizer {
 public:
  Canonicalizer();
  ~Canonicalizer();
  Canonicalizer(const Canonicalizer&) = delete;
  Canonicalizer& operator=(const Canonicalizer&) = delete;

  // `template_json` is a PodTemplateSpec as the server sent it. The result lives until the next
  // call. Error kMalformed when it is not one whole JSON object, or nested deeper than
  // kJsonDepthMax.
  Result<std::string_view> Canonical(std::string_view template_json);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The same, once.
Result<std::string> CanonicalTemplate(std::string_view template_json);
Fingerprint FingerprintOf(std::string_view canonical_template);

// The pod-template-hash value: FNV-1a 32 over the canonical bytes and, when collision_count is
// given (>= 0; -1 = absent), 8 bytes of it; decimal digits mapped to "456789bcdf" (D-171).
std::string ComputeHash(std::string_view canonical_template, int64_t collision_count);

}  // namespace windlass
