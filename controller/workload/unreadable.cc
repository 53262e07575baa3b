#include "controller/workload/unreadable.h"

namespace windlass::workload {

ObjectReference ReferenceTo(const ResourceId& resource, const UnreadableObject& object) {
  const ObjectIdentity& identity = object.identity;
  return {resource.GroupVersion(), std::string(resource.kind), identity.key, identity.uid,
          identity.resource_version};
}

Event UnreadableEvent(std::string_view kind, const ObjectKey& key, const std::string& what) {
  return Event{Event::Type::kWarning, "WindlassUnreadable",
               std::string(kind) + " \"" + key.ToString() +
                   "\" is left alone: the latest version of " + what +
                   " could not be read. Remedy: the log of Windlass names the field; correct it."};
}

std::optional<Event> WhyUnreadable(const View& view) {
  if (view.unreadable.empty()) return std::nullopt;
  return UnreadableEvent(view.workload.kind.name(), KeyOf(view.workload.meta), view.unreadable);
}

}  // namespace windlass::workload
