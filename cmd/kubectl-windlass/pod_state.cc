#include "cmd/kubectl-windlass/pod_state.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "cmd/kubectl-windlass/cells.h"

namespace windlass::cli {
namespace {

std::string Join(const std::string& what, const std::string& message) {
  return message.empty() ? what : what + ": " + Printable(message);
}

// The status of a container, and its place among the containers of the Pod.
struct Container {
  const Json& status;
  bool sidecar = false;  // an init container with restartPolicy Always: it keeps running
  // For an init container or sidecar: the status that kubectl prints for the Pod while the Pod
  // waits for this container. Example: "Init:1/3" for the second of three init containers. "" for
  // an app container.
  std::string turn{};

  std::string Name() const { return TextOf(status, "/name"); }
  std::string WaitingReason() const { return TextOf(status, "/state/waiting/reason"); }
  bool IsReady() const { return FlagOf(status, "/ready"); }
  bool IsStarted() const { return FlagOf(status, "/started"); }
  bool HasToEnd() const { return !turn.empty() && !sidecar; }
  // Returns true for an init container that keeps the next container from starting. A sidecar does
  // so until it has started. Any other init container does so until it has ended with exit code 0.
  bool HoldsUpNext() const {
    const Json* ended = FieldOf(status, "/state/terminated");
    const bool succeeded = ended != nullptr && NumberOf(*ended, "/exitCode") == 0;
    return !turn.empty() && !succeeded && !(sidecar && IsStarted());
  }
};

bool IsSidecar(const Json& init) { return TextOf(init, "/restartPolicy") == "Always"; }

// Returns the init containers and app containers that have a status, in the order in which they
// start.
std::vector<Container> ContainersOf(const Json& pod) {
  const Json& inits = ListOf(pod, "/spec/initContainers");
  std::vector<Container> containers;
  for (const Json& status : ListOf(pod, "/status/initContainerStatuses")) {
    const std::string name = TextOf(status, "/name");
    const bool sidecar = std::ranges::any_of(
        inits, [&](const Json& init) { return IsSidecar(init) && TextOf(init, "/name") == name; });
    const std::string turn =
        "Init:" + std::to_string(containers.size()) + '/' + std::to_string(inits.size());
    containers.push_back({.status = status, .sidecar = sidecar, .turn = turn});
  }
  for (const Json& status : ListOf(pod, "/status/containerStatuses")) {
    containers.push_back({.status = status});
  }
  return containers;
}

// Fills in the columns READY and RESTARTS, as kubectl does since 1.29. READY counts app containers
// and sidecars. RESTARTS is the sum of the restarts of these containers:
//   - until condition Initialized is True: the first container that keeps the next one from
//     starting (HoldsUpNext), and all containers before it
//   - afterwards, or if there is no such container: the app containers and sidecars
void CountContainers(const Json& pod, const std::vector<Container>& containers, PodState& state) {
  const auto all = static_cast<int64_t>(ListOf(pod, "/spec/containers").size()) +
                   std::ranges::count_if(ListOf(pod, "/spec/initContainers"), IsSidecar);
  const auto at_turn = std::ranges::find_if(containers, &Container::HoldsUpNext);
  const bool initializing =
      at_turn != containers.end() && TrueCondition(pod, "Initialized") == nullptr;
  int64_t ready = 0;
  for (auto one = containers.begin(); one != containers.end(); ++one) {
    const bool runs_on = !one->HasToEnd();
    if (runs_on && one->IsReady() && (!one->sidecar || one->IsStarted())) ++ready;
    if (initializing ? one <= at_turn : runs_on) {
      state.restarts += NumberOf(one->status, "/restartCount");
    }
  }
  state.ready = std::to_string(ready) + '/' + std::to_string(all);
}

// If the container fails, sets `status`, `why` and `mood` of `state`, and returns true. Otherwise
// changes nothing, and returns false.
bool ExplainFailure(const Container& one, PodState& state) {
  const std::string prefix = one.turn.empty() ? "" : "Init:";
  const std::string waiting = one.WaitingReason();
  const Json* ended = FieldOf(one.status, "/state/terminated");
  if (!waiting.empty() && waiting != "ContainerCreating" && waiting != "PodInitializing") {
    state.status = prefix + waiting;
    state.why = one.Name() + ": " + Join(waiting, TextOf(one.status, "/state/waiting/message"));
    const Json* last = FieldOf(one.status, "/lastState/terminated");
    if (last != nullptr && waiting == "CrashLoopBackOff") {
      state.why += "; it ended with exit code " + std::to_string(NumberOf(*last, "/exitCode")) +
                   " (" + TextOf(*last, "/reason", "Error") + ")";
    }
  } else if (ended != nullptr && !(one.HasToEnd() && NumberOf(*ended, "/exitCode") == 0)) {
    state.status = prefix + TextOf(*ended, "/reason", "Error");
    state.why = one.Name() + ": ended with exit code " +
                std::to_string(NumberOf(*ended, "/exitCode")) +
                Join("", TextOf(*ended, "/message"));
  } else {
    return false;
  }
  state.mood = Mood::kBad;
  return true;
}

// Returns why a container is not ready, if it does not fail:
//   - if it waits: the reason, such as "ContainerCreating"
//   - an init container that has to end: "runs"
//   - an app container or sidecar: "runs", and which probe has not succeeded
std::string WhyNotReady(const Container& one) {
  const std::string waiting = one.WaitingReason();
  if (!waiting.empty()) return Join(waiting, TextOf(one.status, "/state/waiting/message"));
  if (one.HasToEnd()) return "runs";
  return one.IsStarted() ? "runs, and its readiness probe does not succeed"
                         : "runs, and has not passed its startup probe";
}

// Sets `why` and `status` of `state`. If a container fails, takes both from the first that fails.
// Otherwise looks only at containers that are neither ready nor ended:
//   - `why`: from the first
//   - `status`: from the first that waits or keeps the next one from starting (HoldsUpNext)
void ExplainContainers(const std::vector<Container>& containers, PodState& state) {
  for (const Container& one : containers) {
    if (ExplainFailure(one, state)) return;
  }
  std::string status;
  for (const Container& one : containers) {
    if (one.IsReady() || FieldOf(one.status, "/state/terminated") != nullptr) continue;
    if (state.why.empty()) state.why = one.Name() + ": " + WhyNotReady(one);
    // A sidecar that has started lets the next container start. The Pod then no longer waits for
    // the sidecar, so `turn` does not apply.
    const bool is_over = one.sidecar && one.IsStarted();
    if (status.empty()) status = one.turn.empty() || is_over ? one.WaitingReason() : one.turn;
  }
  if (!status.empty()) state.status = status;
}

// Returns why the Pod is not ready, if no container shows a cause. Usually the kubelet wrote the
// cause into condition Ready. If a node is lost, the node controller sets Ready to False or
// Unknown, and the statuses of the containers stay as they were.
std::string WhyUnready(const Json& pod) {
  if (TextOf(pod, "/spec/nodeName").empty()) return "no node yet";
  if (ListOf(pod, "/status/containerStatuses").empty()) {
    return "the kubelet of the Pod's node has not reported the Pod yet";
  }
  const Json* ready = ConditionOf(pod, "Ready");
  const std::string reason = ready == nullptr ? "" : TextOf(*ready, "/reason");
  const std::string message = ready == nullptr ? "" : TextOf(*ready, "/message");
  if (reason.empty() && message.empty()) {
    return "not ready, although all containers are ready: perhaps the Pod's node does not report";
  }
  return Join(Join("not ready", reason), message);
}

// Sets `why` of `state` to the first of these causes that applies:
//   - the Pod cannot be scheduled
//   - a readiness gate is closed
//   - the Pod is not ready for another reason (WhyUnready)
//   - the Pod has been ready for less than minReadySeconds
// If none applies, the Pod is available: leaves `why` empty, and sets `mood` to kGood.
void ExplainPod(const Json& pod, int64_t min_ready_seconds, WallTime now, PodState& state) {
  const Json* scheduled = ConditionOf(pod, "PodScheduled");
  if (scheduled != nullptr && TextOf(*scheduled, "/status") == "False") {
    state.why = Join("not scheduled", TextOf(*scheduled, "/message"));
    state.mood = Mood::kBad;
    return;
  }
  const Json* ready = TrueCondition(pod, "Ready");
  if (ready == nullptr) {
    for (const Json& gate : ListOf(pod, "/spec/readinessGates")) {
      const std::string type = TextOf(gate, "/conditionType");
      if (TrueCondition(pod, type) != nullptr) continue;
      state.why = "readiness gate " + type + " is not open";
      return;
    }
    state.why = WhyUnready(pod);
    return;
  }
  const auto since = TimeOf(*ready, "/lastTransitionTime");
  const seconds lacks = since ? seconds(min_ready_seconds) - (now - *since) : seconds(0);
  if (lacks.count() > 0) {
    state.why = "ready, available in " + std::to_string(lacks.count()) + "s (minReadySeconds)";
    return;
  }
  state.mood = Mood::kGood;
}

}  // namespace

PodState StateOfPod(const Json& pod, int64_t min_ready_seconds, WallTime now) {
  PodState state;
  state.name = TextOf(pod, "/metadata/name");
  state.status = TextOf(pod, "/status/phase", "Pending");
  state.node = TextOf(pod, "/spec/nodeName");
  state.created = TimeOf(pod, "/metadata/creationTimestamp");
  const std::vector<Container> containers = ContainersOf(pod);
  CountContainers(pod, containers, state);
  if (const auto deleted = TimeOf(pod, "/metadata/deletionTimestamp")) {
    state.status = "Terminating";
    const int64_t grace = NumberOf(pod, "/metadata/deletionGracePeriodSeconds");
    state.why = "its deletion began " + AgeText(now - *deleted + seconds(grace)) + " ago";
    return state;
  }
  if (state.status == "Failed") {
    state.mood = Mood::kBad;
    state.status = TextOf(pod, "/status/reason", "Failed");
    state.why = Join(state.status, TextOf(pod, "/status/message"));
    return state;
  }
  ExplainContainers(containers, state);
  if (state.why.empty()) ExplainPod(pod, min_ready_seconds, now, state);
  return state;
}

}  // namespace windlass::cli
