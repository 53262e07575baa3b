#include "test/sim/rollout_rules.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "test/sim/api_selector.h"

namespace windlass::sim {
namespace {

bool IsZero(const Json& value) { return value == 0 || value == "0%"; }

void CheckSelector(Causes& causes, const Json& before, const Json& spec) {
  const Json& selector = At(spec, {"selector"});
  if (!before.is_null() && At(before, {"spec", "selector"}) != selector) {
    causes.push_back(ForbiddenField("spec.selector", "the selector cannot be changed"));
  }
  if (At(selector, {"matchLabels"}).empty() && At(selector, {"matchExpressions"}).empty()) {
    causes.push_back(InvalidValue("spec.selector", selector, "the selector is empty"));
  }
  const Json& labels = At(spec, {"template", "metadata", "labels"});
  if (!SelectorMatches(selector, labels)) {
    causes.push_back(InvalidValue("spec.template.metadata.labels", labels,
                                  "the template's labels must match the selector"));
  }
}

void CheckStrategy(Causes& causes, const Json& strategy) {
  const std::string type = TextAt(strategy, {"type"});
  const Json& rolling = At(strategy, {"rollingUpdate"});
  const bool steps = !At(strategy, {"steps"}).empty();
  const bool partition = !At(strategy, {"partition"}).is_null();
  const bool recreate = type == "Recreate";
  const bool in_place = type == "InPlaceIfPossible" || type == "InPlaceOnly";
  const auto forbid = [&](bool holds, const char* field, std::string_view why) {
    if (holds) causes.push_back(ForbiddenField(std::string("spec.strategy.") + field, why));
  };
  forbid(recreate && !rolling.is_null(), "rollingUpdate", "remove rollingUpdate");
  forbid(recreate && steps, "steps", "Recreate updates all Pods at once and has no steps");
  forbid(recreate && partition, "partition", "Recreate updates all Pods at once");
  forbid(!in_place && !At(strategy, {"inPlace"}).is_null(), "inPlace",
         "these settings have no effect with this type");
  const Json& services = At(strategy, {"services"});
  forbid(in_place && !services.is_null(), "services",
         "Pods keep their pod-template-hash through an update in place");
  const std::string stable = TextAt(services, {"stable"});
  if (!stable.empty() && stable == TextAt(services, {"canary"})) {
    causes.push_back(InvalidValue("spec.strategy.services", services,
                                  "one Service cannot select two revisions"));
  }
  forbid(partition && steps, "partition", "partition and steps exclude each other");
  if (IsZero(At(rolling, {"maxSurge"})) && IsZero(At(rolling, {"maxUnavailable"}))) {
    causes.push_back(InvalidValue("spec.strategy.rollingUpdate", rolling,
                                  "maxSurge and maxUnavailable are both 0"));
  }
}

}  // namespace

void CheckRolloutRules(Causes& causes, const Json& before, const Json& after) {
  const Json& spec = At(after, {"spec"});
  const int64_t deadline = IntAt(spec, {"progressDeadlineSeconds"});
  if (deadline <= IntAt(spec, {"minReadySeconds"})) {
    causes.push_back(InvalidValue("spec.progressDeadlineSeconds", deadline,
                                  "progressDeadlineSeconds must be greater than minReadySeconds"));
  }
  CheckSelector(causes, before, spec);
  CheckStrategy(causes, At(spec, {"strategy"}));
}

}  // namespace windlass::sim
