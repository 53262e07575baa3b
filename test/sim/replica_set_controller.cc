#include "test/sim/replica_set_controller.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "test/sim/api_selector.h"
#include "test/sim/pod_ranking.h"

namespace windlass::sim {
namespace {

// The delay after a refused create, for example because of a quota or a terminating namespace.
constexpr Duration kRetry = seconds(1);

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

// Returns a seed without taking a number from the stream: `random` is a copy.
uint64_t Fork(Random random) { return random.Next(); }

uint64_t Revision(const Json& object) { return std::stoull(RevisionOf(object)); }

// Returns true if the ReplicaSet's status has these values already; then upstream writes nothing.
bool Says(const Json& replica_set, const Json& status) {
  for (const char* count : {"observedGeneration", "replicas", "fullyLabeledReplicas",
                            "readyReplicas", "availableReplicas", "terminatingReplicas"}) {
    if (IntAt(replica_set, {"status", count}) != IntAt(status, {count})) return false;
  }
  return At(replica_set, {"status", "conditions"}) == At(status, {"conditions"});
}

}  // namespace

ReplicaSetController::ReplicaSetController(ApiServer& server, const ControlledKind& kind,
                                           ReplicaSetControllerOptions options, Random random)
    : server_(server),
      kind_(kind),
      options_(options),
      random_(random),
      lag_random_(Fork(random_)),
      replica_sets_(server, kind.resource, options.replica_set_view_lag_max,
                    Random(lag_random_.Next())),
      pods_(server, resources::kPods, options.pod_view_lag_max, Random(lag_random_.Next())) {
  replica_sets_.on_change = [this](const Change& change) { OnReplicaSet(change); };
  pods_.on_change = [this](const Change& change) { OnPod(change); };
}

Json ReplicaSetController::OwnerReferenceTo(const Json& replica_set) const {
  Json reference = {{"apiVersion", kind_.resource.GroupVersion()},
                    {"kind", kind_.resource.kind},
                    {"name", NameOf(replica_set)},
                    {"uid", UidOf(replica_set)},
                    {"controller", true},
                    {"blockOwnerDeletion", true}};
  Json references = Json::array();
  references.push_back(std::move(reference));
  return references;
}

void ReplicaSetController::OnReplicaSet(const Change& change) {
  if (change.after != nullptr) return Enqueue(change.key);
  expectations_.Delete(change.key);
  written_.erase(change.key);
}

void ReplicaSetController::OnPod(const Change& change) {
  Observe(change);
  if (change.before != nullptr) EnqueuePodOwner(change.key.namespace_, *change.before);
  if (change.after != nullptr) EnqueuePodOwner(change.key.namespace_, *change.after);
}

// A Pod that is marked deleted counts as a deletion, not as a creation.
void ReplicaSetController::Observe(const Change& change) {
  const Json& pod = change.after != nullptr ? *change.after : *change.before;
  const Json& owner = ControllerOf(pod);
  const StoreKey key = KeyOf(change.key.namespace_, TextAt(owner, {"name"}));
  const Object rs = replica_sets_.Find(key.namespace_, key.name);
  if (rs == nullptr || UidOf(*rs) != TextAt(owner, {"uid"})) return;
  if (change.after == nullptr || IsDeleting(pod)) {
    expectations_.DeletionObserved(key, change.key.name);
  } else if (change.before == nullptr) {
    expectations_.CreationObserved(key);
  }
}

void ReplicaSetController::EnqueuePodOwner(const std::string& namespace_, const Json& pod) {
  const Json& owner = ControllerOf(pod);
  if (TextAt(owner, {"kind"}) == kind_.resource.kind) {
    const std::string name = TextAt(owner, {"name"});
    if (replica_sets_.Find(namespace_, name) != nullptr) {
      Enqueue(KeyOf(namespace_, name));
    }
    return;
  }
  if (!owner.is_null()) return;
  for (const Object& rs : replica_sets_.List(namespace_)) {
    if (SelectorMatches(LabelSelectorOf(*rs), At(pod, {"metadata", "labels"}))) {
      Enqueue(KeyOf(namespace_, NameOf(*rs)));
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

void ReplicaSetController::RetryAll() {
  for (const Object& rs : server_.List(kind_.resource, "")) {
    const StoreKey key = KeyOf(NamespaceOf(*rs), NameOf(*rs));
    if (replica_sets_.Find(key.namespace_, key.name) != nullptr) Enqueue(key);
  }
}

void ReplicaSetController::RunSync(const StoreKey& key) {
  Entry& entry = queue_.at(key);
  entry.timer = 0;
  if (stopped_) return;
  Sync sync;
  sync.key = key;
  sync.replica_set = replica_sets_.Find(key.namespace_, key.name);
  // If the controller has not seen its own writes, seeing them enqueues the ReplicaSet again.
  if (sync.replica_set == nullptr || !HasSeenOwnWrites(key)) {
    queue_.erase(key);
    return;
  }
  entry.running = true;
  Claim(sync);
  const bool satisfied = expectations_.Satisfied(key, server_.loop().clock().Now());
  if (satisfied && !IsDeleting(*sync.replica_set)) Plan(sync);
  NextCall(std::move(sync));
}

bool ReplicaSetController::HasSeenOwnWrites(const StoreKey& key) const {
  const auto found = written_.find(key);
  const bool waits = options_.waits_for_own_writes && kind_.waits_for_own_writes;
  if (found == written_.end() || !waits) return true;
  return replica_sets_.HasSeen(found->second.status) && pods_.HasSeen(found->second.pod);
}

// Adopts matching orphans, and releases Pods that no longer match.
void ReplicaSetController::Claim(Sync& sync) {
  const Json& rs = *sync.replica_set;
  const Json selector = LabelSelectorOf(rs);
  for (const Object& pod : pods_.List(sync.key.namespace_)) {
    const std::string owner = ControllerUidOf(*pod);
    const bool matches = SelectorMatches(selector, At(*pod, {"metadata", "labels"}));
    const StoreKey pod_key{resources::kPods, sync.key.namespace_, NameOf(*pod)};
    if (owner == UidOf(rs)) {
      if (matches) {
        if (!IsTerminalPod(*pod)) sync.pods.push_back(pod);
      } else if (!IsDeleting(rs)) {
        server_.Update(kind_.actor, pod_key, "",
                       [](Json& object) { object["metadata"].erase("ownerReferences"); });
      }
    } else if (owner.empty() && matches && IsActivePod(*pod) && !IsDeleting(rs)) {
      if (Object adopted = Adopt(sync, pod_key)) sync.pods.push_back(std::move(adopted));
    }
  }
}

// Returns null if the Pod or the ReplicaSet is gone, or the Pod already has an owner.
Object ReplicaSetController::Adopt(const Sync& sync, const StoreKey& pod) {
  const Object present = server_.Find(sync.key);
  const Object orphan = server_.Find(pod);
  if (present == nullptr || UidOf(*present) != UidOf(*sync.replica_set) || IsDeleting(*present)) {
    return nullptr;
  }
  if (orphan == nullptr || !ControllerOf(*orphan).is_null()) return nullptr;
  const ApiAnswer adopted = server_.Update(kind_.actor, pod, "", [&](Json& object) {
    object["metadata"]["ownerReferences"] = OwnerReferenceTo(*sync.replica_set);
  });
  if (!adopted.ok()) return nullptr;
  written_[sync.key].pod = Revision(*adopted.body);
  return adopted.body;
}

void ReplicaSetController::Plan(Sync& sync) {
  size_t active = 0;
  for (const Object& pod : sync.pods) active += IsActivePod(*pod) ? 1 : 0;
  const auto wanted = static_cast<size_t>(IntAt(*sync.replica_set, {"spec", "replicas"}));
  const MonotonicTime now = server_.loop().clock().Now();
  if (active < wanted) {
    sync.creates = std::min(wanted - active, kBurstReplicas);
    expectations_.ExpectCreations(sync.key, sync.creates, now);
  }
  if (active > wanted) {
    sync.deletes = PodsToDelete(sync, std::min(active - wanted, kBurstReplicas));
    expectations_.ExpectDeletions(sync.key, {sync.deletes.begin(), sync.deletes.end()}, now);
  }
}

std::vector<std::string> ReplicaSetController::PodsToDelete(const Sync& sync, size_t count) const {
  std::vector<Object> active;
  for (const Object& pod : sync.pods) {
    if (IsActivePod(*pod)) active.push_back(pod);
  }
  // The siblings are the Pods of all ReplicaSets with the same owner (D-631).
  const std::string owner = ControllerUidOf(*sync.replica_set);
  std::vector<std::string> families{UidOf(*sync.replica_set)};
  for (const Object& rs : replica_sets_.List(sync.key.namespace_)) {
    if (!owner.empty() && ControllerUidOf(*rs) == owner) families.push_back(UidOf(*rs));
  }
  std::vector<Object> siblings;
  for (const Object& pod : pods_.List(sync.key.namespace_)) {
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

// Makes one call at a time, each a little later than the one before; then writes the status.
void ReplicaSetController::NextCall(Sync sync) {
  if (sync.creates > 0) {
    --sync.creates;
    CreatePod(sync);
  } else if (!sync.deletes.empty()) {
    const std::string& pod = sync.deletes.back();
    const bool gone =
        !server_.Delete(kind_.actor, {resources::kPods, sync.key.namespace_, pod}).ok();
    if (gone) expectations_.DeletionObserved(sync.key, pod);
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
  const ApiAnswer made = server_.Create(kind_.actor, resources::kPods, sync.key.namespace_,
                                        std::move(pod), Revision(*sync.replica_set));
  if (made.ok()) {
    written_[sync.key].pod = Revision(*made.body);
    return;
  }
  // Slow start: the first failure ends the burst. The creates that were not made are no longer
  // expected.
  for (size_t i = 0; i <= sync.creates; ++i) expectations_.CreationObserved(sync.key);
  sync.creates = 0;
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
                 {"availableReplicas", available}};
  if (kind_.counts_terminating) status["terminatingReplicas"] = terminating;
  const Json& before = ConditionOf(rs, "ReplicaFailure");
  if (sync.failure != nullptr) {
    status["conditions"] = Json::array();
    // The message stays the same as long as the condition stands (D-745).
    status["conditions"].push_back(before.is_null() ? *sync.failure : before);
  }
  return status;
}

void ReplicaSetController::Finish(const Sync& sync) {
  const Json status = NewStatus(sync);
  const bool all_available =
      IntAt(status, {"readyReplicas"}) <= IntAt(status, {"availableReplicas"});
  if (Says(*sync.replica_set, status)) return AfterStatus(sync, all_available);
  const Duration lag = DrawLag(lag_random_, options_.status_lag_max);
  const auto write = [this, sync, status, all_available] {
    WriteStatus(sync, status);
    AfterStatus(sync, all_available);
  };
  if (lag == Duration{0}) return write();
  server_.loop().After(lag, write);
}

// Upstream retries a conflict with the fresh object and the same status. This write has the same
// effect.
void ReplicaSetController::WriteStatus(const Sync& sync, const Json& status) {
  const ApiAnswer written =
      server_.Update(kind_.actor, sync.key, "status", [&](Json& rs) { rs["status"] = status; });
  if (written.ok()) written_[sync.key].status = Revision(*written.body);
}

void ReplicaSetController::AfterStatus(const Sync& sync, bool all_available) {
  if (!all_available) {
    server_.loop().After(MinReady(*sync.replica_set), [this, key = sync.key] {
      if (replica_sets_.Find(key.namespace_, key.name) != nullptr) Enqueue(key);
    });
  }
  if (sync.failure != nullptr) {
    server_.loop().After(kRetry, [this, key = sync.key] { Done(key); });
    return;
  }
  Done(sync.key);
}

void ReplicaSetController::Done(const StoreKey& key) {
  const bool again = queue_.at(key).dirty;
  queue_.erase(key);
  if (again && replica_sets_.Find(key.namespace_, key.name) != nullptr) Enqueue(key);
}

}  // namespace windlass::sim
