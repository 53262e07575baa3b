// A name that says what a write does, such as "copy value". It is the text of the write's log line,
// and the label `decision` of the write's metric. Users have dashboards and alerts on these names.
//
// Each controller defines its decisions as constants in a header of its folder, for example in
// controller/workload/decisions.h. Code that counts writes compares a decision with the constant:
//
// inline constexpr Decision kCopyValue{"copy value"};
//
// A name that no code compares may be a literal in the code that makes the write.
#pragma once

#include <compare>
#include <string_view>

namespace windlass {

struct Decision {
  // A string literal, because the text must outlive every copy of the Decision.
  std::string_view name;

  bool operator==(const Decision&) const = default;
  auto operator<=>(const Decision&) const = default;
};

}  // namespace windlass
