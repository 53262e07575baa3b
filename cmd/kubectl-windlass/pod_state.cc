#include "cmd/kubectl-windlass/pod_state.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "cmd/kubectl-windlass/cells.h"

namespace windlass::cli {
namespace {

std::string Join(const std::string& what, const std::string& message) {
  return message.empty() ? what : what + ": " + Printable(message);
}

// Returns the statuses of init containers and app containers. Any of them may keep the Pod from
// being ready, but column READY counts app containers only.
std::vector<const Json*> ContainerStatuses(const Json& pod) {
  std::vector<const Json*> statuses;
  for (const char* list : {"/status/initContainerStatuses", "/status/containerStatuses"}) {
    for (const Json& status : ListOf(pod, list)) statuses.push_back(&status);
  }
  return statuses;
}

bool IsInit(const Json& pod, const Json& status) {
  for (const Json& init : ListOf(pod, "/status/initContainerStatuses")) {
    if (&init == &status) return true;
  }
  return false;
}

// Returns true for the status of an init container that ends, so not for that of a sidecar.
bool HasToEnd(const Json& pod, const Json& status) {
  if (!IsInit(pod, status)) return false;
  const std::string name = TextOf(status, "/name");
  for (const Json& init : ListOf(pod, "/spec/initContainers")) {
    if (TextOf(init, "/name") == name) return TextOf(init, "/restartPolicy") != "Always";
  }
  return true;
}

// Fills in why the Pod is not ready: the reason of the first container that fails; if none fails,
// of the first that runs and is not ready, or is about to begin. An init container that has to end
// counts only while it waits. While it runs, the reason is that of an app container:
// "app: PodInitializing".
void ExplainContainers(const Json& pod, PodState& state) {
  for (const Json* status : ContainerStatuses(pod)) {
    const std::string name = TextOf(*status, "/name");
    const std::string waiting = TextOf(*status, "/state/waiting/reason");
    if (!waiting.empty()) {
      state.status =
          IsInit(pod, *status) && waiting != "PodInitializing" ? "Init:" + waiting : waiting;
      const bool begins = waiting == "ContainerCreating" || waiting == "PodInitializing";
      if (begins && !state.why.empty()) continue;
      state.why = name + ": " + Join(waiting, TextOf(*status, "/state/waiting/message"));
      state.mood = begins ? Mood::kWaiting : Mood::kBad;
      const Json* last = FieldOf(*status, "/lastState/terminated");
      if (last != nullptr && waiting == "CrashLoopBackOff") {
        state.why += "; it ended with exit code " + std::to_string(NumberOf(*last, "/exitCode")) +
                     " (" + TextOf(*last, "/reason", "Error") + ")";
      }
      if (begins) continue;
      return;
    }
    const Json* ended = FieldOf(*status, "/state/terminated");
    if (ended != nullptr && !HasToEnd(pod, *status)) {
      state.status = TextOf(*ended, "/reason", "Error");
      state.why = name + ": ended with exit code " + std::to_string(NumberOf(*ended, "/exitCode")) +
                  Join("", TextOf(*ended, "/message"));
      state.mood = Mood::kBad;
      return;
    }
    if (ended == nullptr && !FlagOf(*status, "/ready") && !HasToEnd(pod, *status) &&
        state.why.empty()) {
      state.why =
          name + (FlagOf(*status, "/started") ? ": runs, and its readiness probe does not succeed"
                                              : ": runs, and has not passed its startup probe");
    }
  }
}

// Fills in a reason that is not about a container: the Pod is not scheduled, a readiness gate is
// closed, minReadySeconds have not passed, or else the kubelet has not reported the Pod yet. If the
// Pod is available, leaves `why` empty and sets `mood` to kGood.
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
    state.why = state.node.empty() ? "no node yet"
                                   : "the kubelet of the Pod's node has not reported the Pod yet";
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
  int64_t ready = 0;
  for (const Json& status : ListOf(pod, "/status/containerStatuses")) {
    if (FlagOf(status, "/ready")) ++ready;
    state.restarts += NumberOf(status, "/restartCount");
  }
  state.ready =
      std::to_string(ready) + '/' + std::to_string(ListOf(pod, "/spec/containers").size());
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
  ExplainContainers(pod, state);
  if (state.why.empty()) ExplainPod(pod, min_ready_seconds, now, state);
  return state;
}

}  // namespace windlass::cli
