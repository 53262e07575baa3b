#include "controller/rollout/stuck_list.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "controller/rollout/carried.h"
#include "controller/rollout/reasons.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/status/progress.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/unready_pods.h"

namespace windlass::rollout {
namespace {

using workload::Situation;
using Entry = StuckAnswers::Entry;
constexpr std::string_view kFailedCreate = "FailedCreate";  // of a ReplicaSet's ReplicaFailure

// A rollout under way that lacks available Pods.
struct Lack {
  const ReplicaSet& replica_set;
  StuckMoment moment;
  WallTime since;  // when the rollout last made progress
  bool IsDue(WallTime now) const {
    return moment == StuckMoment::kTimedOut || since + kStuckAfter <= now;
  }
};

// Returns true if no list is needed: nothing is rolled out now, or an update in place is under way,
// whose own condition reports stuck Pods.
bool IsNotForLists(const Situation& situation) {
  const Workload& workload = situation.workload;
  return workload.paused || workload.follow_revision || workload.meta.deleting() ||
         !workload.strategy_error.empty() || situation.extended.refused ||
         situation.extended.new_one_unknown || situation.extended.counted;
}

// Returns when the rollout last made progress. Without a progress deadline, no condition has this
// time. The result is then the time when the step began or the ReplicaSet was created, whichever is
// later.
WallTime MovedAt(const Condition* progressing, const ReplicaSet& rs, const RolloutOwn& own) {
  if (progressing != nullptr) return progressing->last_update_time;
  const WallTime begun = own.step ? own.step->started_at : WallTime{};
  return std::max(rs.meta.creation_timestamp, begun);
}

// Returns the rollout under way if it lacks available Pods; nullopt if the status shows none under
// way, or if all Pods of the new revision are available. Pods that are lost after a rollout was
// complete do not make another rollout (RO-067).
std::optional<Lack> LackOf(const Situation& situation, Steps steps) {
  const Workload& workload = situation.workload;
  const ReplicaSet* rs = situation.new_replica_set;
  if (rs == nullptr || IsNotForLists(situation)) return std::nullopt;
  if (!workload::IsPublished(workload, *rs)) return std::nullopt;
  const workload::ReplicaSetSize size = workload::SizeOf(*rs);
  if (size.available >= size.replicas) return std::nullopt;
  const Condition* progressing = FindCondition(workload.status.conditions, workload::kProgressing);
  const RolloutOwn own = ReadOwn(workload.status.carried);
  if (progressing == nullptr) {
    if (own.stable_revision == workload::RevisionOf(rs->meta)) return std::nullopt;
  } else if (progressing->reason == workload::kAvailableReason ||
             progressing->reason == kPausedAtStep) {
    return std::nullopt;
  }
  StuckMoment moment = StuckMoment::kMoving;
  if (progressing != nullptr && progressing->reason == workload::kExceededReason) {
    moment = StuckMoment::kTimedOut;
  } else if (const auto state = StepsOf(situation, steps); state && state->lacks_pods) {
    moment = StuckMoment::kAtPause;
  }
  return Lack{*rs, moment, MovedAt(progressing, *rs, own)};
}

// Returns the condition of `rs` which says that `rs` cannot make Pods; null if there is none.
const Condition* CannotCreate(const ReplicaSet& rs) {
  const Condition* failure = FindCondition(rs.status.conditions, workload::kReplicaFailure);
  return failure != nullptr && failure->reason == kFailedCreate ? failure : nullptr;
}

// Returns `entry` if it is about the present try to roll out `rs`; else null.
const Entry* EntryAbout(const Entry* entry, const ReplicaSet& rs) {
  if (entry == nullptr || entry->replica_set != rs.meta.uid) return nullptr;
  return entry->revision == workload::RevisionOf(rs.meta) ? entry : nullptr;
}

// Returns the request for the list of the Pods of `lack`. Returns nullopt if there are no Pods, if
// the condition of the ReplicaSet says why Pods are missing, or if the ReplicaSet lacks the label
// pod-template-hash.
std::optional<Request> ListFor(const Situation& situation, const Lack& lack) {
  const ReplicaSet& rs = lack.replica_set;
  if (rs.status.replicas <= 0 || CannotCreate(rs) != nullptr) return std::nullopt;
  const auto hash = rs.meta.labels.Find(kPodTemplateHashLabel);
  if (!hash || hash->empty()) return std::nullopt;
  std::string selector(kPodTemplateHashLabel);
  selector.append("=").append(*hash);
  return Request::List(resources::kPods, situation.workload.meta.namespace_,
                       FirstLivePods(std::move(selector), kPodsAskedFor));
}

// Returns when a list is due:
//   - For the first list about a StuckMoment: at once if the deadline has passed, otherwise
//     kStuckAfter after the last progress.
//   - For each further list about the same StuckMoment, ReplicaSet and revision: kAskAboutPodsEvery
//     after the previous list, and never before the time of a first list.
// If the clock was set back since the last list, that list does not count.
WallTime DueAt(const Lack& lack, const Entry* entry, WallTime now) {
  const WallTime first = lack.moment == StuckMoment::kTimedOut ? now : lack.since + kStuckAfter;
  const Entry* asked = EntryAbout(entry, lack.replica_set);
  if (asked == nullptr || asked->moment != lack.moment || asked->asked > now) return first;
  return std::max(first, asked->asked + kAskAboutPodsEvery);
}

struct Finding {
  std::string reason;
  std::string message;
};

// Returns what to report about `lack`; nullopt if nothing is known to be stuck.
std::optional<Finding> FindingOf(const Situation& situation, const Lack& lack, const Entry* entry,
                                 bool times_out) {
  const ReplicaSet& rs = lack.replica_set;
  if (const Condition* failure = CannotCreate(rs)) {
    if (!times_out && !lack.IsDue(situation.now)) return std::nullopt;
    return Finding{
        std::string(kFailedCreate),
        "ReplicaSet " + rs.meta.name + " cannot create Pods: " + InOneLine(failure->message)};
  }
  const Entry* asked = EntryAbout(entry, rs);
  if (asked != nullptr && rs.status.available_replicas > asked->available) return std::nullopt;
  if (asked != nullptr && asked->answered) {
    if (!asked->told) return std::nullopt;
    return Finding{asked->told->reason, asked->told->message};
  }
  const Condition* stored = FindCondition(situation.workload.status.conditions, kPodsStuck);
  if (stored == nullptr || stored->reason == kFailedCreate) return std::nullopt;
  // If the stored condition is older than `rs`, it is about a deleted ReplicaSet of the same
  // revision.
  if (stored->last_update_time < rs.meta.creation_timestamp) return std::nullopt;
  return Finding{std::string(stored->reason.text()), stored->message};
}

// Adds what is stuck to the planner's message that the rollout has timed out. Does nothing if the
// message is about another rollout. The times of Progressing stay, because there was no progress.
void ExplainTimeOut(const Situation& situation, const std::optional<Finding>& finding,
                    std::vector<Condition>& conditions) {
  const auto progressing = std::ranges::find_if(conditions, [](const Condition& condition) {
    return condition.type == workload::kProgressing;
  });
  if (progressing == conditions.end() || progressing->reason != workload::kExceededReason) return;
  if (!workload::SpeaksOfNewReplicaSet(situation, &*progressing)) return;
  std::string words = workload::Exceeded(situation).message;
  if (finding) words += " " + finding->message;
  progressing->message = std::move(words);
}

}  // namespace

const Entry* StuckAnswers::Find(const Uid& rollout) const {
  const auto found = entries_.find(rollout);
  return found == entries_.end() ? nullptr : &found->second;
}

Step ListStuckPods(const Situation& situation, Steps steps, const Entry* entry, Step end) {
  const std::optional<Lack> lack = LackOf(situation, steps);
  if (!lack) return end;
  std::optional<Request> list = ListFor(situation, *lack);
  const WallTime now = situation.now;
  if (!list) {
    const bool comes = CannotCreate(lack->replica_set) != nullptr && !lack->IsDue(now);
    if (!comes) return end;
    return LookAgainNoLater(std::move(end), lack->since + kStuckAfter - now);
  }
  const WallTime due = DueAt(*lack, entry, now);
  if (due > now) return LookAgainNoLater(std::move(end), due - now);
  const bool asked = FindOutcome(situation.learned, list->Identity()) != nullptr;
  if (asked) return LookAgainNoLater(std::move(end), kAskAboutPodsEvery);
  if (!std::holds_alternative<Wait>(end)) return end;
  return Read{.request = *std::move(list),
              .why = "Pods of the new revision have been unavailable for a long time",
              .go_on_if_refused = true,
              .digest = DigestBy(&UnreadyPods)};
}

std::function<void(const Outcome&)> NoteStuckIn(StuckAnswers& memory, const Situation& situation,
                                                Steps steps, const Request& read) {
  if (read.verb() != Verb::kList || read.list_options().limit == 0) return nullptr;
  const std::optional<Lack> lack = LackOf(situation, steps);
  if (!lack) return [](const Outcome&) {};
  const Workload& workload = situation.workload;
  const ReplicaSet& rs = lack->replica_set;
  Entry& entry = memory.EntryOf(workload.meta.uid);
  if (EntryAbout(&entry, rs) == nullptr) {
    entry = {.replica_set = rs.meta.uid, .revision = workload::RevisionOf(rs.meta)};
  }
  entry.asked = situation.now;
  entry.moment = lack->moment;
  entry.available = rs.status.available_replicas;
  const Condition* stored = FindCondition(workload.status.conditions, kPodsStuck);
  return [&memory, rollout = workload.meta.uid, of = rs.meta.uid, moment = lack->moment,
          shown = stored != nullptr ? stored->message : std::string()](const Outcome& outcome) {
    const Entry* asked = memory.Find(rollout);
    const auto* unready = outcome.value.As<std::vector<UnreadyPod>>();
    if (unready == nullptr || asked == nullptr || asked->replica_set != of) return;
    Entry& told = memory.EntryOf(rollout);
    told.told = FindStuckPod(*unready, of, moment, told.told, shown);
    told.answered = true;
  };
}

void ShowStuckPods(const Situation& situation, Steps steps, const Entry* entry,
                   WorkloadStatus& status) {
  const std::optional<Lack> lack = LackOf(situation, steps);
  const Condition* next = FindCondition(status.conditions, workload::kProgressing);
  const bool times_out = next != nullptr && next->reason == workload::kExceededReason;
  std::optional<Finding> finding;
  if (lack) finding = FindingOf(situation, *lack, entry, times_out);
  ExplainTimeOut(situation, finding, status.conditions);
  if (!finding) return workload::RemoveCondition(status.conditions, kPodsStuck);
  const Condition* shown = FindCondition(status.conditions, kPodsStuck);
  const bool same =
      shown != nullptr && shown->reason == finding->reason && shown->message == finding->message;
  if (same) return;
  workload::RefreshCondition(status.conditions,
                             workload::NewCondition(kPodsStuck, "True", finding->reason,
                                                    std::move(finding->message), situation.now));
}

std::optional<Event> TellStuckPods(const Situation& situation, const WorkloadStatus& status) {
  const Condition* next = FindCondition(status.conditions, kPodsStuck);
  const Condition* stored = FindCondition(situation.workload.status.conditions, kPodsStuck);
  if (next == nullptr || (stored != nullptr && stored->message == next->message)) {
    return std::nullopt;
  }
  return Event{
      .type = Event::Type::kWarning, .reason = std::string(kPodsStuck), .message = next->message};
}

}  // namespace windlass::rollout
