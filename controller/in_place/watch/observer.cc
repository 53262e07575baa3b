#include "controller/in_place/watch/observer.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "controller/in_place/phases/decisions.h"
#include "controller/in_place/pod/availability.h"
#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/revision_of_pod.h"
#include "controller/in_place/watch/pod_events.h"
#include "kubeclient/base/clock.h"

namespace windlass {
namespace {

using in_place::ContainerPatch;
using in_place::PodState;

// The most Pods that the observer follows at once, each from its patch until it is available.
// Further Pods get no Event InPlaceUpdated, and their times are missing in the metrics. Also the
// most Pods in told_: failures and drifts of further Pods are not reported.
constexpr size_t kInPlacePodsFollowedMax = 10000;
// If this process did not see a patch being made, it follows the patch only up to this age. An
// older patch may have been carried out long ago, and the container may have crashed since.
constexpr Duration kInPlaceTakenUpWithin = seconds(600);
// How soon to look again at a Pod whose kubelet is not heard, because perhaps no event of the Pod
// comes.
constexpr seconds kUnheardLookAgain{60};

// Returns true if the Pod has the images of the patch, or those that admission put in their place.
// If another client gave the Pod other images, they are not reported as our update.
bool AsksFor(const Pod& pod, const PodState& state) {
  return in_place::BasisOfPatch(pod, state) != in_place::RevisionBasis::kForeign;
}

// Returns true if the patch restarts a container. A patch of metadata, or of an init container that
// does not run again, is complete at once.
bool Restarts(const Pod& pod, const PodState& state) {
  return std::ranges::any_of(state.containers, [&](const ContainerPatch& patch) {
    const PodContainer* live = pod.Find(patch.name);
    return live != nullptr && live->kind != ContainerKind::kInit;
  });
}

// Returns true if the states of both versions of a Pod describe the same patch. Differences in the
// drain are ignored.
bool SamePatch(const Pod& before, const Pod& after) {
  auto one = in_place::PodStateOf(before);
  auto other = in_place::PodStateOf(after);
  if (!one || !other || !one->ok() || !other->ok()) {
    return before.meta.annotations.Find(in_place::kPodState) ==
           after.meta.annotations.Find(in_place::kPodState);
  }
  (*one)->drain.reset();
  (*other)->drain.reset();
  return **one == **other;
}

// Returns true for the writes that exchange the templates of two ReplicaSets, or give up such an
// exchange.
bool IsOfExchange(Decision decision) {
  return decision == in_place::decisions::kExchangePending ||
         decision == in_place::decisions::kExchangeHost ||
         decision == in_place::decisions::kExchangeForget ||
         decision == in_place::decisions::kExchangeGiveUp;
}

seconds PodTimeout(const Workload& owner) {
  return seconds(owner.progress_deadline_seconds.value_or(kUnlimited));
}

}  // namespace

InPlaceObserver::InPlaceObserver(const Clock& clock, FaultLog& faults, TimerQueue& timers,
                                 RecordEvent record, WorkloadStore& workloads, Store<Pod>& pods,
                                 OwnerOf owner_of, in_place::NodeOf node_of)
    : clock_(clock),
      faults_(faults),
      timers_(timers),
      record_(std::move(record)),
      workloads_(workloads),
      pods_(pods),
      owner_of_(std::move(owner_of)),
      node_of_(std::move(node_of)) {
  workloads.OnChange([this](const WorkloadChange& change) { rollouts_.Changed(change); });
  pods.OnChange([this](const Change<Pod>& change) { PodChanged(change); });
}

template <typename Work>
auto InPlaceObserver::Known(const Pod& pod, Work work) const {
  return KnownOf(faults_, resources::kPods, pod.meta, std::move(work));
}

InPlaceObserver::~InPlaceObserver() {
  for (auto& [uid, followed] : followed_) timers_.Cancel(followed.timer);
}

// --- what syncs do ---

void InPlaceObserver::Decided(const Because& because) {
  const Decision decision = because.decision;
  if (decision == in_place::decisions::kPatchPod) ++totals_.patches["Success"];
  if (decision == in_place::decisions::kExchangePending) ++totals_.exchanges["Begun"];
  if (decision == in_place::decisions::kExchangeHost) ++totals_.exchanges["Done"];
  if (decision == in_place::decisions::kExchangeForget) ++totals_.exchanges["Forgotten"];
  if (!because.counted_reason.empty()) ++totals_.fallbacks[because.counted_reason];
}

void InPlaceObserver::Refused(const Because& because, const Error& error) {
  const std::string result(Name(error.kind));
  if (because.decision == in_place::decisions::kPatchPod) ++totals_.patches[result];
  if (IsOfExchange(because.decision)) ++totals_.exchanges[result];
}

// --- what becomes of Pods ---

void InPlaceObserver::PodChanged(const Change<Pod>& change) {
  if (change.new_object == nullptr) {
    Forget(change.old_object->meta.uid);
    told_.erase(change.old_object->meta.uid);
    return;
  }
  const Pod& pod = *change.new_object;
  const auto text = pod.meta.annotations.Find(in_place::kPodState);
  if (!text) return Forget(pod.meta.uid);
  const Pod* before = change.old_object;
  const auto is_same = [&] { return before != nullptr && SamePatch(*before, pod); };
  const bool same = Known(pod, is_same).value_or(false);
  if (!same) Forget(pod.meta.uid);
  const ObjectMeta* owner = owner_of_(pod);
  if (owner == nullptr) return;
  if (!same) Take(pod, *owner, before != nullptr);
  const auto followed = followed_.find(pod.meta.uid);
  std::optional<PodState> state = StateOf(pod, *owner);
  if (followed != followed_.end() && same && followed->second.found_at) {
    const std::optional<Workload> workload = workloads_.Find(KeyOf(*owner));
    if (workload) NoteDoneBefore(*before, *workload, followed->second);
    followed->second.found_at.reset();
  }
  if (followed != followed_.end() && state) followed->second.state = *std::move(state);
  Look(pod, *owner);
}

std::optional<PodState> InPlaceObserver::StateOf(const Pod& pod, const ObjectMeta& owner) const {
  const auto read = [&]() -> std::optional<PodState> {
    auto state = in_place::PodStateOf(pod);
    if (!state || !state->ok() || !((*state)->deployment == owner.uid)) return std::nullopt;
    in_place::NoteHeard(pod, node_of_(pod), **state);
    return std::move(*state).value();
  };
  return Known(pod, read).value_or(std::nullopt);
}

// Starts to follow the Pod's patch, which the observer has not seen before.
void InPlaceObserver::Take(const Pod& pod, const ObjectMeta& owner, bool witnessed) {
  std::optional<PodState> state = StateOf(pod, owner);
  if (!state) return;
  const auto is_ours = [&] { return AsksFor(pod, *state) && Restarts(pod, *state); };
  if (!Known(pod, is_ours).value_or(false)) return;
  const Duration age = std::max(seconds(0), clock_.Wall() - state->at);
  if (!witnessed && age > kInPlaceTakenUpWithin) return;
  if (followed_.size() >= kInPlacePodsFollowedMax) return;
  Followed& followed = followed_[pod.meta.uid];
  followed.pod = KeyOf(pod.meta);
  if (!witnessed) followed.found_at = clock_.Wall();
  // The time in the annotation has whole seconds, so an age of up to one second counts as 0.
  followed.patched_at = {clock_.Now().since_start - (age <= seconds(1) ? Duration{0} : age)};
  followed.state = *std::move(state);
}

// Looks only at Pods that are followed, or whose workload is being updated in place. Other Pods
// change often, too, and to build a Workload at each of these changes would cost much time.
void InPlaceObserver::Look(const Pod& pod, const ObjectMeta& owner) {
  const auto found = followed_.find(pod.meta.uid);
  const bool followed = found != followed_.end();
  const ObjectKey key = KeyOf(owner);
  if (!followed && !rollouts_.UnderWay(key)) return;
  const std::optional<Workload> workload = workloads_.Find(key);
  if (!workload) return;
  if (followed) {
    LookAt(pod, *workload, found->second);
  } else {
    LookAfterwards(pod, *workload);
  }
}

// Computes what LookAt and LookAfterwards decide by.
InPlaceObserver::Finding InPlaceObserver::Find(const Pod& pod, const Workload& owner,
                                               const PodState& state) const {
  Finding found{.asks_for = AsksFor(pod, state), .state = state};
  if (!found.asks_for) return found;
  in_place::NoteHeard(pod, node_of_(pod), found.state);
  const WallTime now = clock_.Wall();
  found.timeout = PodTimeout(owner);
  found.completion = in_place::CompletionOf(pod, found.state, now);
  const auto from = in_place::AvailableFrom(pod, &found.state, owner.min_ready_seconds, now);
  found.available = from && now >= *from;
  if (found.available) return found;
  found.failure = in_place::FailureOf(pod, found.state, found.timeout, now);
  found.look_again = Sooner(from ? from : found.completion.look_again,
                            in_place::FailureLookAgain(pod, found.state, found.timeout, now));
  return found;
}

void InPlaceObserver::LookAt(const Pod& pod, const Workload& owner, Followed& followed) {
  if (pod.meta.deleting()) return Forget(pod.meta.uid);
  const auto find = [&] { return Find(pod, owner, followed.state); };
  std::optional<Finding> found = Known(pod, find);
  if (!found) return Forget(pod.meta.uid);
  followed.state = std::move(found->state);
  NoteDoneBefore(pod, owner, followed);
  if (found->completion.complete) NoteUpdated(pod, followed);
  if (!found->available) NoteDrift(pod, followed.state);
  if (!found->asks_for) return Forget(pod.meta.uid);
  if (!found->available) {
    NoteFailure(pod, followed.state, *found);
    return LookLater(pod, followed, found->look_again);
  }
  if (leading_ && !followed.available) {
    totals_.available.Observe(clock_.Now() - followed.patched_at);
  }
  Forget(pod.meta.uid);
}

// Notes what had happened already when this process found the patch, so that it is not reported
// again. `found` is the Pod as it was then. Does nothing for a patch that this process has seen
// being made.
void InPlaceObserver::NoteDoneBefore(const Pod& found, const Workload& owner, Followed& followed) {
  if (!followed.found_at) return;
  const auto find = [&] {
    PodState state = followed.state;
    in_place::NoteHeard(found, node_of_(found), state);
    const WallTime then = *followed.found_at;
    const auto from = in_place::AvailableFrom(found, &state, owner.min_ready_seconds, then);
    return std::pair(in_place::CompletionOf(found, state, then).complete, from && *from <= then);
  };
  const auto [updated, available] = Known(found, find).value_or(std::pair(false, false));
  followed.updated = followed.updated || updated;
  followed.available = followed.available || available;
}

// Looks at a Pod that is not followed, for example because it became available. Reports a failure
// of such a Pod, because the rollout of its workload is still under way.
void InPlaceObserver::LookAfterwards(const Pod& pod, const Workload& owner) {
  const std::optional<PodState> state = StateOf(pod, owner.meta);
  if (!state) return;
  const auto found = Known(pod, [&] { return Find(pod, owner, *state); });
  if (found && found->asks_for && !found->available) NoteFailure(pod, *state, *found);
}

// Sets a timer for `at`, because what is reported may change at that time without an event. All
// other changes come with an event.
void InPlaceObserver::LookLater(const Pod& pod, Followed& followed, std::optional<WallTime> at) {
  timers_.Cancel(std::exchange(followed.timer, 0));
  const WallTime now = clock_.Wall();
  if (!followed.state.heard_since) at = Sooner(at, {now + kUnheardLookAgain});
  if (!at) return;
  const Duration wait = std::max<Duration>(seconds(1), *at - now);
  followed.timer = timers_.At(clock_.Now() + wait, [this, uid = pod.meta.uid, key = followed.pod] {
    const Pod* then = pods_.FindByUid(key, uid);
    if (then == nullptr) return;
    if (const ObjectMeta* its_owner = owner_of_(*then)) Look(*then, *its_owner);
  });
}

void InPlaceObserver::NoteUpdated(const Pod& pod, Followed& followed) {
  if (std::exchange(followed.updated, true) || !leading_) return;
  const Duration took = clock_.Now() - followed.patched_at;
  totals_.restart.Observe(took);
  const auto tell = [&] { return InPlaceUpdated(pod, followed.state, took); };
  if (const std::optional<Event> updated = Known(pod, tell)) Tell(pod, *updated);
}

// Reports a failure once for each Pod, revision and reason (P-060).
void InPlaceObserver::NoteFailure(const Pod& pod, const PodState& state, const Finding& found) {
  if (!found.failure || !IsNews(pod, state.revision, found.failure->reason)) return;
  ++totals_.failures[found.failure->reason];
  const auto tell = [&] { return InPlaceFailed(state, *found.failure, found.timeout); };
  if (const std::optional<Event> failed = Known(pod, tell)) Tell(pod, *failed);
}

// Reports a drift once for each Pod and revision (P-081).
void InPlaceObserver::NoteDrift(const Pod& pod, const PodState& state) {
  const auto find = [&] { return InPlaceDrift(pod, state); };
  const std::optional<Event> drift = Known(pod, find).value_or(std::nullopt);
  if (drift && IsNews(pod, state.revision, drift->reason)) Tell(pod, *drift);
}

bool InPlaceObserver::IsNews(const Pod& pod, int64_t revision, const std::string& reason) {
  const Uid& uid = pod.meta.uid;
  if (!leading_ || (told_.size() >= kInPlacePodsFollowedMax && !told_.contains(uid))) return false;
  Told& told = told_[uid];
  if (told.revision != revision) told = {revision, {}};
  return told.reasons.insert(reason).second;
}

void InPlaceObserver::Forget(const Uid& pod) {
  const auto found = followed_.find(pod);
  if (found == followed_.end()) return;
  timers_.Cancel(found->second.timer);
  followed_.erase(found);
}

void InPlaceObserver::Tell(const Pod& pod, const Event& event) {
  record_(ReferenceTo(resources::kPods, pod.meta), event);
}

}  // namespace windlass
