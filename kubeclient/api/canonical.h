// Compares Pod templates as JSON, because structs would lack the fields of a later Kubernetes.
//
// Two templates are equal if and only if their canonical forms are equal byte for byte. In a
// canonical form
//   - label pod-template-hash is removed and keys are sorted
//   - a member that is null or [] is dropped
//   - {} in a known field is dropped if the Go type is a map or a struct, kept if it is a pointer
//   - a zero value in a known field is dropped if the Go type is not a pointer
//   - a quantity at a known path is replaced by its number, a time by its instant; an invalid text
//     there stays
//   - everything else stays, even fields that this code does not know; white space and the spelling
//     of escapes do not count
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

// A 128-bit hash of a text, usually of a template's canonical form. Two templates count as equal if
// the fingerprints of their canonical forms are equal.
struct Fingerprint {
  uint64_t high = 0;
  uint64_t low = 0;
  auto operator<=>(const Fingerprint&) const = default;
};

// Computes canonical forms. Reuses its buffers from one call to the next.
class Canonicalizer {
 public:
  Canonicalizer();
  ~Canonicalizer();
  Canonicalizer(const Canonicalizer&) = delete;
  Canonicalizer& operator=(const Canonicalizer&) = delete;

  // `template_json` is a PodTemplateSpec as the API server sent it. The result lives until the next
  // call. Returns kMalformed if the text is not one JSON object, or is nested deeper than
  // kJsonDepthMax.
  Result<std::string_view> Canonical(std::string_view template_json);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Returns the canonical form of a single template.
Result<std::string> CanonicalTemplate(std::string_view template_json);
Fingerprint FingerprintOf(std::string_view canonical_template);

// Returns the value of label pod-template-hash: a 32-bit FNV-1a hash as a decimal number.
// Its digits 0 to 9 are written as "456789bcdf" (D-171). The hash covers
//   - the canonical bytes
//   - if `collision_count` is 0 or more: the count in 4 bytes, the lowest first, and 4 zero bytes
std::string ComputeHash(std::string_view canonical_template, int64_t collision_count);

}  // namespace windlass
