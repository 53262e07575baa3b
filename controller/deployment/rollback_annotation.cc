#include "controller/deployment/rollback_annotation.h"

#include <map>
#include <nlohmann/json.hpp>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/requests/body_json.h"
#include "kubeclient/api/json_value.h"

namespace windlass::deployment {
namespace {

using workload::IsCopied;
using workload::IsInternal;
using workload::kRollbackTo;

// Returns the annotations of the object as the server has them, including kubectl's last-applied
// configuration, which the cache leaves out.
Result<std::map<std::string, std::string>> AnnotationsIn(const std::string& object_json,
                                                         const ResourceVersion& version) {
  const auto object = Json::parse(object_json, nullptr, /*allow_exceptions=*/false);
  std::map<std::string, std::string> annotations;
  const Json::json_pointer path("/metadata/annotations");
  if (!object.is_object())
    return Error{ErrorKind::kMalformed, "the Deployment is not a JSON object"};
  // The patch applies to the cached version only. Annotations read from another version would undo
  // a user's edit.
  const Json::json_pointer own_version("/metadata/resourceVersion");
  if (object.value(own_version, "") != version.text) {
    return Error{ErrorKind::kConflict, "the Deployment was changed since it was read"};
  }
  if (!object.contains(path)) return annotations;
  for (const auto& [key, value] : object[path].items()) {
    if (value.is_string()) annotations[key] = value.get<std::string>();
  }
  return annotations;
}

// Returns the annotations of the Deployment after the rollback (D-467):
//   - from the Deployment: the annotations that are never copied to ReplicaSets, except internal
//     ones and the request to roll back
//   - from the ReplicaSet: all others
std::map<std::string, std::string> AnnotationsAfter(
    const std::map<std::string, std::string>& present, const ReplicaSet& target) {
  std::map<std::string, std::string> annotations;
  for (const auto& [key, value] : present) {
    if (IsInternal(key)) continue;  // an undo copied it (P-074)
    if (!IsCopied(key) && key != kRollbackTo) annotations[key] = value;
  }
  for (const auto& [key, value] : target.meta.annotations) {
    if (IsCopied(key.text())) annotations[std::string(key.text())] = value.text();
  }
  return annotations;
}

}  // namespace

std::optional<int64_t> RollBackTo(const ObjectMeta& meta) {
  const auto text = meta.annotations.Find(kRollbackTo);
  return text ? workload::ParseRevision(*text) : std::nullopt;
}

Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                         const ReplicaSet& target, const std::string& template_json) {
  WINDLASS_TRY(const auto present, AnnotationsIn(own_json, workload.meta.resource_version));
  WINDLASS_TRY(const Json pod_template, workload::TemplateWithoutHash(template_json));
  const std::map<std::string, std::string> annotations = AnnotationsAfter(present, target);
  const Json operations = {
      {{"op", "replace"}, {"path", "/spec/template"}, {"value", pod_template}},
      {{"op", "replace"}, {"path", "/metadata/annotations"}, {"value", annotations}}};
  return Request::JsonPatch(resources::kDeployments, VersionOf(workload.meta),
                            DumpJson(operations));
}

Request ClearRollback(const Workload& workload) {
  Json fields = Json::object();
  fields["metadata"]["annotations"][std::string(kRollbackTo)] = nullptr;
  return Request::MergePatch(resources::kDeployments, VersionOf(workload.meta), "",
                             DumpJson(fields));
}

}  // namespace windlass::deployment
