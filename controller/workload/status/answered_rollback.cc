#include "controller/workload/status/answered_rollback.h"

#include <algorithm>
#include <utility>

#include "controller/workload/conditions.h"
#include "controller/workload/decisions.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/template_text.h"
#include "kubeclient/base/fill.h"

namespace windlass::workload {
namespace {

// Returns true if the current object of `in` has a value other than null at `path`, a JSON pointer
// without escapes.
bool HasMember(JsonReader& in, std::string_view path) {
  const size_t end = path.find('/', 1);
  bool found = false;
  in.Object([&](std::string_view member) {
    if (member != path.substr(1, end - 1)) return;
    found = end == std::string_view::npos || HasMember(in, path.substr(end));
  });
  return found;
}

// Returns true if the object has a value other than null at `path` (HasMember). Reads only this
// path, and builds no tree, because the object may have 8 MB.
bool Has(std::string_view object_json, std::string_view path) {
  JsonReader in;
  in.Begin(object_json);
  const bool found = HasMember(in, path);
  return in.End().ok() && found;
}

std::string NotRemovedText(std::string_view request) {
  return Fill(
      "the API server accepted the removal of {} by Windlass, but kept {}. Find the mutating "
      "admission webhook or policy that undoes the removal, and exempt Windlass from it. Or remove "
      "{} by hand. Windlass has answered this request and now ignores it. Windlass rolls "
      "out spec.template, also after later edits",
      request, request, request);
}

std::string PutBackText(int64_t revision) {
  return Fill(
      "the rollback to revision {} did not happen: the API server accepted the template of that "
      "revision from Windlass, but kept the present template. Find the mutating admission webhook "
      "or policy that restores the present template, and exempt Windlass from it. Then ask for the "
      "rollback again",
      revision);
}

const Outcome* FindNotKeptOf(const Situation& situation) {
  const Workload& workload = situation.workload;
  return FindNotKept(situation.learned, workload.kind.traits().resource, KeyOf(workload.meta));
}

// Returns the write of this sync that should have removed the present request, if the API server
// kept the request. Returns null
//   - if there is no such write
//   - if a user has replaced the kept request by one for another revision
const Outcome* FindRequestKept(const Situation& situation) {
  const std::optional<int64_t>& asked = situation.workload.roll_back_to;
  const Outcome* lost = FindNotKeptOf(situation);
  if (!asked || lost == nullptr) return nullptr;
  const std::vector<ErrorCause>& causes = lost->kept->error().causes;
  const bool same = !causes.empty() && causes.front().reason == ReasonFor(*asked);
  return same ? lost : nullptr;
}

// Returns the stored condition RollbackToNotRemoved if it is about the request of `workload`;
// otherwise null.
const Condition* FindStored(const Workload& workload) {
  if (!workload.roll_back_to) return nullptr;
  const Condition* stored = FindCondition(workload.status.conditions, kRollbackToNotRemoved);
  if (stored == nullptr || stored->status != "True") return nullptr;
  return stored->reason == ReasonFor(*workload.roll_back_to) ? stored : nullptr;
}

// Returns true if this sync has tried to patch the workload, and the API server did not answer with
// a 409. A patch that lost a race says nothing about what the API server does with the request.
bool WasTried(const Situation& situation) {
  const Workload& workload = situation.workload;
  return std::ranges::any_of(situation.learned, [&](const Outcome& outcome) {
    if (!IsPatchOf(outcome, workload.kind.traits().resource, workload.meta)) return false;
    return outcome.said.ok() || outcome.said.error().kind != ErrorKind::kConflict;
  });
}

// Returns how long until Windlass tries again to remove the answered request; 0 if a try is due.
// The last try was at the update time of `stored`. If that time is in the future, it comes from
// another clock, and a try is due.
Duration UntilNextTry(const Condition& stored, WallTime now) {
  const Duration since = now - stored.last_update_time;
  const bool is_due = since >= kClearAgainAfter || since < Duration::zero();
  return is_due ? Duration::zero() : kClearAgainAfter - since;
}

}  // namespace

std::function<Status(std::string_view reply)> CheckCleared(const Workload& workload,
                                                           std::string why) {
  const KindTraits& traits = workload.kind.traits();
  if (traits.rollback_path.empty()) return {};
  if (why.ends_with('.')) why.pop_back();
  if (!why.empty()) why += "; ";
  std::string reason = workload.roll_back_to ? ReasonFor(*workload.roll_back_to) : std::string();
  return [path = traits.rollback_path, request = traits.rollback_request,
          reason = std::move(reason), why = std::move(why)](std::string_view reply) -> Status {
    if (!Has(reply, path)) return Unit{};
    Error error{ErrorKind::kInvalid, why + NotRemovedText(request)};
    error.causes.push_back({.reason = reason});
    return error;
  };
}

std::function<Status(std::string_view reply)> CheckRolledBack(const Workload& workload,
                                                              const std::string& own_json,
                                                              std::string template_json,
                                                              int64_t revision) {
  const std::string done = Fill("Rolled back {} \"{}\" to revision {}", workload.kind.traits().noun,
                                workload.meta.name, revision);
  std::function<Status(std::string_view)> cleared = CheckCleared(workload, done);
  Result<std::string> before = ExtractTemplate(own_json);
  if (!before.ok() || !cleared) return cleared;
  return
      [cleared = std::move(cleared), removed = CheckCleared(workload), before = *std::move(before),
       written = std::move(template_json), revision](std::string_view reply) -> Status {
        const Result<std::string> kept = ExtractTemplate(reply);
        const bool is_back =
            kept.ok() && DifferAtMostInForm(*kept, before) && !DifferAtMostInForm(*kept, written);
        if (!is_back) return cleared(reply);
        Error error{ErrorKind::kConflict, PutBackText(revision)};
        const Status gone = removed(reply);
        if (!gone.ok()) {
          error.message += ". Besides, " + gone.error().message;
          error.causes = gone.error().causes;
        }
        return error;
      };
}

const Outcome* FindTemplatePutBack(const Situation& situation) {
  const Outcome* lost = FindNotKeptOf(situation);
  const bool is_back = lost != nullptr && lost->decided == decisions::kRollBack &&
                       lost->kept->error().kind == ErrorKind::kConflict;
  return is_back ? lost : nullptr;
}

bool IsAnswered(const Workload& workload) { return FindStored(workload) != nullptr; }

bool IsAnswered(const Situation& situation) {
  return IsAnswered(situation.workload) || FindRequestKept(situation) != nullptr;
}

bool IsPatched(const Situation& situation) {
  const Workload& workload = situation.workload;
  return std::ranges::any_of(situation.learned, [&](const Outcome& outcome) {
    return IsPatchOf(outcome, workload.kind.traits().resource, workload.meta);
  });
}

bool IsTimeToClear(const Situation& situation) {
  if (IsPatched(situation)) return false;
  const Condition* stored = FindStored(situation.workload);
  return stored == nullptr || UntilNextTry(*stored, situation.now) == Duration::zero();
}

void ShowAnsweredRollback(const Situation& situation, WorkloadStatus& status) {
  const Workload& workload = situation.workload;
  const Condition* stored = FindStored(workload);
  const Outcome* lost = FindRequestKept(situation);
  if (stored == nullptr && lost == nullptr) {
    return RemoveCondition(status.conditions, kRollbackToNotRemoved);
  }
  // The draft has the stored condition. The update time of the condition changes only after a try
  // to remove the request.
  if (stored != nullptr) {
    const bool is_due = UntilNextTry(*stored, situation.now) == Duration::zero();
    if (!is_due || !WasTried(situation)) return;
  }
  std::string message = stored != nullptr ? stored->message : lost->kept->error().message;
  RefreshCondition(status.conditions,
                   NewCondition(kRollbackToNotRemoved, "True", ReasonFor(*workload.roll_back_to),
                                std::move(message), situation.now));
}

std::vector<Event> TellAnsweredRollback(const Situation& situation) {
  const Workload& workload = situation.workload;
  const Outcome* lost = FindRequestKept(situation);
  if (lost == nullptr || IsAnswered(workload)) return {};
  return {
      {.type = Event::Type::kWarning,
       .reason = std::string(workload.kind.traits().name()) + std::string(kRollbackToNotRemoved),
       .message = lost->kept->error().message}};
}

Event TellCleared(const Workload& workload) {
  const KindTraits& traits = workload.kind.traits();
  const int64_t asked = workload.roll_back_to.value_or(0);
  const std::string to = asked == 0 ? "the revision before" : "revision " + std::to_string(asked);
  return {.type = Event::Type::kNormal,
          .reason = std::string(traits.name()) + "RollbackToRemoved",
          .message = Fill(
              "Removed {}, which asked for a rollback to {}. Windlass had answered this request "
              "before, so it did not roll back now. To roll back, make the request again",
              traits.rollback_request, to)};
}

std::optional<Duration> UntilClearedAgain(const Situation& situation) {
  if (situation.workload.paused || !IsAnswered(situation)) return std::nullopt;
  const Condition* stored = FindStored(situation.workload);
  if (stored == nullptr || IsPatched(situation)) return kClearAgainAfter;
  return std::max<Duration>(UntilNextTry(*stored, situation.now), seconds(1));
}

}  // namespace windlass::workload
