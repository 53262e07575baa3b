// A status condition of any object.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/symbol.h"
#include "kubeclient/base/clock.h"

namespace windlass {

// Unknown types and status values are kept and written back unchanged (D-404, R-032).
struct Condition {
  Symbol type;
  Symbol status;  // "True", "False", "Unknown"
  Symbol reason;
  std::string message;
  WallTime last_update_time;  // not every resource has it
  WallTime last_transition_time;
  int64_t observed_generation = 0;  // custom resources only; 0: absent
  bool operator==(const Condition&) const = default;
};

// Returns the first condition of `type`; nullptr if there is none.
const Condition* FindCondition(const std::vector<Condition>& conditions, std::string_view type);

// Returns how many bytes of memory the conditions take, without interned texts.
size_t BytesOf(const std::vector<Condition>& conditions);

}  // namespace windlass
