// What a write does, by name: the event of its log line, and the label `decision` of its metric.
//
// Each folder that makes decisions has constants for them (example:
// controller/workload/decisions.h), so that code that counts writes can compare decisions. A
// decision that no code compares is named where the write is made. The names are for users, who
// have dashboards and alerts on them. A controller defines its own constants in its folder:
//
//   inline constexpr Decision kCopyValue{"copy value"};
#pragma once

#include <compare>
#include <string_view>

namespace windlass {

struct Decision {
  // Must outlive every copy: a string literal.
  std::string_view name;

  bool operator==(const Decision&) const = default;
  auto operator<=>(const Decision&) const = default;
};

}  // namespace windlass
