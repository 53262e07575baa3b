// Status conditions as JSON, for a patch of a status.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "kubeclient/api/condition.h"

namespace windlass {

// Returns null if there are no conditions, so that a merge patch removes the field. A patch
// replaces lists whole, and the API server refuses null in them. So conditions have no member for a
// time that is zero, nor for a generation that is 0.
nlohmann::ordered_json ToJson(const std::vector<Condition>& conditions);

}  // namespace windlass
