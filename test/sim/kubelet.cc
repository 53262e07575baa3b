#include "test/sim/kubelet.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/base/assert.h"
#include "test/support/draw.h"

namespace windlass::sim {
namespace {

// A frozen kubelet looks again after this time.
constexpr Duration kFrozenLook = seconds(1);

std::string NodeName(uint32_t number) { return "node-" + std::to_string(number); }

StoreKey KeyOfNode(const std::string& name) { return {resources::kNodes, "", name}; }

}  // namespace

Kubelet::Kubelet(ApiServer& server, KubeletOptions options)
    : server_(server), options_(std::move(options)), random_(server.loop().random().Next()) {
  for (int i = 0; i < options_.nodes; ++i) {
    const std::string name = NodeName(static_cast<uint32_t>(i));
    server_.Create(kKubeletActor, resources::kNodes, "", {{"metadata", {{"name", name}}}});
    server_.Update(kKubeletActor, KeyOfNode(name), "status", [&](Json& node) {
      node["status"]["nodeInfo"]["kubeletVersion"] = options_.version;
      SetCondition(node["status"], "Ready", true, Now());
    });
  }
  server_.store().OnChange([this](const Change& change) {
    if (options_.nodes > 0 && change.key.resource == resources::kPods) OnChange(change);
  });
}

std::string Kubelet::Now() const {
  const auto skew = std::chrono::duration_cast<seconds>(options_.clock_skew);
  return TimeText(server_.loop().clock().Wall() + skew);
}

const PodTruth* Kubelet::Truth(const std::string& uid) const {
  const auto found = runs_.find(uid);
  return found == runs_.end() ? nullptr : &found->second.truth;
}

void Kubelet::Tell(const Run& run) const {
  for (const auto& listener : listeners_) listener(run.truth);
}

void Kubelet::SetNodeReady(const std::string& node, bool ready) {
  if (ready) {
    lost_.erase(node);
  } else {
    lost_.insert(node);
  }
  const std::string value = ready ? "True" : "Unknown";
  const auto set = [&](Json& object) { SetCondition(object["status"], "Ready", value, Now()); };
  server_.Update("node-controller", KeyOfNode(node), "status", set);
  for (auto& [uid, run] : runs_) {
    if (run.node != node || run.truth.reachable == ready) continue;
    run.truth.reachable = ready;
    run.truth.reachable_since = server_.loop().clock().Now();
    if (!run.cut_off) run.truth.working_since = run.truth.reachable_since;
    Tell(run);
    if (ready) {
      Disarm(run.outage);
      const bool was_cut_off = run.cut_off;
      // After it stood still, a kubelet begins anew: its next Ready has the time of then.
      if (!was_cut_off) run.was_cut_off = false;
      run.cut_off = false;
      const Object pod = server_.Find(run.truth.key);
      if (was_cut_off && !run.stopping && IsDeleting(*pod)) {
        BeginStop(run, *pod);
      } else {
        WantSync(uid);
      }
    } else {
      server_.Update("node-controller", run.truth.key, "status",
                     [&](Json& pod) { SetCondition(pod["status"], "Ready", false, Now()); });
    }
  }
}

void Kubelet::CutOff(const std::string& node, std::optional<Duration> exit_after) {
  for (auto& [uid, run] : runs_) {
    if (run.node != node || run.stopping || !run.truth.reachable) continue;
    run.cut_off = run.was_cut_off = true;
    if (!exit_after) continue;
    Arm(run, run.outage, *exit_after, [this, uid] {
      Run& cut = runs_.at(uid);
      for (size_t i = 0; i < cut.containers.size(); ++i) {
        if (cut.truth.containers[i].running) Crash(uid, i);
      }
    });
  }
  SetNodeReady(node, false);
}

void Kubelet::OnChange(const Change& change) {
  if (change.before == nullptr) return Begin(change);
  const std::string uid = UidOf(*change.before);
  const auto found = runs_.find(uid);
  if (found == runs_.end()) return;
  Run& run = found->second;
  if (change.after == nullptr) {
    const std::string node = run.node;
    DisarmAll(run);
    runs_.erase(found);
    RetryDeferred(node);
    return;
  }
  if (run.stopping || run.cut_off) return;
  if (!IsDeleting(*change.after)) {
    const auto generation = [](const Json& pod) { return IntAt(pod, {"metadata", "generation"}); };
    if (generation(*change.after) != generation(*change.before)) WantSync(uid);
    return;
  }
  BeginStop(run, *change.after);
}

void Kubelet::BeginStop(Run& run, const Json& pod) {
  const std::string uid = run.truth.uid;
  run.stopping = true;
  DisarmAll(run);
  const seconds grace(IntAt(pod, {"metadata", "deletionGracePeriodSeconds"}));
  // Without grace the API server removes the Pod itself.
  if (grace.count() == 0) return;
  run.grace = grace;
  Duration stop{0};
  for (size_t i = 0; i < run.containers.size(); ++i) {
    if (!run.truth.containers[i].running) continue;
    stop = std::max(stop, BehaviourOf(run.containers[i].image).stop);
    SetServing(run, i, false);
  }
  Arm(run, run.worker, std::min<Duration>(stop, grace) + Lag(), [this, uid] { Stop(uid); });
}

void Kubelet::Begin(const Change& change) {
  const Json& pod = *change.after;
  const std::string uid = UidOf(pod);
  Run& run = runs_[uid];
  run.truth.key = change.key;
  run.truth.uid = uid;
  const auto add = [&](const Json& container, bool sidecar) {
    ContainerRun added;
    added.sidecar = sidecar;
    added.probed = container.contains("readinessProbe");
    added.state = Waiting("ContainerCreating");
    run.containers.push_back(std::move(added));
    run.truth.containers.emplace_back().name = TextAt(container, {"name"});
  };
  for (const Json& container : At(pod, {"spec", "initContainers"})) {
    if (TextAt(container, {"restartPolicy"}) == "Always") add(container, /*sidecar=*/true);
  }
  for (const Json& container : At(pod, {"spec", "containers"})) add(container, /*sidecar=*/false);
  Arm(run, run.worker, Lag(), [this, uid] { Schedule(uid); });
}

void Kubelet::Arm(Run& run, ContainerTimer& timer, Duration after, Step step, bool counts) {
  Disarm(timer);
  timer.counts = counts;
  busy_ += counts ? 1 : 0;
  // The timer may keep a reference to the run: a run cancels its timers before it is removed.
  timer.id = server_.loop().After(after, [this, &run, &timer, step = std::move(step), counts] {
    const bool lost = lost_.contains(run.node) && !run.cut_off;
    if (frozen_ || lost) return Arm(run, timer, kFrozenLook, step, counts);
    timer.id = 0;
    busy_ -= std::exchange(timer.counts, false) ? 1 : 0;
    step();
  });
}

void Kubelet::Disarm(ContainerTimer& timer) {
  server_.loop().timers().Cancel(std::exchange(timer.id, 0));
  busy_ -= std::exchange(timer.counts, false) ? 1 : 0;
}

void Kubelet::DisarmAll(Run& run) {
  Disarm(run.worker);
  Disarm(run.outage);
  for (ContainerRun& container : run.containers) {
    Disarm(container.life);
    Disarm(container.probe);
  }
}

void Kubelet::Schedule(const std::string& uid) {
  Run& run = runs_.at(uid);
  run.node = NodeName(Below(random_, static_cast<uint32_t>(options_.nodes)));
  server_.Update("scheduler", run.truth.key, "binding",
                 [&](Json& pod) { pod["spec"]["nodeName"] = run.node; });
  // Init containers end at once, and run only once.
  const Object pod = server_.Find(run.truth.key);
  for (const Json& container : At(*pod, {"spec", "initContainers"})) {
    if (TextAt(container, {"restartPolicy"}) == "Always") continue;
    const std::string name = TextAt(container, {"name"});
    const std::string id = "containerd://" + DigitsOf(uid + "/" + name);
    run.done[name] = StatusOfDone(name, TextAt(container, {"image"}), id, Now());
  }
  run.working = true;
  Sync(uid);
}

// Upstream sets the final phase before it removes the Pod, so that nothing counts it as running.
void Kubelet::Stop(const std::string& uid) {
  Run& run = runs_.at(uid);
  bool killed = false;
  for (size_t i = 0; i < run.containers.size(); ++i) {
    ContainerRun& container = run.containers[i];
    if (run.truth.containers[i].running) {
      const bool forced = BehaviourOf(container.image).stop > run.grace;
      killed = killed || forced;
      End(run, i, forced ? 137 : 0);
    }
    container.state = Terminated(container.id, 0, "Completed", Now());
    if (!container.last_state.is_null()) container.state = std::exchange(container.last_state, {});
  }
  Publish(run, killed ? "Failed" : "Succeeded");
  Arm(run, run.worker, Lag(), [this, uid] { Remove(uid); });
}

void Kubelet::Remove(const std::string& uid) {
  const StoreKey key = runs_.at(uid).truth.key;
  DeleteOptions options;
  options.uid = uid;
  options.grace_period_seconds = 0;
  server_.Delete(kKubeletActor, key, options);
}

}  // namespace windlass::sim
