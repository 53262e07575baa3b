#include "test/sim/rollout_limits.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/fingerprint_text.h"
#include "kubeclient/base/assert.h"
#include "test/sim/owners.h"

namespace windlass::sim {
namespace {

// Returns the name that the status has for the requested template. It is that of the program under
// test: which Pods get a template is judged, not what it is called.
std::string NameOfTemplate(const Json& rollout) {
  const auto canonical = CanonicalTemplate(At(rollout, {"spec", "template"}).dump());
  WL_ASSERT(canonical.ok());
  return TextOf(FingerprintOf(*canonical));
}

// Returns how many of `desired` Pods may have the new revision by the steps.
int64_t UpdatedBySteps(const Json& rollout, int64_t desired) {
  const Json& steps = At(rollout, {"spec", "strategy", "steps"});
  if (steps.empty()) return desired;
  const std::string requested = NameOfTemplate(rollout);
  const Json& reached = At(rollout, {"status", "step"});
  const bool begun = TextAt(reached, {"template"}) == requested;
  const auto index = static_cast<size_t>(begun ? IntAt(reached, {"index"}, 1) : 1);
  const bool over = begun && IntAt(reached, {"index"}) > IntAt(reached, {"total"});
  if (over || index > steps.size()) return desired;
  int64_t most = 0;
  for (size_t i = 0; i < index; ++i) most = std::max(most, UpdatedByStep(steps[i], desired));
  return most;
}

}  // namespace

int64_t ResolveInPods(const Json& value, int64_t total, bool round_up) {
  if (value.is_number_integer()) return value.get<int64_t>();
  if (!value.is_string()) return 0;
  const std::string text = value.get<std::string>();
  int64_t percent = 0;
  std::from_chars(text.data(), text.data() + text.size(), percent);
  return (percent * total + (round_up ? 99 : 0)) / 100;
}

int64_t UpdatedByStep(const Json& step, int64_t desired) {
  const Json& wanted = At(step, {"setUpdated"});
  if (wanted.is_null()) return 0;
  const int64_t pods = std::min(ResolveInPods(wanted, desired, /*round_up=*/true), desired);
  if (wanted.is_number() || ResolveInPods(wanted, 100, /*round_up=*/true) >= 100) return pods;
  return desired < 2 ? 0 : std::clamp<int64_t>(pods, 1, desired - 1);
}

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
  limits.surge = ResolveInPods(limit("maxSurge"), limits.desired, /*round_up=*/true);
  limits.unavailable = ResolveInPods(limit("maxUnavailable"), limits.desired, /*round_up=*/false);
  // If both were zero, no rollout could move (I-07).
  if (limits.surge == 0 && limits.unavailable == 0) limits.unavailable = 1;
  limits.unavailable = std::min(limits.unavailable, limits.desired);
  return limits;
}

RolloutLimits LimitsOfUpdate(const Json& update) {
  RolloutLimits limits;
  limits.desired = IntAt(update, {"status", "desiredReplicas"});
  const Json& surge = At(update, {"spec", "maxSurge"});
  const Json& unavailable = At(update, {"spec", "maxUnavailable"});
  limits.surge =
      ResolveInPods(surge.is_null() ? Json(1) : surge, limits.desired, /*round_up=*/true);
  limits.unavailable = ResolveInPods(unavailable, limits.desired, /*round_up=*/false);
  if (limits.surge == 0 && limits.unavailable == 0) limits.unavailable = 1;
  limits.unavailable = std::min(limits.unavailable, limits.desired);
  return limits;
}

int64_t KeptOld(const Json& rollout) {
  if (BoolAt(rollout, {"spec", "abort"})) return 0;
  if (TextAt(rollout, {"status", "stableTemplate"}) == NameOfTemplate(rollout)) return 0;
  const int64_t desired = IntAt(rollout, {"spec", "replicas"}, 1);
  const Json& partition = At(rollout, {"spec", "strategy", "partition"});
  int64_t kept = std::min(ResolveInPods(partition, desired, /*round_up=*/true), desired);
  // Below 100 % at least one Pod of two or more is updated.
  const bool is_part = partition.is_string() && ResolveInPods(partition, 100, true) < 100;
  if (is_part && desired > 1) kept = std::min(kept, desired - 1);
  return std::max(kept, desired - UpdatedBySteps(rollout, desired));
}

}  // namespace windlass::sim
