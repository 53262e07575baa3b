#include "controller/workload/actions/rollback.h"

#include <string>
#include <utility>
#include <vector>

#include "controller/workload/actions/create.h"
#include "controller/workload/actions/rollback_answer.h"
#include "controller/workload/actions/rollback_target.h"
#include "controller/workload/actions/scale.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/decisions.h"
#include "controller/workload/status/answered_rollback.h"
#include "controller/workload/status/refused_spec.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/large_annotations.h"
#include "kubeclient/api/template_text.h"

namespace windlass::workload {
namespace {

// Returns kind and name, for messages. Example: `rollout "web"`.
std::string Named(const Workload& workload) {
  return std::string(workload.kind.traits().noun) + " \"" + workload.meta.name + "\"";
}

// Returns which revision Pods follow during an abort, and what the end of the abort does. `target`
// has the workload's template. Requires workload.follow_revision.
std::string AbortText(const Situation& situation, const ReplicaSet& target) {
  const ReplicaSet* followed = situation.new_replica_set;
  if (followed == &target) {
    return "the abort also brings Pods to this revision, so there is nothing to do";
  }
  const std::string follow = followed == nullptr
                                 ? "the abort has no revision to go back to, and moves no Pod"
                                 : "Pods follow revision " +
                                       std::to_string(*situation.workload.follow_revision) +
                                       " during the abort";
  return follow + ". End the abort to roll out the template";
}

// Returns why a rollback to `revision`, the revision of `target`, would change nothing.
std::string SameTemplateText(const Situation& situation, const ReplicaSet& target,
                             int64_t revision) {
  const Workload& workload = situation.workload;
  return "Revision " + std::to_string(revision) + " has the template that " + Named(workload) +
         " has already: " +
         (workload.follow_revision ? AbortText(situation, target) : "there is nothing to do");
}

Step RollBackTo(const Situation& situation, const ReplicaSet& target, int64_t revision,
                int64_t becomes) {
  const Workload& workload = situation.workload;
  const RollbackOutcome outcome{
      .asked = *workload.roll_back_to, .target = &target, .becomes = becomes, .now = situation.now};
  if (auto step = RecordRollback(situation, outcome)) return *step;
  Request read_target = Request::Get(resources::kReplicaSets, KeyOf(target.meta));
  const Outcome* found = FindOutcome(situation.learned, read_target.Identity());
  if (found == nullptr)
    return Read{std::move(read_target), "the rollback restores the template of this ReplicaSet"};
  // If the target was deleted meanwhile, the next sync chooses anew.
  if (!found->said.ok()) return Failed{.error = found->said.error()};
  Request read_own = Request::Get(workload.kind.traits().resource, KeyOf(workload.meta));
  const Outcome* own = FindOutcome(situation.learned, read_own.Identity());
  if (own == nullptr)
    return Read{std::move(read_own),
                "the rollback writes all annotations of this object, also those that the cache "
                "does not keep"};
  if (!own->said.ok()) return Failed{.error = own->said.error()};

  const std::string of_target = "ReplicaSet " + target.meta.name;
  Result<std::string> pod_template = ExtractTemplate(found->said->body);
  if (!pod_template.ok()) {
    return Failed{.error = std::move(pod_template).error().Context(of_target)};
  }
  const auto values = LargeValues(found->said->body, target.large_annotations);
  if (!values)
    return Failed{
        .error = {ErrorKind::kConflict,
                  of_target + " was changed during the rollback, so the rollback begins again"}};
  ReplicaSet whole = target;
  for (const auto& [key, value] : *values) whole.meta.annotations.Set(key, value);
  Result<Request> request = workload.kind.RollBack(workload, own->said->body, whole, *pod_template);
  if (!request.ok()) return Failed{.error = request.error()};
  return Write{
      .request = *request,
      .because = {decisions::kRollBack, {{"revision", revision}, {"replicaset", target.meta.name}}},
      .on_success = {{Event::Type::kNormal, RollbackReason(workload, ""),
                      "Rolled back " + Named(workload) + " to revision " +
                          std::to_string(revision)}},
      .check = CheckRolledBack(workload, own->said->body, *std::move(pod_template), revision)};
}

// A user asks for a rollback to revision `asked`. Requires that `target` is the ReplicaSet of that
// revision, and has the workload's template. Returns true if Windlass has performed this rollback
// before, as the workload's record (Workload::rolled_back) shows. Both of these must hold:
//   - The record is about a request for `asked`.
//   - The present number of `target` is the number in the record, or `asked` itself. It is `asked`
//     if Pods followed another revision, because `target` then got no new number.
// Returns false if `asked` is 0, because such a request goes back one revision each time (RO-024).
bool IsRepeated(const Workload& workload, const ReplicaSet& target, int64_t asked) {
  const std::optional<PerformedRollback>& before = workload.rolled_back;
  if (!before || asked == 0 || before->asked != asked) return false;
  const std::optional<int64_t> number = RevisionOf(target.meta);
  return number == before->became || number == asked;
}

// Call this if a user asks again for a rollback that Windlass has performed before, and the
// workload still has the template of that revision (IsRepeated). Returns the next step towards the
// removal of this request (RO-023). During an abort, the Event about the removal also says which
// revision Pods follow, if any (AbortText).
Step ClearRepeated(const Situation& situation, const ReplicaSet& target) {
  const Workload& workload = situation.workload;
  const int64_t asked = *workload.roll_back_to;
  const int64_t became = workload.rolled_back->became;
  const RollbackOutcome outcome{
      .asked = asked, .target = &target, .becomes = became, .now = situation.now};
  if (auto step = RecordRollback(situation, outcome)) return *step;
  return RemoveRequest(situation, Event::Type::kNormal, "Done",
                       "Nothing to roll back: " + Named(workload) +
                           " still has the template of revision " + std::to_string(asked) +
                           " from an earlier rollback. That revision now has number " +
                           std::to_string(RevisionOf(target.meta).value_or(became)) +
                           (workload.follow_revision ? "; " + AbortText(situation, target) : ""));
}

// Returns the step that makes or numbers the ReplicaSet of the present template; nullopt if that
// ReplicaSet exists and has its number (D-462).
std::optional<Step> NumberPresent(const Situation& situation) {
  if (situation.new_replica_set == nullptr) {
    if (auto step = RefuseStrategy(situation.workload)) return step;
    // The rollback is about to replace the present template. Upstream gives this template Pods
    // nevertheless (D-462). Windlass does so only in a rolling update of a kind that does not
    // record rollbacks.
    const bool none = situation.recreate() || situation.workload.kind.traits().records_rollbacks;
    return none ? CreateNewReplicaSet(situation, 0) : CreateNewReplicaSet(situation);
  }
  return UpdateNewReplicaSet(situation, situation.new_replica_set->replicas);
}

// `kind` is the kind of an error of NumberPresent. Returns true if the error shows that the present
// template cannot get a ReplicaSet: the API server refused to create the ReplicaSet, its name is
// taken, or the template or the strategy cannot be read.
bool CannotBeMade(ErrorKind kind) {
  return IsRefusal(kind) || kind == ErrorKind::kAlreadyExists || kind == ErrorKind::kMalformed;
}

// `step` is the result of NumberPresent. Returns true if the present template has no ReplicaSet,
// `step` does not make one, and the rollback is to proceed nevertheless. The template then has no
// number. A rollback may be the only way out of this template (RO-026). The cases:
//   - `step` is Wait, so the extension holds the creation back: true for every kind.
//   - `step` is a failure, because the ReplicaSet cannot be made (CannotBeMade): true only for
//     kinds that record rollbacks. Users of other kinds can use `kubectl rollout undo`, which
//     changes the template itself (D-462).
//   - Otherwise: false.
bool IsHeldBack(const Situation& situation, const Step& step) {
  if (situation.new_replica_set != nullptr) return false;
  if (std::holds_alternative<Wait>(step)) return true;
  const Failed* failed = std::get_if<Failed>(&step);
  return failed != nullptr && situation.workload.kind.traits().records_rollbacks &&
         CannotBeMade(failed->error.kind);
}

}  // namespace

std::optional<Step> HandleRollback(const Situation& situation) {
  const std::optional<int64_t> wanted = situation.workload.roll_back_to;
  if (!wanted) return EndIfRemoved(situation);
  if (IsAnswered(situation) || IsPerformed(situation)) return NextOfAnswered(situation);
  // While Pods follow another revision, no ReplicaSet is made or numbered for the template
  // (RO-033).
  if (!situation.workload.follow_revision) {
    auto step = NumberPresent(situation);
    if (step && !IsHeldBack(situation, *step)) return step;
  }

  std::vector<const ReplicaSet*> candidates = situation.old;
  if (situation.new_replica_set != nullptr) candidates.push_back(situation.new_replica_set);
  const int64_t revision = *wanted == 0 ? RevisionBefore(situation, candidates) : *wanted;
  if (revision == 0) {
    return RefuseRollback(
        situation, "RevisionNotFound", "Unable to find last revision.",
        "There is no revision before the present one, so there is nothing to roll back to");
  }
  const ReplicaSet* target = FindRollbackTarget(situation.workload, candidates, revision);
  if (target == nullptr) {
    return RefuseRollback(situation, "RevisionNotFound",
                          "Unable to find the revision to rollback to.",
                          NoSuchRevision(situation, candidates, revision));
  }
  if (HasWorkloadsTemplate(situation, *target)) {
    if (IsRepeated(situation.workload, *target, *wanted)) {
      return ClearRepeated(situation, *target);
    }
    return RefuseRollback(
        situation, "TemplateUnchanged",
        "The rollback revision contains the same template as current " + Named(situation.workload),
        SameTemplateText(situation, *target, revision));
  }
  return RollBackTo(situation, *target, revision,
                    NumberAfterRollback(situation.workload, *target, candidates));
}

}  // namespace windlass::workload
