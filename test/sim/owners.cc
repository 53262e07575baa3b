#include "test/sim/owners.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "test/sim/api_defaults.h"

namespace windlass::sim {

bool IsOwnerKind(const ResourceId& resource) {
  return std::ranges::find(kOwnerKinds, resource) != kOwnerKinds.end();
}

bool IsRollout(const Json& object) { return TextAt(object, {"kind"}) == resources::kRollouts.kind; }

Object FindOwner(const ApiServer& server, const std::string& namespace_, const std::string& uid) {
  if (uid.empty()) return nullptr;
  for (const ResourceId& kind : kOwnerKinds) {
    for (const Object& owner : server.List(kind, namespace_)) {
      if (UidOf(*owner) == uid) return owner;
    }
  }
  return nullptr;
}

Object FindOwnerOf(const ApiServer& server, const Json& replica_set) {
  for (const ResourceId& kind : kOwnerKinds) {
    if (!IsControlledBy(kind, replica_set)) continue;
    const Object found =
        server.Find({kind, NamespaceOf(replica_set), TextAt(ControllerOf(replica_set), {"name"})});
    const bool owns = found != nullptr && UidOf(*found) == ControllerUidOf(replica_set);
    return owns ? found : nullptr;
  }
  return nullptr;
}

bool IsControlledBy(const ResourceId& kind, const Json& object) {
  return TextAt(ControllerOf(object), {"kind"}) == kind.kind;
}

Json TemplateInReplicaSet(const Json& object) {
  const Json& pattern = At(object, {"spec", "template"});
  if (!IsRollout(object)) return pattern;
  Json replica_set;
  replica_set["spec"]["template"] = pattern;
  const ApiResource& resource = DescribeResource(resources::kReplicaSets);
  ApplyDefaults(resource, replica_set);
  DropEmptyFields(resource, replica_set);
  return std::move(replica_set["spec"]["template"]);
}

}  // namespace windlass::sim
