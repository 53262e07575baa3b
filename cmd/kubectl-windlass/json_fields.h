// Fields of JSON objects that other programs wrote: an absent or mistyped field is no error.
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
// Returns the list, or an empty one.
const Json& ListOf(const Json& object, const std::string& pointer);
// Returns an annotation; "" if it is absent.
std::string AnnotationOf(const Json& object, std::string_view key);
// Returns true if the object is being deleted: a finalizer or a grace period keeps it for now.
bool IsDeleting(const Json& object);
// Returns the revision annotation as a number; 0 if it is absent or no number.
int64_t RevisionOf(const Json& object);
// Returns the condition of that type; null if there is none.
const Json* ConditionOf(const Json& object, std::string_view type);
// Returns the condition of that type if its status is "True"; else null.
const Json* TrueCondition(const Json& object, std::string_view type);
// Returns the reason of the condition of that type; "" if there is none.
std::string ReasonOf(const Json& object, std::string_view type);
// Returns a time; nullopt if it is absent or no time.
std::optional<WallTime> TimeOf(const Json& object, const std::string& pointer);
// Returns when a client last wrote the object itself, not a subresource such as status or scale;
// nullopt if metadata.managedFields does not say when.
std::optional<WallTime> LastWrite(const Json& object);
// Returns true if the controller has seen the latest spec.
bool IsObserved(const Json& object);
// Returns the condition ReplicaFailure if Windlass cannot go on: the API server refuses a write, or
// Windlass has no room in memory (own_reasons.h). Otherwise returns null.
const Json* HoldsUpWindlass(const Json& object);
// Returns the condition ReplicaFailure if its reason is AnnotationsNotCopied: a ReplicaSet has no
// room for annotations; this holds up nothing. Otherwise returns null. With a reason that is
// neither this one nor one of HoldsUpWindlass, ReplicaFailure is about Pods.
const Json* AnnotationsNotCopied(const Json& object);
// Returns true if the condition was set for the present generation of its object.
bool IsOfPresent(const Json& condition, const Json& object);
// If a controller has seen the latest spec but cannot begin with it, it leaves observedGeneration
// behind, and a condition says why. Returns the first of these conditions; null if there is none,
// or if observedGeneration is the latest:
//   - Stalled or Ready of the present generation
//   - Progressing with reason ReplicaSetCreateError
//   - the condition that HoldsUpWindlass returns
//   - the condition of updates in place, if it says that a new size or template is held back, and
//     LastWrite shows that it was written since the last change of the object
const Json* WhyUnobserved(const Json& object);

}  // namespace windlass::cli
