#include "test/sim/custom_validation.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "controller/api/custom_resources.h"
#include "test/sim/api_scale.h"
#include "test/sim/crd_schema.h"
#include "test/sim/crd_validation.h"
#include "test/sim/rollout_rules.h"
#include "test/sim/update_rules.h"

namespace windlass::sim {
namespace {

// After these errors of the schema the server does not look at CEL rules.
bool StopsRules(const Causes& causes) {
  return std::any_of(causes.begin(), causes.end(), [](const Cause& cause) {
    static constexpr std::string_view kStop[] = {"FieldValueTypeInvalid", "FieldValueRequired",
                                                 "FieldValueNotSupported", "FieldValueTooLong",
                                                 "FieldValueTooMany"};
    return std::find(std::begin(kStop), std::end(kStop), cause.reason) != std::end(kStop);
  });
}

// The scale subresource refuses a counter that a Scale cannot have.
void CheckScale(Causes& causes, const ApiResource& resource, const Json& object) {
  if (!HasScale(resource) || IntAt(object, {"status", "replicas"}) >= 0) return;
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

Causes ValidateCustom(const ApiResource& resource, const Json& before, const Json& after) {
  Causes causes = ValidateSchema(SchemaOf(resource), after, "");
  CheckScale(causes, resource, after);
  if (!ComeToRules(causes)) return causes;
  if (resource.resource == resources::kRollouts) CheckRolloutRules(causes, before, after);
  if (resource.resource == resources::kReplicationControllerUpdates) {
    CheckUpdateRules(causes, after);
  }
  return causes;
}

Causes ValidateCustomStatus(const ApiResource& resource, const Json& after) {
  Causes causes;
  const Json& status = At(after, {"status"});
  const Json* schema = FieldSchema(&SchemaOf(resource), "status");
  if (!status.is_null()) causes = ValidateSchema(*schema, status, "status");
  CheckScale(causes, resource, after);
  ComeToRules(causes);
  return causes;
}

}  // namespace windlass::sim
