#include "controller/workload/status/no_cache_room.h"

#include <utility>

#include "controller/workload/conditions.h"
#include "controller/workload/decisions.h"
#include "controller/workload/workload_kind.h"

namespace windlass::workload {
namespace {

// Every sync returns the Event, but Windlass sends it at most once in this time.
constexpr Duration kToldAgain = seconds(600);

}  // namespace

Event LeftOutEvent(std::string message) {
  return {.type = Event::Type::kWarning,
          .reason = std::string(kLeftOutReason),
          .message = std::move(message),
          .at_most_every = kToldAgain};
}

std::optional<Step> RefuseLeftOut(const View& view, const Learned& learned, WallTime now) {
  if (view.left_out.empty()) return std::nullopt;
  const Workload& workload = view.workload;
  const std::string kind(workload.kind.traits().name());
  std::string message = "Windlass leaves this " + kind +
                        " alone, because it has no room in memory for " + view.left_out +
                        ". Make the labels, the annotations or the pod template of that object "
                        "smaller, switch off updates in place for this " +
                        kind + ", or raise the memory limit of Windlass.";
  StatusDraft draft{.status = workload.status, .now = now};
  UpdateCondition(draft.status.conditions,
                  NewCondition(kReplicaFailure, "True", kLeftOutReason, message, now));
  if (!workload.kind.IsStored(workload, draft)) {
    Write write{.request = workload.kind.WriteStatus(workload, draft),
                .because = {decisions::kUpdateStatus, {{"reason", std::string(kLeftOutReason)}}},
                .go_on_if_refused = true};
    if (FindOutcome(learned, write.request.Identity()) == nullptr) return write;
  }
  return Wait{.events = {LeftOutEvent(std::move(message))}};
}

}  // namespace windlass::workload
