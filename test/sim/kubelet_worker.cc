// A Pod's worker, and what its containers do while it works.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "kubeclient/base/assert.h"
#include "test/sim/kubelet.h"
#include "test/sim/pod_update.h"
#include "test/support/draw.h"

namespace windlass::sim {
namespace {

constexpr int kKilled = 137;
constexpr int kTerminated = 143;

// Returns the container with that name in the spec, from either list of containers.
const Json& InSpec(const Json& pod, const std::string& name) {
  for (const char* list : {"containers", "initContainers"}) {
    for (const Json& container : At(pod, {"spec", list})) {
      if (TextAt(container, {"name"}) == name) return container;
    }
  }
  return At(pod, {"no", "such", "container"});
}

// Returns the CPU that the resources request, in thousandths. Reads "500m" and "2" only.
int64_t MilliCpu(const Json& resources) {
  const std::string text = TextAt(resources, {"requests", "cpu"});
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return text.ends_with('m') ? number : number * 1000;
}

// Returns true if the container is to be started again for `wanted` in place of `present`.
bool RestartsFor(const Json& container, const Json& present, const Json& wanted) {
  for (const Json& policy : At(container, {"resizePolicy"})) {
    if (TextAt(policy, {"restartPolicy"}) != "RestartContainer") continue;
    const std::string resource = TextAt(policy, {"resourceName"});
    for (const char* list : {"requests", "limits"}) {
      if (TextAt(present, {list, resource}) != TextAt(wanted, {list, resource})) return true;
    }
  }
  return false;
}

}  // namespace

int Kubelet::Minor() const {
  const std::string_view version = options_.version;
  const size_t dot = version.find('.');
  int minor = 0;
  if (dot != std::string_view::npos) {
    std::from_chars(version.data() + dot + 1, version.data() + version.size(), minor);
  }
  return minor;
}

void Kubelet::WantSync(const std::string& uid) {
  Run& run = runs_.at(uid);
  if (run.stopping || run.node.empty()) return;
  if (std::exchange(run.working, true)) {
    run.dirty = true;
    return;
  }
  Arm(run, run.worker, Lag(), [this, uid] { Sync(uid); });
}

// Status goes out first, with the generation that the worker is about to act upon.
void Kubelet::Sync(const std::string& uid) {
  Run& run = runs_.at(uid);
  run.dirty = false;
  if (run.cut_off) return Kill(uid);  // acts upon the spec that it knows
  const Object pod = server_.Find(run.truth.key);
  WL_ASSERT(pod != nullptr);
  run.generation = IntAt(*pod, {"metadata", "generation"});
  run.grace = seconds(IntAt(*pod, {"spec", "terminationGracePeriodSeconds"}, 30));
  TakeSpec(run, *pod);
  Publish(run);
  Kill(uid);
}

void Kubelet::TakeSpec(Run& run, const Json& pod) {
  run.to_kill.clear();
  for (size_t i = 0; i < run.containers.size(); ++i) {
    ContainerRun& container = run.containers[i];
    const std::string image = TextAt(InSpec(pod, run.truth.containers[i].name), {"image"});
    if (image == container.wanted) continue;
    if (container.sidecar && !container.id.empty() && !RestartsSidecars()) continue;
    container.wanted = image;
    if (run.truth.containers[i].running) {
      run.to_kill.push_back(i);
      continue;
    }
    // A container with another image starts without a back-off.
    Disarm(container.life);
    container.failed_pull = container.backing_off = false;
    container.crashes = 0;
  }
  TakeResources(run, pod);
  // The order is random, because upstream iterates over a Go map.
  for (size_t left = run.to_kill.size(); left > 1; --left) {
    std::swap(run.to_kill[left - 1], run.to_kill[Below(random_, static_cast<uint32_t>(left))]);
  }
}

// Accepts other resources, or notes why it does not. Notes the containers that start again for
// them.
void Kubelet::TakeResources(Run& run, const Json& pod) {
  run.pending = WhyNotResized(run, pod);
  if (run.pending.empty()) run.pending_since.clear();
  if (!run.pending.empty() && run.pending_since.empty()) run.pending_since = Now();
  if (!run.pending.empty()) return;
  bool freed = false;
  for (size_t i = 0; i < run.containers.size(); ++i) {
    ContainerRun& container = run.containers[i];
    const Json& spec = InSpec(pod, run.truth.containers[i].name);
    const Json wanted = At(spec, {"resources"});
    if (wanted == container.allocated) continue;
    freed = freed || MilliCpu(wanted) < MilliCpu(container.allocated);
    container.allocated = wanted;
    const bool running = run.truth.containers[i].running;
    const bool restarts = running && RestartsFor(spec, container.resources, wanted);
    if (restarts && std::ranges::find(run.to_kill, i) == run.to_kill.end()) {
      run.to_kill.push_back(i);
    }
  }
  if (freed) RetryDeferred(run.node);
}

// Returns "" if the kubelet can give the Pod the resources of its spec, or has done so.
std::string Kubelet::WhyNotResized(const Run& run, const Json& pod) const {
  bool changes = false;
  int64_t wanted = 0;
  for (size_t i = 0; i < run.containers.size(); ++i) {
    const Json& resources = At(InSpec(pod, run.truth.containers[i].name), {"resources"});
    changes = changes || resources != run.containers[i].allocated;
    wanted += MilliCpu(resources);
  }
  const bool began = std::ranges::any_of(
      run.containers, [](const ContainerRun& one) { return !one.allocated.is_null(); });
  if (!changes || !began) return "";
  if (options_.static_cpu_policy && QosOf(pod) == "Guaranteed") return "Infeasible";
  if (options_.node_milli_cpu == 0) return "";
  if (wanted > options_.node_milli_cpu) return "Infeasible";
  for (const auto& [uid, other] : runs_) {
    if (other.node != run.node || uid == run.truth.uid) continue;
    for (const ContainerRun& one : other.containers) wanted += MilliCpu(one.allocated);
  }
  return wanted > options_.node_milli_cpu ? "Deferred" : "";
}

void Kubelet::RetryDeferred(const std::string& node) {
  for (auto& [uid, run] : runs_) {
    if (run.node == node && run.pending == "Deferred") WantSync(uid);
  }
}

// Gives running containers what was accepted. Returns true if some got other resources.
bool Kubelet::CarriesOut(Run& run) {
  bool any = false;
  for (size_t i = 0; i < run.containers.size(); ++i) {
    ContainerRun& container = run.containers[i];
    if (!run.truth.containers[i].running || container.resources == container.allocated) continue;
    container.resources = run.truth.containers[i].resources = container.allocated;
    any = true;
  }
  return any;
}

void Kubelet::Kill(const std::string& uid) {
  Run& run = runs_.at(uid);
  if (run.to_kill.empty()) return Bring(uid, 0);
  const size_t index = run.to_kill.back();
  run.to_kill.pop_back();
  if (!run.truth.containers[index].running) return Kill(uid);
  ContainerRun& container = run.containers[index];
  Disarm(container.life);
  SetServing(run, index, false);
  if (container.probed) {
    Arm(run, container.probe, Lag(), [this, uid, index] { Probe(uid, index, false); });
  }
  const Duration stop = BehaviourOf(container.image).stop;
  const bool forced = stop > run.grace;
  Arm(run, run.worker, std::min<Duration>(stop, run.grace) + Lag(), [this, uid, index, forced] {
    Run& due = runs_.at(uid);
    End(due, index, forced ? kKilled : kTerminated);
    due.containers[index].crashes = 0;
    due.containers[index].state = Waiting("ContainerCreating");
    Kill(uid);
  });
}

// Brings the containers up, one after the other.
void Kubelet::Bring(const std::string& uid, size_t from) {
  Run& run = runs_.at(uid);
  size_t index = from;
  for (; index < run.containers.size(); ++index) {
    const ContainerRun& container = run.containers[index];
    const bool waits = container.backing_off || container.failed_pull;
    if (!run.truth.containers[index].running && !waits) break;
  }
  if (index == run.containers.size()) return Finish(uid);
  const std::string& image = run.containers[index].wanted;
  const Duration pull = run.pulled.contains(image) ? Duration(0) : BehaviourOf(image).pull;
  Arm(run, run.worker, pull + Lag(), [this, uid, index] { Pulled(uid, index); });
}

void Kubelet::Pulled(const std::string& uid, size_t index) {
  Run& run = runs_.at(uid);
  ContainerRun& container = run.containers[index];
  const ImageBehaviour image = BehaviourOf(container.wanted);
  if (image.missing) {
    container.failed_pull = true;
    const std::string quoted = "\"" + container.wanted + "\"";
    container.state = Waiting("ErrImagePull", "failed to pull image " + quoted + ": not found");
    // No registry ever gets the image, so later attempts would show nothing new.
    Arm(run, container.life, Lag(), [this, uid, index, quoted] {
      runs_.at(uid).containers[index].state =
          Waiting("ImagePullBackOff", "Back-off pulling image " + quoted);
      WantSync(uid);
    });
    return Bring(uid, index + 1);
  }
  run.pulled.insert(container.wanted);
  Arm(run, run.worker, image.start + Lag(), [this, uid, index] { Started(uid, index); });
}

void Kubelet::Started(const std::string& uid, size_t index) {
  Run& run = runs_.at(uid);
  ContainerRun& container = run.containers[index];
  ContainerTruth& truth = run.truth.containers[index];
  const bool changed = truth.starts > 0 && truth.image != container.wanted;
  truth.image = container.image = container.wanted;
  truth.running = true;
  truth.changes += changed ? 1 : 0;
  container.restarts = truth.starts++;
  container.image_id = ImageIdOf(container.image);
  if (Resizes()) container.resources = truth.resources = container.allocated;
  container.id =
      "containerd://" + DigitsOf(uid + "/" + truth.name + "/" + std::to_string(container.restarts));
  container.state = Json::object();
  container.state["running"]["startedAt"] = Now();
  Tell(run);

  const ImageBehaviour image = BehaviourOf(container.image);
  const std::optional<Duration> end = image.crash ? image.crash : image.exit;
  Disarm(container.probe);
  if (changed && !container.probed && !image.never_ready && image.ready == Duration(0)) {
    // Without a probe the container is ready as soon as it runs; its status never says otherwise.
    BecomeReady(uid, index);
  } else if (!image.never_ready && (!end || *end > image.ready)) {
    Arm(run, container.life, image.ready + Lag(), [this, uid, index] { BecomeReady(uid, index); });
  } else if (end) {
    Arm(run, container.life, *end + Lag(), [this, uid, index] { Crash(uid, index); });
  }
  Bring(uid, index + 1);
}

void Kubelet::Finish(const std::string& uid) {
  Run& run = runs_.at(uid);
  Publish(run);
  const auto& truth = run.truth.containers;
  for (size_t i = 0; i < truth.size(); ++i) {
    const ContainerRun& container = run.containers[i];
    if (!Resizes()) break;
    if (!truth[i].running || container.resources == container.allocated) continue;
    return Arm(run, run.worker, Lag(), [this, uid] {
      if (CarriesOut(runs_.at(uid))) Tell(runs_.at(uid));
      Finish(uid);
    });
  }
  run.working = false;
  if (run.dirty) WantSync(uid);
}

void Kubelet::BecomeReady(const std::string& uid, size_t index) {
  Run& run = runs_.at(uid);
  const ImageBehaviour image = BehaviourOf(run.containers[index].image);
  SetServing(run, index, true);
  const std::optional<Duration> end = image.crash ? image.crash : image.exit;
  if (end) {
    Arm(run, run.containers[index].life, *end - image.ready + Lag(),
        [this, uid, index] { Crash(uid, index); });
  }
  Probe(uid, index, true);
}

// The prober writes status by itself, but only of a container that the status already shows.
void Kubelet::Probe(const std::string& uid, size_t index, bool ready) {
  Run& run = runs_.at(uid);
  ContainerRun& container = run.containers[index];
  container.ready = ready;
  const auto is_ready = [](const ContainerRun& one) { return one.ready; };
  const std::string now = NoteReady(run, std::ranges::all_of(run.containers, is_ready));
  if (run.cut_off) return;
  const char* list = container.sidecar ? "initContainerStatuses" : "containerStatuses";
  server_.Update(kKubeletActor, run.truth.key, "status", [&](Json& pod) {
    bool all = ready;
    for (const char* statuses : {"initContainerStatuses", "containerStatuses"}) {
      if (!pod["status"].contains(statuses)) continue;
      for (Json& status : pod["status"][statuses]) {
        const bool shown = TextAt(status, {"containerID"}) == container.id;
        if (std::string_view(statuses) == list && shown) status["ready"] = ready;
        all = all && BoolAt(status, {"ready"});
      }
    }
    SetReady(pod, all, now);
  });
}

void Kubelet::End(Run& run, size_t index, int exit_code) {
  ContainerRun& container = run.containers[index];
  run.truth.containers[index].running = false;
  SetServing(run, index, false);
  container.ready = false;
  const std::string reason = exit_code == 0 ? "Completed" : "Error";
  container.last_state = Terminated(container.id, exit_code, reason, Now());
  Tell(run);
}

// Every Pod of a ReplicaSet has restartPolicy Always: any exit means a restart.
void Kubelet::Crash(const std::string& uid, size_t index) {
  Run& run = runs_.at(uid);
  ContainerRun& container = run.containers[index];
  End(run, index, BehaviourOf(container.image).crash ? 1 : 0);
  if (container.wanted == container.image) {
    ++container.crashes;
    container.backing_off = true;
    Duration back_off = kCrashBackOffFirst;
    for (int i = 1; i < container.crashes && back_off < kCrashBackOffMax; ++i) back_off *= 2;
    const auto wait = std::chrono::duration_cast<seconds>(std::min(back_off, kCrashBackOffMax));
    container.state = Waiting("CrashLoopBackOff", "back-off " + std::to_string(wait.count()) +
                                                      "s restarting failed container=" +
                                                      run.truth.containers[index].name);
    Arm(
        run, container.life, std::min(back_off, kCrashBackOffMax),
        [this, uid, index] {
          runs_.at(uid).containers[index].backing_off = false;
          WantSync(uid);
        },
        /*counts=*/false);
  }
  WantSync(uid);
}

void Kubelet::SetServing(Run& run, size_t index, bool serving) {
  ContainerTruth& truth = run.truth.containers[index];
  if (truth.serving == serving) return;
  truth.serving = serving;
  truth.since = server_.loop().clock().Now();
  Tell(run);
}

std::string Kubelet::NoteReady(Run& run, bool ready) {
  if (std::exchange(run.ready, ready) != ready) run.ready_since = Now();
  return run.was_cut_off && !run.ready_since.empty() ? run.ready_since : Now();
}

// Sets the conditions of a resize, which are present only while they hold.
void Kubelet::SetResize(const Run& run, Json& status, const std::string& now) const {
  Json& conditions = status["conditions"];
  const auto is_of_resize = [](const Json& condition) {
    return TextAt(condition, {"type"}).starts_with("PodResize");
  };
  Json kept = Json::array();
  for (const Json& condition : conditions) {
    if (!is_of_resize(condition)) kept.push_back(condition);
  }
  conditions = std::move(kept);
  if (!run.pending.empty()) {
    const bool never = run.pending == "Infeasible";
    const char* message = !never ? "Node didn't have enough resource: cpu"
                          : options_.static_cpu_policy
                              ? "Resize is infeasible for Guaranteed Pods alongside CPU Manager "
                                "policy \"static\""
                              : "Node didn't have enough capacity: cpu";
    conditions.push_back({{"type", "PodResizePending"},
                          {"status", "True"},
                          {"reason", run.pending},
                          {"message", message},
                          {"observedGeneration", run.generation},
                          {"lastTransitionTime", run.pending_since}});
  }
  bool in_progress = false;
  for (size_t i = 0; i < run.containers.size(); ++i) {
    const ContainerRun& container = run.containers[i];
    const bool is_other = container.resources != container.allocated;
    in_progress = in_progress || (Resizes() && !container.id.empty() && is_other);
  }
  if (!in_progress) return;
  conditions.push_back({{"type", "PodResizeInProgress"},
                        {"status", "True"},
                        {"observedGeneration", run.generation},
                        {"lastTransitionTime", now}});
}

void Kubelet::Publish(Run& run, const std::string& phase) {
  const std::string now = Now();
  const bool ready = phase.empty() && std::ranges::all_of(run.containers, [](const auto& one) {
                       return one.ready && one.state.contains("running");
                     });
  const std::string since = NoteReady(run, ready);
  if (run.cut_off) return;
  const auto& truth = run.truth.containers;
  const bool ran = std::ranges::any_of(truth, [](const auto& one) { return one.starts > 0; });
  // Two statements, because compilers evaluate the operands of one expression in different orders.
  const uint32_t host = 1 + Below(random_, 250);
  const uint32_t network = Below(random_, 250);
  const std::string ip = "10.0." + std::to_string(network) + "." + std::to_string(host);
  server_.Update(kKubeletActor, run.truth.key, "status", [&](Json& pod) {
    Json& status = pod["status"];
    if (options_.observes_generation) status["observedGeneration"] = run.generation;
    SetCondition(status, "PodScheduled", true, now);
    SetReady(pod, ready, since);
    SetResize(run, status, now);
    if (ran) status["phase"] = "Running";
    if (!phase.empty()) status["phase"] = phase;
    if (ran && !status.contains("startTime")) status["startTime"] = now;
    if (ran && !status.contains("podIP")) status["podIP"] = ip;
    std::map<std::string, Json> shown = run.done;
    for (size_t i = 0; i < truth.size(); ++i) {
      shown[truth[i].name] = StatusOf(truth[i].name, run.containers[i]);
    }
    const auto show = [&](const char* list, const char* statuses) {
      if (!pod["spec"].contains(list)) return;
      status[statuses] = Json::array();
      for (const Json& container : pod["spec"][list]) {
        status[statuses].push_back(shown.at(TextAt(container, {"name"})));
      }
    };
    show("initContainers", "initContainerStatuses");
    show("containers", "containerStatuses");
  });
}

}  // namespace windlass::sim
