#include "test/sim/rollout_validation.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "test/sim/api_selector.h"
#include "test/sim/crd_schema.h"
#include "test/sim/crd_validation.h"

namespace windlass::sim {
namespace {

const Json& Schema() { return SchemaOf(DescribeResource(resources::kRollouts)); }

// After these errors of the schema the server does not look at CEL rules.
bool StopsRules(const Causes& causes) {
  return std::any_of(causes.begin(), causes.end(), [](const Cause& cause) {
    static constexpr std::string_view kStop[] = {"FieldValueTypeInvalid", "FieldValueRequired",
                                                 "FieldValueNotSupported", "FieldValueTooLong",
                                                 "FieldValueTooMany"};
    return std::find(std::begin(kStop), std::end(kStop), cause.reason) != std::end(kStop);
  });
}

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
  forbid(partition && steps, "partition", "partition and steps exclude each other");
  if (IsZero(At(rolling, {"maxSurge"})) && IsZero(At(rolling, {"maxUnavailable"}))) {
    causes.push_back(InvalidValue("spec.strategy.rollingUpdate", rolling,
                                  "maxSurge and maxUnavailable are both 0"));
  }
}

// The scale subresource refuses a counter that a Scale cannot have.
void CheckScale(Causes& causes, const Json& object) {
  if (IntAt(object, {"status", "replicas"}) >= 0) return;
  causes.push_back(InvalidValue(".status.replicas", At(object, {"status", "replicas"}),
                                "should be a non-negative integer"));
}

// Adds the server's remark that it has not looked at the rules. Returns false then.
bool ComeToRules(Causes& causes) {
  if (!StopsRules(causes)) return true;
  causes.push_back(InvalidValue("<nil>", nullptr,
                                "some validation rules were not checked because the object was "
                                "invalid; correct the existing errors to complete validation"));
  return false;
}

}  // namespace

Causes ValidateRollout(const Json& before, const Json& after) {
  Causes causes = ValidateSchema(Schema(), after, "");
  CheckScale(causes, after);
  if (!ComeToRules(causes)) return causes;
  const Json& spec = At(after, {"spec"});
  const int64_t deadline = IntAt(spec, {"progressDeadlineSeconds"});
  if (deadline <= IntAt(spec, {"minReadySeconds"})) {
    causes.push_back(InvalidValue("spec.progressDeadlineSeconds", deadline,
                                  "progressDeadlineSeconds must be greater than minReadySeconds"));
  }
  CheckSelector(causes, before, spec);
  CheckStrategy(causes, At(spec, {"strategy"}));
  return causes;
}

Causes ValidateRolloutStatus(const Json& after) {
  Causes causes;
  const Json& status = At(after, {"status"});
  const Json* schema = FieldSchema(&Schema(), "status");
  if (!status.is_null()) causes = ValidateSchema(*schema, status, "status");
  CheckScale(causes, after);
  ComeToRules(causes);
  return causes;
}

}  // namespace windlass::sim
