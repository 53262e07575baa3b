#include "test/sim/api_validation.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "test/sim/api_selector.h"
#include "test/sim/custom_validation.h"
#include "test/sim/pod_update.h"
#include "test/sim/strategy_validation.h"

namespace windlass::sim {
namespace {

constexpr std::string_view kNotNegative = "must be greater than or equal to 0";

struct NumberField {
  ResourceId resource;
  const char* section;
  const char* name;
};
constexpr NumberField kNumbers[] = {
    {resources::kDeployments, "spec", "replicas"},
    {resources::kDeployments, "spec", "minReadySeconds"},
    {resources::kDeployments, "spec", "revisionHistoryLimit"},
    {resources::kDeployments, "spec", "progressDeadlineSeconds"},
    {resources::kReplicaSets, "spec", "replicas"},
    {resources::kReplicaSets, "spec", "minReadySeconds"},
    {resources::kReplicationControllers, "spec", "replicas"},
    {resources::kReplicationControllers, "spec", "minReadySeconds"},
};

void CheckNotNegative(Causes& causes, const Json& object, std::string section, const char* field) {
  const int64_t value = IntAt(object, {section, field});
  if (value < 0) causes.push_back(InvalidValue(section + "." + field, value, kNotNegative));
}

void ValidatePodSpec(Causes& causes, const Json& spec, const std::string& field, bool in_template) {
  const Json& containers = At(spec, {"containers"});
  if (!containers.is_array() || containers.empty()) {
    causes.push_back(RequiredField(field + ".containers", ""));
  } else {
    for (size_t i = 0; i < containers.size(); ++i) {
      const std::string at = field + ".containers[" + std::to_string(i) + "]";
      if (TextAt(containers[i], {"name"}).empty())
        causes.push_back(RequiredField(at + ".name", ""));
      if (TextAt(containers[i], {"image"}).empty()) {
        causes.push_back(RequiredField(at + ".image", ""));
      }
    }
  }
  if (in_template && TextAt(spec, {"restartPolicy"}) != "Always") {
    causes.push_back({field + ".restartPolicy", "FieldValueNotSupported",
                      "Unsupported value: \"" + TextAt(spec, {"restartPolicy"}) +
                          "\": supported values: \"Always\""});
  }
  if (in_template && !At(spec, {"activeDeadlineSeconds"}).is_null()) {
    causes.push_back(ForbiddenField(field + ".activeDeadlineSeconds",
                                    "activeDeadlineSeconds in ReplicaSet is not Supported"));
  }
}

void CheckTemplateLabels(Causes& causes, const Json& object) {
  const Json& labels = At(object, {"spec", "template", "metadata", "labels"});
  if (SelectorMatches(LabelSelectorOf(object), labels)) return;
  causes.push_back(InvalidValue("spec.template.metadata.labels", labels,
                                "`selector` does not match template `labels`"));
}

// Checks selector and template of a Deployment or ReplicaSet.
void ValidateTemplate(Causes& causes, const Json& object) {
  const Json& selector = At(object, {"spec", "selector"});
  if (selector.is_null()) causes.push_back(RequiredField("spec.selector", ""));
  if (selector.is_object() && At(selector, {"matchLabels"}).empty() &&
      At(selector, {"matchExpressions"}).empty()) {
    causes.push_back(
        InvalidValue("spec.selector", selector, "empty selector is invalid for deployment"));
  }
  if (selector.is_object()) CheckTemplateLabels(causes, object);
  ValidatePodSpec(causes, At(object, {"spec", "template", "spec"}), "spec.template.spec", true);
}

void ValidateReplicationControllerTemplate(Causes& causes, const Json& object) {
  const bool selects = !At(object, {"spec", "selector"}).empty();
  if (!selects) causes.push_back(RequiredField("spec.selector", ""));
  if (At(object, {"spec", "template"}).is_null()) {
    causes.push_back(RequiredField("spec.template", ""));
    return;
  }
  if (selects) CheckTemplateLabels(causes, object);
  ValidatePodSpec(causes, At(object, {"spec", "template", "spec"}), "spec.template.spec", true);
}

void ValidateReplicationController(Causes& causes, const Json& object) {
  ValidateReplicationControllerTemplate(causes, object);
  // From 1.37 on, the rules that stand in the API's types come last, in the order of the fields.
  CheckNotNegative(causes, object, "spec", "replicas");
  CheckNotNegative(causes, object, "spec", "minReadySeconds");
}

// The only annotation that the server reads: it becomes a field of an older API version.
// RollbackRevision returns nullopt if its value is not a number.
constexpr const char* kRollbackTo = "deprecated.deployment.rollback.to";

std::optional<int64_t> RollbackRevision(const std::string& text) {
  int64_t revision = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, revision);
  if (error != std::errc() || stop != end) return std::nullopt;
  return revision;
}

std::optional<std::string> FindWrongRollback(const ApiResource& resource, const Json& object) {
  const Json& value = At(object, {"metadata", "annotations", kRollbackTo});
  if (resource.resource != resources::kDeployments || !value.is_string()) return std::nullopt;
  const std::string text = value.get<std::string>();
  if (RollbackRevision(text)) return std::nullopt;
  std::string said = "failed to parse annotation[";
  said += kRollbackTo;
  said += "]=" + text + " as int64: strconv.ParseInt: parsing \"" + text + "\": invalid syntax";
  return said;
}

void ValidateDeploymentSpec(Causes& causes, const Json& object) {
  CheckNotNegative(causes, object, "spec", "replicas");
  ValidateTemplate(causes, object);
  ValidateStrategy(causes, At(object, {"spec", "strategy"}));
  CheckNotNegative(causes, object, "spec", "minReadySeconds");
  CheckNotNegative(causes, object, "spec", "revisionHistoryLimit");
  CheckNotNegative(causes, object, "spec", "progressDeadlineSeconds");
  const int64_t rollback = RollbackRevision(AnnotationOf(object, kRollbackTo)).value_or(0);
  if (rollback < 0) causes.push_back(InvalidValue("spec.rollback.version", rollback, kNotNegative));
  const int64_t deadline = IntAt(object, {"spec", "progressDeadlineSeconds"}, 600);
  if (deadline <= IntAt(object, {"spec", "minReadySeconds"})) {
    causes.push_back(InvalidValue("spec.progressDeadlineSeconds", deadline,
                                  "must be greater than minReadySeconds"));
  }
}

void CheckNotGreater(Causes& causes, const Json& object, const char* field, const char* than,
                     std::string_view why) {
  const int64_t value = IntAt(object, {"status", field});
  if (value > IntAt(object, {"status", than})) {
    causes.push_back(InvalidValue(std::string("status.") + field, value, why));
  }
}

// Checks the counters of Deployments, ReplicaSets and ReplicationControllers (D-406).
void ValidateCounters(Causes& causes, const ApiResource& resource, const Json& object) {
  const bool deployment = resource.resource == resources::kDeployments;
  const char* own = deployment ? "updatedReplicas" : "fullyLabeledReplicas";
  static constexpr std::string_view kAboveReplicas = "cannot be greater than status.replicas";
  for (const char* field : {"observedGeneration", "replicas", own, "readyReplicas",
                            "availableReplicas", "unavailableReplicas", "terminatingReplicas"}) {
    CheckNotNegative(causes, object, "status", field);
  }
  if (deployment) CheckNotNegative(causes, object, "status", "collisionCount");
  CheckNotGreater(causes, object, own, "replicas", kAboveReplicas);
  CheckNotGreater(causes, object, "readyReplicas", "replicas", kAboveReplicas);
  CheckNotGreater(causes, object, "availableReplicas", "replicas", kAboveReplicas);
  CheckNotGreater(causes, object, "availableReplicas", "readyReplicas",
                  "cannot be greater than readyReplicas");
}

void Append(Causes& causes, Causes more) {
  for (Cause& cause : more) causes.push_back(std::move(cause));
}

void ValidateOwners(Causes& causes, const Json& object) {
  const Json& references = At(object, {"metadata", "ownerReferences"});
  if (!references.is_array()) return;
  std::string first;
  for (const Json& reference : references) {
    if (!BoolAt(reference, {"controller"})) continue;
    const std::string name = TextAt(reference, {"kind"}) + "/" + TextAt(reference, {"name"});
    if (first.empty()) {
      first = name;
      continue;
    }
    causes.push_back(InvalidValue("metadata.ownerReferences", references,
                                  "Only one reference can have Controller set to true. Found "
                                  "\"true\" in references for " +
                                      first + " and " + name));
    return;
  }
}

void ValidateSpec(Causes& causes, const ApiResource& resource, const Json& object) {
  if (resource.resource == resources::kDeployments) {
    ValidateDeploymentSpec(causes, object);
  } else if (resource.resource == resources::kReplicaSets) {
    CheckNotNegative(causes, object, "spec", "replicas");
    CheckNotNegative(causes, object, "spec", "minReadySeconds");
    ValidateTemplate(causes, object);
  } else if (resource.resource == resources::kReplicationControllers) {
    ValidateReplicationController(causes, object);
  } else if (resource.resource == resources::kPods) {
    ValidatePodSpec(causes, At(object, {"spec"}), "spec", false);
  } else if (resource.resource == resources::kEvents) {
    if (TextAt(object, {"involvedObject", "namespace"}) != NamespaceOf(object)) {
      causes.push_back(InvalidValue("involvedObject.namespace",
                                    At(object, {"involvedObject", "namespace"}),
                                    "does not match event.namespace"));
    }
  } else if (resource.resource == resources::kLeases) {
    if (IntAt(object, {"spec", "leaseDurationSeconds"}, 1) <= 0) {
      causes.push_back(InvalidValue("spec.leaseDurationSeconds",
                                    At(object, {"spec", "leaseDurationSeconds"}),
                                    "must be greater than 0"));
    }
  }
}

void CheckImmutable(Causes& causes, const Json& before, const Json& after, const char* section,
                    const char* field) {
  const Json& value = At(after, {section, field});
  if (value == At(before, {section, field})) return;
  causes.push_back(InvalidValue(std::string(section) + "." + field, value, "field is immutable"));
}

}  // namespace

std::optional<std::string> FindWrongType(const ApiResource& resource, const Json& object) {
  const std::string kind(resource.kind);
  if (auto wrong = FindWrongRollback(resource, object)) return wrong;
  const auto wrong = [](const Json& value, const std::string& field, const std::string& type) {
    return "json: cannot unmarshal " + std::string(value.type_name()) + " into Go struct field " +
           field + " of type " + type;
  };
  for (const NumberField& field : kNumbers) {
    if (field.resource != resource.resource) continue;
    const Json& value = At(object, {field.section, field.name});
    if (value.is_null() || value.is_number_integer()) continue;
    return wrong(value, kind + "Spec." + field.section + "." + field.name, "int32");
  }
  for (const char* map : {"labels", "annotations"}) {
    const Json& values = At(object, {"metadata", map});
    if (values.is_null()) continue;
    const std::string field = std::string("ObjectMeta.metadata.") + map;
    if (!values.is_object()) return wrong(values, field, "map[string]string");
    for (const auto& [key, value] : values.items()) {
      if (!value.is_string() && !value.is_null()) return wrong(value, field, "string");
    }
  }
  return std::nullopt;
}

Causes ValidateCreate(const ApiResource& resource, const Json& object) {
  Causes causes;
  ValidateOwners(causes, object);
  if (resource.custom) {
    Append(causes, ValidateCustom(resource, nullptr, object));
  } else {
    ValidateSpec(causes, resource, object);
  }
  return causes;
}

Causes ValidateUpdate(const ApiResource& resource, const Json& before, const Json& after,
                      std::string_view subresource) {
  Causes causes;
  const bool status = subresource == "status";
  const bool controller = resource.resource == resources::kReplicationControllers;
  const bool counted = controller || resource.resource == resources::kDeployments ||
                       resource.resource == resources::kReplicaSets;
  ValidateOwners(causes, after);
  CheckImmutable(causes, before, after, "metadata", "uid");
  if (resource.custom) {
    Append(causes, status ? ValidateCustomStatus(resource, after)
                          : ValidateCustom(resource, before, after));
    return causes;
  }
  if (status && counted) {
    ValidateCounters(causes, resource, after);
    const int64_t collisions = IntAt(after, {"status", "collisionCount"});
    const bool removed = !At(before, {"status", "collisionCount"}).is_null() &&
                         At(after, {"status", "collisionCount"}).is_null();  // even if it was 0
    if (removed || collisions < IntAt(before, {"status", "collisionCount"})) {
      causes.push_back(InvalidValue("status.collisionCount", collisions, "cannot be decremented"));
    }
    return causes;
  }
  if (status) return causes;
  ValidateSpec(causes, resource, after);
  // The selector of a ReplicationController may change.
  if (counted && !controller) CheckImmutable(causes, before, after, "spec", "selector");
  if (resource.resource == resources::kPods && subresource != "binding") {
    Append(causes, subresource == "resize" ? ValidatePodResize(before, after)
                                           : ValidatePodUpdate(before, after));
  }
  return causes;
}

}  // namespace windlass::sim
