#include "controller/workload/status/answered_rollback.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/workload/conditions.h"
#include "controller/workload/decisions.h"
#include "controller/workload/requests/body_json.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/template_text.h"
#include "kubeclient/base/fill.h"

namespace windlass::workload {
namespace {

// Returns true if `object_json` has a value other than null at `path`, a JSON pointer.
bool Has(std::string_view object_json, std::string_view path) {
  const Json object = Json::parse(object_json, nullptr, /*allow_exceptions=*/false);
  const Json::json_pointer pointer{std::string(path)};
  return object.is_object() && object.contains(pointer) && !object[pointer].is_null();
}

std::string NotRemovedText(std::string_view request) {
  return Fill(
      "the API server accepted the write with which Windlass removes {}, but kept {}. Find the "
      "mutating admission webhook or policy that puts it back, and exempt Windlass from it, or "
      "remove {} by hand. Windlass has answered this request and does not carry it out again. It "
      "rolls out spec.template, also after later edits",
      request, request, request);
}

std::string PutBackText(int64_t revision) {
  return Fill(
      "there was no rollback to revision {}: the API server accepted the template of that "
      "revision from Windlass, but kept the present template. Find the mutating admission webhook "
      "or policy that puts it back, exempt Windlass from it, and ask for the rollback again",
      revision);
}

// Returns the reason of the condition for a request for the revision `asked`.
std::string ReasonFor(int64_t asked) {
  return asked == 0 ? "RevisionBefore" : "Revision" + std::to_string(asked);
}

const Outcome* FindNotKeptOf(const Situation& situation) {
  const Workload& workload = situation.workload;
  return FindNotKept(situation.learned, workload.kind.traits().resource, KeyOf(workload.meta));
}

}  // namespace

std::function<Status(std::string_view reply)> CheckCleared(const Workload& workload,
                                                           std::string why) {
  const KindTraits& traits = workload.kind.traits();
  if (traits.rollback_path.empty()) return {};
  if (why.ends_with('.')) why.pop_back();
  if (!why.empty()) why += "; ";
  return [path = traits.rollback_path, request = traits.rollback_request,
          why = std::move(why)](std::string_view reply) -> Status {
    if (!Has(reply, path)) return Unit{};
    return Error{ErrorKind::kInvalid, why + NotRemovedText(request)};
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
        std::string text = PutBackText(revision);
        const Status gone = removed(reply);
        if (!gone.ok()) text += ". Besides, " + gone.error().message;
        return Error{ErrorKind::kConflict, std::move(text)};
      };
}

const Outcome* FindTemplatePutBack(const Situation& situation) {
  const Outcome* lost = FindNotKeptOf(situation);
  const bool is_back = lost != nullptr && lost->decided == decisions::kRollBack &&
                       lost->kept->error().kind == ErrorKind::kConflict;
  return is_back ? lost : nullptr;
}

bool IsAnswered(const Workload& workload) {
  if (!workload.roll_back_to) return false;
  const Condition* stored = FindCondition(workload.status.conditions, kRollbackToNotRemoved);
  return stored != nullptr && stored->reason == ReasonFor(*workload.roll_back_to);
}

bool IsAnswered(const Situation& situation) {
  if (!situation.workload.roll_back_to) return false;
  return IsAnswered(situation.workload) || FindNotKeptOf(situation) != nullptr;
}

void ShowAnsweredRollback(const Situation& situation, WorkloadStatus& status) {
  if (IsAnswered(situation.workload)) return;  // the draft has the stored condition
  const Outcome* lost = FindNotKeptOf(situation);
  if (!situation.workload.roll_back_to || lost == nullptr) {
    return RemoveCondition(status.conditions, kRollbackToNotRemoved);
  }
  RefreshCondition(status.conditions, NewCondition(kRollbackToNotRemoved, "True",
                                                   ReasonFor(*situation.workload.roll_back_to),
                                                   lost->kept->error().message, situation.now));
}

std::vector<Event> TellAnsweredRollback(const Situation& situation) {
  const Workload& workload = situation.workload;
  if (!IsAnswered(situation) || IsAnswered(workload)) return {};
  return {
      {.type = Event::Type::kWarning,
       .reason = std::string(workload.kind.traits().name()) + std::string(kRollbackToNotRemoved),
       .message = FindNotKeptOf(situation)->kept->error().message}};
}

std::optional<Duration> UntilClearedAgain(const Situation& situation) {
  if (situation.workload.paused || !IsAnswered(situation)) return std::nullopt;
  return kClearAgainAfter;
}

}  // namespace windlass::workload
