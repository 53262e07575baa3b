// What updates in place need of decoded objects, beyond what every planner needs.
#pragma once

#include <string_view>

#include "kubeclient/api/decode_interest.h"
#include "kubeclient/api/object_meta.h"

namespace windlass::in_place {

// Whether a ReplicaSet with this metadata is of a Deployment that may be updated in place: its
// annotation windlass.dev/in-place has a value other than "Disabled", in any case. Updates in place
// compare templates at every step, so the text of its template is kept.
bool KeepsTemplate(const ObjectMeta& rs);

// Our own annotations, and the one by which the ReplicaSet controller chooses which Pod to delete.
// The other annotations of a Pod are not needed, and are often large.
bool KeepsPodAnnotation(std::string_view key);

// The two predicates above, and the readiness gate of drain mode Gate.
DecodeInterest Interest();

}  // namespace windlass::in_place
