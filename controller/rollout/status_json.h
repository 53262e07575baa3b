// Parts of a Rollout's status as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "controller/workload/request_body.h"
#include "kubeclient/api/condition_json.h"
#include "kubeclient/api/rollout.h"

namespace windlass::rollout {

using workload::Json;

// Each returns null for what is absent, so that a merge patch removes the field. A patch merges
// objects, so every member is named.
Json ToJson(const std::optional<RolloutStepStatus>& step);
Json ToJson(const std::optional<RolledBack>& rolled_back);
using windlass::ToJson;  // of conditions

}  // namespace windlass::rollout
