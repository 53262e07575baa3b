#include "controller/in_place/phases/status.h"

#include <algorithm>
#include <utility>

#include "controller/in_place/phases/cause.h"
#include "controller/in_place/phases/leftovers.h"
#include "controller/in_place/phases/mirror.h"
#include "controller/in_place/phases/patch_pods.h"
#include "controller/in_place/phases/progress_text.h"
#include "controller/in_place/phases/refused_patches.h"
#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/in_place/template/options.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/revisions/followed_revision.h"
#include "controller/workload/status/complete.h"
#include "controller/workload/workload_kind.h"

namespace windlass::in_place {
namespace {

struct Word {
  bool running = false;
  InPlaceReason reason = InPlaceReason::kComplete;
  std::string message;
};

// Returns the warning that in-place-unblock names another revision than the one that is given up.
// Returns nullopt if in-place-unblock is not set, or names that revision. Returns nullopt also if
// no revision is given up now: the setting may be left over from a revision that was given up
// earlier.
std::optional<std::string> WrongUnblock(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const std::optional<int64_t>& unblock = in_place.options().unblock;
  if (!in_place.blocked() || !unblock) return std::nullopt;
  const ObjectMeta& pending = in_place.pending()->meta;
  if (*unblock == workload::RevisionOf(pending)) return std::nullopt;
  const Workload& workload = situation.workload;
  const SettingPlace place = workload.kind.PlaceOf(kUnblock);
  return std::string(workload.kind.traits().noun) + " " + KeyOf(workload.meta).ToString() + ": " +
         std::string(place.noun) + " " + place.name + ": names revision " +
         std::to_string(*unblock) + ", but revision " +
         std::string(workload::RevisionText(pending)) + " is the one that is given up";
}

// Returns the warnings for the end of the condition's message; empty if there are none.
std::string Warnings(const workload::Situation& situation) {
  constexpr size_t kToldMax = 3;
  std::vector<std::string> warnings = InPlaceOf(situation).configuration.warnings;
  if (auto wrong = WrongUnblock(situation)) warnings.push_back(*std::move(wrong));
  std::string text;
  for (size_t i = 0; i < std::min(warnings.size(), kToldMax); ++i) {
    text += (i > 0 ? "; " : "") + warnings[i];
  }
  if (warnings.size() > kToldMax) {
    text += "; and " + std::to_string(warnings.size() - kToldMax) + " more";
  }
  return text;
}

Word Running(InPlaceReason reason, const workload::Situation& situation,
             const std::string& more = {}) {
  return {true, reason, Numbers(situation) + (more.empty() ? "" : ": " + more)};
}

Word Paused(const workload::Situation& situation) {
  return Running(InPlaceReason::kPaused, situation, "spec.paused is true");
}

// Returns the condition for Pods that lose their state annotation. RestartedBy (find_pods.cc) needs
// the time since when the message of this condition has been the same. So the message does not
// begin with the text of Numbers(), which changes while Pods restart.
Word NotKept(const InPlace& in_place) {
  return {true, InPlaceReason::kAnnotationNotKept, in_place.pods->not_kept->first.text};
}

Word ReplacesSoon(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (situation.workload.paused) return Paused(situation);
  if (in_place.pods && in_place.pods->not_kept) return NotKept(in_place);
  return Running(
      InPlaceReason::kPatching, situation,
      *in_place.replace_soon() + ". Windlass replaces the Pods as soon as no Pod is restarting");
}

// Returns true if some Pod is out of traffic and waits for its patch.
bool IsDraining(const InPlace& in_place) {
  return std::ranges::any_of(in_place.pods->all, [](const RolloutPod& pod) {
    const PodState* state = pod.state();
    return state != nullptr && state->drain && !pod.standing.updated;
  });
}

// Returns a text that says which revision is given up, why, and what a user does so that Windlass
// tries this revision again (P-062). If a user has done so already, and there are no Pods, the text
// says what the new try waits for.
std::string GivenUp(const workload::Situation& situation, const Block& block) {
  const InPlace& in_place = InPlaceOf(situation);
  const ObjectMeta& pending = in_place.pending()->meta;
  const std::string revision(workload::RevisionText(pending));
  const std::optional<int64_t>& unblock = in_place.options().unblock;
  const bool asked = unblock && unblock == workload::RevisionOf(pending) && !block.unblock_used;
  if (asked && !in_place.pods->any_of_host()) {
    return "revision " + revision + " is given up: " + block.reason +
           ". It is tried again as soon as there is a Pod";
  }
  const std::string setting = situation.workload.kind.PlaceOf(kUnblock).name;
  const std::string remove =
      block.unblock_used
          ? "remove " + setting + ", wait until this message no longer asks for that, and "
          : "";
  return "revision " + revision + " is given up: " + block.reason + ". To try revision " +
         revision + " again, " + remove + "set " + setting + " to " + revision +
         ". To roll out something else, change spec.template";
}

// Returns true if no Pod is in flight, and none can be patched now. Only then does a rollout wait
// for Pods that could not be created.
bool IsIdle(const PodsInPlace& pods) {
  return pods.counts.in_flight == 0 && pods.next.batch.empty();
}

constexpr std::string_view kExchanging = "the ReplicaSets exchange their templates";

Word OfStaged(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const PodsInPlace& pods = *in_place.pods;
  const PodCounts& counts = pods.counts;
  if (in_place.blocked()) {
    const std::string waits = pods.beside ? "; " + WaitsForOthers(pods) : "";
    return Running(InPlaceReason::kGivenUp, situation,
                   GivenUp(situation, *in_place.block()) + waits);
  }
  if (pods.failing && !pods.at_rest) {
    return Running(InPlaceReason::kFailing, situation, pods.failing->first.text);
  }
  if (pods.beside) return {true, InPlaceReason::kStaged, WaitsForOthers(pods)};
  if (pods.at_rest && counts.in_flight == 0) {
    const std::string rests = counts.to_update > 0
                                  ? "the other Pods keep their revision"
                                  : "a Pod that is created now begins with the old revision";
    return Running(InPlaceReason::kPartitioned, situation,
                   rests + After("; ", MissingAtLimit(situation)));
  }
  if (const auto refused = RefusedPod(*in_place.pending()); refused && IsIdle(pods)) {
    return Running(InPlaceReason::kFailing, situation, *refused);
  }
  if (pods.next.blocking != nullptr) {
    return Running(InPlaceReason::kWaitingForPdb, situation,
                   "PodDisruptionBudget " + pods.next.blocking->meta.name +
                       " has no room for another Pod now");
  }
  if (in_place.block() != nullptr && !pods.any_of_host()) {
    return Running(InPlaceReason::kStaged, situation,
                   "the revision was given up, and is tried again as soon as there is a Pod");
  }
  if (counts.to_update == 0 && counts.in_flight == 0) {
    const std::string waits = WaitsForPod(in_place);
    return waits.empty() ? Running(InPlaceReason::kCommitting, situation, std::string(kExchanging))
                         : Running(InPlaceReason::kPatching, situation, waits);
  }
  if (in_place.against() && counts.in_flight == 0 && pods.next.batch.empty()) {
    return Running(InPlaceReason::kWaitingForBudget, situation, WaitsForRoom(situation));
  }
  if (IsDraining(in_place)) {
    return Running(InPlaceReason::kDraining, situation,
                   "Pods are taken out of traffic before they are patched");
  }
  if (counts.in_flight > 0 || !pods.next.batch.empty()) {
    return Running(InPlaceReason::kPatching, situation, WaitsForResize(in_place));
  }
  // Before the first patch, a wait is part of the beginning: the first stand-in starts, for
  // example. But Pods that use up maxUnavailable may do so for ever.
  const bool begins = counts.patched == 0 && !IsMaxUnavailableUsedUp(pods);
  return Running(begins ? InPlaceReason::kStaged : InPlaceReason::kWaitingForBudget, situation,
                 WaitsForRoom(situation));
}

// Returns the condition in the phases staged, returning and committing.
Word OfPatching(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (situation.workload.paused && in_place.phase() != InPlacePhase::kCommitting) {
    return Paused(situation);
  }
  if (in_place.held()) return Running(InPlaceReason::kFailing, situation, *in_place.held());
  const auto& pods = in_place.pods;
  if (pods && pods->not_kept && !in_place.blocked()) return NotKept(in_place);
  if (!pods || !pods->at_rest) {
    if (const auto why = WhyRefused(situation))
      return Running(InPlaceReason::kFailing, situation, *why);
  }
  const Error* refused = RefusedOfPods(situation.learned);
  if (refused != nullptr && MayPass(refused->kind)) {
    return Running(InPlaceReason::kFailing, situation, refused->message);
  }
  if (std::string why = KeptOutText(in_place); !why.empty() && !pods->template_fails()) {
    return Running(InPlaceReason::kFailing, situation, why);
  }
  if (in_place.phase() == InPlacePhase::kStaged) return OfStaged(situation);
  if (in_place.phase() == InPlacePhase::kCommitting) {
    const std::string waits = pods ? WaitsForOthers(*pods) : "";
    return Running(InPlaceReason::kCommitting, situation,
                   waits.empty() ? std::string(kExchanging) : waits);
  }
  const ReplicaSet& host = *in_place.host();
  // While Pods go back, the host may get additional Pods (KeepHostWhileReturning). If the
  // additional Pods cannot be created, or have no node, the Pods that go back may have to wait for
  // them.
  const bool has_more = host.replicas > situation.limits.desired;
  const auto missing = has_more && pods && IsIdle(*pods) ? RefusedPod(host) : std::nullopt;
  if (missing) return Running(InPlaceReason::kFailing, situation, *missing);
  std::string to = "Pods go back to the template of replica set " + host.meta.name;
  if (has_more && pods && IsIdle(*pods)) to += After("; ", WithoutNode(*pods));
  if (pods && pods->beside) to += "; " + WaitsForOthers(*pods);
  return Running(InPlaceReason::kReverting, situation, to);
}

// Returns the end of a message: how a user undoes the refused template. Returns ""
//   - without a host
//   - if the template was staged: a rollback to the previous revision undoes it
//
// A template that was never staged has no revision (P-014). A rollback to the previous revision
// would then go too far back, so the text names the newest revision. Example: the newest is 5, and
// the one before it is 4. The text names 5. The newest revision need not be that of the host: in
// the middle of a rollout, the host has an older one.
//
// If Windlass made a ReplicaSet for the refused template while the workload was scaled to 0, that
// ReplicaSet does not count.
std::string WayBack(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (in_place.pending() != nullptr || in_place.host() == nullptr) return {};
  const auto number = [](const ReplicaSet* rs) {
    return workload::RevisionOf(rs->meta).value_or(0);
  };
  const ReplicaSet* newest = in_place.host();
  for (const ReplicaSet* rs : situation.all) {
    if (rs != situation.new_replica_set && number(rs) > number(newest)) newest = rs;
  }
  const std::string_view revision = workload::RevisionText(newest->meta);
  return "; " + situation.workload.kind.WayBackTo(situation.workload, revision) +
         " restores the previous template";
}

Word NotInPlace(Cause why) {
  return {false, InPlaceReason::kNotPossible,
          std::move(why.text) + ". So new Pods replace the old ones"};
}

constexpr std::string_view kBeforeWarnings = ". Warning: ";

// Returns the message of a stored condition without its warnings, for example to keep the cause of
// NotPossible. After a restart of Windlass, only the stored message shows this cause.
std::string WithoutWarnings(std::string_view message) {
  return std::string(message.substr(0, message.find(kBeforeWarnings)));
}

// Returns the warnings for the end of `message`, with the words that introduce them; empty if there
// are none. The first warning is about a Pod that stays out of traffic, unless `message` says so
// already: a pause, a refused template or the failure of another Pod must not hide such a Pod.
std::string WarningsAfter(const std::string& message, const workload::Situation& situation) {
  std::string text = KeptOutText(InPlaceOf(situation));
  if (message.find(text) != std::string::npos) text.clear();
  const std::string others = Warnings(situation);
  if (!text.empty() && !others.empty()) text += "; ";
  text += others;
  return text.empty() ? text : std::string(kBeforeWarnings) + text;
}

bool IsPresent(const Condition* present, InPlaceReason reason) {
  return present != nullptr && present->reason == Name(reason);
}

// Returns the condition while no in-place update is under way. The first case that applies counts:
//   - NotPossible is present, and the workload is not complete: NotPossible stays
//   - Pods are replaced because a webhook removes annotations (WhyReplacedUnnoted): NotPossible
//   - the wanted template has no ReplicaSet: nullopt
//   - there is no condition yet, no warning, and the workload is not complete: nullopt
//   - otherwise: Complete. A complete workload gets this even without an earlier condition, because
//     an update may begin and end within one sync.
std::optional<Word> OfNone(const workload::Situation& situation, const Condition* present) {
  const bool complete = workload::DeploymentComplete(situation.workload, situation.workload.status);
  if (IsPresent(present, InPlaceReason::kNotPossible) && !complete) {
    return Word{false, InPlaceReason::kNotPossible, WithoutWarnings(present->message)};
  }
  if (auto why = complete ? std::nullopt : WhyReplacedUnnoted(situation)) {
    return NotInPlace(*std::move(why));
  }
  if (situation.new_replica_set == nullptr) return std::nullopt;
  const bool warned = !InPlaceOf(situation).configuration.warnings.empty();
  if (present == nullptr && !warned && !complete) return std::nullopt;
  return Word{false, InPlaceReason::kComplete,
              "no update in place is left to do: replica set " +
                  situation.new_replica_set->meta.name + " has the template"};
}

// Returns the condition of a workload with policy Release (P-076).
// While Windlass sees the Pods:
//   - if something is left of updates in place: what is left
//   - otherwise: HandedBack
// While it does not see them:
//   - if HandedBack is present, or the Pods are still loading: nullopt
//   - otherwise: MissingRights
std::optional<Word> OfReleased(const workload::Situation& situation, const Condition* present) {
  if (!situation.view.in_place_known) {
    const bool told = IsPresent(present, InPlaceReason::kHandedBack);
    const std::string missing = WhatIsNotSeen(situation);
    if (told || missing.empty()) return std::nullopt;
    return Word{true, InPlaceReason::kMissingRights, missing};
  }
  if (auto left = FindUnreleased(situation)) {
    return Word{true, left->reason, std::move(left->why)};
  }
  return Word{false, InPlaceReason::kHandedBack, "no Pod is in the middle of an update"};
}

// Returns the condition in phase refused: why nothing is rolled out, and how a user undoes the
// refused template (WayBack).
Word Refused(const workload::Situation& situation) {
  const Cause why = InPlaceOf(situation).why();
  // A webhook removed the settings from the ReplicaSet, so a rollback to that ReplicaSet would
  // remove the settings from the workload as well.
  const std::string back = why.reason == kNotKept ? "" : WayBack(situation);
  const InPlaceReason reason =
      why.reason == kInvalidSetting ? InPlaceReason::kInvalidConfig : InPlaceReason::kNotPossible;
  return {false, reason, RefusedText(why, situation.workload.kind) + back};
}

// Returns the condition in phase unknown: objects on which the phase depends cannot be seen.
// Example: a paused workload has adopted a ReplicaSet, and the cache gets the template of this
// ReplicaSet only after the pause.
Word OfUnknown(const workload::Situation& situation) {
  if (situation.workload.paused && situation.view.in_place_known) {
    return {true, InPlaceReason::kPaused, "Windlass looks at the Pods when the pause ends"};
  }
  return {true, InPlaceReason::kMissingRights, InPlaceOf(situation).why().text};
}

// Returns true if Pods stay as they are for this reason alone: the rollout was aborted, and there
// is no revision to go back to. Returns false
//   - in phase unknown
//   - while an exchange is half done, because an exchange goes on during an abort
bool IsHeldByAbort(const workload::Situation& situation) {
  if (!workload::HasNothingToFollow(situation)) return false;
  const InPlacePhase phase = InPlaceOf(situation).phase();
  return phase == InPlacePhase::kDeciding || phase == InPlacePhase::kReplace ||
         phase == InPlacePhase::kNone;
}

// Returns the condition of an aborted workload that has no revision to go back to. The reason is
// Paused if the update stands still midway:
//   - a Pod is in flight
//   - or some Pods have the template of the aborted revision, and others do not
Word OfNothingToAbortTo(const workload::Situation& situation) {
  const std::string why = "the rollout is aborted, but has no revision to go back to";
  const PodCounts counts = InPlaceOf(situation).counts();
  const bool midway = counts.in_flight > 0 || (counts.to_update > 0 && counts.updated > 0);
  if (midway) return Running(InPlaceReason::kPaused, situation, why);
  return {false, InPlaceReason::kComplete, "no Pod is updated: " + why};
}

// Returns the condition to show. Returns nullopt if there is nothing to report. The caller then
// removes the present condition if the policy is Disabled, and leaves it as it is with any other
// policy.
std::optional<Word> Say(const workload::Situation& situation, const Condition* present) {
  const InPlace& in_place = InPlaceOf(situation);
  const std::optional<std::string>& stuck = InPlaceStateOf(situation).stuck;
  if (stuck) return Running(InPlaceReason::kFailing, situation, *stuck);
  const Policy policy = in_place.options().policy;
  const bool asks = policy == Policy::kOnly || policy == Policy::kIfPossible;
  if (asks && IsHeldByAbort(situation)) return OfNothingToAbortTo(situation);
  switch (in_place.phase()) {
    case InPlacePhase::kDeciding:
      if (in_place.replace_soon()) return ReplacesSoon(situation);
      return Word{true, InPlaceReason::kStaged, "the update in place has not begun yet"};
    case InPlacePhase::kStaged:
    case InPlacePhase::kReturning:
    case InPlacePhase::kCommitting: return OfPatching(situation);
    case InPlacePhase::kReplace: return NotInPlace(in_place.why());
    case InPlacePhase::kRefused: return Refused(situation);
    case InPlacePhase::kUnknown: return OfUnknown(situation);
    case InPlacePhase::kNone: break;
  }
  if (!in_place.configuration.errors.empty()) {
    return Word{false, InPlaceReason::kInvalidConfig,
                InvalidSettings(in_place.configuration.errors).text};
  }
  if (in_place.options().policy == Policy::kDisabled) return std::nullopt;
  if (in_place.options().policy == Policy::kRelease) return OfReleased(situation, present);
  return OfNone(situation, present);
}

// Returns the reason of the Event that reports a condition with this reason; empty if there is no
// such Event.
std::string_view EventFor(InPlaceReason reason) {
  switch (reason) {
    case InPlaceReason::kWaitingForPdb: return "InPlaceBlockedByPDB";
    case InPlaceReason::kAnnotationNotKept:
    case InPlaceReason::kFailing:
    case InPlaceReason::kMissingRights: return "InPlaceHeld";
    case InPlaceReason::kInvalidConfig: return "InPlaceInvalidConfig";
    case InPlaceReason::kNotPossible: return "InPlaceNotPossible";
    case InPlaceReason::kHandedBack: return "InPlaceHandedBack";
    default: return {};
  }
}

}  // namespace

std::optional<Told> ToldBy(const workload::Situation& situation, InPlaceReason reason) {
  const Condition* told = FindCondition(situation.workload.status.conditions, kInPlaceCondition);
  if (!IsPresent(told, reason)) return std::nullopt;
  return Told{told->last_update_time, WithoutWarnings(told->message)};
}

void UpdateInPlaceCondition(const workload::Situation& situation, WorkloadStatus& status) {
  const Condition* present = FindCondition(status.conditions, kInPlaceCondition);
  std::optional<Word> word = Say(situation, present);
  if (!word) {
    if (InPlaceOf(situation).options().policy == Policy::kDisabled) {
      workload::RemoveCondition(status.conditions, kInPlaceCondition);
    }
    return;
  }
  word->message += WarningsAfter(word->message, situation);
  const bool same = present != nullptr && present->reason == Name(word->reason) &&
                    present->message == word->message &&
                    present->status == (word->running ? "True" : "False");
  const auto& pods = InPlaceOf(situation).pods;
  const bool told_anew = pods && pods->not_kept && pods->not_kept->told_anew;
  if (same && !told_anew) return;
  workload::RefreshCondition(
      status.conditions, workload::NewCondition(kInPlaceCondition, word->running ? "True" : "False",
                                                Name(word->reason), word->message, situation.now));
}

std::vector<Event> EventsOfInPlace(const workload::Situation& situation,
                                   const WorkloadStatus& next) {
  const Condition* now = FindCondition(next.conditions, kInPlaceCondition);
  if (now == nullptr) return {};
  const Condition* before = FindCondition(situation.workload.status.conditions, kInPlaceCondition);
  std::vector<Event> events;
  const std::string warnings = Warnings(situation);
  const bool changed = before == nullptr || before->message != now->message;
  // After a restart of Windlass, only the stored message shows that these warnings were reported.
  const bool told = before != nullptr && before->message.ends_with(warnings);
  if (!warnings.empty() && changed && !told) {
    events.push_back({Event::Type::kWarning, "InPlaceInvalidConfig", warnings});
  }
  // A wrong setting is reported when it is written, and once more when it holds up a rollout.
  const bool same = before != nullptr && before->reason == now->reason;
  const bool is_wrong = same && before->reason == Name(InPlaceReason::kInvalidConfig);
  if (same && !is_wrong) return events;
  if (is_wrong && WithoutWarnings(before->message) == WithoutWarnings(now->message)) return events;
  const std::optional<Word> word = Say(situation, before);
  const std::string_view reason = word ? EventFor(word->reason) : std::string_view();
  if (reason.empty()) return events;
  const bool normal = word->reason == InPlaceReason::kHandedBack;
  events.push_back(
      {normal ? Event::Type::kNormal : Event::Type::kWarning, std::string(reason), word->message});
  return events;
}

}  // namespace windlass::in_place
