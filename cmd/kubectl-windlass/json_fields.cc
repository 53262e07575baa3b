#include "cmd/kubectl-windlass/json_fields.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/workload/conditions.h"
#include "controller/workload/status/own_reasons.h"
#include "kubeclient/api/time.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::cli {
namespace {

// Returns the condition windlass.dev/InPlace if both hold, else null:
//   - it says that a new size or template is held back
//   - it is known to be no older than the last change of the object (LastWrite). An older condition
//     may come from a Windlass that does not run any more
const Json* HeldInPlace(const Json& object) {
  const Json* told = ConditionOf(object, "windlass.dev/InPlace");
  if (told == nullptr) return nullptr;
  const bool holds =
      TextOf(*told, "/status") == "True" || TextOf(*told, "/reason") == "NotPossible";
  const std::optional<WallTime> changed = LastWrite(object);
  return holds && changed && TimeOf(*told, "/lastUpdateTime") >= changed ? told : nullptr;
}

}  // namespace

const Json* FieldOf(const Json& object, const std::string& pointer) {
  const Json::json_pointer path(pointer);
  if (!object.contains(path)) return nullptr;
  const Json& field = object.at(path);
  return field.is_null() ? nullptr : &field;
}

std::string TextOf(const Json& object, const std::string& pointer, const std::string& otherwise) {
  const Json* field = FieldOf(object, pointer);
  return field != nullptr && field->is_string() ? field->get<std::string>() : otherwise;
}

int64_t NumberOf(const Json& object, const std::string& pointer, int64_t otherwise) {
  const Json* field = FieldOf(object, pointer);
  return field != nullptr && field->is_number_integer() ? field->get<int64_t>() : otherwise;
}

bool FlagOf(const Json& object, const std::string& pointer) {
  const Json* field = FieldOf(object, pointer);
  return field != nullptr && field->is_boolean() && field->get<bool>();
}

const Json& ListOf(const Json& object, const std::string& pointer) {
  static const Json kEmpty = Json::array();
  const Json* field = FieldOf(object, pointer);
  return field != nullptr && field->is_array() ? *field : kEmpty;
}

std::string AnnotationOf(const Json& object, std::string_view key) {
  const Json* annotations = FieldOf(object, "/metadata/annotations");
  if (annotations == nullptr || !annotations->is_object()) return "";
  const auto found = annotations->find(std::string(key));
  return found != annotations->end() && found->is_string() ? found->get<std::string>() : "";
}

bool IsDeleting(const Json& object) {
  return FieldOf(object, "/metadata/deletionTimestamp") != nullptr;
}

int64_t RevisionOf(const Json& object) {
  return ParseWhole<int64_t>(AnnotationOf(object, kRevisionAnnotation)).value_or(0);
}

const Json* ConditionOf(const Json& object, std::string_view type) {
  for (const Json& condition : ListOf(object, "/status/conditions")) {
    if (TextOf(condition, "/type") == type) return &condition;
  }
  return nullptr;
}

const Json* TrueCondition(const Json& object, std::string_view type) {
  const Json* condition = ConditionOf(object, type);
  const bool is_true = condition != nullptr && TextOf(*condition, "/status") == "True";
  return is_true ? condition : nullptr;
}

std::string ReasonOf(const Json& object, std::string_view type) {
  const Json* condition = ConditionOf(object, type);
  return condition == nullptr ? "" : TextOf(*condition, "/reason");
}

std::optional<WallTime> TimeOf(const Json& object, const std::string& pointer) {
  return ParseTime(TextOf(object, pointer));
}

bool IsObserved(const Json& object) {
  return NumberOf(object, "/metadata/generation") <= NumberOf(object, "/status/observedGeneration");
}

const Json* HoldsUpWindlass(const Json& object) {
  const Json* failure = TrueCondition(object, "ReplicaFailure");
  const bool ours = failure != nullptr && workload::HoldsUp(TextOf(*failure, "/reason"));
  return ours ? failure : nullptr;
}

const Json* AnnotationsNotCopied(const Json& object) {
  const Json* failure = TrueCondition(object, "ReplicaFailure");
  const bool ours = failure != nullptr && TextOf(*failure, "/reason") == workload::kNotCopied;
  return ours ? failure : nullptr;
}

bool IsOfPresent(const Json& condition, const Json& object) {
  return NumberOf(condition, "/observedGeneration") == NumberOf(object, "/metadata/generation");
}

std::optional<WallTime> LastWrite(const Json& object, std::string_view subresource) {
  std::optional<WallTime> last;
  for (const Json& entry : ListOf(object, "/metadata/managedFields")) {
    if (TextOf(entry, "/subresource") != subresource) continue;
    last = std::max(last, TimeOf(entry, "/time"));
  }
  return last;
}

const Json* WhyUnobserved(const Json& object) {
  if (IsObserved(object)) return nullptr;
  for (const Json* told : {TrueCondition(object, "Stalled"), ConditionOf(object, "Ready")}) {
    if (told != nullptr && IsOfPresent(*told, object)) return told;
  }
  const Json* progressing = ConditionOf(object, workload::kProgressing);
  const bool refused = progressing != nullptr && TextOf(*progressing, "/status") == "False" &&
                       TextOf(*progressing, "/reason") == "ReplicaSetCreateError";
  if (refused) return progressing;
  const Json* held_up = HoldsUpWindlass(object);
  return held_up != nullptr ? held_up : HeldInPlace(object);
}

}  // namespace windlass::cli
