#include "test/sim/garbage_collector.h"

#include <array>
#include <nlohmann/json.hpp>

#include "controller/api/custom_resources.h"

namespace windlass::sim {
namespace {

const std::string kGarbageCollectorActor = "garbage-collector";
constexpr const char* kForeground = "foregroundDeletion";
constexpr const char* kOrphan = "orphan";

// The kinds that can have owners in the model.
constexpr std::array<ResourceId, 3> kChildren = {
    resources::kReplicaSets, resources::kReplicationControllers, resources::kPods};
constexpr std::array<ResourceId, 8> kInNamespaces = {resources::kDeployments,
                                                     resources::kRollouts,
                                                     resources::kReplicationControllerUpdates,
                                                     resources::kReplicaSets,
                                                     resources::kReplicationControllers,
                                                     resources::kPods,
                                                     resources::kEvents,
                                                     resources::kLeases};

std::vector<ResourceId> NamespacedResources() {
  std::vector<ResourceId> resources(kInNamespaces.begin(), kInNamespaces.end());
  for (const ResourceId& added : AddedResources()) {
    if (added.namespaced) resources.push_back(added);
  }
  return resources;
}

bool HasFinalizer(const Json& object, const std::string& finalizer) {
  const Json& list = At(object, {"metadata", "finalizers"});
  if (!list.is_array()) return false;
  for (const Json& present : list) {
    if (present == finalizer) return true;
  }
  return false;
}

bool Refers(const Json& object, const std::string& owner_uid, bool blocking_only) {
  const Json& references = At(object, {"metadata", "ownerReferences"});
  if (!references.is_array()) return false;
  for (const Json& reference : references) {
    if (TextAt(reference, {"uid"}) != owner_uid) continue;
    if (!blocking_only || BoolAt(reference, {"blockOwnerDeletion"})) return true;
  }
  return false;
}

}  // namespace

GarbageCollector::GarbageCollector(ApiServer& server, GarbageCollectorOptions options)
    : server_(server), options_(options), random_(server.loop().random().Next()) {
  server_.store().OnChange([this](const Change& change) { OnChange(change); });
}

void GarbageCollector::OnChange(const Change& change) {
  if (change.after != nullptr) {
    const bool owned = !At(*change.after, {"metadata", "ownerReferences"}).is_null();
    if (owned || IsDeleting(*change.after)) LookLater(change.key);
    return;
  }
  // The object is gone: its children lost an owner, and its own owner may wait for this.
  const Json& last = *change.last_state;
  for (const StoreKey& child : Children(change.key.namespace_, UidOf(last), false)) {
    LookLater(child);
  }
  const Json& references = At(last, {"metadata", "ownerReferences"});
  if (references.is_array()) {
    for (const Json& reference : references) {
      const ApiResource* kind =
          FindKind(TextAt(reference, {"apiVersion"}), TextAt(reference, {"kind"}));
      if (kind != nullptr) {
        LookLater({kind->resource, change.key.namespace_, TextAt(reference, {"name"})});
      }
    }
  }
  const StoreKey home{resources::kNamespaces, "", change.key.namespace_};
  const Object ns = server_.Find(home);
  if (ns != nullptr && IsDeleting(*ns)) LookLater(home);
}

void GarbageCollector::LookLater(const StoreKey& key) {
  if (!waiting_.insert(key).second) return;
  server_.loop().After(random_.Between(options_.lag_min, options_.lag_max), [this, key] {
    waiting_.erase(key);
    Look(key);
  });
}

void GarbageCollector::Look(const StoreKey& key) {
  const Object object = server_.Find(key);
  if (object == nullptr) return;
  if (key.resource == resources::kNamespaces) {
    if (IsDeleting(*object)) LookAtNamespace(key.name);
    return;
  }
  if (IsDeleting(*object)) return LookAtDeleting(key, *object);
  const Json& references = At(*object, {"metadata", "ownerReferences"});
  if (!references.is_array()) return;
  bool blocked_owner_waits = false;
  for (const Json& reference : references) {
    if (!OwnerExists(key.namespace_, reference)) continue;
    const ApiResource* kind =
        FindKind(TextAt(reference, {"apiVersion"}), TextAt(reference, {"kind"}));
    const Object owner =
        server_.Find({kind->resource, key.namespace_, TextAt(reference, {"name"})});
    if (!HasFinalizer(*owner, kForeground)) return;  // an owner that is not being deleted keeps it
    blocked_owner_waits = true;
  }
  DeleteOptions options;
  options.uid = UidOf(*object);
  const bool has_children = !Children(key.namespace_, UidOf(*object), true).empty();
  options.propagation =
      blocked_owner_waits && has_children ? Propagation::kForeground : Propagation::kBackground;
  server_.Delete(kGarbageCollectorActor, key, options);
}

void GarbageCollector::LookAtDeleting(const StoreKey& key, const Json& object) {
  const std::string uid = UidOf(object);
  if (HasFinalizer(object, kOrphan)) {
    for (const StoreKey& child : Children(key.namespace_, uid, false)) Orphan(child, uid);
    return DropFinalizer(key, kOrphan);
  }
  if (!HasFinalizer(object, kForeground)) return;
  const auto blocking = Children(key.namespace_, uid, true);
  if (blocking.empty()) return DropFinalizer(key, kForeground);
  for (const StoreKey& child : Children(key.namespace_, uid, false)) LookLater(child);
}

void GarbageCollector::LookAtNamespace(const std::string& name) {
  bool empty = true;
  DeleteOptions options;
  options.propagation = Propagation::kBackground;
  for (const ResourceId& resource : NamespacedResources()) {
    for (const Object& object : server_.List(resource, name)) {
      empty = false;
      if (!IsDeleting(*object))
        server_.Delete(kGarbageCollectorActor, {resource, name, NameOf(*object)}, options);
    }
  }
  const StoreKey key{resources::kNamespaces, "", name};
  if (!empty) return LookLater(key);
  server_.store().Commit(key, std::nullopt, server_.loop().clock().Now(), kGarbageCollectorActor,
                         "finalize namespaces " + name);
}

std::vector<StoreKey> GarbageCollector::Children(const std::string& namespace_,
                                                 const std::string& owner_uid,
                                                 bool blocking_only) const {
  std::vector<StoreKey> children;
  for (const ResourceId& resource : kChildren) {
    for (const Object& object : server_.List(resource, namespace_)) {
      if (!Refers(*object, owner_uid, blocking_only)) continue;
      children.push_back({resource, namespace_, NameOf(*object)});
    }
  }
  return children;
}

bool GarbageCollector::OwnerExists(const std::string& namespace_, const Json& reference) const {
  const ApiResource* kind =
      FindKind(TextAt(reference, {"apiVersion"}), TextAt(reference, {"kind"}));
  if (kind == nullptr) return false;
  const Object owner = server_.Find({kind->resource, namespace_, TextAt(reference, {"name"})});
  return owner != nullptr && UidOf(*owner) == TextAt(reference, {"uid"});
}

void GarbageCollector::Orphan(const StoreKey& child, const std::string& owner_uid) {
  server_.Update(kGarbageCollectorActor, child, "", [&](Json& object) {
    Json kept = Json::array();
    for (const Json& reference : At(object, {"metadata", "ownerReferences"})) {
      if (TextAt(reference, {"uid"}) != owner_uid) kept.push_back(reference);
    }
    object["metadata"]["ownerReferences"] = std::move(kept);
  });
}

void GarbageCollector::DropFinalizer(const StoreKey& key, const std::string& finalizer) {
  server_.Update(kGarbageCollectorActor, key, "", [&](Json& object) {
    Json kept = Json::array();
    for (const Json& present : At(object, {"metadata", "finalizers"})) {
      if (present != finalizer) kept.push_back(present);
    }
    object["metadata"]["finalizers"] = std::move(kept);
  });
}

}  // namespace windlass::sim
