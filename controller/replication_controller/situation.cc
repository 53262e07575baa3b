#include "controller/replication_controller/situation.h"

#include <algorithm>

#include "controller/count/stable.h"
#include "controller/replication_controller/run.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/base/duration.h"

namespace windlass::replication_controller {
namespace {

// As kubectl's flags have them. The CRD refuses texts that are no durations.
constexpr Duration kUpdatePeriodDefault = std::chrono::minutes(1);
constexpr Duration kTimeoutDefault = std::chrono::minutes(5);

bool MatchesSelector(const ReplicationController& controller, const Pod& pod) {
  return std::ranges::all_of(controller.selector, [&](const StringMap::Pair& pair) {
    return pod.meta.labels.Find(pair.first) == pair.second.text();
  });
}

}  // namespace

std::string_view Situation::cleanup() const {
  if (spec().rollback) return kDelete;
  if (!spec().cleanup.empty()) return spec().cleanup;
  return spec().new_name.empty() ? kRename : kDelete;
}

Duration Situation::update_period() const {
  return ParseDuration(spec().update_period).value_or(kUpdatePeriodDefault);
}

Duration Situation::timeout() const {
  return ParseDuration(spec().timeout).value_or(kTimeoutDefault);
}

Situation MakeSituation(const View& view, const Learned& learned, WallTime now) {
  return {.view = view,
          .learned = learned,
          .now = now,
          .new_name = NewNameOf(view.update, view.old_controller),
          .run = StatusOfRun(view.update)};
}

bool HasScaledUp(const ReplicationController& controller) {
  return IsObserved(controller) && controller.status.replicas == controller.replicas;
}

bool Owns(const ReplicationController& controller, const Pod& pod) {
  const OwnerReference* owner = pod.meta.ControllerRef();
  return owner != nullptr && owner->uid == controller.meta.uid;
}

bool HasScaledDown(const Situation& situation, const ReplicationController& controller) {
  const auto live = std::ranges::count_if(situation.view.pods, [&](const Pod* pod) {
    return !pod->meta.deleting() && Owns(controller, *pod);
  });
  return IsObserved(controller) && controller.status.replicas <= controller.replicas &&
         live <= controller.replicas;
}

Availability CountAvailable(const Situation& situation, const ReplicationController& controller) {
  Availability availability;
  for (const Pod* pod : situation.view.pods) {
    if (pod->meta.deleting() || !pod->ready.IsTrue()) continue;
    if (!Owns(controller, *pod) || !MatchesSelector(controller, *pod)) continue;
    const std::optional<WallTime> from =
        StableFrom(pod->ready.last_transition_time(), situation.spec().min_ready_seconds);
    if (!from) continue;
    if (*from <= situation.now) {
      ++availability.available;
    } else {
      availability.next = Sooner(availability.next, from);
    }
  }
  // The Pods may be older than what the replication controller says of them, and the other way
  // round.
  availability.available =
      std::min({availability.available, controller.status.ready_replicas, controller.replicas});
  return availability;
}

}  // namespace windlass::replication_controller
