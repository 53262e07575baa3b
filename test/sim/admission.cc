#include "test/sim/admission.h"

#include <nlohmann/json.hpp>
#include <string>

namespace windlass::sim {
namespace {

constexpr std::string_view kReplicaSetQuota = "windlass.example/replicaset-quota";

// A quota of count/replicasets.apps.
std::optional<ApiAnswer> CheckQuota(const ObjectStore& store, const Json& owner,
                                    const ApiResource& resource, const Json& object) {
  if (resource.resource != resources::kReplicaSets) return std::nullopt;
  const std::string limit = AnnotationOf(owner, kReplicaSetQuota);
  const size_t used = store.List(resources::kReplicaSets, NamespaceOf(object)).size();
  if (limit.empty() || used < std::stoull(limit)) return std::nullopt;
  const std::string counted = "count/" + resource.QualifiedPlural() + "=";
  return Forbidden(resource, NameOf(object),
                   "exceeded quota: quota, requested: " + counted + "1, used: " + counted +
                       std::to_string(used) + ", limited: " + counted + limit);
}

}  // namespace

std::optional<ApiAnswer> Admit(const ObjectStore& store, const ApiResource& resource,
                               const Json& object) {
  if (!resource.namespaced) return std::nullopt;
  const Object owner = store.Find({resources::kNamespaces, "", NamespaceOf(object)});
  return CheckQuota(store, *owner, resource, object);
}

}  // namespace windlass::sim
