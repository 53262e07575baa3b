#include "test/sim/replica_set_controller.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "test/sim/api_selector.h"
#include "test/sim/pod_ranking.h"

namespace windlass::sim {
namespace {

const std::string kActor = "replicaset-controller";
// After a refused create (quota, a terminating namespace).
constexpr Duration kRetry = seconds(1);

Json OwnerReferenceTo(const Json& replica_set) {
  Json reference = {{"apiVersion", "apps/v1"},     {"kind", "ReplicaSet"},
                    {"name", NameOf(replica_set)}, {"uid", UidOf(replica_set)},
                    {"controller", true},          {"blockOwnerDeletion", true}};
  Json references = Json::array();
  references.push_back(std::move(reference));
  return references;
}

seconds MinReady(const Json& replica_set) {
  return seconds(IntAt(replica_set, {"spec", "minReadySeconds"}));
}

Json FailureCondition(std::string reason, std::string message, WallTime now) {
  return {{"type", "ReplicaFailure"},
          {"status", "True"},
          {"reason", std::move(reason)},
          {"message", std::move(message)},
          {"lastTransitionTime", TimeText(now)}};
}

}  // namespace

ReplicaSetController::ReplicaSetController(ApiServer& server, ReplicaSetControllerOptions options)
    : server_(server), options_(options), random_(server.loop().random().Next()) {
  server_.store().OnChange([this](const Change& change) { OnChange(change); });
}

void ReplicaSetController::OnChange(const Change& change) {
  if (change.key.resource == Resource::kReplicaSets && change.after != nullptr) {
    return Enqueue(change.key);
  }
  if (change.key.resource != Resource::kPods) return;
  if (change.before != nullptr) EnqueuePodOwner(change.key.namespace_, *change.before);
  if (change.after != nullptr) EnqueuePodOwner(change.key.namespace_, *change.after);
}

void ReplicaSetController::EnqueuePodOwner(const std::string& namespace_, const Json& pod) {
  const Json& owner = ControllerOf(pod);
  if (TextAt(owner, {"kind"}) == "ReplicaSet") {
    const StoreKey key{Resource::kReplicaSets, namespace_, TextAt(owner, {"name"})};
    if (server_.Find(key) != nullptr) Enqueue(key);
    return;
  }
  if (!owner.is_null()) return;
  for (const Object& rs : server_.List(Resource::kReplicaSets, namespace_)) {
    if (SelectorMatches(At(*rs, {"spec", "selector"}), At(pod, {"metadata", "labels"}))) {
      Enqueue({Resource::kReplicaSets, namespace_, NameOf(*rs)});
    }
  }
}

void ReplicaSetController::Enqueue(const StoreKey& key) {
  Entry& entry = queue_[key];
  if (entry.running) {
    entry.dirty = true;
    return;
  }
  if (entry.timer != 0 || stopped_) return;
  entry.timer = server_.loop().After(Lag(), [this, key] { RunSync(key); });
}

void ReplicaSetController::Stop(bool stopped) {
  stopped_ = stopped;
  if (stopped) return;
  for (const auto& [key, entry] : queue_) Enqueue(key);
}

void ReplicaSetController::RunSync(const StoreKey& key) {
  Entry& entry = queue_.at(key);
  entry.timer = 0;
  if (stopped_) return;
  Sync sync;
  sync.key = key;
  sync.replica_set = server_.Find(key);
  if (sync.replica_set == nullptr) {
    queue_.erase(key);
    return;
  }
  entry.running = true;
  Claim(sync);
  if (!IsDeleting(*sync.replica_set)) Plan(sync);
  NextCall(std::move(sync));
}

// Adopts matching orphans and releases what no longer matches.
void ReplicaSetController::Claim(Sync& sync) {
  const Json& rs = *sync.replica_set;
  for (const Object& pod : server_.List(Resource::kPods, sync.key.namespace_)) {
    const std::string owner = ControllerUidOf(*pod);
    const bool matches =
        SelectorMatches(At(rs, {"spec", "selector"}), At(*pod, {"metadata", "labels"}));
    const StoreKey pod_key{Resource::kPods, sync.key.namespace_, NameOf(*pod)};
    if (owner == UidOf(rs)) {
      if (matches) {
        if (!IsTerminalPod(*pod)) sync.pods.push_back(pod);
      } else if (!IsDeleting(rs)) {
        server_.Update(kActor, pod_key, "",
                       [](Json& object) { object["metadata"].erase("ownerReferences"); });
      }
    } else if (owner.empty() && matches && IsActivePod(*pod) && !IsDeleting(rs)) {
      const ApiAnswer adopted = server_.Update(kActor, pod_key, "", [&](Json& object) {
        object["metadata"]["ownerReferences"] = OwnerReferenceTo(rs);
      });
      if (adopted.ok()) sync.pods.push_back(adopted.body);
    }
  }
}

void ReplicaSetController::Plan(Sync& sync) {
  size_t active = 0;
  for (const Object& pod : sync.pods) active += IsActivePod(*pod) ? 1 : 0;
  const auto wanted = static_cast<size_t>(IntAt(*sync.replica_set, {"spec", "replicas"}));
  if (active < wanted) sync.creates = std::min(wanted - active, kBurstReplicas);
  if (active > wanted) {
    sync.deletes = PodsToDelete(sync, std::min(active - wanted, kBurstReplicas));
  }
}

std::vector<std::string> ReplicaSetController::PodsToDelete(const Sync& sync, size_t count) const {
  std::vector<Object> active;
  for (const Object& pod : sync.pods) {
    if (IsActivePod(*pod)) active.push_back(pod);
  }
  // Pods of every ReplicaSet with the same owner (D-631).
  const std::string owner = ControllerUidOf(*sync.replica_set);
  std::vector<std::string> families{UidOf(*sync.replica_set)};
  for (const Object& rs : server_.List(Resource::kReplicaSets, sync.key.namespace_)) {
    if (!owner.empty() && ControllerUidOf(*rs) == owner) families.push_back(UidOf(*rs));
  }
  std::vector<Object> siblings;
  for (const Object& pod : server_.List(Resource::kPods, sync.key.namespace_)) {
    const auto family = std::find(families.begin(), families.end(), ControllerUidOf(*pod));
    if (family != families.end() && IsActivePod(*pod)) siblings.push_back(pod);
  }
  std::vector<std::string> names;
  for (const Object& pod :
       RankForDeletion(std::move(active), siblings, server_.loop().clock().Wall())) {
    if (names.size() == count) break;
    names.push_back(NameOf(*pod));
  }
  return names;
}

// One call at a time, each a little later than the one before; then the status.
void ReplicaSetController::NextCall(Sync sync) {
  if (sync.creates > 0) {
    --sync.creates;
    CreatePod(sync);
  } else if (!sync.deletes.empty()) {
    server_.Delete(kActor, {Resource::kPods, sync.key.namespace_, sync.deletes.back()});
    sync.deletes.pop_back();
  } else {
    return Finish(sync);
  }
  server_.loop().After(Lag(), [this, rest = std::move(sync)] { NextCall(rest); });
}

void ReplicaSetController::CreatePod(Sync& sync) {
  const Json& rs = *sync.replica_set;
  const Json& pattern = At(rs, {"spec", "template"});
  Json pod = {{"spec", At(pattern, {"spec"})}, {"metadata", At(pattern, {"metadata"})}};
  if (!pod["metadata"].is_object()) pod["metadata"] = Json::object();
  pod["metadata"]["generateName"] = NameOf(rs) + "-";
  pod["metadata"]["ownerReferences"] = OwnerReferenceTo(rs);
  const ApiAnswer made =
      server_.Create(kActor, Resource::kPods, sync.key.namespace_, std::move(pod));
  if (made.ok()) return;
  sync.creates = 0;  // slow start: the first failure ends the burst
  sync.failure = MakeObject(FailureCondition("FailedCreate", TextAt(*made.body, {"message"}),
                                             server_.loop().clock().Wall()));
}

Json ReplicaSetController::NewStatus(const Sync& sync) const {
  const Json& rs = *sync.replica_set;
  int64_t replicas = 0, ready = 0, available = 0, labelled = 0, terminating = 0;
  const WallTime now = server_.loop().clock().Wall();
  const Json& labels = At(rs, {"spec", "template", "metadata", "labels"});
  for (const Object& pod : sync.pods) {
    if (IsDeleting(*pod)) {
      ++terminating;
      continue;
    }
    ++replicas;
    bool all = true;
    if (labels.is_object()) {
      for (const auto& [key, value] : labels.items())
        all = all && TextAt(labels, {key}) == LabelOf(*pod, key);
    }
    labelled += all ? 1 : 0;
    ready += IsReadyPod(*pod) ? 1 : 0;
    available += IsAvailablePod(*pod, MinReady(rs), now) ? 1 : 0;
  }
  Json status = {{"observedGeneration", IntAt(rs, {"metadata", "generation"})},
                 {"replicas", replicas},
                 {"fullyLabeledReplicas", labelled},
                 {"readyReplicas", ready},
                 {"availableReplicas", available},
                 {"terminatingReplicas", terminating}};
  const Json& before = ConditionOf(rs, "ReplicaFailure");
  if (sync.failure != nullptr) {
    status["conditions"] = Json::array();
    // The message is not refreshed while the condition stands (D-745).
    status["conditions"].push_back(before.is_null() ? *sync.failure : before);
  }
  return status;
}

void ReplicaSetController::Finish(const Sync& sync) {
  const Json status = NewStatus(sync);
  // Upstream retries a conflict with the fresh object and the same status: so does this write.
  server_.Update(kActor, sync.key, "status", [&](Json& rs) { rs["status"] = status; });
  const int64_t ready = IntAt(status, {"readyReplicas"});
  if (ready > IntAt(status, {"availableReplicas"})) {
    server_.loop().After(MinReady(*sync.replica_set), [this, key = sync.key] {
      if (server_.Find(key) != nullptr) Enqueue(key);
    });
  }
  if (sync.failure != nullptr) {
    server_.loop().After(kRetry, [this, key = sync.key] { Done(key); });
    return;
  }
  Done(sync.key);
}

void ReplicaSetController::Done(const StoreKey& key) {
  Entry& entry = queue_.at(key);
  const bool again = entry.dirty || server_.Find(key) == nullptr;
  queue_.erase(key);
  if (again && server_.Find(key) != nullptr) Enqueue(key);
}

}  // namespace windlass::sim
