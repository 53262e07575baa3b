#include "controller/workload/status/unreadable_object.h"

#include "controller/workload/workload_kind.h"

namespace windlass::workload {

ObjectReference ReferenceTo(const ResourceId& resource, const UnreadableObject& object) {
  const ObjectIdentity& identity = object.identity;
  return {resource.GroupVersion(), std::string(resource.kind), identity.key, identity.uid,
          identity.resource_version};
}

std::string UnreadableText(const ResourceId& resource, const UnreadableObject& object) {
  const std::string text = ObjectText(resource, object.identity.key);
  return object.why.empty() ? text : text + " (" + object.why + ")";
}

std::string UnreadableText(const ResourceId& resource,
                           const std::map<ObjectKey, UnreadableObject>& quarantined,
                           const ObjectKey& key) {
  const auto found = quarantined.find(key);
  return found == quarantined.end() ? std::string() : UnreadableText(resource, found->second);
}

Event UnreadableEvent(std::string_view kind, const ObjectKey& key, const std::string& what) {
  return Event{Event::Type::kWarning, "WindlassUnreadable",
               "Windlass leaves " + std::string(kind) + " \"" + key.ToString() +
                   "\" alone, because it cannot read the latest version of " + what +
                   ". Windlass goes on as soon as it can read that version."};
}

std::optional<Event> WhyUnreadable(const View& view) {
  if (view.unreadable.empty()) return std::nullopt;
  return UnreadableEvent(view.workload.kind.traits().name(), KeyOf(view.workload.meta),
                         view.unreadable);
}

}  // namespace windlass::workload
