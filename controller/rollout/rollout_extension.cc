#include "controller/rollout/rollout_extension.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "controller/rollout/carried.h"
#include "controller/rollout/dry_run.h"
#include "controller/rollout/images_text.h"
#include "controller/rollout/reasons.h"
#include "controller/rollout/service_condition.h"
#include "controller/rollout/services.h"
#include "controller/rollout/stable.h"
#include "controller/workload/actions/create.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/revisions/followed_revision.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/status/answered_rollback.h"
#include "controller/workload/status/complete.h"
#include "controller/workload/status/create_failure.h"
#include "controller/workload/status/deadline.h"
#include "controller/workload/status/progress.h"
#include "controller/workload/status/status.h"

namespace windlass::rollout {
namespace {

using workload::Situation;

// Returns the check by which the API server refused the template that is to be rolled out now.
// Returns null if it refused none, or if no template is to be rolled out now.
const TemplateChecks::Check* RefusalNow(const Situation& situation, const TemplateChecks& checks) {
  const Workload& workload = situation.workload;
  const bool rolls =
      situation.new_replica_set == nullptr && !workload.paused && !workload.follow_revision;
  return rolls ? checks.Refusal() : nullptr;
}

std::string RefusalText(const TemplateChecks::Check& refusal) {
  return "the API server refuses spec.template: " + refusal.message;
}

// While a step lasts in an update in place, sets updatedReplicas to the number of all updated Pods
// (P-058). Example: all 10 Pods are updated, but the ReplicaSets have not exchanged their templates
// yet. The planner counts only 9, to keep the rollout from looking complete. During a step that is
// not necessary: status.step shows that the rollout is not complete, so this function sets 10.
void ShowUpdatedAtStep(const Situation& situation, Steps steps, WorkloadStatus& status) {
  const auto state = StepsOf(situation, steps);
  const auto& counted = situation.extended.counted;
  if (state && !state->done() && !state->next && counted)
    status.updated_replicas = counted->updated;
}

// Returns the step that is due even while nothing may be rolled out; nullopt if none is due. It may
// be a write, a read, a Wait or a Failed. Examples of writes: return a drained Pod to traffic, set
// a readiness gate, scale to spec.replicas.
std::optional<Step> Keep(const Situation& situation) {
  return situation.extension().Next(situation, Moment::kWhileHeld);
}

// Returns true if updates in place give Pods the new template, and spec.strategy has an error, for
// example in steps or partition. Windlass then does not know how many Pods may get the template.
// Returns false while Pods return to the old template or ReplicaSets exchange their templates: this
// work must go on.
bool IsUnlimitedByError(const Situation& situation) {
  return !situation.workload.strategy_error.empty() &&
         situation.extended.activity == Activity::kUpdating;
}

// Returns the next step while nothing may be rolled out: first the step of Keep, then the write of
// the status that says why nothing is rolled out, then Wait.
Step Hold(const Situation& situation) {
  auto step = Keep(situation);
  if (step && !WasSent(*step, situation.learned)) return *step;
  auto status = workload::WriteStatus(situation, workload::Progress::kEvaluate);
  if (status && !WasSent(*status, situation.learned)) return *status;
  return Wait{};
}

// Returns the text that nothing is rolled out until the API server returns the defaults of the
// template. `words` say why it has not returned the defaults.
std::string WaitsText(const std::string& words) {
  return "nothing is rolled out until the API server returns the defaults of spec.template: " +
         words;
}

Event Waits(const std::string& words) {
  return {.type = Event::Type::kWarning,
          .reason = std::string(kTemplateNotChecked),
          .message = WaitsText(words),
          .at_most_every = kNoVerdictCounts};
}

// Returns true if the API server did not complete the dry run in time.
bool IsLate(const Error& error) {
  return error.detail == ErrorDetail::kNoAnswer || error.http_status == 504;
}

// The probable cause, in the words of the message about a late write (runtime/after_error.cc).
constexpr const char* kLate =
    "the API server did not complete the dry run in time; the cause may be an admission webhook "
    "that does not answer";

// Returns why the defaults are not known, for the Event.
std::string EventWords(const Error& error) {
  return IsLate(error) ? std::string(kLate) + ": " + error.message : error.message;
}

// Returns why the defaults are not known, for the status. As long as the cause is the same, the
// words must not change, because each change costs a write of the status. So after a failed
// connection they only say that the API server does not answer.
std::string StableWords(const Error& error) {
  if (IsLate(error)) return kLate;
  const bool told = error.http_status > 0 || error.kind == ErrorKind::kConflict;
  return told ? error.message : "the API server does not answer";
}

// Returns RolloutOwn::not_told. If the API server forbids the ReplicaSet, and the Rollout has a
// progress deadline, this is "": Progressing usually says so then (AfterFailure).
std::string WhyNotTold(const Situation& situation, const TemplateChecks& checks) {
  if (!IsUntold(situation, checks)) return {};
  const auto asked = DueDryRun(situation, checks);
  if (!asked || asked->ok()) return {};
  const Error& error = asked->error();
  if (IsForbidden(error) && situation.has_progress_deadline()) return {};
  return WaitsText(StableWords(error));
}

// Returns true if the stored status shows that the stable revision has the template of this
// generation and is the published revision (Workload::revision). IsAtRest uses this if Progressing
// does not say how far the rollout is (SaysNothing). The counters cannot replace it: once all Pods
// are lost, they say "0 of 0 Pods updated", complete or not.
bool IsStableTemplate(const Workload& workload) {
  if (workload.status.observed_generation < workload.meta.generation) return false;
  const RolloutOwn own = ReadOwn(workload.status.carried);
  return own.stable_revision && workload::ParseRevision(workload.revision) == own.stable_revision &&
         !own.stable_template.empty() && own.stable_template == workload.requested_template;
}

// Returns true if the stored Progressing does not say how far the rollout is:
//   - the Rollout has no progress deadline
//   - there is no Progressing
//   - Progressing is Unknown, because it is about a pause or the end of one
bool SaysNothing(const Situation& situation) {
  const Condition* progressing =
      FindCondition(situation.workload.status.conditions, workload::kProgressing);
  return !situation.has_progress_deadline() || progressing == nullptr ||
         progressing->status == "Unknown";
}

// Returns true if this generation was rolled out to all Pods, and the Rollout still has their
// ReplicaSet, with a size above 0. If no ReplicaSet seems to have the template of such a Rollout,
// Windlass assumes that the template's defaults are missing.
bool IsAtRest(const Situation& situation) {
  const Workload& workload = situation.workload;
  const bool was_stable = SaysNothing(situation) && IsStableTemplate(workload);
  return (was_stable || workload::WasRolledOut(workload)) &&
         std::ranges::any_of(situation.all, [&](const ReplicaSet* rs) {
           return rs->replicas > 0 && workload::IsPublished(workload, *rs);
         });
}

// Returns the step of Keep, or `end` in these cases:
//   - Keep has no step. Example: the Rollout has its size, and all Pods are back in traffic
//   - the step is a Wait or a Failed
//   - this sync has sent the step already
Step KeepUntilTold(const Situation& situation, Step end) {
  auto step = Keep(situation);
  const bool asks =
      step && !std::holds_alternative<Wait>(*step) && !std::holds_alternative<Failed>(*step);
  return asks && !WasSent(*step, situation.learned) ? *std::move(step) : std::move(end);
}

// Returns the write that brings the counters and the condition Progressing up to date. For a
// Rollout at rest, leaves Progressing as it is, because no rollout is under way. Returns `end` if
// the status is up to date, or if this sync has tried to write it already.
Step CountUntilTold(const Situation& situation, Step end) {
  auto status =
      IsAtRest(situation) ? workload::WriteCounters(situation) : workload::WriteHeldUp(situation);
  if (!status) return end;
  auto write = workload::UnlessTried(situation, std::get<Write>(*std::move(status)));
  return write ? *std::move(write) : std::move(end);
}

// Keeps a Rollout at rest (IsAtRest) waiting while its defaults are not known: without them,
// Windlass would not recognise its ReplicaSet, and would make a second one (RO-098). Returns
//   - a Wait until Windlass may ask for the defaults again, or a write or read that must come
//     before
//   - nullopt if the defaults are known or not needed, if Windlass may ask now, or if the Rollout
//     is not at rest. A Rollout that is not at rest is usually rolled out without the defaults
std::optional<Step> WaitAtRest(const Situation& situation, const TemplateChecks& checks) {
  const Workload& workload = situation.workload;
  const bool rolls =
      situation.new_replica_set == nullptr && !workload.paused && !workload.follow_revision;
  if (!rolls || situation.wanted.known || !checks.replica_set.not_judged() ||
      !IsAtRest(situation)) {
    return std::nullopt;
  }
  const WallTime until = checks.replica_set.until.value_or(situation.now);
  Wait wait{.look_again_in = std::max<Duration>(until - situation.now, seconds(1)),
            .events = {Waits(checks.replica_set.message)}};
  return KeepUntilTold(situation, CountUntilTold(situation, std::move(wait)));
}

// Returns the end of a sync in which the API server forbade the ReplicaSet in a dry run. The sync
// ends as after a refused creation, so that users find both refusals in the same place.
Step AfterForbidden(const Situation& situation, const Error& error) {
  const Result<workload::NewReplicaSet> parts = workload::PartsOfNewReplicaSet(situation);
  if (!parts.ok()) return Failed{.error = parts.error(), .retry = Retry::kOnSpecChange};
  return workload::GiveUp(situation, parts->name, error, Retry::kBackOff);
}

// Returns the next step after a dry run failed with `error`: the first of these that is due.
//   1. if spec.template cannot be read (kMalformed): Failed
//   2. the next write or read of Keep
//   3. the write that brings the status up to date
//   4. Failed
Step AfterFailure(const Situation& situation, const Error& error) {
  if (error.kind == ErrorKind::kMalformed) {
    return Failed{.error = error, .retry = Retry::kOnSpecChange};
  }
  if (IsForbidden(error) && !IsAtRest(situation)) {
    return KeepUntilTold(situation, AfterForbidden(situation, error));
  }
  Failed failed{.error = error, .events = {Waits(EventWords(error))}};
  // The Warning Event is for the other errors. After kConflict the API server has answered, and the
  // next sync soon asks again.
  if (error.kind == ErrorKind::kConflict) failed.events.clear();
  Step end = CountUntilTold(situation, std::move(failed));
  end = workload::NoLaterThanDeadline(situation, std::move(end));
  return KeepUntilTold(situation, std::move(end));
}

std::optional<Step> AskFirst(const Situation& situation, const TemplateChecks& checks) {
  if (RefusalNow(situation, checks) != nullptr) return Hold(situation);
  if (auto wait = WaitAtRest(situation, checks)) return wait;
  auto due = DueDryRun(situation, checks);
  if (!due) return std::nullopt;
  // If the selector of the Rollout cannot match its ReplicaSet, Windlass reports this before the
  // dry run. The API server's error would name the ReplicaSet of the dry run, which no user knows.
  if (auto end = workload::RefuseImpossible(situation)) {
    return KeepUntilTold(situation, *std::move(end));
  }
  if (!due->ok()) return AfterFailure(situation, due->error());
  return **std::move(due);
}

// Returns the verdict for the next status. Stalled takes its reason from this verdict, because a
// Rollout without a progress deadline has no Progressing (RO-062).
//   - If the rollout is refused: the refusal. Exception: nullopt while the Rollout is paused and
//     not aborted.
//   - If the template is to be rolled out, and the stored verdict `shown` refuses it: `shown`,
//     until the API server has answered again. Example: after a restart of Windlass.
//   - Otherwise: nullopt.
std::optional<RolloutVerdict> VerdictToShow(const Situation& situation,
                                            const TemplateChecks& checks,
                                            const std::optional<RolloutVerdict>& shown) {
  const Workload& workload = situation.workload;
  const bool rests = workload.paused && !workload.follow_revision;
  if (const auto& why = situation.extended.refused; why && !rests) {
    return RolloutVerdict{std::string(why->reason), why->message};
  }
  const bool asked = checks.pod.verdict != DryRunVerdict::kNotAsked;
  const bool stays = shown && shown->reason == kInvalidTemplate && !asked && !workload.paused &&
                     situation.new_replica_set == nullptr && !workload.follow_revision &&
                     !IsUntold(situation, checks);
  return stays ? shown : std::nullopt;
}

NamedReplicaSet Named(const ReplicaSet* rs) {
  if (rs == nullptr) return {};
  const auto hash = rs->meta.labels.Find(kPodTemplateHashLabel);
  return {.name = rs->meta.name, .template_hash = hash.value_or("")};
}

// Returns the name and hash of the stable revision's ReplicaSet, for the status. If Windlass does
// not find this ReplicaSet by its revision, a client may have changed its annotations. Then returns
// the stored name and hash, if a ReplicaSet of that name exists. Otherwise returns an empty name.
NamedReplicaSet NameOfStable(const Situation& situation, const RolloutOwn& own) {
  const ReplicaSet* stable =
      workload::FindKept(situation.workload, situation.all, own.stable_revision.value_or(0));
  if (stable != nullptr || !own.stable_revision) return Named(stable);
  const bool exists = std::ranges::any_of(situation.all, [&](const ReplicaSet* rs) {
    return rs->meta.name == own.stable_replica_set.name.text();
  });
  return exists ? own.stable_replica_set : NamedReplicaSet{};
}

// Returns the images that Pods get during an abort, by the first of these cases that applies:
//   1. An error in the strategy holds the abort up: the images in the stored status.
//   2. The stable revision has a ReplicaSet: the images of the stable revision.
//   3. Pods keep the template of the current ReplicaSet, and that template equals spec.template:
//      the images of spec.template.
//   4. The cache keeps the template of the current ReplicaSet: the images of that template.
//   5. The stored status has the reason NothingToAbortTo and names the same ReplicaSet: the images
//      in the stored status.
//   6. Otherwise: "".
Symbol ImagesOfAbort(const Situation& situation, const RolloutOwn& own) {
  const auto& refused = situation.extended.refused;
  if (refused && refused->reason == workload::kInvalidStrategy) return own.images;
  if (!workload::HasNothingToFollow(situation)) return own.stable_images;
  const Workload& workload = situation.workload;
  const ReplicaSet* current = CurrentReplicaSet(situation);
  if (current == nullptr) return {};
  const ReplicaSet* same = workload::FindNewReplicaSet(workload, situation.all, situation.learned);
  if (same != nullptr && same->template_fingerprint == current->template_fingerprint) {
    return ImagesOfTemplate(workload);
  }
  if (current->template_json != nullptr) return ImagesIn(*current->template_json);
  const bool stored = TellsNothingToAbortTo(own) && current->meta.name == workload.published_name;
  return stored ? own.images : Symbol();
}

// Returns true if the new ReplicaSet is that of the stable revision, and no other ReplicaSet has
// Pods. Usually this holds even while Pods are missing. But if a rollout to another revision may
// have removed Pods, all Pods must be back, and enough of them available. There are two such cases:
//   - The number of the ReplicaSet is not status.stableRevision: it got a new number when Pods went
//     back to the stable revision (RO-031).
//   - The strategy is Recreate, which removes the Pods before it makes the other ReplicaSet.
bool IsStableAlone(const Situation& situation, const WorkloadStatus& status) {
  const Workload& workload = situation.workload;
  const ReplicaSet* rs = situation.new_replica_set;
  const std::optional<int64_t> stable = ReadOwn(status.carried).stable_revision;
  if (rs == nullptr || !stable || !workload::IsPublished(workload, *rs)) return false;
  if (rs != workload::FindKept(workload, situation.all, *stable)) return false;
  const bool others = workload::TotalReplicas(situation.old) > 0;
  if (others || status.replicas != status.updated_replicas) return false;
  if (!situation.recreate() && workload::RevisionOf(rs->meta) == stable) return true;
  const Condition* available = FindCondition(status.conditions, workload::kAvailable);
  return status.updated_replicas == workload.replicas && available != nullptr &&
         available->status == "True";
}

// Sets Progressing to complete if only the stable revision has Pods (IsStableAlone), and the stored
// Progressing
//   - is about a pause, an abort or a refusal that has ended
//   - or was written while Windlass did not know which ReplicaSet has the template
// Without this, a missing Pod would look like a rollout, which can time out (RO-067). Does nothing
//   - if `status` says that a rollout begins
//   - while the rollout is paused, aborted, refused or done in place
//   - without a progress deadline
void ShowStillComplete(const Situation& situation, WorkloadStatus& status) {
  const Workload& workload = situation.workload;
  const Condition* stored = FindCondition(workload.status.conditions, workload::kProgressing);
  const Condition* next = FindCondition(status.conditions, workload::kProgressing);
  const bool halts =
      workload.paused || workload.follow_revision || situation.extended.refused.has_value();
  if (stored == nullptr || next == nullptr || halts) return;
  if (!workload::TellsOfHalt(*stored) && !workload::SpeaksOfWorkload(workload, *stored)) return;
  if (!situation.has_progress_deadline() || situation.extended.counted) return;
  if (workload::TellsOfBegin(*next) || !IsStableAlone(situation, status)) return;
  workload::SetCondition(status.conditions, workload::Completed(situation));
}

// Returns the reason why the stored status refuses the template of this generation; nullopt if the
// stored status does not refuse it, or is about an earlier generation.
std::optional<RolloutRefusal> StoredRefusal(const Workload& workload) {
  if (workload.status.observed_generation < workload.meta.generation) return std::nullopt;
  const Condition* shown = FindCondition(workload.status.conditions, workload::kProgressing);
  const std::optional<RolloutVerdict> verdict = ReadOwn(workload.status.carried).verdict;
  for (const std::string_view reason : {kInvalidTemplate, workload::kInPlaceNotPossible}) {
    if (shown != nullptr && shown->reason == reason) return RolloutRefusal{reason, shown->message};
    if (verdict && verdict->reason == reason) return RolloutRefusal{reason, verdict->message};
  }
  return std::nullopt;
}

bool IsOverdue(const Situation& situation, const TemplateChecks& checks) {
  return checks.defaults_overdue_from && situation.now >= *checks.defaults_overdue_from;
}

// Marks the new ReplicaSet as unknown in `situation`. Without the template's defaults, Windlass
// does not know which ReplicaSet has the template, or which step is in force, or whether an update
// in place is possible (RO-097). A template that the stored status refuses stays refused.
void LookUntold(Situation& situation, const TemplateChecks& checks) {
  situation.extended.refused = StoredRefusal(situation.workload);
  situation.extended.at_rest = false;
  situation.extended.new_one_unknown = true;
  // Usually the new ReplicaSet is overdue only if the defaults have not come for some time. It is
  // overdue at once if the API server refused to create it, or if spec.selector cannot match it
  // (RefuseImpossible): AskFirst then never asks for the defaults.
  situation.extended.new_one_overdue =
      IsOverdue(situation, checks) || workload::IsCreateRefused(situation);
}

// Returns the Event which says that the rollout goes on, although the answer to a dry run said
// nothing about the template.
Event NotChecked(const TemplateChecks& checks) {
  const bool of_pod = checks.NotJudged() == &checks.pod;
  const std::string what = of_pod ? "check spec.template" : "return the defaults of spec.template";
  return {.type = Event::Type::kWarning,
          .reason = std::string(kTemplateNotChecked),
          .message = "the rollout goes on although the API server did not " + what + ": " +
                     checks.NotJudged()->message,
          .at_most_every = kNoVerdictCounts};
}

// The least time between two Events about a waiting spec.rollbackTo. Without this limit, Windlass
// would send such an Event with each write of the status.
constexpr Duration kRollbackWaitsToldAgain = seconds(600);

// Returns the Event which says that spec.rollbackTo waits for the end of spec.paused (RO-152).
// Returns no Event if spec.rollbackTo is not set or is answered (answered_rollback.h), or if the
// Rollout is not paused.
std::vector<Event> RollbackWaits(const Workload& workload) {
  const bool waits = workload.roll_back_to && !workload::IsAnswered(workload);
  if (!workload.paused || !waits) return {};
  return {{.type = Event::Type::kNormal,
           .reason = "RolloutRollbackWaits",
           .message = std::string(kRollbackWaits),
           .at_most_every = kRollbackWaitsToldAgain}};
}

// Returns how long until the pause at the present step ends by itself. Returns nullopt
//   - if there is no pause, or if it lasts until a user ends it
//   - while the time of the pause does not run, because Pods are missing
//   - while spec.paused is true, or the rollout is refused
std::optional<Duration> UntilEndOfPause(const Situation& situation, Steps steps) {
  if (situation.workload.paused || situation.extended.refused) return std::nullopt;
  const std::optional<StepState> state = StepsOf(situation, steps);
  if (!state || !state->until) return std::nullopt;
  return std::max<Duration>(*state->until - situation.now, seconds(1));
}

// Returns how long until Windlass asks the API server again about a refused template. Returns
// nullopt if the rollout is not refused, if the template has a ReplicaSet, or if no answer to a dry
// run expires.
std::optional<Duration> UntilAskedAgain(const Situation& situation, const TemplateChecks& checks) {
  if (!situation.extended.refused || situation.new_replica_set != nullptr) return std::nullopt;
  const std::optional<WallTime> due = Sooner(checks.replica_set.until, checks.pod.until);
  if (!due) return std::nullopt;
  return std::max<Duration>(*due - situation.now, seconds(1));
}

// Returns how long until the defaults of the template are overdue. Once they are overdue, a Rollout
// without Pods gets Pods of an earlier revision (RO-122). Returns nullopt if they are overdue
// already, or if Windlass does not wait for them.
std::optional<Duration> UntilOverdue(const Situation& situation, const TemplateChecks& checks) {
  if (!checks.defaults_overdue_from || IsOverdue(situation, checks)) return std::nullopt;
  return *checks.defaults_overdue_from - situation.now;
}

}  // namespace

RolloutExtension::RolloutExtension(const Extension& in_place, FindFacts find_facts,
                                   FindServices find_services)
    : in_place_(in_place),
      find_facts_(std::move(find_facts)),
      find_services_(std::move(find_services)) {}

ServiceFacts RolloutExtension::ServicesOf(const Situation& situation) const {
  return find_services_ ? find_services_(situation.workload) : ServiceFacts{};
}

RolloutFacts RolloutExtension::FactsOf(const Situation& situation) const {
  return find_facts_(situation.workload, situation.now);
}

// First sets the limit of the step, and then calls Look of the updates in place, which choose Pods
// within this limit. Calls StepsOf again afterwards, because the chosen Pods decide whether the
// step is over.
void RolloutExtension::Look(Situation& situation) const {
  const RolloutFacts facts = FactsOf(situation);
  // No partition holds Pods back if they return to a revision that was complete before (RO-086).
  if (IsOfProven(situation)) situation.limits.updated_max = kUnlimited;
  if (const auto state = StepsOf(situation, facts.steps)) {
    int32_t& updated_max = situation.limits.updated_max;
    updated_max = std::min(updated_max, state->updated_max);
  }
  in_place_.Look(situation);
  situation.extended.published_is_new =
      situation.new_replica_set == nullptr && !situation.wanted.known && IsAtRest(situation);
  if (IsUntold(situation, facts.checks)) return LookUntold(situation, facts.checks);
  if (const auto* refusal = RefusalNow(situation, facts.checks)) {
    situation.extended.refused = {.reason = kInvalidTemplate, .message = RefusalText(*refusal)};
  }
  situation.extended.new_one_forbidden =
      facts.checks.replica_set.verdict == DryRunVerdict::kForbidden;
  const auto state = StepsOf(situation, facts.steps);
  const bool pauses = state && state->pauses;
  situation.extended.at_rest = pauses || RestsAtPartition(situation, facts.steps);
}

std::optional<Step> RolloutExtension::Next(const Situation& situation, Moment moment) const {
  if (moment == Moment::kWhileHeld) return in_place_.Next(situation, moment);
  if (moment == Moment::kRecover) {
    if (auto step = StoreRecovered(situation)) return step;
  }
  const RolloutFacts facts = FactsOf(situation);
  const bool running = moment == Moment::kWhileRunning;
  if (running || moment == Moment::kBeforeCreation) {
    if (auto step = AskFirst(situation, facts.checks)) return step;
    if (auto step = BeginStep(situation, facts.steps)) {
      const bool waits = std::holds_alternative<Failed>(*step);
      return waits ? KeepUntilTold(situation, *std::move(step)) : *std::move(step);
    }
  }
  const bool commits = situation.extended.activity == Activity::kCommitting;
  const bool untold = IsUntold(situation, facts.checks) && !commits;
  // While the defaults of the template or the limits of the strategy are not known, no update in
  // place begins or goes on (RO-079). Exception: if ReplicaSets exchange their templates, the
  // exchange goes on.
  if (running && (untold || IsUnlimitedByError(situation))) return Keep(situation);
  auto step = in_place_.Next(situation, moment);
  if (step || !running) return step;
  // If the strategy has an error, Windlass cannot read its steps. They may hold Pods back, so
  // `holds` is true.
  const auto state = StepsOf(situation, facts.steps);
  const bool holds = !situation.workload.strategy_error.empty() || (state && !state->done());
  return NoteComplete(situation, holds);
}

void RolloutExtension::UpdateStatus(const Situation& situation, WorkloadStatus& status) const {
  const RolloutFacts facts = FactsOf(situation);
  const bool told = !IsUntold(situation, facts.checks);
  if (told) in_place_.UpdateStatus(situation, status);
  RolloutOwn own = ReadOwn(status.carried);
  const std::optional<int64_t>& kept = situation.workload.kept_revision;
  if (kept && own.stable_revision != kept) {  // RecoverStable found `kept` (RO-136)
    own.stable_revision = kept;
    own.stable_template.clear();
    own.stable_images = {};
  }
  own.verdict = VerdictToShow(situation, facts.checks, own.verdict);
  own.lacks_replica_set = situation.new_replica_set == nullptr;
  own.is_of_proven = IsOfProven(situation);
  own.put_back = situation.extended.put_back;
  own.not_told = WhyNotTold(situation, facts.checks);
  own.current_replica_set = Named(CurrentReplicaSet(situation));
  own.images_of_abort.reset();
  if (situation.workload.follow_revision) own.images_of_abort = ImagesOfAbort(situation, own);
  own.stable_replica_set = NameOfStable(situation, own);
  status.carried = KindStatus(own);
  if (told) ShowUpdatedAtStep(situation, facts.steps, status);
  if (told) ShowSteps(situation, facts.steps, status);
  ShowStillComplete(situation, status);
  ShowStuckPods(situation, facts.steps, facts.stuck, status);
  ShowServices(situation, ServicesOf(situation), status);
}

std::vector<Event> RolloutExtension::Events(const Situation& situation,
                                            const WorkloadStatus& status) const {
  const TemplateChecks checks = FactsOf(situation).checks;
  std::vector<Event> events = RollbackWaits(situation.workload);
  std::ranges::move(TellServices(situation, ServicesOf(situation), status),
                    std::back_inserter(events));
  if (IsUntold(situation, checks)) return events;
  std::ranges::move(in_place_.Events(situation, status), std::back_inserter(events));
  if (auto told = TellRecovered(situation)) events.push_back(*std::move(told));
  if (auto told = TellStuckPods(situation, status)) events.push_back(*std::move(told));
  const bool complete = workload::DeploymentComplete(situation.workload, status);
  if (const auto* refusal = RefusalNow(situation, checks)) {
    events.push_back({.type = Event::Type::kWarning,
                      .reason = std::string(kInvalidTemplate),
                      .message = RefusalText(*refusal),
                      .at_most_every = kRefusalCounts});
  } else if (checks.NotJudged() != nullptr && !complete) {
    events.push_back(NotChecked(checks));
  }
  return events;
}

std::string RolloutExtension::Note(const Situation& situation, const PlannedWrite& write,
                                   std::map<std::string, std::string>& annotations) const {
  return in_place_.Note(situation, write, annotations);
}

Step RolloutExtension::End(const Situation& situation, Step step) const {
  const RolloutFacts facts = FactsOf(situation);
  step = in_place_.End(situation, std::move(step));
  step = LookAgainNoLater(std::move(step), UntilEndOfPause(situation, facts.steps));
  step = LookAgainNoLater(std::move(step), UntilAskedAgain(situation, facts.checks));
  step = LookAgainNoLater(std::move(step), UntilOverdue(situation, facts.checks));
  step = ListStuckPods(situation, facts.steps, facts.stuck, std::move(step));
  return MoveServicesFirst(situation, ServicesOf(situation), std::move(step));
}

}  // namespace windlass::rollout
