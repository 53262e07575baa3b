// What in-place updates need of decoded objects, in addition to what every planner needs.
#pragma once

#include <string_view>

#include "kubeclient/api/decode_interest.h"
#include "kubeclient/api/object_meta.h"

namespace windlass::in_place {

// Returns true if a ReplicaSet or Deployment with this metadata is, or belongs to, a workload that
// may be updated in place: the annotation windlass.dev/in-place has a value other than "Disabled",
// in upper or lower case. The text of its template is then kept, because in-place updates compare
// templates at every step.
bool KeepsTemplate(const ObjectMeta& rs);

// Returns true for the settings and notes of updates in place on ReplicaSets and Deployments. An
// object that has one of these keeps all its annotations, however large: two ReplicaSets that
// exchange their templates exchange annotations, too.
bool KeepsAllWith(std::string_view key);

// Returns true for our own annotations and for the one by which the ReplicaSet controller chooses
// Pods to delete. A Pod's other annotations are never read and often large.
bool KeepsPodAnnotation(std::string_view key);

// Returns the three predicates above and the readiness gate of drain mode Gate.
DecodeInterest Interest();

}  // namespace windlass::in_place
