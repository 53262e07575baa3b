#include "test/sim/kubelet.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/base/assert.h"

namespace windlass::sim {
namespace {

const std::string kActor = "kubelet";
// While frozen, a step looks again after this.
constexpr Duration kFrozenLook = seconds(1);

void SetCondition(Json& status, const std::string& type, bool holds, const std::string& now) {
  Json& conditions = status["conditions"];
  if (!conditions.is_array()) conditions = Json::array();
  const std::string value = holds ? "True" : "False";
  for (Json& condition : conditions) {
    if (TextAt(condition, {"type"}) != type) continue;
    if (TextAt(condition, {"status"}) != value) condition["lastTransitionTime"] = now;
    condition["status"] = value;
    return;
  }
  conditions.push_back({{"type", type}, {"status", value}, {"lastTransitionTime", now}});
}

void SetReady(Json& pod, bool ready, const std::string& now) {
  SetCondition(pod["status"], "ContainersReady", ready, now);
  SetCondition(pod["status"], "Ready", ready, now);
}

// One entry per container, all in the same state.
void SetContainers(Json& pod, const Json& state, bool ready, int restarts) {
  Json statuses = Json::array();
  for (const Json& container : At(pod, {"spec", "containers"})) {
    statuses.push_back({{"name", TextAt(container, {"name"})},
                        {"image", TextAt(container, {"image"})},
                        {"ready", ready},
                        {"restartCount", restarts},
                        {"state", state}});
  }
  pod["status"]["containerStatuses"] = std::move(statuses);
}

Json Waiting(const std::string& reason) {
  Json state;
  state["waiting"]["reason"] = reason;
  return state;
}

}  // namespace

Kubelet::Kubelet(ApiServer& server, KubeletOptions options)
    : server_(server), options_(options), random_(server.loop().random().Next()) {
  server_.store().OnChange([this](const Change& change) {
    if (options_.nodes > 0 && change.key.resource == Resource::kPods) OnChange(change);
  });
}

void Kubelet::OnChange(const Change& change) {
  const std::string uid = UidOf(change.after != nullptr ? *change.after : *change.last_state);
  if (change.after == nullptr) {
    const auto found = runs_.find(uid);
    if (found == runs_.end()) return;
    ClearTimer(found->second);
    runs_.erase(found);
    return;
  }
  if (change.before == nullptr) {
    Run run;
    run.key = change.key;
    run.image = BehaviourOf(TextAt(At(*change.after, {"spec", "containers"})[0], {"image"}));
    runs_.emplace(uid, std::move(run));
    return Next(uid, Lag(), &Kubelet::Schedule);
  }
  const auto found = runs_.find(uid);
  if (found == runs_.end() || found->second.stopping || !IsDeleting(*change.after)) return;
  Run& run = found->second;
  run.stopping = true;
  const seconds grace(IntAt(*change.after, {"metadata", "deletionGracePeriodSeconds"}));
  // Without grace the API server removes it itself.
  if (grace.count() == 0) return ClearTimer(run);
  Next(uid, std::min<Duration>(run.image.stop, grace) + Lag(), &Kubelet::Stop);
}

void Kubelet::Next(const std::string& uid, Duration after, Step step, bool counts) {
  Run& run = runs_.at(uid);
  ClearTimer(run);
  run.timer_counts = counts;
  busy_ += counts ? 1 : 0;
  run.timer = server_.loop().After(after, [this, uid, step, counts] {
    if (frozen_) return Next(uid, kFrozenLook, step, counts);
    Run& due = runs_.at(uid);
    due.timer = 0;
    busy_ -= std::exchange(due.timer_counts, false) ? 1 : 0;
    (this->*step)(uid);
  });
}

void Kubelet::ClearTimer(Run& run) {
  server_.loop().timers().Cancel(std::exchange(run.timer, 0));
  busy_ -= std::exchange(run.timer_counts, false) ? 1 : 0;
}

void Kubelet::Freeze(bool frozen) { frozen_ = frozen; }

void Kubelet::SetStatus(const Run& run, const ApiServer::Edit& edit) {
  server_.Update(kActor, run.key, "status", edit);
}

void Kubelet::Schedule(const std::string& uid) {
  const Run& run = runs_.at(uid);
  const std::string node = PickNode();
  server_.Update("scheduler", run.key, "binding",
                 [&](Json& pod) { pod["spec"]["nodeName"] = node; });
  const std::string now = TimeText(server_.loop().clock().Wall());
  SetStatus(run, [&](Json& pod) {
    SetCondition(pod["status"], "PodScheduled", true, now);
    SetReady(pod, false, now);
    SetContainers(pod, Waiting("ContainerCreating"), false, 0);
  });
  Next(uid, run.image.pull + Lag(), &Kubelet::Pull);
}

void Kubelet::Pull(const std::string& uid) {
  const Run& run = runs_.at(uid);
  if (run.image.missing) {
    return SetStatus(run,
                     [&](Json& pod) { SetContainers(pod, Waiting("ImagePullBackOff"), false, 0); });
  }
  Next(uid, run.image.start + Lag(), &Kubelet::Start);
}

void Kubelet::Start(const std::string& uid) {
  const Run& run = runs_.at(uid);
  const std::string now = TimeText(server_.loop().clock().Wall());
  const std::string ip = "10.0.0." + std::to_string(1 + random_.Below(250));
  SetStatus(run, [&](Json& pod) {
    Json state;
    state["running"]["startedAt"] = now;
    pod["status"]["phase"] = "Running";
    if (!pod["status"].contains("startTime")) pod["status"]["startTime"] = now;
    if (!pod["status"].contains("podIP")) pod["status"]["podIP"] = ip;
    SetContainers(pod, state, false, run.crashes);
  });
  const std::optional<Duration> end = run.image.crash ? run.image.crash : run.image.exit;
  const bool ends_first = end && *end <= run.image.ready;
  if (run.image.never_ready || ends_first) {
    if (end) Next(uid, *end + Lag(), &Kubelet::Crash);
    return;
  }
  Next(uid, run.image.ready + Lag(), &Kubelet::BecomeReady);
}

void Kubelet::BecomeReady(const std::string& uid) {
  const Run& run = runs_.at(uid);
  const std::string now = TimeText(server_.loop().clock().Wall());
  SetStatus(run, [&](Json& pod) {
    Json state;
    state["running"]["startedAt"] = now;
    SetReady(pod, true, now);
    SetContainers(pod, state, true, run.crashes);
  });
  const std::optional<Duration> end = run.image.crash ? run.image.crash : run.image.exit;
  if (end) Next(uid, *end - run.image.ready + Lag(), &Kubelet::Crash);
}

// restartPolicy is Always in every Pod of a ReplicaSet: an exit of any kind means a restart.
void Kubelet::Crash(const std::string& uid) {
  Run& run = runs_.at(uid);
  ++run.crashes;
  const std::string now = TimeText(server_.loop().clock().Wall());
  SetStatus(run, [&](Json& pod) {
    SetReady(pod, false, now);
    SetContainers(pod, Waiting("CrashLoopBackOff"), false, run.crashes);
  });
  Duration back_off = kCrashBackOffFirst;
  for (int i = 1; i < run.crashes && back_off < kCrashBackOffMax; ++i) back_off *= 2;
  Next(uid, std::min(back_off, kCrashBackOffMax), &Kubelet::Start, /*counts=*/false);
}

// Upstream sets the final phase before it lets the Pod go, so that nobody counts it as running.
void Kubelet::Stop(const std::string& uid) {
  const Run& run = runs_.at(uid);
  const Object pod = server_.Find(run.key);
  WL_ASSERT(pod != nullptr);
  const seconds grace(IntAt(*pod, {"metadata", "deletionGracePeriodSeconds"}));
  const bool killed = run.image.stop > grace;
  const std::string now = TimeText(server_.loop().clock().Wall());
  SetStatus(run, [&](Json& object) {
    Json state;
    state["terminated"] = {{"exitCode", killed ? 137 : 0}, {"finishedAt", now}};
    object["status"]["phase"] = killed ? "Failed" : "Succeeded";
    SetReady(object, false, now);
    SetContainers(object, state, false, run.crashes);
  });
  Next(uid, Lag(), &Kubelet::Remove);
}

void Kubelet::Remove(const std::string& uid) {
  const StoreKey key = runs_.at(uid).key;
  DeleteOptions options;
  options.uid = uid;
  options.grace_period_seconds = 0;
  server_.Delete(kActor, key, options);
}

std::string Kubelet::PickNode() {
  return "node-" + std::to_string(random_.Below(static_cast<uint32_t>(options_.nodes)));
}

}  // namespace windlass::sim
