#include "controller/rollout/carried.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "controller/rollout/reasons.h"
#include "controller/rollout/status_json.h"

namespace windlass::rollout {
namespace {

std::optional<RolloutVerdict> VerdictOf(const RolloutStatus& stored) {
  const Condition* stalled = FindCondition(stored.conditions, kStalled);
  if (stalled == nullptr) return std::nullopt;
  if (stalled->reason == kAborted || stalled->reason == kNothingToAbortTo) return std::nullopt;
  const Condition* progressing = FindCondition(stored.conditions, "Progressing");
  if (progressing != nullptr && progressing->reason == stalled->reason) return std::nullopt;
  return RolloutVerdict{std::string(stalled->reason.text()), stalled->message};
}

Json ToJson(const std::optional<RolloutVerdict>& verdict) {
  if (!verdict) return {};
  Json object = Json::object();
  object["reason"] = verdict->reason;
  object["message"] = verdict->message;
  return object;
}

std::optional<RolloutVerdict> VerdictIn(const Json& object) {
  const auto found = object.find("verdict");
  if (found == object.end() || !found->is_object()) return std::nullopt;
  return RolloutVerdict{TextIn(*found, "reason"), TextIn(*found, "message")};
}

}  // namespace

bool IsOwnCondition(std::string_view type) {
  return type == kReady || type == kReconciling || type == kStalled || type == kRollbackRefused;
}

RolloutOwn OwnOf(const RolloutStatus& stored) {
  RolloutOwn own{.step = stored.step,
                 .stable_revision = stored.stable_revision,
                 .stable_template = stored.stable_template,
                 .rolled_back = stored.rolled_back,
                 .verdict = VerdictOf(stored),
                 .selector = stored.selector,
                 .phase = stored.phase,
                 .message = stored.message};
  std::ranges::copy_if(stored.conditions, std::back_inserter(own.conditions),
                       [](const Condition& condition) { return IsOwnCondition(condition.type); });
  return own;
}

std::string TextOf(const RolloutOwn& own) {
  Json object = Json::object();
  object["step"] = ToJson(own.step);
  object["stableRevision"] = ToJson(own.stable_revision);
  object["stableTemplate"] = TextOrNull(own.stable_template);
  object["rolledBack"] = ToJson(own.rolled_back);
  object["verdict"] = ToJson(own.verdict);
  object["selector"] = TextOrNull(own.selector);
  object["phase"] = TextOrNull(own.phase);
  object["message"] = TextOrNull(own.message);
  object["conditions"] = ToJson(own.conditions);
  return workload::Dump(object);
}

RolloutOwn ReadOwn(std::string_view carried) {
  const Json object = Json::parse(carried, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return {};
  return {.step = StepIn(object, "step"),
          .stable_revision = NumberIn(object, "stableRevision"),
          .stable_template = TextIn(object, "stableTemplate"),
          .rolled_back = RolledBackIn(object, "rolledBack"),
          .verdict = VerdictIn(object),
          .selector = TextIn(object, "selector"),
          .phase = TextIn(object, "phase"),
          .message = TextIn(object, "message"),
          .conditions = ConditionsIn(object, "conditions")};
}

}  // namespace windlass::rollout
