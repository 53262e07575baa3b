#include "test/sim/eviction.h"

#include <vector>

#include "test/sim/api_selector.h"
#include "test/sim/container_run.h"

namespace windlass::sim {
namespace {

const std::string kEvictionActor = "eviction";

std::vector<Object> BudgetsOf(ApiServer& server, const Json& pod) {
  std::vector<Object> selecting;
  for (const Object& budget : server.List(resources::kPodDisruptionBudgets, NamespaceOf(pod))) {
    const Json& selector = At(*budget, {"spec", "selector"});
    const bool selects =
        !selector.is_null() && SelectorMatches(selector, At(pod, {"metadata", "labels"}));
    if (selects) selecting.push_back(budget);
  }
  return selecting;
}

int64_t Status(const Json& budget, const char* field) { return IntAt(budget, {"status", field}); }

// Returns true if evicting the Pod costs no disruption: it is not Ready, and the budget has enough
// healthy Pods.
bool IsFree(const Json& pod, const Json& budget) {
  return !IsReadyPod(pod) && Status(budget, "desiredHealthy") > 0 &&
         Status(budget, "currentHealthy") >= Status(budget, "desiredHealthy");
}

bool TakeRoom(ApiServer& server, const Json& pod, const Json& budget) {
  const bool late =
      Status(budget, "observedGeneration") < IntAt(budget, {"metadata", "generation"});
  if (late || Status(budget, "disruptionsAllowed") <= 0) return false;
  const StoreKey key{resources::kPodDisruptionBudgets, NamespaceOf(budget), NameOf(budget)};
  const std::string now = TimeText(server.loop().clock().Wall());
  return server
      .Update(kEvictionActor, key, "status",
              [&](Json& object) {
                Json& status = object["status"];
                status["disruptionsAllowed"] = Status(object, "disruptionsAllowed") - 1;
                status["disruptedPods"][NameOf(pod)] = now;
              })
      .ok();
}

}  // namespace

bool Evict(ApiServer& server, const std::string& namespace_, const std::string& pod,
           Duration until_deleted) {
  const StoreKey key{resources::kPods, namespace_, pod};
  const Object found = server.Find(key);
  if (found == nullptr || IsDeleting(*found)) return true;
  const std::vector<Object> budgets = BudgetsOf(server, *found);
  if (budgets.size() > 1) return false;
  const bool pending = TextAt(*found, {"status", "phase"}) == "Pending";
  if (!budgets.empty() && !pending && !IsFree(*found, *budgets.front()) &&
      !TakeRoom(server, *found, *budgets.front())) {
    return false;
  }
  server.loop().After(until_deleted, [&server, key] { server.Delete(kEvictionActor, key); });
  return true;
}

}  // namespace windlass::sim
