#include "test/sim/api_eviction.h"

#include <nlohmann/json.hpp>

#include "test/sim/api_selector.h"

namespace windlass::sim {
namespace {

Json StatusOf(const char* status, int code) {
  return {{"kind", "Status"},
          {"apiVersion", "v1"},
          {"metadata", Json::object()},
          {"status", status},
          {"code", code}};
}

ApiAnswer ManyBudgets() {
  Json status = StatusOf("Failure", 500);
  status["message"] =
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
      "support.";
  return Answer(500, MakeObject(std::move(status)));
}

ApiAnswer BudgetRefuses(const std::string& why, int retry_after_seconds) {
  Json status = StatusOf("Failure", 429);
  status["reason"] = "TooManyRequests";
  status["message"] = "Cannot evict pod as it would violate the pod's disruption budget.";
  status["details"]["causes"] = Json::array();
  status["details"]["causes"].push_back({{"reason", "DisruptionBudget"}, {"message", why}});
  if (retry_after_seconds > 0) status["details"]["retryAfterSeconds"] = retry_after_seconds;
  return Answer(429, MakeObject(std::move(status)));
}

int64_t Number(const Json& budget, const char* field) { return IntAt(budget, {"status", field}); }

// Returns true if evicting the Pod costs no disruption: it is not Ready, and the budget has enough
// healthy Pods or always allows such an eviction.
bool IsFree(const Json& pod, const Json& budget) {
  if (IsReadyPod(pod)) return false;
  if (TextAt(budget, {"spec", "unhealthyPodEvictionPolicy"}) == "AlwaysAllow") return true;
  const int64_t desired = Number(budget, "desiredHealthy");
  return desired > 0 && Number(budget, "currentHealthy") >= desired;
}

}  // namespace

bool IgnoresBudgets(const Json& pod) {
  return TextAt(pod, {"status", "phase"}) == "Pending" || IsTerminalPod(pod) || IsDeleting(pod);
}

EvictionVerdict JudgeEviction(const std::vector<Object>& budgets, const Json& pod) {
  std::vector<Object> selecting;
  for (const Object& budget : budgets) {
    const Json& selector = At(*budget, {"spec", "selector"});
    const bool selects =
        !selector.is_null() && SelectorMatches(selector, At(pod, {"metadata", "labels"}));
    if (selects) selecting.push_back(budget);
  }
  if (selecting.empty()) return {};
  if (selecting.size() > 1) return {.refusal = ManyBudgets()};
  const Json& budget = *selecting.front();
  if (IsFree(pod, budget)) return {};
  const std::string about = "The disruption budget " + NameOf(budget);
  if (Number(budget, "observedGeneration") < IntAt(budget, {"metadata", "generation"})) {
    return {.refusal = BudgetRefuses(about + " is still being processed by the server.", 10)};
  }
  if (Number(budget, "disruptionsAllowed") > 0) return {.takes_from = selecting.front()};
  const int64_t desired = Number(budget, "desiredHealthy");
  const int64_t healthy = Number(budget, "currentHealthy");
  return {.refusal =
              BudgetRefuses(healthy <= desired ? about + " needs " + std::to_string(desired) +
                                                     " healthy pods and has " +
                                                     std::to_string(healthy) + " currently"
                                               : about + " does not allow evicting pods currently",
                            0)};
}

void TakeDisruption(Json& budget, const std::string& pod, WallTime now) {
  Json& status = budget["status"];
  status["disruptionsAllowed"] = Number(budget, "disruptionsAllowed") - 1;
  status["disruptedPods"][pod] = TimeText(now);
}

void MarkEvicted(Json& pod, WallTime now) {
  Json& conditions = pod["status"]["conditions"];
  if (!conditions.is_array()) conditions = Json::array();
  if (!ConditionOf(pod, "DisruptionTarget").is_null()) return;
  conditions.push_back({{"type", "DisruptionTarget"},
                        {"status", "True"},
                        {"reason", "EvictionByEvictionAPI"},
                        {"message", "Eviction API: evicting"},
                        {"lastTransitionTime", TimeText(now)}});
}

ApiAnswer Evicted() { return Answer(201, MakeObject(StatusOf("Success", 201))); }

}  // namespace windlass::sim
