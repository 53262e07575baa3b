#include "test/sim/rollout_limits.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string>

#include "test/sim/owners.h"

namespace windlass::sim {
namespace {

int64_t Resolve(const Json& value, int64_t total, bool round_up) {
  if (value.is_number_integer()) return value.get<int64_t>();
  if (!value.is_string()) return 0;
  const std::string text = value.get<std::string>();
  int64_t percent = 0;
  std::from_chars(text.data(), text.data() + text.size(), percent);
  return (percent * total + (round_up ? 99 : 0)) / 100;
}

}  // namespace

bool IsRecreate(const Json& owner) {
  return TextAt(owner, {"spec", "strategy", "type"}) == "Recreate";
}

RolloutLimits LimitsOf(const Json& owner) {
  RolloutLimits limits;
  limits.desired = IntAt(owner, {"spec", "replicas"}, 1);
  if (IsRecreate(owner)) {
    limits.unavailable = limits.desired;
    return limits;
  }
  const auto limit = [&](const char* field) {
    const Json& value = At(owner, {"spec", "strategy", "rollingUpdate", field});
    return value.is_null() && IsRollout(owner) ? Json("25%") : value;
  };
  limits.surge = Resolve(limit("maxSurge"), limits.desired, /*round_up=*/true);
  limits.unavailable = Resolve(limit("maxUnavailable"), limits.desired, /*round_up=*/false);
  // If both were zero, no rollout could move (I-07).
  if (limits.surge == 0 && limits.unavailable == 0) limits.unavailable = 1;
  limits.unavailable = std::min(limits.unavailable, limits.desired);
  return limits;
}

}  // namespace windlass::sim
