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

// Returns the text that names `object` and, if known, what makes it unreadable. Example: "rollouts
// shop/web (status.step.index: must be a 32-bit integer)".
std::string UnreadableText(const ResourceId& resource, const UnreadableObject& object);

// Returns the same text for the object `key`; "" if `quarantined` does not have the object.
std::string UnreadableText(const ResourceId& resource,
                           const std::map<ObjectKey, UnreadableObject>& quarantined,
                           const ObjectKey& key);

// Returns the Event that reports why Windlass leaves the object `key` of `kind` alone: it cannot
// read the latest version of `what`. This is a result of UnreadableText, or View::unreadable.
Event UnreadableEvent(std::string_view kind, const ObjectKey& key, const std::string& what);

// Returns the Event of UnreadableEvent if View::unreadable names something; else nullopt. The cache
// shows older versions of objects or none, so nothing may be decided. The key is woken when the
// object, or the whole kind, can be read again. Source.
std::optional<Event> WhyUnreadable(const View& view);

}  // namespace windlass::workload
