// What a write does, by name. The name is the text of the write's log line, and the value of the
// label `decision` of its metric. Users have dashboards and alerts on these names.
//
// Each controller defines its decisions as constants in its folder (example:
// controller/workload/decisions.h), so that code that counts writes can compare them:
//
// inline constexpr Decision kCopyValue{"copy value"};
//
// A decision that no code compares needs no constant: its name is a literal where the write is
// made.
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
