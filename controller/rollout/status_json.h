// Parts of a Rollout's status as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "controller/workload/request_body.h"
#include "kubeclient/api/rollout.h"

namespace windlass::rollout {

using workload::Json;

// Each returns null for what is absent, so that a merge patch removes the field. A patch merges
// objects, so every member is named.
Json TextOrNull(std::string_view text);  // null if the text is empty
Json ToJson(const std::optional<int32_t>& number);
Json ToJson(const std::optional<int64_t>& number);
Json ToJson(const std::optional<RolloutStepStatus>& step);
Json ToJson(const std::optional<RolledBack>& rolled_back);
// A patch replaces lists whole, and the API server refuses null in them. So conditions have no
// member for a time that is zero, nor for a generation that is 0.
Json ToJson(const std::vector<Condition>& conditions);

}  // namespace windlass::rollout
