#include "controller/workload/left_out.h"

#include <string>
#include <utility>

#include "controller/workload/conditions.h"
#include "controller/workload/decisions.h"

namespace windlass::workload {
namespace {

constexpr std::string_view kLeftOutReason = "WindlassOutOfMemory";

}  // namespace

std::optional<Step> RefuseLeftOut(const View& view, const Learned& learned, WallTime now) {
  if (view.left_out.empty()) return std::nullopt;
  const Workload& workload = view.workload;
  std::string message = "Left alone: Windlass has no room in memory for " + view.left_out +
                        " there. Make its labels, annotations or pod template smaller, or raise "
                        "the memory limit of Windlass.";
  StatusDraft draft{.status = workload.status, .now = now};
  SetCondition(draft.status.conditions,
               NewCondition(kReplicaFailure, "True", kLeftOutReason, message, now));
  if (draft.status.conditions != workload.status.conditions) {
    Write write{.request = workload.kind.WriteStatus(workload, draft),
                .because = {decisions::kUpdateStatus, {{"reason", std::string(kLeftOutReason)}}},
                .go_on_if_refused = true};
    if (FindOutcome(learned, write.request.Identity()) == nullptr) return write;
  }
  return Wait{.events = {{Event::Type::kWarning, std::string(kLeftOutReason), std::move(message)}}};
}

}  // namespace windlass::workload
