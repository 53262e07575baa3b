#include "controller/workload/actions/rollback_answer.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "controller/workload/actions/rollback_target.h"
#include "controller/workload/decisions.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/status/answered_rollback.h"
#include "controller/workload/status/status.h"

namespace windlass::workload {
namespace {

// Returns true if this sync has patched the workload already. Patches of its status do not count.
bool IsDone(const Situation& situation) {
  const Workload& workload = situation.workload;
  return std::ranges::any_of(situation.learned, [&](const Outcome& outcome) {
    return outcome.said.ok() && IsPatchOf(outcome, workload.kind.traits().resource, workload.meta);
  });
}

// `lost` is a rollback of this sync that the API server undid: it put the workload's former
// template back. Returns the step that records this. Returns nullopt if it is recorded already, or
// if the kind records nothing.
std::optional<Step> RecordPutBack(const Situation& situation, const Outcome& lost) {
  return RecordRollback(situation, {.asked = situation.workload.roll_back_to.value_or(0),
                                    .reason = "RollbackNotKept",
                                    .message = lost.kept->error().message,
                                    .now = situation.now,
                                    .put_back = true});
}

// `record` is a result of RecordRollback. Returns its write, marked so that the sync goes on even
// if the API server refuses the write. Returns nullopt if `record` is no write.
std::optional<Step> RecordInPassing(std::optional<Step> record) {
  Write* write = record ? std::get_if<Write>(&*record) : nullptr;
  if (write == nullptr) return std::nullopt;
  write->go_on_if_refused = true;
  return record;
}

}  // namespace

std::string RollbackReason(const Workload& workload, std::string_view what) {
  return std::string(workload.kind.traits().name()) + "Rollback" + std::string(what);
}

std::optional<Step> RecordRollback(const Situation& situation, const RollbackOutcome& outcome) {
  const Workload& workload = situation.workload;
  std::optional<Request> request = workload.kind.NoteRollback(workload, outcome);
  if (!request) return std::nullopt;
  for (const Outcome& sent : situation.learned) {
    if (!sent.said.ok() && request->IsLike(sent.asked)) return Failed{.error = sent.said.error()};
  }
  return UnlessInVain(situation, Write{.request = *std::move(request),
                                       .because = {decisions::kNoteRollback,
                                                   {{"asked", outcome.asked},
                                                    {"becomes", outcome.becomes},
                                                    {"reason", std::string(outcome.reason)}}}});
}

Write RemoveRequest(const Situation& situation, Event::Type type, std::string_view why,
                    std::string message) {
  const std::string reason = RollbackReason(situation.workload, why);
  return {.request = situation.workload.kind.ClearRollback(situation.workload),
          .because = {decisions::kClearRollback, {{"reason", reason}}},
          .on_success = {{type, reason, message}},
          .check = CheckCleared(situation.workload, std::move(message))};
}

Step RefuseRollback(const Situation& situation, std::string_view why, std::string message,
                    std::string remedy) {
  if (situation.workload.kind.traits().records_rollbacks) message = std::move(remedy);
  const std::string reason = "Rollback" + std::string(why);
  const RollbackOutcome outcome{.asked = *situation.workload.roll_back_to,
                                .reason = reason,
                                .message = message,
                                .now = situation.now};
  if (auto step = RecordRollback(situation, outcome)) return *step;
  return RemoveRequest(situation, Event::Type::kWarning, why, std::move(message));
}

std::optional<Step> EndIfRemoved(const Situation& situation) {
  if (!IsDone(situation)) return std::nullopt;
  const Outcome* lost = FindTemplatePutBack(situation);
  if (lost == nullptr) return Wait{.look_again_in = kNextSyncAfter};
  std::vector<Event> events = {{Event::Type::kWarning,
                                RollbackReason(situation.workload, "NotKept"),
                                lost->kept->error().message}};
  std::optional<Step> record = RecordPutBack(situation, *lost);
  if (!record) return Wait{.look_again_in = kNextSyncAfter, .events = std::move(events)};
  if (Failed* failed = std::get_if<Failed>(&*record)) failed->events = std::move(events);
  return record;
}

bool IsPerformed(const Situation& situation) {
  const Workload& workload = situation.workload;
  const std::optional<PerformedRollback>& done = workload.rolled_back;
  if (workload.roll_back_to != 0 || !done || done->generation == 0) return false;
  if (!done->to_previous) return false;
  if (done->generation != workload.meta.generation) return false;
  const ReplicaSet* target = FindRollbackTarget(workload, situation.all, done->asked);
  return target != nullptr && HasWorkloadsTemplate(situation, *target);
}

std::optional<Step> NextOfAnswered(const Situation& situation) {
  if (const Outcome* lost = FindTemplatePutBack(situation)) {
    if (auto record = RecordInPassing(RecordPutBack(situation, *lost))) return record;
  }
  if (IsAnswered(situation)) {
    const RollbackOutcome outcome{.asked = *situation.workload.roll_back_to,
                                  .reason = kRollbackToNotRemoved,
                                  .now = situation.now,
                                  .not_removed = true};
    if (auto record = RecordInPassing(RecordRollback(situation, outcome))) return record;
  }
  return WriteAnsweredRollback(situation);
}

std::optional<Step> ForgetAnsweredRollback(const Situation& situation) {
  const auto& stored = situation.workload.status.conditions;
  if (FindCondition(stored, kRollbackToNotRemoved) == nullptr) return std::nullopt;
  return IsAnswered(situation) ? std::nullopt : WriteAnsweredRollback(situation);
}

Step ClearAnswered(const Situation& situation, Step end) {
  const Workload& workload = situation.workload;
  const bool ends = std::holds_alternative<Wait>(end) || std::holds_alternative<Failed>(end);
  if (!ends || workload.paused) return end;
  if (!IsAnswered(situation) && !IsPerformed(situation)) return end;
  if (!IsTimeToClear(situation)) return end;
  // The sync has sent all requests that it may send. If ClearAnswered returned one more write, the
  // planner's Next would replace the write by a Wait, and the back-off of `end` would be lost.
  if (situation.learned.size() >= kRequestsPerSyncMax) return end;
  return Write{
      .request = workload.kind.ClearRollback(workload),
      .because = {decisions::kClearRollback, {{"reason", std::string(kRollbackToNotRemoved)}}},
      .on_success = {TellCleared(workload)},
      .go_on_if_refused = true,
      .check = CheckCleared(workload)};
}

}  // namespace windlass::workload
