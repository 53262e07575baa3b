// A model of the garbage collector and of namespace deletion: what happens to the children of a
// deleted object.
//
// It reads the store itself, some time after each change:
// - An object whose owners are all gone is deleted.
// - A foreground deletion waits for blocking children.
// - An orphaning deletion removes the owner references.
// - The contents of a terminating namespace are deleted, then the namespace.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "kubeclient/base/random.h"
#include "test/sim/api_server.h"

namespace windlass::sim {

struct GarbageCollectorOptions {
  Duration lag_min = milliseconds(10);
  Duration lag_max = milliseconds(200);
};

class GarbageCollector {
 public:
  explicit GarbageCollector(ApiServer& server, GarbageCollectorOptions options = {});
  GarbageCollector(const GarbageCollector&) = delete;
  GarbageCollector& operator=(const GarbageCollector&) = delete;

  // Returns true if no object waits to be processed.
  bool idle() const { return waiting_.empty(); }

 private:
  void OnChange(const Change& change);
  void LookLater(const StoreKey& key);
  void Look(const StoreKey& key);
  void LookAtDeleting(const StoreKey& key, const Json& object);
  void LookAtNamespace(const std::string& name);
  std::vector<StoreKey> Children(const std::string& namespace_, const std::string& owner_uid,
                                 bool blocking_only) const;
  bool OwnerExists(const std::string& namespace_, const Json& reference) const;
  void Orphan(const StoreKey& child, const std::string& owner_uid);
  void DropFinalizer(const StoreKey& key, const std::string& finalizer);

  ApiServer& server_;
  GarbageCollectorOptions options_;
  Random random_;
  std::set<StoreKey> waiting_;
};

}  // namespace windlass::sim
