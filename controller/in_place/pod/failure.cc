#include "controller/in_place/pod/failure.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/revision_of_pod.h"
#include "kubeclient/api/waiting_reasons.h"

namespace windlass::in_place {
namespace {

constexpr WallTime kAtOnce{};
constexpr seconds kKubeletReacts{10};
constexpr int64_t kRestartsMax = 3;  // the restart by our patch is one of them
// A kubelet waits up to 5 min before it restarts a container, and resets that wait once the
// container has run for 10 min. So one turn of a crash loop takes at most 5 + 10 = 15 min.
constexpr seconds kRunsWell{600};
constexpr seconds kCrashLoopTurn{900};

bool IsOneOf(std::span<const std::string_view> reasons, std::string_view reason) {
  return std::ranges::find(reasons, reason) != reasons.end();
}

// A failure, and the time from which it counts.
struct Signal {
  PodFailure failure;
  WallTime from;
};

// Returns true if the status shows a container that the kubelet has created since the patch.
bool IsAnother(const ContainerPatch& patch, const PodContainer& live) {
  return live.restart_count > patch.restart_count || live.id.ToString() != patch.id;
}

// Returns true if the container waits as after a crash, but no container was created since the
// patch. There are two causes:
//   - the kubelet failed to start this image in this Pod before, and now waits before it starts the
//     image again: its wait is for the Pod and the image, and outlives a patch back
//   - the status is still about the old container, which was in a crash loop
bool WaitsUnmade(const ContainerPatch& patch, const PodContainer& live) {
  return live.state == ContainerState::kWaiting && IsOneOf(waiting::kEnded, live.waiting_reason) &&
         !IsAnother(patch, live);
}

// Returns the time from which WaitsUnmade is about the new image; nullopt if it may be about the
// old one for as long as the kubelet pulls the new one. It is about the new one if the containers
// were still ready when the kubelet began to carry out the patch: the old one was then in no crash
// loop. Example: the Pod was patched at 10:00:00, and ContainersReady became false at 10:00:02,
// when the kubelet had killed the old container. WaitsUnmade counts from 10:00:12.
std::optional<WallTime> WaitsUnmadeFrom(const Pod& pod, const PodState& state) {
  const auto begins = KubeletBegins(pod, state);
  const WallTime ended = pod.containers_ready.last_transition_time();
  if (!begins || pod.containers_ready.IsTrue() || ended < *begins) return std::nullopt;
  return ended + kKubeletReacts;
}

// Returns true if the kubelet may not have tried to start the patched image since the patch,
// because it waits after a try of an earlier patch (WaitsUnmade). Returns false if there was no
// earlier try: each patch that was undone has raised restart_count, or was still under way.
bool MayBeUntried(const Pod& pod, const PodState& state) {
  return std::ranges::any_of(state.containers, [&](const ContainerPatch& patch) {
    const PodContainer* live = pod.Find(patch.name);
    const bool first = patch.restart_count == 0 && patch.seen.empty();
    return live != nullptr && !first && WaitsUnmade(patch, *live);
  });
}

// Returns the time from which the container's waiting reason counts as a failure of the patch:
// kAtOnce, or later if the reason may still be about the old image. Returns nullopt if it does not
// count.
// A reason in waiting::kNotStarted counts even with the old container's id in the status: the new
// container does not exist yet.
std::optional<WallTime> WaitsInVainFrom(const Pod& pod, const PodState& state,
                                        const ContainerPatch& patch, const PodContainer& live) {
  if (live.state != ContainerState::kWaiting) return std::nullopt;
  if (WaitsUnmade(patch, live)) return WaitsUnmadeFrom(pod, state);
  if (IsOneOf(waiting::kEnded, live.waiting_reason)) return kAtOnce;
  if (!IsOneOf(waiting::kNotStarted, live.waiting_reason)) return std::nullopt;
  // If no container ever ran, or an earlier patch was still under way, the waiting reason may still
  // be about the old image. So the kubelet gets kKubeletReacts to show the new image's reason.
  const bool ambiguous = !IsAnother(patch, live) && (patch.id.empty() || !patch.seen.empty());
  return ambiguous ? KubeletBegins(pod, state).value_or(state.at) + kKubeletReacts : kAtOnce;
}

// Returns the time since which the kubelet could carry out the patch: the time of the patch, or the
// time when the Pod got its node, whichever is later.
WallTime PossibleSince(const Pod& pod, const PodState& state) {
  return std::max(state.at, pod.scheduled.last_transition_time());
}

// Returns the time at which Ready or ContainersReady last changed, whichever is later. A readiness
// gate that stays closed keeps Ready false. Examples: the gate of a load balancer, or the gate of
// Windlass while a Pod is drained in mode Gate. Then only ContainersReady shows when the containers
// became ready or failed.
WallTime ReadyChangedAt(const Pod& pod) {
  return std::max(pod.ready.last_transition_time(), pod.containers_ready.last_transition_time());
}

// Returns the beginning of the time within which the Pod must become available. It is the last of
// these events:
//   - the Pod was patched, or got a node
//   - its kubelet began to carry out the patch (KubeletBegins): after the kubelet was cut off, the
//     time begins anew
//   - Ready changed
//   - during a drain: ContainersReady changed, because a drain in mode Gate keeps Ready false
WallTime TimedFrom(const Pod& pod, const PodState& state) {
  return std::max({PossibleSince(pod, state),
                   state.drain ? ReadyChangedAt(pod) : pod.ready.last_transition_time(),
                   KubeletBegins(pod, state).value_or(state.at)});
}

// Returns true if the last patch is carried out and the containers are ready, so that only the
// drain keeps the Pod from being available. Examples: Windlass has drained the Pod for its next
// patch, or another client keeps the drained Pod out of traffic.
bool IsOnlyDrained(const Pod& pod, const PodState& state, WallTime now) {
  return state.drain && pod.containers_ready.IsTrue() && CompletionOf(pod, state, now).complete;
}

// Returns the time at which the Pod counts as failed because it has been unavailable for
// `pod_timeout`. Returns nullopt while the kubelet is not heard, and for a Pod that only its drain
// keeps from being available (IsOnlyDrained). Example with a timeout of 60 s: the drain began at
// 10:00, and the containers became unready at 10:04. The Pod fails at 10:05.
//
// A Pod whose containers are ready may wait only for our clock to show that they restarted. It does
// not fail before it counts as restarted: the image works. Example: our clock is 30 min behind the
// node's. The container started at 10:30 by the node's clock, when ours said 10:00, so it counts as
// restarted after 10:30 by our clock. With a timeout of 600 s, it would fail at 10:10 otherwise.
std::optional<WallTime> TimesOutAt(const Pod& pod, const PodState& state, seconds pod_timeout,
                                   WallTime now) {
  if (!state.heard_since || IsOnlyDrained(pod, state, now)) return std::nullopt;
  const WallTime at = TimedFrom(pod, state) + pod_timeout;
  if (!pod.containers_ready.IsTrue()) return at;
  return std::max(at, CompletionOf(pod, state, now).look_again.value_or(at));
}

// Returns true if the container was in a crash loop when Ready or ContainersReady last changed
// (ReadyChangedAt). The time after that change does not count. Returns false
//   - if the kubelet may have been cut off when the Pod was patched (WasHeardAgain): some restarts
//     may be of the old image. A crash loop of the new image is found by its waiting reason instead
//     (WaitsInVainFrom).
//   - if the containers run, and only the drain keeps the Pod from being available (IsOnlyDrained)
bool RestartedTooOften(const Pod& pod, const PodState& state, const ContainerPatch& patch,
                       const PodContainer& live, WallTime now) {
  const int64_t restarts = int64_t{live.restart_count} - patch.restart_count;
  if (restarts < kRestartsMax || WasHeardAgain(pod, state)) return false;
  if (IsOnlyDrained(pod, state, now)) return false;
  const WallTime changed = ReadyChangedAt(pod);
  const bool ran_well = live.state == ContainerState::kRunning &&
                        live.started_at > PossibleSince(pod, state) &&
                        live.started_at + kRunsWell <= changed;
  return !ran_well && changed <= PossibleSince(pod, state) + kCrashLoopTurn * restarts;
}

std::vector<Signal> SignalsOf(const Pod& pod, const PodState& state, seconds pod_timeout,
                              WallTime now) {
  std::vector<Signal> signals;
  if (pod.meta.deleting() || pod.node_name.empty()) return signals;
  const bool seen = HasSeenPatch(pod, state);
  for (const ContainerPatch& patch : state.containers) {
    const PodContainer* live = pod.Find(patch.name);
    if (IsPutBack(pod, state, patch)) {
      signals.push_back({{patch.name, std::string(kImagePutBack)}, kAtOnce});
    }
    if (live == nullptr || !seen) continue;
    if (const auto from = WaitsInVainFrom(pod, state, patch, *live)) {
      signals.push_back({{patch.name, std::string(live->waiting_reason.text())}, *from});
    }
    if (RestartedTooOften(pod, state, patch, *live, now)) {
      signals.push_back({{patch.name, std::string(kTooManyRestarts)}, kAtOnce});
    }
  }
  for (const ContainerResize& resize : state.resizes) {
    const PodContainer* live = pod.Find(resize.name);
    const bool restarted = live != nullptr && live->restart_count > resize.restart_count;
    if (!restarted || !seen || live->state != ContainerState::kWaiting) continue;
    if (!IsOneOf(waiting::kEnded, live->waiting_reason)) continue;
    signals.push_back({{resize.name, std::string(live->waiting_reason.text())}, kAtOnce});
  }
  // The timeout counts from the last change of Ready, so a Pod that is unavailable only for a
  // moment does not fail.
  if (const auto at = TimesOutAt(pod, state, pod_timeout, now)) {
    signals.push_back({{{}, std::string(kPodTimeout)}, *at});
  }
  return signals;
}

}  // namespace

bool IsFailingReason(std::string_view waiting_reason) {
  return IsOneOf(waiting::kNotStarted, waiting_reason) || IsOneOf(waiting::kEnded, waiting_reason);
}

std::string TextOf(const PodFailure& failure, const std::string& pod, seconds pod_timeout) {
  const std::string reason = " (" + failure.reason + ")";
  if (failure.reason == kPodTimeout) {
    return pod + " has been unavailable for more than " + std::to_string(pod_timeout.count()) +
           " s" + reason;
  }
  const std::string container = "container " + failure.container + " of " + pod;
  if (failure.reason == kTooManyRestarts) {
    return container + " has restarted at least " + std::to_string(kRestartsMax) +
           " times since it got its image" + reason;
  }
  if (failure.reason == kImagePutBack) {
    return "a webhook put back the old image of " + container + reason;
  }
  return container + " does not run" + reason;
}

PodState AsIfPatched(const Pod& stand_in) {
  PodState state;
  state.at = stand_in.meta.creation_timestamp;
  for (const PodContainer& container : stand_in.containers) {
    state.containers.emplace_back().name = std::string(container.name.text());
  }
  return state;
}

std::optional<PodFailure> FailureOf(const Pod& pod, const PodState& state, seconds pod_timeout,
                                    WallTime now) {
  for (Signal& signal : SignalsOf(pod, state, pod_timeout, now)) {
    if (signal.from <= now) return std::move(signal.failure);
  }
  return std::nullopt;
}

std::optional<WallTime> FailureLookAgain(const Pod& pod, const PodState& state, seconds pod_timeout,
                                         WallTime now) {
  std::optional<WallTime> first;
  for (const Signal& signal : SignalsOf(pod, state, pod_timeout, now)) {
    if (signal.from <= now) return std::nullopt;
    first = Sooner(first, {signal.from});
  }
  return first;
}

WallTime FailsForLongAt(const Pod& pod, const PodState& state) {
  const seconds untried = MayBeUntried(pod, state) ? kLongestBackOff : seconds(0);
  return std::max(TimedFrom(pod, state), ReadyChangedAt(pod)) + untried + kFailsForLong;
}

}  // namespace windlass::in_place
