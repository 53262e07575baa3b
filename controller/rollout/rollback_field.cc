#include "controller/rollout/rollback_field.h"

#include <nlohmann/json.hpp>

#include "controller/api/custom_resources.h"
#include "controller/rollout/carried.h"
#include "controller/rollout/rollout_status.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/requests/body_json.h"
#include "kubeclient/api/json_value.h"

namespace windlass::rollout {
namespace {

constexpr const char* kChangeCause = "kubernetes.io/change-cause";

// Returns the annotations in `object_json`, the Rollout as the API server returned it; null if it
// has none. The cached Rollout does not show whether there are any, because the cache leaves out
// kubectl's annotation last-applied-configuration. Returns kConflict if the Rollout no longer has
// `version`.
Result<Json> AnnotationsIn(const std::string& object_json, const ResourceVersion& version) {
  const Json object = Json::parse(object_json, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return Error{ErrorKind::kMalformed, "the Rollout is not a JSON object"};
  if (object.value(Json::json_pointer("/metadata/resourceVersion"), "") != version.text) {
    return Error{ErrorKind::kConflict, "the Rollout was changed since it was read"};
  }
  const Json::json_pointer path("/metadata/annotations");
  return object.contains(path) ? object[path] : Json();
}

// Returns a JSON Patch operation for the annotation kubernetes.io/change-cause of the Rollout: it
// copies the annotation from `target`, or removes it if `target` lacks it. Returns null if both
// lack it. `annotations` are those of the Rollout.
Json CopyChangeCause(const Json& annotations, const ReplicaSet& target) {
  const std::string path = "/metadata/annotations/kubernetes.io~1change-cause";
  const auto cause = target.meta.annotations.Find(kChangeCause);
  if (!cause) {
    const bool has = annotations.is_object() && annotations.contains(kChangeCause);
    return has ? Json{{"op", "remove"}, {"path", path}} : Json();
  }
  const std::string text(*cause);
  if (annotations.is_object()) return {{"op", "add"}, {"path", path}, {"value", text}};
  Json value = Json::object();
  value[kChangeCause] = text;
  return {{"op", "add"}, {"path", "/metadata/annotations"}, {"value", value}};
}

RolledBack RecordOf(const RollbackOutcome& outcome, int64_t generation) {
  const bool by_number = outcome.asked != 0;
  return {.revision =
              by_number ? outcome.asked : workload::RevisionOf(outcome.target->meta).value_or(0),
          .became = outcome.becomes,
          .generation = generation,
          .to_previous = !by_number};
}

Condition RefusalOf(const RollbackOutcome& outcome, int64_t generation) {
  Condition refused = workload::NewCondition(kRollbackRefused, "True", outcome.reason,
                                             std::string(outcome.message), outcome.now);
  refused.last_update_time = {};
  refused.observed_generation = generation;
  return refused;
}

// Two records in `own` name a generation: rolled_back and the condition RollbackRefused. Lowers
// that generation to `generation` in each record where it is higher. Returns false if it was higher
// in neither.
bool NamePresent(RolloutOwn& own, int64_t generation) {
  bool changed = false;
  const auto name_present = [&](int64_t& recorded) {
    if (recorded <= generation) return;
    recorded = generation;
    changed = true;
  };
  if (own.rolled_back) name_present(own.rolled_back->generation);
  for (Condition& condition : own.conditions) {
    if (condition.type == kRollbackRefused) name_present(condition.observed_generation);
  }
  return changed;
}

// Returns true if `own` has the refusal `outcome` already.
bool HasRefusal(const RolloutOwn& own, const RollbackOutcome& outcome, int64_t generation) {
  const Condition* told = FindCondition(own.conditions, kRollbackRefused);
  return told != nullptr && told->observed_generation == generation &&
         told->reason == outcome.reason && told->message == outcome.message;
}

}  // namespace

Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                         const ReplicaSet& target, const std::string& template_json) {
  WINDLASS_TRY(const Json annotations, AnnotationsIn(own_json, workload.meta.resource_version));
  WINDLASS_TRY(const Json pod_template, workload::TemplateWithoutHash(template_json));
  Json operations = Json::array();
  operations.push_back({{"op", "replace"}, {"path", "/spec/template"}, {"value", pod_template}});
  operations.push_back({{"op", "remove"}, {"path", "/spec/rollbackTo"}});
  const Json cause = CopyChangeCause(annotations, target);
  if (!cause.is_null()) operations.push_back(cause);
  return Request::JsonPatch(resources::kRollouts, VersionOf(workload.meta), DumpJson(operations));
}

Request ClearRollback(const Workload& workload) {
  Json fields = Json::object();
  fields["spec"]["rollbackTo"] = nullptr;
  return Request::MergePatch(resources::kRollouts, VersionOf(workload.meta), "", DumpJson(fields));
}

std::optional<Request> NoteRollback(const Workload& workload, const RollbackOutcome& outcome) {
  RolloutOwn own = ReadOwn(workload.status.carried);
  // The record names the generation in which spec.rollbackTo is removed. Normally the next write
  // removes it, and so makes the next generation. If the API server put the former template back
  // (put_back), that write has been made already.
  const int64_t generation = workload.meta.generation + (outcome.put_back ? 0 : 1);
  if (outcome.put_back) own.rolled_back.reset();
  if (outcome.not_removed) {
    if (!NamePresent(own, workload.meta.generation)) return std::nullopt;
  } else if (outcome.target != nullptr) {
    const RolledBack record = RecordOf(outcome, generation);
    if (own.rolled_back == record) return std::nullopt;
    own.rolled_back = record;
  } else {
    if (HasRefusal(own, outcome, generation)) return std::nullopt;
    workload::RemoveCondition(own.conditions, kRollbackRefused);
    own.conditions.push_back(RefusalOf(outcome, generation));
  }
  StatusDraft draft{.status = workload.status, .now = outcome.now};
  draft.status.carried = KindStatus(own);
  return WriteStatus(workload, draft);
}

}  // namespace windlass::rollout
