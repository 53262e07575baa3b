// Tells the decoder which parts of an object it must keep for updates in place, in addition to the
// parts that every planner needs.
#pragma once

#include <string_view>

#include "kubeclient/api/decode_interest.h"
#include "kubeclient/api/object_meta.h"

namespace windlass::in_place {

// Returns true if this ReplicaSet or Deployment may be updated in place: its annotation
// windlass.dev/in-place is present and not Disabled (in upper or lower case). If so, the cache
// keeps the template's text, because in-place updates compare templates at every step.
bool KeepsTemplate(const ObjectMeta& rs);

// Returns true if `key` is a setting of updates in place, or any note of Windlass
// (internal.windlass.dev/…), on a ReplicaSet or Deployment. If an object has such a key, the cache
// keeps all annotations of the object, however large, except kubectl's last-applied-configuration:
// two ReplicaSets that exchange their templates exchange annotations, too.
bool KeepsAllWith(std::string_view key);

// Returns true for our own annotations and for the annotation by which the ReplicaSet controller
// chooses Pods to delete. A Pod's other annotations are never read and often large.
bool KeepsPodAnnotation(std::string_view key);

// Returns the three predicates above and the readiness gate of drain mode Gate.
DecodeInterest Interest();

}  // namespace windlass::in_place
