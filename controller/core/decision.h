// A name that says what a write does, such as "copy value". The name is the text of the write's log
// line, and the value of the label `decision` of the write's metric. Users have dashboards and
// alerts on these names.
//
// Each controller defines its decisions as constants in a header of its folder, for example in
// controller/workload/decisions.h. Code that counts writes compares a decision with the constant:
//
// inline constexpr Decision kCopyValue{"copy value"};
//
// If no code compares a decision, the code that makes the write may use a literal as the name.
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
