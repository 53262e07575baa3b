// Reads fields of JSON objects. A field that is absent or has another type is no error, because
// other programs wrote the objects.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/base/clock.h"

namespace windlass::cli {

using Json = nlohmann::json;

// The revision annotation of Deployments and ReplicaSets.
inline constexpr std::string_view kRevisionAnnotation = "deployment.kubernetes.io/revision";

// Returns the field that a JSON pointer such as "/spec/replicas" names; null if the field is
// absent, or is a JSON null.
const Json* FieldOf(const Json& object, const std::string& pointer);
// If the field is absent or of another type, TextOf and NumberOf return `otherwise`, and FlagOf
// returns false.
std::string TextOf(const Json& object, const std::string& pointer,
                   const std::string& otherwise = "");
int64_t NumberOf(const Json& object, const std::string& pointer, int64_t otherwise = 0);
bool FlagOf(const Json& object, const std::string& pointer);
// Returns the list; an empty list if the field is absent or no list.
const Json& ListOf(const Json& object, const std::string& pointer);
// Returns an annotation; "" if it is absent.
std::string AnnotationOf(const Json& object, std::string_view key);
// Returns true if the object is being deleted, and a finalizer or a grace period still keeps it.
bool IsDeleting(const Json& object);
// Returns the revision annotation as a number; 0 if the annotation is absent or not a number.
int64_t RevisionOf(const Json& object);
// Returns the condition of type `type`; null if the object has none.
const Json* ConditionOf(const Json& object, std::string_view type);
// Returns the condition of type `type` if its status is "True"; otherwise null.
const Json* TrueCondition(const Json& object, std::string_view type);
// Returns the reason of the condition of type `type`; "" if the object has no such condition.
std::string ReasonOf(const Json& object, std::string_view type);
// Returns the field as a time; nullopt if the field is absent or not a time.
std::optional<WallTime> TimeOf(const Json& object, const std::string& pointer);
// Returns when a client last wrote the object through `subresource`, such as "status". If
// `subresource` is "", returns when a client last wrote the object directly. Returns nullopt if
// metadata.managedFields has no such time.
std::optional<WallTime> LastWrite(const Json& object, std::string_view subresource = {});
// Returns true if the controller has seen the latest spec: status.observedGeneration says so.
bool IsObserved(const Json& object);
// Returns the condition ReplicaFailure if its reason says that Windlass cannot go on; otherwise
// null. There are three such reasons (own_reasons.h):
//   - the API server refuses a write
//   - the API server does not keep a size
//   - Windlass has no room in memory
const Json* HoldsUpWindlass(const Json& object);
// Returns the condition ReplicaFailure if its reason is AnnotationsNotCopied, else null. A
// ReplicaSet then has no room for some annotations, and the rollout goes on without them.
// Any other True condition ReplicaFailure, except those that HoldsUpWindlass returns, is about
// Pods.
const Json* AnnotationsNotCopied(const Json& object);
// Returns true if observedGeneration of `condition` is the present generation of `object`.
bool IsOfPresent(const Json& condition, const Json& object);
// Returns the condition that says why a controller cannot begin with the latest spec: the first of
// these that exists. Returns null if there is none, or if the controller has begun (IsObserved).
//   - Stalled or Ready, set for the present generation
//   - Progressing with reason ReplicaSetCreateError
//   - the condition that HoldsUpWindlass returns
//   - windlass.dev/InPlace, if it says that a new size or template is held back, and was written
//     since the last change of the object (LastWrite)
const Json* WhyUnobserved(const Json& object);

}  // namespace windlass::cli
