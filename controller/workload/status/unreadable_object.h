// How Windlass names and reports objects whose latest version it cannot decode.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "controller/workload/view.h"
#include "kubeclient/api/decode.h"
#include "kubeclient/api/request.h"

namespace windlass::workload {

// Returns the reference to `object` for an Event about it.
ObjectReference ReferenceTo(const ResourceId& resource, const UnreadableObject& object);

// Returns a text that names `object` and, if known, why it cannot be decoded. Example: "rollouts
// shop/web (status.step.index: must be a 32-bit integer)".
std::string UnreadableText(const ResourceId& resource, const UnreadableObject& object);

// Returns the same text for the object `key`. Returns "" if this object is not in `quarantined`.
std::string UnreadableText(const ResourceId& resource,
                           const std::map<ObjectKey, UnreadableObject>& quarantined,
                           const ObjectKey& key);

// Returns the Event that says why Windlass leaves the object `key` of `kind` alone: it cannot read
// the latest version of `what`. For `what`, pass a result of UnreadableText, or View::unreadable.
Event UnreadableEvent(std::string_view kind, const ObjectKey& key, const std::string& what);

// Returns nullopt if View::unreadable is empty. Otherwise returns the Event of UnreadableEvent. The
// caller must then decide nothing: the cache has no version, or an old one, of what
// View::unreadable names. A new sync begins when Windlass can read it again. Source.
std::optional<Event> WhyUnreadable(const View& view);

}  // namespace windlass::workload
