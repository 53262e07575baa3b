// What the canonical form must know of each field of PodTemplateSpec: which values mean the same as
// no value, and how values are compared.
//
// There is one table per struct, taken from the Go types of k8s.io api core/v1 (1.37). Fields in no
// table are kept as written: pointers to scalars, lists of scalars, and what a later Kubernetes
// adds. null and [] count as absent in every field. Source: D-153.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace windlass {

enum class FieldKind : uint8_t {
  kLiteral,          // kept as written
  kScalar,           // not a pointer in Go: "", 0 and false count as absent
  kIntOrString,      // not a pointer in Go: 0 counts as absent, "" does not
  kTime,             // two texts of the same instant are equal
  kQuantity,         // not a pointer in Go: compared by number, 0 counts as absent
  kQuantityPointer,  // compared by number, 0 does not count as absent
  kMap,              // map of strings: {} counts as absent
  kTemplateLabels,   // like kMap, but label pod-template-hash is ignored
  kQuantityMap,      // {} counts as absent, the values are compared by number
  kStruct,           // struct, not a pointer in Go: {} counts as absent
  kObject,           // pointer to a struct: {} does not count as absent
  kList,             // list of structs
};

struct Field {
  std::string_view name;
  FieldKind kind = FieldKind::kLiteral;
  const Field* members = nullptr;  // the fields of the struct, or of each struct in the list
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
