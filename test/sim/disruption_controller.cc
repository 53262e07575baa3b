#include "test/sim/disruption_controller.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "test/sim/api_selector.h"
#include "test/sim/container_run.h"
#include "test/sim/owners.h"

namespace windlass::sim {
namespace {

const std::string kDisruptionActor = "disruption-controller";

// Upstream rounds percentages up, those of maxUnavailable, too: 30 % of 5 Pods are 2.
int64_t Resolve(const Json& value, int64_t total) {
  if (value.is_number_integer()) return value.get<int64_t>();
  if (!value.is_string()) return 0;
  const std::string text = value.get<std::string>();
  int64_t percent = 0;
  std::from_chars(text.data(), text.data() + text.size(), percent);
  return (percent * total + 99) / 100;
}

}  // namespace

DisruptionController::DisruptionController(ApiServer& server) : server_(server) {
  server_.store().OnChange([this](const Change& change) { OnChange(change); });
}

void DisruptionController::OnChange(const Change& change) {
  const ResourceId& resource = change.key.resource;
  if (resource == resources::kPodDisruptionBudgets) {
    if (change.after != nullptr) Enqueue(change.key);
  } else if (resource == resources::kPods || resource == resources::kReplicaSets ||
             resource == resources::kReplicationControllers || IsOwnerKind(resource)) {
    for (const Object& budget :
         server_.List(resources::kPodDisruptionBudgets, change.key.namespace_)) {
      Enqueue({resources::kPodDisruptionBudgets, NamespaceOf(*budget), NameOf(*budget)});
    }
  }
}

void DisruptionController::Enqueue(const StoreKey& key) {
  if (queued_.contains(key)) return;
  queued_[key] = server_.loop().After(kLag, [this, key] {
    queued_.erase(key);
    Sync(key);
  });
}

void DisruptionController::Sync(const StoreKey& key) {
  const Object budget = server_.Find(key);
  if (budget == nullptr) return;
  const std::vector<Object> pods = PodsOf(*budget);
  const Json disrupted = StillDisrupted(*budget, pods);
  const Numbers numbers = Count(*budget, pods, disrupted);
  const int64_t allowed =
      numbers.expected > 0 ? std::max<int64_t>(0, numbers.healthy - numbers.desired) : 0;
  server_.Update(kDisruptionActor, key, "status", [&](Json& object) {
    Json& status = object["status"];
    status["expectedPods"] = numbers.expected;
    status["desiredHealthy"] = numbers.desired;
    status["currentHealthy"] = numbers.healthy;
    status["disruptionsAllowed"] = allowed;
    status["observedGeneration"] = IntAt(object, {"metadata", "generation"});
    status.erase("disruptedPods");
    if (!disrupted.empty()) status["disruptedPods"] = disrupted;
    SetCondition(status, "DisruptionAllowed", allowed > 0, TimeText(server_.loop().clock().Wall()));
  });
  // No event ends the entries; their time does.
  if (!disrupted.empty()) server_.loop().After(kDisruptedFor, [this, key] { Enqueue(key); });
}

// An empty selector selects every Pod of the namespace, an absent selector no Pod.
std::vector<Object> DisruptionController::PodsOf(const Json& budget) const {
  const Json& selector = At(budget, {"spec", "selector"});
  std::vector<Object> pods;
  if (selector.is_null()) return pods;
  for (const Object& pod : server_.List(resources::kPods, NamespaceOf(budget))) {
    if (SelectorMatches(selector, At(*pod, {"metadata", "labels"}))) pods.push_back(pod);
  }
  return pods;
}

// Returns the replicas of the Deployments and Rollouts that own the Pods, or of ReplicaSets and
// ReplicationControllers without an owner.
int64_t DisruptionController::ScaleOf(const std::vector<Object>& pods) const {
  std::map<std::string, int64_t> scales;
  for (const Object& pod : pods) {
    const ResourceId& kind = IsControlledBy(resources::kReplicationControllers, *pod)
                                 ? resources::kReplicationControllers
                                 : resources::kReplicaSets;
    const Object rs = server_.Find({kind, NamespaceOf(*pod), TextAt(ControllerOf(*pod), {"name"})});
    if (rs == nullptr) continue;
    const Object owner = FindOwnerOf(server_, *rs);
    const Json& scaled = owner != nullptr ? *owner : *rs;
    scales[UidOf(scaled)] = IntAt(scaled, {"spec", "replicas"}, 1);
  }
  int64_t total = 0;
  for (const auto& [uid, scale] : scales) total += scale;
  return total;
}

DisruptionController::Numbers DisruptionController::Count(const Json& budget,
                                                          const std::vector<Object>& pods,
                                                          const Json& disrupted) const {
  Numbers numbers;
  const Json& unavailable = At(budget, {"spec", "maxUnavailable"});
  const Json& available = At(budget, {"spec", "minAvailable"});
  if (!unavailable.is_null()) {
    numbers.expected = ScaleOf(pods);
    numbers.desired =
        std::max<int64_t>(0, numbers.expected - Resolve(unavailable, numbers.expected));
  } else if (!available.is_null()) {
    const bool percent = available.is_string();
    numbers.expected = percent ? ScaleOf(pods) : static_cast<int64_t>(pods.size());
    numbers.desired = Resolve(available, numbers.expected);
  }
  for (const Object& pod : pods) {
    const bool healthy = IsReadyPod(*pod) && !IsDeleting(*pod) && !disrupted.contains(NameOf(*pod));
    numbers.healthy += healthy ? 1 : 0;
  }
  return numbers;
}

Json DisruptionController::StillDisrupted(const Json& budget, const std::vector<Object>& pods) {
  Json kept = Json::object();
  const Json& disrupted = At(budget, {"status", "disruptedPods"});
  for (const Object& pod : pods) {
    const std::string since = TextAt(disrupted, {NameOf(*pod)});
    if (since.empty() || IsDeleting(*pod)) continue;
    if (TimeValue(since) + kDisruptedFor > server_.loop().clock().Wall()) {
      kept[NameOf(*pod)] = since;
    } else {
      ++not_deleted_;
    }
  }
  return kept;
}

}  // namespace windlass::sim
