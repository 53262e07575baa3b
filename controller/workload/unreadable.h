// Objects whose latest version cannot be read.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "controller/workload/view.h"
#include "kubeclient/api/decode.h"
#include "kubeclient/api/request.h"

namespace windlass::workload {

// Returns the reference by which an Event names `object`.
ObjectReference ReferenceTo(const ResourceId& resource, const UnreadableObject& object);

// Returns "rollouts shop/web (status.step.index: must be a 32-bit integer)".
std::string UnreadableText(const ResourceId& resource, const UnreadableObject& object);

// Returns the same text for the object `key`; "" if `quarantined` does not have the object.
std::string UnreadableText(const ResourceId& resource,
                           const std::map<ObjectKey, UnreadableObject>& quarantined,
                           const ObjectKey& key);

// Returns the Event that reports why nothing is decided for the object `key` of this kind: the
// latest version of `what`, an UnreadableText, cannot be read.
Event UnreadableEvent(std::string_view kind, const ObjectKey& key, const std::string& what);

// If the latest version of the workload, or of one of its ReplicaSets, cannot be read, the cache
// shows an older version, and nothing is decided. Returns the Event that says so; nullopt if all
// these objects could be read. The next readable version of the object wakes the key. Source:
//
std::optional<Event> WhyUnreadable(const View& view);

}  // namespace windlass::workload
