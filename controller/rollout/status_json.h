// Parts of a Rollout's status as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "controller/workload/body_json.h"
#include "kubeclient/api/condition_json.h"
#include "kubeclient/api/rollout.h"

namespace windlass::rollout {

using workload::Json;

// Each returns null if the value is absent, so that a merge patch removes the field. Otherwise the
// object names every member, absent ones with null, because a merge patch keeps members that it
// does not name.
Json ToJson(const std::optional<RolloutStepStatus>& step);
Json ToJson(const std::optional<RolledBack>& rolled_back);
using windlass::ToJson;  // of conditions

}  // namespace windlass::rollout
