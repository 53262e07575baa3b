// Objects whose latest version cannot be read.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "controller/core/step.h"
#include "controller/workload/view.h"
#include "kubeclient/api/decode.h"
#include "kubeclient/api/request.h"

namespace windlass::workload {

// Returns the object as Events refer to it.
ObjectReference ReferenceTo(const ResourceId& resource, const UnreadableObject& object);

// Returns "rollouts shop/web (status.step.index: want a 32-bit integer)".
std::string UnreadableText(const ResourceId& resource, const UnreadableObject& object);

// Returns that text for the object `key`; "" if it is not in `quarantined`.
std::string UnreadableText(const ResourceId& resource,
                           const std::map<ObjectKey, UnreadableObject>& quarantined,
                           const ObjectKey& key);

// Returns the Event that reports why nothing is decided for the object `key` of this kind: the
// latest version of `what`, an UnreadableText, cannot be read.
Event UnreadableEvent(std::string_view kind, const ObjectKey& key, const std::string& what);

// Returns the Event that says why nothing is decided for this workload: the cached version of it,
// or of one of its ReplicaSets, is known to be out of date. Returns nullopt if all could be read.
// The next version that can be read wakes the key. Source: R-031.
std::optional<Event> WhyUnreadable(const View& view);

}  // namespace windlass::workload
