#include "test/sim/script_pods.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "test/sim/kubelet.h"
#include "test/sim/rollout_undo.h"

namespace windlass::sim {
namespace {

// The time from a Pod's creation to its node, and from its deletion to its end.
constexpr Duration kLag = milliseconds(5);

StoreKey KeyOfPod(const Json& pod) { return {resources::kPods, NamespaceOf(pod), NameOf(pod)}; }

std::string ReplicaSetOf(const Json& pod) { return TextAt(ControllerOf(pod), {"name"}); }

}  // namespace

ScriptPods::ScriptPods(ApiServer& server, const ReplicaSetNames& names)
    : server_(server), names_(names) {
  server_.store().OnChange([this](const Change& change) {
    if (change.key.resource != resources::kPods || change.after == nullptr) return;
    if (Knows(*change.after)) OnChange(change);
  });
}

bool ScriptPods::Knows(const Json& pod) const {
  const Object owner = server_.Find({resources::kReplicaSets, NamespaceOf(pod), ReplicaSetOf(pod)});
  return owner == nullptr || names_.Knows(*owner);
}

void ScriptPods::OnChange(const Change& change) {
  if (change.before == nullptr) {
    server_.loop().After(kLag, [this, key = change.key] { Begin(key); });
  } else if (IsDeleting(*change.after) && !IsDeleting(*change.before)) {
    server_.loop().After(kLag, [this, key = change.key] { Stop(key); });
  }
}

void ScriptPods::Begin(const StoreKey& key) {
  const Object pod = server_.Find(key);
  if (pod == nullptr || IsDeleting(*pod)) return;
  server_.Update("scheduler", key, "binding",
                 [](Json& object) { object["spec"]["nodeName"] = "node-1"; });
  if (all_ready_.contains(OwnerOfPod(*pod))) SetReady(key, true);
}

void ScriptPods::Stop(const StoreKey& key) {
  const Object pod = server_.Find(key);
  if (pod == nullptr || !IsDeleting(*pod) || slow_.contains(OwnerOfPod(*pod))) return;
  DeleteOptions now;
  now.uid = UidOf(*pod);
  now.grace_period_seconds = 0;
  server_.Delete(kKubeletActor, key, now);
}

std::string ScriptPods::OwnerOfPod(const Json& pod) const {
  return names_.OwnerOf(ReplicaSetOf(pod));
}

std::string ScriptPods::RevisionOfPod(const Json& pod) const {
  const Object owner = server_.Find({resources::kReplicaSets, NamespaceOf(pod), ReplicaSetOf(pod)});
  return owner == nullptr ? "" : AnnotationOf(*owner, "deployment.kubernetes.io/revision");
}

std::vector<Object> ScriptPods::Of(const std::string& owner) const {
  std::vector<Object> pods;
  for (const Object& pod : server_.List(resources::kPods, "default")) {
    if (OwnerOfPod(*pod) == owner) pods.push_back(pod);
  }
  return pods;
}

void ScriptPods::SetReady(const StoreKey& key, bool ready) {
  const Object pod = server_.Find(key);
  if (pod == nullptr || !IsActivePod(*pod) || IsReadyPod(*pod) == ready) return;
  const std::string now = TimeText(server_.loop().clock().Wall());
  server_.Update(kKubeletActor, key, "status", [&](Json& object) {
    Json conditions = Json::array();
    for (const char* type : {"ContainersReady", "Ready"}) {
      conditions.push_back(
          {{"type", type}, {"status", ready ? "True" : "False"}, {"lastTransitionTime", now}});
    }
    object["status"]["conditions"] = std::move(conditions);
    object["status"]["phase"] = "Running";
  });
}

bool ScriptPods::Do(const Choice& choice, const Test& test, const Action& action) {
  using Rank = std::tuple<bool, int64_t, StoreKey>;
  std::vector<Rank> ranked;
  for (const Object& pod : Of(choice.owner)) {
    if (!IsActivePod(*pod) || !test(*pod)) continue;
    const std::string revision = RevisionOfPod(*pod);
    if (choice.revision && *choice.revision != revision) continue;
    ranked.emplace_back(!IsReadyPod(*pod), -std::atoll(revision.c_str()), KeyOfPod(*pod));
  }
  std::sort(ranked.begin(), ranked.end());
  const auto count = static_cast<size_t>(choice.count);
  for (size_t i = 0; i < std::min(count, ranked.size()); ++i) action(std::get<StoreKey>(ranked[i]));
  return ranked.size() >= count;
}

void ScriptPods::MakeAllReady(const std::string& owner) {
  all_ready_.insert(owner);
  for (const Object& pod : Of(owner)) SetReady(KeyOfPod(*pod), true);
}

bool ScriptPods::MakeReady(const Choice& choice) {
  return Do(
      choice, [](const Json& pod) { return !IsReadyPod(pod); },
      [this](const StoreKey& key) { SetReady(key, true); });
}

bool ScriptPods::MakeUnready(const Choice& choice) {
  return Do(choice, IsReadyPod, [this](const StoreKey& key) { SetReady(key, false); });
}

bool ScriptPods::Fail(const Choice& choice) {
  return Do(
      choice, [](const Json&) { return true; },
      [this](const StoreKey& key) {
        server_.Update(kKubeletActor, key, "status", [](Json& pod) {
          pod["status"]["phase"] = "Failed";
          pod["status"].erase("conditions");
        });
      });
}

bool ScriptPods::Delete(const Choice& choice) {
  return Do(
      choice, [](const Json&) { return true; },
      [this](const StoreKey& key) { server_.Delete("user", key); });
}

void ScriptPods::StopSlowly(const std::string& owner, bool slowly) {
  if (slowly) {
    slow_.insert(owner);
    return;
  }
  slow_.erase(owner);
  for (const Object& pod : Of(owner)) Stop(KeyOfPod(*pod));
}

}  // namespace windlass::sim
