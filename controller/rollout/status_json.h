// Parts of a Rollout's status as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "controller/api/rollout.h"
#include "controller/kind/conditions.h"
#include "controller/kind/status.h"

namespace windlass::rollout {

using kind::Json;

// Each returns null if the value is absent, so that a merge patch removes the field. Otherwise the
// object names every member, absent ones with null, because a merge patch keeps members that it
// does not name.
Json ToJson(const std::optional<RolloutStepStatus>& step);
Json ToJson(const std::optional<RolledBack>& rolled_back);
using kind::NumberOrNull;
using kind::TextOrNull;
using kind::TimeOrNull;
using kind::ToJson;  // of conditions

}  // namespace windlass::rollout
