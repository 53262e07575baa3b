#include "test/sim/eviction.h"

#include <nlohmann/json.hpp>

#include "test/sim/api_eviction.h"

namespace windlass::sim {
namespace {

const std::string kEvictionActor = "eviction";

}  // namespace

bool Evict(ApiServer& server, const std::string& namespace_, const std::string& pod,
           Duration until_deleted) {
  const StoreKey key{resources::kPods, namespace_, pod};
  const Object found = server.Find(key);
  if (found == nullptr || IsDeleting(*found)) return true;
  if (!IgnoresBudgets(*found)) {
    const EvictionVerdict verdict =
        JudgeEviction(server.List(resources::kPodDisruptionBudgets, namespace_), *found);
    if (verdict.refusal) return false;
    if (verdict.takes_from != nullptr) {
      const StoreKey budget{resources::kPodDisruptionBudgets, namespace_,
                            NameOf(*verdict.takes_from)};
      const ApiAnswer taken = server.Update(kEvictionActor, budget, "status", [&](Json& object) {
        TakeDisruption(object, pod, server.loop().clock().Wall());
      });
      if (!taken.ok()) return false;
    }
  }
  server.loop().After(until_deleted, [&server, key] { server.Delete(kEvictionActor, key); });
  return true;
}

}  // namespace windlass::sim
