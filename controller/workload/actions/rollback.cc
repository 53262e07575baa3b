#include "controller/workload/actions/rollback.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "controller/workload/actions/create.h"
#include "controller/workload/actions/scale.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/decisions.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/status/answered_rollback.h"
#include "controller/workload/status/refused_spec.h"
#include "controller/workload/status/status.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/template_text.h"

namespace windlass::workload {
namespace {

// Returns the reason of an Event: the kind, "Rollback" and `what`. Example:
// "DeploymentRollbackRevisionNotFound".
std::string Reason(const Workload& workload, std::string_view what) {
  return std::string(workload.kind.traits().name()) + "Rollback" + std::string(what);
}

// Returns the highest revision of `candidates`. If the present template has a number, that number
// is the highest, so returns the second highest instead. Returns 0 if there is none (D-463).
int64_t LastRevision(const std::vector<const ReplicaSet*>& candidates, bool present_has_number) {
  int64_t highest = 0;
  int64_t second = 0;
  for (const ReplicaSet* rs : candidates) {
    const std::optional<int64_t> revision = RevisionOf(rs->meta);
    if (!revision) continue;
    if (*revision >= highest) {
      second = std::exchange(highest, *revision);
    } else if (*revision > second) {
      second = *revision;
    }
  }
  return present_has_number ? second : highest;
}

// Returns the step that records `outcome` in the workload's status. Other results:
//   - Failed, if this sync has sent the record, or another write of the status, in vain (RO-021)
//   - nullopt, if there is nothing to record
//   - also nullopt, if the API server accepted the record but did not keep it, as with an older
//     CRD. The rollback must not wait for such a record
std::optional<Step> Record(const Situation& situation, const RollbackOutcome& outcome) {
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

// Returns the write that only removes the request to roll back, with an Event that says why.
Write Clear(const Situation& situation, Event::Type type, std::string_view why,
            std::string message) {
  const std::string reason = Reason(situation.workload, why);
  return {.request = situation.workload.kind.ClearRollback(situation.workload),
          .because = {decisions::kClearRollback, {{"reason", reason}}},
          .on_success = {{type, reason, message}},
          .check = CheckCleared(situation.workload, std::move(message))};
}

// Returns the next step to refuse a rollback that would change nothing: the revision does not
// exist, or it has the present template (RO-025). `message` is upstream's text. For kinds that
// record rollbacks, `remedy` is used instead: it also says what to do.
Step Refuse(const Situation& situation, std::string_view why, std::string message,
            std::string remedy) {
  if (situation.workload.kind.traits().records_rollbacks) message = std::move(remedy);
  const std::string reason = "Rollback" + std::string(why);
  const RollbackOutcome outcome{.asked = *situation.workload.roll_back_to,
                                .reason = reason,
                                .message = message,
                                .now = situation.now};
  if (auto step = Record(situation, outcome)) return *step;
  return Clear(situation, Event::Type::kWarning, why, std::move(message));
}

// Returns kind and name, for messages. Example: `rollout "web"`.
std::string Named(const Workload& workload) {
  return std::string(workload.kind.traits().noun) + " \"" + workload.meta.name + "\"";
}

// Returns the number that `target` will have after the rollback (NumberFor): normally its present
// number if that is the highest, else one above all others. Example: revision 1 of 1, 2 and 3
// becomes 4.
int64_t NumberToBe(const Workload& workload, const ReplicaSet& target,
                   std::vector<const ReplicaSet*> candidates) {
  std::erase(candidates, &target);
  return NumberFor(workload, &target, candidates);
}

// Returns the ReplicaSet that a rollback to `revision` goes back to: the one that has this number.
// If none has it any more, returns
//   - for the kept revision: the result of FindStable
//   - for another revision, if the kind records rollbacks: the ReplicaSet that had the number
//     before (RO-022). Example: a paused workload asks for revision 3. Before the pause ends, the
//     user applies the template of revision 3, whose ReplicaSet gets the number 5, and then another
//     template
//   - for another revision of any other kind: null, because former numbers do not count (D-464)
const ReplicaSet* FindTarget(const Workload& workload,
                             const std::vector<const ReplicaSet*>& candidates, int64_t revision) {
  if (const ReplicaSet* rs = FindRevision(candidates, revision)) return rs;
  if (revision == workload.kept_revision) return FindStable(workload, candidates);
  if (!workload.kind.traits().records_rollbacks) return nullptr;
  const auto found = std::ranges::find_if(
      candidates, [&](const ReplicaSet* rs) { return HadRevision(*rs, revision); });
  return found == candidates.end() ? nullptr : *found;
}

// Returns the ReplicaSet of the workload's own template, whichever revision Pods follow; null if
// there is none.
const ReplicaSet* ReplicaSetOfTemplate(const Situation& situation) {
  if (!situation.workload.follow_revision) return situation.new_replica_set;
  return FindNewReplicaSet(situation.workload, situation.all, situation.learned);
}

// Returns the highest revision of `candidates` that was complete once; 0 if no complete revision is
// known.
int64_t LastCompleteRevision(const Workload& workload,
                             const std::vector<const ReplicaSet*>& candidates) {
  const ReplicaSet* stable = FindStable(workload, candidates);
  int64_t highest = 0;
  for (const ReplicaSet* rs : candidates) {
    if (rs != stable && !CompleteAs(*rs)) continue;
    highest = std::max(highest, NumberOf(workload, *rs));
  }
  return highest;
}

// Returns the revision that a rollback to 0 goes to; 0 if there is none:
//   - if the kind keeps a stable revision, and a revision other than that of the workload's
//     template was complete: the highest such revision (RO-126)
//   - otherwise, while Pods follow a revision: the highest revision other than that of the
//     template, normally the revision that the Pods follow
//   - otherwise: the revision before that of the template (LastRevision)
int64_t RevisionBefore(const Situation& situation, std::vector<const ReplicaSet*> candidates) {
  const ReplicaSet* present = ReplicaSetOfTemplate(situation);
  std::vector<const ReplicaSet*> others = candidates;
  std::erase(others, present);
  if (situation.workload.kind.traits().keeps_stable_revision) {
    const int64_t complete = LastCompleteRevision(situation.workload, others);
    if (complete > 0) return complete;
  }
  if (!situation.workload.follow_revision) return LastRevision(candidates, present != nullptr);
  return LastRevision(others, /*present_has_number=*/false);
}

bool HasWorkloadsTemplate(const Situation& situation, const ReplicaSet& target) {
  const ReplicaSet* present = ReplicaSetOfTemplate(situation);
  if (&target == present) return true;
  if (present != nullptr && target.template_fingerprint == present->template_fingerprint) {
    return true;
  }
  return target.template_fingerprint == situation.workload.template_fingerprint;
}

// Returns why there is no rollback to `revision`, which none of `candidates` has or had. Names the
// revisions to which a rollback can go: those with another template than the workload's.
std::string NoSuchRevision(const Situation& situation, std::vector<const ReplicaSet*> candidates,
                           int64_t revision) {
  const std::string text = "Revision " + std::to_string(revision) + " does not exist";
  std::erase_if(candidates,
                [&](const ReplicaSet* rs) { return HasWorkloadsTemplate(situation, *rs); });
  if (candidates.empty()) return text + ", and there is no other revision to roll back to";
  return text + "; a rollback can go to " + NameRevisions(candidates);
}

// Returns which revision Pods follow during an abort, and what the end of the abort does. `target`
// has the workload's template. Requires workload.follow_revision.
std::string AbortText(const Situation& situation, const ReplicaSet& target) {
  const ReplicaSet* followed = situation.new_replica_set;
  if (followed == &target) {
    return "Pods follow this revision also during the abort, so there is nothing to do";
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
  if (auto step = Record(situation, outcome)) return *step;
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
      .on_success = {{Event::Type::kNormal, Reason(workload, ""),
                      "Rolled back " + Named(workload) + " to revision " +
                          std::to_string(revision)}},
      .check = CheckRolledBack(workload, own->said->body, *std::move(pod_template), revision)};
}

// Returns true if the workload's record names a rollback to `asked` that brought `target` back.
// `target` then has
//   - the number in the record
//   - or still `asked`: Pods followed another revision, so `target` got no new number
// Returns false if `asked` is 0: such a request goes back one revision each time (RO-024). Requires
// that `target` is the ReplicaSet of revision `asked`, and has the workload's template.
bool IsRepeated(const Workload& workload, const ReplicaSet& target, int64_t asked) {
  const std::optional<PerformedRollback>& before = workload.rolled_back;
  if (!before || asked == 0 || before->asked != asked) return false;
  const std::optional<int64_t> number = RevisionOf(target.meta);
  return number == before->became || number == asked;
}

// Returns the next step to remove a request that a user has made again: the rollback was performed
// before, and the workload still has the template of its revision (RO-023). During an abort, Pods
// may follow another revision nevertheless.
Step ClearRepeated(const Situation& situation, const ReplicaSet& target) {
  const Workload& workload = situation.workload;
  const int64_t asked = *workload.roll_back_to;
  const int64_t became = workload.rolled_back->became;
  const RollbackOutcome outcome{
      .asked = asked, .target = &target, .becomes = became, .now = situation.now};
  if (auto step = Record(situation, outcome)) return *step;
  return Clear(situation, Event::Type::kNormal, "Done",
               "Nothing to roll back: " + Named(workload) + " was rolled back to revision " +
                   std::to_string(asked) +
                   " before, and still has its template. The number of that revision is now " +
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

// `kind` is that of an error of NumberPresent. Returns true if the error shows that no ReplicaSet
// of the present template can be made: the API server refused to create it, its name is taken, or
// the template or the strategy cannot be read.
bool CannotBeMade(ErrorKind kind) {
  return IsRefusal(kind) || kind == ErrorKind::kAlreadyExists || kind == ErrorKind::kMalformed;
}

// `step` is the result of NumberPresent. Returns true if no ReplicaSet is made for the present
// template now. The template then has no number, but the rollback proceeds, as perhaps the only way
// out of that template (RO-026).
//   - A Wait means that the extension holds the creation back. This counts for every kind.
//   - A failure to make the ReplicaSet counts only for kinds that record rollbacks. Users of other
//     kinds can use `kubectl rollout undo`, which changes the template itself (D-462).
bool IsHeldBack(const Situation& situation, const Step& step) {
  if (situation.new_replica_set != nullptr) return false;
  if (std::holds_alternative<Wait>(step)) return true;
  const Failed* failed = std::get_if<Failed>(&step);
  return failed != nullptr && situation.workload.kind.traits().records_rollbacks &&
         CannotBeMade(failed->error.kind);
}

// Returns true if this sync has patched the workload already. Patches of its status do not count.
bool IsDone(const Situation& situation) {
  const Workload& workload = situation.workload;
  return std::ranges::any_of(situation.learned, [&](const Outcome& outcome) {
    return outcome.said.ok() && IsPatchOf(outcome, workload.kind.traits().resource, workload.meta);
  });
}

// `lost` is a rollback of this sync after which the workload had its former template again. Returns
// the step that records this instead of the rollback. Returns nullopt if it is recorded already, or
// if the kind records nothing.
std::optional<Step> RecordPutBack(const Situation& situation, const Outcome& lost) {
  return Record(situation, {.asked = situation.workload.roll_back_to.value_or(0),
                            .reason = "RollbackNotKept",
                            .message = lost.kept->error().message,
                            .now = situation.now,
                            .put_back = true});
}

// Called if the workload does not ask for a rollback. Returns Wait, which ends the sync, if this
// sync has removed the request; otherwise nullopt. If the API server put the former template back,
// first records this, and then tells it in an Event.
std::optional<Step> EndIfRemoved(const Situation& situation) {
  if (!IsDone(situation)) return std::nullopt;
  const Outcome* lost = FindTemplatePutBack(situation);
  if (lost == nullptr) return Wait{.look_again_in = kNextSyncAfter};
  std::vector<Event> events = {
      {Event::Type::kWarning, Reason(situation.workload, "NotKept"), lost->kept->error().message}};
  std::optional<Step> record = RecordPutBack(situation, *lost);
  if (!record) return Wait{.look_again_in = kNextSyncAfter, .events = std::move(events)};
  if (Failed* failed = std::get_if<Failed>(&*record)) failed->events = std::move(events);
  return record;
}

// Like Record, but no refusal of the record holds up the rollout.
std::optional<Step> RecordInPassing(std::optional<Step> record) {
  Write* write = record ? std::get_if<Write>(&*record) : nullptr;
  if (write == nullptr) return std::nullopt;
  write->go_on_if_refused = true;
  return record;
}

// Called if the workload's request is answered (IsAnswered) or performed (IsPerformed), but still
// there. Returns
//   1. if the API server put the former template back in this sync: the write that records this
//   2. if the record names the generation that the removal of the request would have made: the
//      write that corrects the record
//   3. the status write that says that the request is still there
//   4. nullopt: the rollout goes on as if the request were not there
// No refusal of these writes holds up the rollout. ClearAnswered removes the request.
std::optional<Step> NextOfAnswered(const Situation& situation) {
  if (const Outcome* lost = FindTemplatePutBack(situation)) {
    if (auto record = RecordInPassing(RecordPutBack(situation, *lost))) return record;
  }
  if (IsAnswered(situation)) {
    const RollbackOutcome outcome{.asked = *situation.workload.roll_back_to,
                                  .reason = kRollbackToNotRemoved,
                                  .now = situation.now,
                                  .not_removed = true};
    if (auto record = RecordInPassing(Record(situation, outcome))) return record;
  }
  return WriteAnsweredRollback(situation);
}

// Returns true if the workload asks for revision 0, its record says that a rollback to 0 made the
// present generation, and the template is that of the recorded revision. The request is then still
// there because the API server kept it: a request that a user makes after the rollback makes a
// further generation.
//   - The template matters because another edit may have made the generation between the record
//     and the rollback.
//   - The record must be of a request for 0. Example: a user asks again for revision 3, whose
//     template the workload has (ClearRepeated). Windlass records this, and the user asks for 0
//     before Windlass has removed the request for 3. That edit makes the recorded generation, and
//     the template is that of revision 3, but the request for 0 is new.
// A request for a number needs no such rule: performed twice, it changes nothing more
// (ClearRepeated).
bool IsPerformed(const Situation& situation) {
  const Workload& workload = situation.workload;
  const std::optional<PerformedRollback>& done = workload.rolled_back;
  if (workload.roll_back_to != 0 || !done || done->generation == 0) return false;
  if (!done->to_previous) return false;
  if (done->generation != workload.meta.generation) return false;
  const ReplicaSet* target = FindTarget(workload, situation.all, done->asked);
  return target != nullptr && HasWorkloadsTemplate(situation, *target);
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
    return Refuse(
        situation, "RevisionNotFound", "Unable to find last revision.",
        "There is no revision before the present one, so there is nothing to roll back to");
  }
  const ReplicaSet* target = FindTarget(situation.workload, candidates, revision);
  if (target == nullptr) {
    return Refuse(situation, "RevisionNotFound", "Unable to find the revision to rollback to.",
                  NoSuchRevision(situation, candidates, revision));
  }
  if (HasWorkloadsTemplate(situation, *target)) {
    if (IsRepeated(situation.workload, *target, *wanted)) {
      return ClearRepeated(situation, *target);
    }
    return Refuse(
        situation, "TemplateUnchanged",
        "The rollback revision contains the same template as current " + Named(situation.workload),
        SameTemplateText(situation, *target, revision));
  }
  return RollBackTo(situation, *target, revision,
                    NumberToBe(situation.workload, *target, candidates));
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
  // Next would not send the write, and a sync without back-off would follow in place of `end`.
  if (situation.learned.size() >= kRequestsPerSyncMax) return end;
  return Write{
      .request = workload.kind.ClearRollback(workload),
      .because = {decisions::kClearRollback, {{"reason", std::string(kRollbackToNotRemoved)}}},
      .on_success = {TellCleared(workload)},
      .go_on_if_refused = true,
      .check = CheckCleared(workload)};
}

}  // namespace windlass::workload
