#include "kubeclient/api/condition.h"

#include <algorithm>

namespace windlass {

const Condition* FindCondition(const std::vector<Condition>& conditions, std::string_view type) {
  const auto at = std::find_if(conditions.begin(), conditions.end(),
                               [&](const Condition& c) { return c.type.text() == type; });
  return at == conditions.end() ? nullptr : &*at;
}

}  // namespace windlass
