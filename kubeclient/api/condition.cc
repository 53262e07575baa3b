#include "kubeclient/api/condition.h"

#include <algorithm>

namespace windlass {

const Condition* FindCondition(const std::vector<Condition>& conditions, std::string_view type) {
  const auto at = std::find_if(conditions.begin(), conditions.end(),
                               [&](const Condition& c) { return c.type.text() == type; });
  return at == conditions.end() ? nullptr : &*at;
}

size_t BytesOf(const std::vector<Condition>& conditions) {
  size_t bytes = conditions.capacity() * sizeof(Condition);
  for (const Condition& condition : conditions) bytes += condition.message.capacity();
  return bytes;
}

}  // namespace windlass
