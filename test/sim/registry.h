// Create, update and delete as kube-apiserver does them between HTTP and etcd: naming, defaulting,
// validation, optimistic locking, generations, graceful deletion and finalizers.
//
// The name and the order of the checks are upstream's (generic registry store).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "kubeclient/base/random.h"
#include "test/sim/api_answer.h"
#include "test/sim/object_store.h"

namespace windlass::sim {

struct Target {
  const ApiResource* resource = nullptr;
  std::string namespace_;
  std::string name;
  std::string subresource;  // "", "status", or "binding" (the scheduler's write to a Pod)

  StoreKey key() const { return {resource->resource, namespace_, name}; }
  // "deployments/status ns/web"
  std::string Describe() const;
};

struct Caller {
  std::string actor;
  std::string request;  // "PATCH deployments/status ns/web", for traces and invariants
  uint64_t shown = kAllShown;
};

enum class Propagation { kBackground, kForeground, kOrphan };

struct DeleteOptions {
  std::optional<std::string> uid;  // preconditions
  std::optional<std::string> resource_version;
  std::optional<int64_t> grace_period_seconds;
  // nullopt: the resource decides. A ReplicationController's dependents are orphaned then, those of
  // all others are deleted.
  std::optional<Propagation> propagation;
};

struct ServerLimits {
  size_t object_bytes_max = size_t{3} << 19U;  // etcd's, 1.5 MiB
  size_t annotation_bytes_max = size_t{256} << 10U;
};

class Registry {
 public:
  Registry(ObjectStore& store, const Clock& clock, Random random)
      : store_(store), clock_(clock), random_(random) {}

  void SetLimits(const ServerLimits& limits) { limits_ = limits; }
  const ServerLimits& limits() const { return limits_; }

  // A dry run answers what a creation would answer, with a uid of its own and no resourceVersion,
  // and stores nothing: no revision is used, and no listener hears of it.
  ApiAnswer Create(const Caller& caller, const Target& target, Json object, bool dry_run = false);

  // Returns the wanted state for the present one: the patched object, or the body of a PUT.
  using Transform = std::function<std::variant<Json, ApiAnswer>(const Json& current)>;
  enum class How { kPatch, kPut };
  ApiAnswer Update(const Caller& caller, const Target& target, How how, const Transform& transform);

  ApiAnswer Delete(const Caller& caller, const Target& target, const DeleteOptions& options);

 private:
  std::optional<Cause> CheckAnnotations(const Json& object) const;
  std::optional<ApiAnswer> CheckSize(const Json& object) const;
  std::optional<ApiAnswer> CheckNamespace(const Target& target) const;
  std::optional<ApiAnswer> CheckVersion(const Target& target, How how, const Json& current,
                                        const Json& next) const;
  ApiAnswer DeletePod(const Caller& caller, const Target& target, const Json& current,
                      const DeleteOptions& options);
  ApiAnswer MarkDeleted(const Caller& caller, const Target& target, Json object, int64_t grace);
  Object Commit(const Caller& caller, const StoreKey& key, std::optional<Json> object);
  std::string NewUid();
  std::string NewName(const std::string& prefix);

  ObjectStore& store_;
  const Clock& clock_;
  Random random_;
  ServerLimits limits_;
};

}  // namespace windlass::sim
