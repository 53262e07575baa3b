#include "controller/rollout/strategy.h"

#include <algorithm>
#include <string>

#include "controller/rollout/service_facts.h"
#include "controller/rollout/steps.h"
#include "controller/workload/in_place_annotations.h"
#include "controller/workload/sizes/fenceposts.h"

namespace windlass::rollout {
namespace {

constexpr std::string_view kType = "spec.strategy.type";
constexpr std::string_view kPartitionField = "spec.strategy.partition";
constexpr std::string_view kInPlaceField = "spec.strategy.inPlace.";

struct Field {
  std::string_view name;  // in spec.strategy.inPlace
  std::string_view key;
};
constexpr Field kFields[] = {{"maxUnavailable", in_place::kMaxUnavailable},
                             {"surge", in_place::kSurge},
                             {"canaryFirst", in_place::kCanaryFirst},
                             {"drain", in_place::kDrain},
                             {"drainSeconds", in_place::kDrainSeconds},
                             {"onFailure", in_place::kOnFailure},
                             {"pdb", in_place::kPdb},
                             {"resources", in_place::kResources},
                             {"unblock", in_place::kUnblock}};

struct InPlaceType {
  std::string_view type;    // of spec.strategy
  std::string_view policy;  // the value of windlass.dev/in-place
};
constexpr InPlaceType kInPlaceTypes[] = {{"InPlaceIfPossible", "IfPossible"},
                                         {"InPlaceOnly", "Only"}};

// Returns the value of the annotation windlass.dev/in-place that means the same as `strategy.type`;
// empty if the type asks for no updates in place.
std::string_view PolicyOf(const RolloutStrategy& strategy) {
  for (const InPlaceType& row : kInPlaceTypes) {
    if (strategy.type == row.type) return row.policy;
  }
  return {};
}

Strategy StrategyOf(const RolloutStrategy& strategy) {
  if (!PolicyOf(strategy).empty()) return Strategy::kRollingUpdate;
  if (strategy.type == "Recreate") return Strategy::kRecreate;
  // Without a type, RollingUpdate is the default of the schema.
  const bool rolling = strategy.type == "RollingUpdate" || strategy.type.empty();
  return rolling ? Strategy::kRollingUpdate : Strategy::kOther;
}

// Returns why Recreate cannot be carried out; empty if it can. The schema refuses partition and
// steps with Recreate, but an object may be older than the schema.
std::string RefuseWithRecreate(const RolloutStrategy& strategy) {
  const auto refuse = [](std::string_view field) {
    return std::string(field) + ": Recreate updates all Pods at once: remove this field, or set " +
           std::string(kType) + " to RollingUpdate";
  };
  if (strategy.partition) return refuse(kPartitionField);
  return strategy.steps.empty() ? std::string() : refuse("spec.strategy.steps");
}

// Returns an error if `value` is set and is not a part of the Pods (PartError).
Status CheckPart(const std::optional<IntOrPercent>& value, const std::string& field) {
  const std::string error = value ? PartError(*value) : std::string();
  if (error.empty()) return Unit{};
  return Error{ErrorKind::kInvalid, field + ": " + error};
}

// Returns how many Pods are allowed to have the new revision; kUnlimited if the partition never
// keeps a Pod back. Returns 0 if a partition above 0 is set and there are no replicas.
Result<int32_t> UpdatedMax(const RolloutSpec& spec) {
  const std::optional<IntOrPercent>& partition = spec.strategy.partition;
  if (!partition) return kUnlimited;
  const Status part = CheckPart(partition, std::string(kPartitionField));
  if (!part.ok()) return part.error();
  const Result<int32_t> kept = ResolvePart(*partition, spec.replicas);
  if (!kept.ok()) return kept.error();
  return IsAboveZero(*partition) ? std::max(spec.replicas - *kept, 0) : kUnlimited;
}

Result<Fenceposts> LimitsOf(const RolloutSpec& spec) {
  WINDLASS_TRY(Fenceposts limits, workload::ResolveFenceposts(spec.replicas, MaxSurge(spec),
                                                              MaxUnavailable(spec), kLimitsField));
  const Status unavailable =
      CheckPart(MaxUnavailable(spec), std::string(kLimitsField) + ".maxUnavailable");
  if (!unavailable.ok()) return unavailable.error();
  WINDLASS_TRY(limits.updated_max, UpdatedMax(spec));
  return limits;
}

const std::optional<IntOrPercent>& OrQuarter(const RolloutStrategy& strategy,
                                             const std::optional<IntOrPercent>& limit) {
  static const std::optional<IntOrPercent> kQuarter = IntOrPercent::Percent("25%");
  return strategy.max_surge || strategy.max_unavailable ? limit : kQuarter;
}

}  // namespace

const std::optional<IntOrPercent>& MaxSurge(const RolloutSpec& spec) {
  return OrQuarter(spec.strategy, spec.strategy.max_surge);
}

const std::optional<IntOrPercent>& MaxUnavailable(const RolloutSpec& spec) {
  return OrQuarter(spec.strategy, spec.strategy.max_unavailable);
}

void ResolveStrategy(const RolloutSpec& spec, Workload& workload) {
  workload.strategy = StrategyOf(spec.strategy);
  workload.limits = {.desired = spec.replicas};
  if (workload.strategy == Strategy::kOther) {
    workload.strategy_error =
        "unexpected rollout strategy type: " + std::string(spec.strategy.type.text()) + ": set " +
        std::string(kType) + " to RollingUpdate, Recreate, InPlaceIfPossible or InPlaceOnly";
    return;
  }
  if (workload.strategy == Strategy::kRecreate) {
    workload.strategy_error = RefuseWithRecreate(spec.strategy);
    if (workload.strategy_error.empty()) workload.strategy_error = ServicesError(spec.strategy);
    return;
  }
  const Result<Fenceposts> limits = LimitsOf(spec);
  if (limits.ok()) {
    workload.limits = *limits;
    workload.strategy_error = StepsError(spec.strategy);
    if (workload.strategy_error.empty()) workload.strategy_error = ServicesError(spec.strategy);
  } else {
    workload.strategy_error = limits.error().message;
  }
}

std::vector<Setting> InPlaceSettings(const RolloutStrategy& strategy) {
  const std::string_view policy = PolicyOf(strategy);
  if (policy.empty()) return {};
  std::vector<Setting> settings = {{in_place::kInPlaceKey, policy}};
  for (const Field& field : kFields) {
    const auto value = strategy.in_place.find(field.name);
    if (value != strategy.in_place.end()) settings.push_back({field.key, value->second});
  }
  return settings;
}

SettingPlace PlaceOf(std::string_view key) {
  if (key == in_place::kInPlaceKey) return {"field", std::string(kType)};
  if (key == in_place::kPartition) return {"field", std::string(kPartitionField)};
  const auto* const field = std::ranges::find(kFields, key, &Field::key);
  if (field == std::end(kFields)) return {"field", std::string(key)};
  return {"field", std::string(kInPlaceField) + std::string(field->name)};
}

std::string_view WordOf(std::string_view key, std::string_view word) {
  if (key != in_place::kInPlaceKey) return word;
  const auto* const row = std::ranges::find(kInPlaceTypes, word, &InPlaceType::policy);
  return row == std::end(kInPlaceTypes) ? word : row->type;
}

}  // namespace windlass::rollout
