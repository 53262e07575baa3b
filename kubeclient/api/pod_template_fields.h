// What the canonical form must know of each field of PodTemplateSpec: which values mean the same as
// no value, and how values are compared.
//
// Taken from the Go types of k8s.io/api core/v1 (1.36), one table per struct. A field that is not
// listed is kept as written: pointers to scalars, lists of scalars, and everything that a later
// Kubernetes adds. null and [] count as absent in every field. Source: D-153.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace windlass {

enum class FieldKind : uint8_t {
  kLiteral,          // as written
  kScalar,           // no pointer: "", 0 and false are absent
  kIntOrString,      // no pointer: 0 is absent, "" is not
  kTime,             // compared by instant
  kQuantity,         // no pointer: compared by number, 0 is absent
  kQuantityPointer,  // compared by number
  kMap,              // of strings: {} is absent
  kTemplateLabels,   // kMap without the label pod-template-hash
  kQuantityMap,      // {} is absent, values are compared by number
  kStruct,           // embedded: {} is absent
  kObject,           // pointer to a struct: {} is not absent
  kList,             // of structs
};

struct Field {
  std::string_view name;
  FieldKind kind = FieldKind::kLiteral;
  const Field* members = nullptr;  // of the struct, or of the structs in the list
  size_t member_count = 0;

  constexpr Field(std::string_view field, FieldKind how) : name(field), kind(how) {}
  template <size_t N>
  constexpr Field(std::string_view field, FieldKind how, const Field (&nested)[N])
      : name(field), kind(how), members(nested), member_count(N) {}

  std::span<const Field> fields() const { return {members, member_count}; }
};

// The fields of PodTemplateSpec itself: metadata and spec.
std::span<const Field> PodTemplateFields();

}  // namespace windlass
