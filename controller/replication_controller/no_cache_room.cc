#include "controller/replication_controller/no_cache_room.h"

#include <nlohmann/json.hpp>

#include "controller/api/custom_resources.h"
#include "controller/kind/conditions.h"
#include "controller/kind/status.h"
#include "controller/replication_controller/run.h"
#include "controller/replication_controller/words.h"

namespace windlass::replication_controller {
namespace {

// Returns the condition Stalled if the update of the present spec has failed; otherwise null.
const Condition* FailureOf(const ReplicationControllerUpdate& update) {
  if (update.status.phase != kFailed || !IsOfPresentSpec(update)) return nullptr;
  return FindCondition(update.status.conditions, kind::kStalledCondition);
}

}  // namespace

std::optional<Step> ReportLeftAlone(const ReplicationControllerUpdate& update,
                                    std::string_view reason, const std::string& message,
                                    const Learned& learned, WallTime now) {
  ReplicationControllerUpdateStatus draft = update.status;
  // A phase that is set stays. If the spec has changed since, StatusOfRun sees from a phase like
  // Failed or Succeeded that a new run is due.
  if (draft.phase.empty()) draft.phase = kPreparing;
  draft.deadline = {};
  const Condition* failure = FailureOf(update);
  // The missing controller may exist now, and may be the object for which there is no room. So the
  // update waits, and gets the phase of its step instead of Failed.
  if (failure != nullptr && failure->reason == kNotFound) {
    draft.phase = PhaseAt(draft.step);
    failure = nullptr;
  }
  if (failure != nullptr) {
    draft.message = failure->message + ". " + message;
  } else {
    draft.message = message;
    draft.conditions = ConditionsOf(kind::Ruling{.phase = kPreparing,
                                                 .way = kind::Way::kReconciling,
                                                 .reason = std::string(reason),
                                                 .message = message},
                                    update.meta.generation, update.status.conditions, now);
  }
  if (draft == update.status) return std::nullopt;
  const Json fields = {{"phase", draft.phase},
                       {"message", draft.message},
                       {"deadline", kind::TimeOrNull(draft.deadline)},
                       {"conditions", kind::ToJson(draft.conditions)}};
  return kind::UnlessSent(
      Write{.request =
                kind::WriteStatus(resources::kReplicationControllerUpdates, update.meta, fields),
            .because = {Decision{"update status"}, {{"reason", std::string(reason)}}},
            .go_on_if_refused = true},
      learned);
}

}  // namespace windlass::replication_controller
