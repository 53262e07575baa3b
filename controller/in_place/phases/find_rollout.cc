#include "controller/in_place/phases/find_rollout.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <variant>

#include "controller/in_place/phases/find_pods.h"
#include "controller/in_place/phases/leftovers.h"
#include "controller/in_place/phases/lost_note.h"
#include "controller/in_place/phases/mirror.h"
#include "controller/in_place/phases/mixed_pods.h"
#include "controller/in_place/pod/nodes.h"
#include "controller/in_place/template/eligibility.h"
#include "controller/workload/annotations/copied_annotations.h"
#include "controller/workload/revisions/followed_revision.h"
#include "controller/workload/revisions/proven.h"
#include "kubeclient/api/string_map.h"

namespace windlass::in_place {
namespace {

// How often Windlass looks again while informers load. An informer may turn out to be unable to
// load, for example because a right is missing, and no event reports this.
constexpr seconds kLateLookAgain{10};

// Returns true while the caches that updates in place need (whole Pods, nodes,
// PodDisruptionBudgets) are still loading. Returns false when they are loaded, or if something
// keeps them from loading: `in_place_missing` says what.
bool IsLoading(const workload::Situation& situation) {
  return !situation.view.in_place_known && situation.view.in_place_missing.empty();
}

// The text names no client: a size that Windlass wrote may have lost its note.
Cause ForeignScale(const ReplicaSet& pending) {
  return Named(kForeignScale, "replica set " + pending.meta.name + " has size " +
                                  std::to_string(pending.replicas) +
                                  ", which no note of Windlass explains: leave the sizes of "
                                  "ReplicaSets to Windlass");
}

// Returns true if the workload and all of its ReplicaSets have size 0, so no rollout is under way.
bool HasNoPods(const workload::Situation& situation) {
  return situation.workload.replicas == 0 &&
         std::ranges::none_of(situation.all, [](const ReplicaSet* rs) { return rs->replicas > 0; });
}

const ReplicaSet* OnlyActive(const workload::Situation& situation) {
  const ReplicaSet* only = nullptr;
  for (const ReplicaSet* rs : situation.all) {
    if (!HasOwnPods(*rs)) continue;
    if (only != nullptr) return nullptr;
    only = rs;
  }
  return only;
}

// Makes this a rollout that replaces Pods: sets the phase, and forgets everything that was found,
// except the configuration.
void Replace(InPlace& in_place, Cause why) {
  in_place = InPlace{.configuration = std::move(in_place.configuration),
                     .now = phases::Replacing{.why = std::move(why)}};
}

template <typename T>
std::optional<T> Copy(const T* value) {
  return value == nullptr ? std::nullopt : std::optional(*value);
}

void Unknown(const workload::Situation& situation, InPlace& in_place) {
  Cause why{.text = WhatIsNotSeen(situation)};
  if (why.text.empty())
    why.text = "Windlass has not loaded all Pods, nodes, PodDisruptionBudgets and templates yet";
  in_place.pods.reset();
  in_place.now = phases::Unknown{.host = in_place.host(),
                                 .pending = Copy(in_place.pending_notes()),
                                 .stash = Copy(in_place.stash()),
                                 .why = std::move(why)};
}

// Calls FindPods; sets the phase to unknown if FindPods returns false.
void FindPodsOrUnknown(const workload::Situation& situation, InPlace& in_place) {
  if (!FindPods(situation, in_place)) Unknown(situation, in_place);
}

void NotPossible(const workload::Situation& situation, InPlace& in_place, Cause why) {
  if (in_place.options().policy != Policy::kOnly) {
    // Recreate removes all old Pods at once, so it need not wait for Pods in flight.
    if (situation.recreate()) return Replace(in_place, std::move(why));
    if (IsLate(situation)) return Unknown(situation, in_place);
    // In phase deciding no further Pod is drained or patched.
    in_place.now =
        phases::Deciding{.host = in_place.host(), .pending = Copy(in_place.pending_notes())};
    FindPodsOrUnknown(situation, in_place);
    if (!LooksReadyInFlight(situation, in_place)) {
      return Replace(in_place, std::move(why));
    }
    std::get<phases::Deciding>(in_place.now).replace_soon = std::move(why.text);
    return;
  }
  const bool no_event = why.reason == kNotKept;
  in_place.now = phases::Refused{
      .host = in_place.host(), .pending = Copy(in_place.pending_notes()), .why = std::move(why)};
  // With kNotKept, a webhook removes annotations. No event reports that the webhook is gone, so
  // Windlass looks again after a time.
  if (no_event) {
    const std::optional<WallTime> again = situation.now + kNotKeptTryAgain;
    in_place.look_again = Sooner(in_place.look_again, again);
  }
}

// If a setting is wrong, sets the phase to refused and returns true (P-014, P-083). Policy Only
// promises that no Pod is replaced, and a wrong setting leaves open how Pods are to be updated.
// Requires that the workload asks for updates in place. With a wrong setting, its policy is always
// kOnly.
//
// Returns false if no setting is wrong, or if the workload follows a revision, because an abort
// must not wait. During an abort the wrong settings count as not set.
bool RefuseSettings(const workload::Situation& situation, InPlace& in_place) {
  const std::vector<Error>& errors = in_place.configuration.errors;
  if (errors.empty() || situation.workload.follow_revision) return false;
  NotPossible(situation, in_place, InvalidSettings(errors));
  return true;
}

// Returns true if the text of the host's template or of the wanted template is not in memory.
bool LacksText(const workload::Situation& situation, const ReplicaSet& host) {
  const workload::WantedTemplate& wanted = situation.wanted;
  return host.template_json == nullptr || (wanted.known && wanted.json == nullptr);
}

// Sets the phase if the text of a template is not in memory (LacksText):
//   - a webhook is the reason (SettingsNotKept): an update in place is not possible
//   - otherwise: unknown, until the text is in memory. If this sync may not send the settings any
//     more (AreHeldBack), sets `look_again`.
void EndWithoutText(const workload::Situation& situation, InPlace& in_place,
                    const ReplicaSet& host) {
  const ReplicaSet* pending = situation.new_replica_set;
  const bool of_host = host.template_json == nullptr || pending == nullptr;
  const ReplicaSet& lacking = of_host ? host : *pending;
  if (auto why = SettingsNotKept(situation, lacking)) {
    return NotPossible(situation, in_place, *std::move(why));
  }
  Unknown(situation, in_place);
  if (AreHeldBack(situation, lacking)) {
    in_place.look_again = Sooner(in_place.look_again, {situation.now + kHeldBackTryAgain});
  }
}

// Returns true if a Pod is to be returned to traffic. Windlass may have drained the Pod, or a user
// may have set the label or condition that a drain sets.
bool EndsADrain(const InPlace& in_place) {
  const auto ends = [](const PodVerdict& pod) { return pod.drain.what == DrainStep::Do::kEnd; };
  return in_place.pods && std::ranges::any_of(in_place.pods->all, ends, &RolloutPod::verdict);
}

// Returns the ReplicaSet that gets all Pods of a Rollout, if all of these hold:
//   - the Rollout wants Pods, but no ReplicaSet has Pods of its own
//   - steps or a partition are in force
// It is the ReplicaSet that Pods can go back to (FindProvenOther). Returns null if there is none,
// and in all other cases.
// Only one ReplicaSet gets Pods, because if two got Pods, those of one would be replaced later.
// InPlaceOnly promises not to replace Pods (P-058).
const ReplicaSet* FindSleepingHost(const workload::Situation& situation) {
  const bool sleeps =
      std::ranges::none_of(situation.all, [](const ReplicaSet* rs) { return HasOwnPods(*rs); });
  const bool wakes = situation.workload.replicas > 0 && situation.limits.holds_back();
  return sleeps && wakes ? workload::FindProvenOther(situation) : nullptr;
}

// Returns the annotations that the pending ReplicaSet has, and those that it will get from the
// workload.
std::map<std::string, std::string> AnnotationsToBe(const workload::Situation& situation) {
  std::map<std::string, std::string> annotations;
  if (situation.new_replica_set != nullptr) {
    for (const auto& [key, value] : situation.new_replica_set->meta.annotations) {
      annotations[std::string(key.text())] = value.text();
    }
  }
  workload::CopyAnnotations(situation.workload, situation.new_replica_set, annotations);
  return annotations;
}

// Returns true if strategy Recreate allows an update in place although several replicas are wanted.
// The host must have only one Pod, and this Pod must be patched already. The missing Pods are
// created when no Pod has another template any more (mixed_pods.h).
bool IsAlone(const workload::Situation& situation, const InPlace& in_place,
             const ReplicaSet& host) {
  return host.replicas <= 1 &&
         std::ranges::any_of(FindMixed(situation, in_place), [&](const MixedReplicaSet& mixed) {
           return mixed.replica_set == &host;
         });
}

// Returns true if a staged rollout under Recreate may end in place, although the workload now wants
// several replicas. One of these must hold:
//   - the host has only one Pod, and this Pod is patched already (IsAlone)
//   - all existing Pods have the wanted template
// Returns false in any case if
//   - the Pods cannot be examined
//   - a step or partition keeps the rollout from ending (holds_back)
//   - the policy is IfPossible, and a Pod loses its state or its drain each time (not_kept). New
//     Pods replace such Pods.
// A Pod that fails changes nothing: on_failure says what becomes of the rollout (AfterFailure).
bool GoesOnAlone(const workload::Situation& situation, const InPlace& staged) {
  InPlace probe{.configuration = staged.configuration, .now = staged.now};
  if (!FindPods(situation, probe) || !probe.pods || probe.pods->holds_back) return false;
  if (probe.pods->not_kept && probe.options().policy != Policy::kOnly) return false;
  const bool all_updated = !probe.pods->all.empty() && probe.pods->counts.to_update == 0;
  return all_updated || IsAlone(situation, probe, *probe.host());
}

// Returns true if what differs between the host's template and the wanted one is CPU or memory, and
// restarts no container. No Pod is down meanwhile, so the rollout needs no budget (P-103).
bool NeedsNoBudget(const workload::Situation& situation, const InPlace& in_place,
                   const ReplicaSet& host) {
  if (!in_place.options().resources || !situation.wanted.known) return false;
  if (host.template_json == nullptr || situation.wanted.json == nullptr) return false;
  const auto verdict = CompareTemplates(*host.template_json, *situation.wanted.json, true);
  const auto* changes = verdict.ok() ? std::get_if<TemplateChanges>(&*verdict) : nullptr;
  return changes != nullptr && RestartNothing(*changes);
}

// Sets `against` of a staged rollout if the present replicas, strategy and settings make an update
// in place impossible. The noted decision stays. What follows depends on the policy:
//   - IfPossible: the rollout may change to replacing Pods later (P-013)
//   - Only: the phase becomes refused, except for the reason kNoBudget
// Sets nothing for a rollout under Recreate that can end nevertheless (GoesOnAlone). The missing
// Pods are created when that rollout is over (mixed_pods.h).
void RefuseStaged(const workload::Situation& situation, InPlace& in_place) {
  const auto against = RefuseRollout(situation.workload.replicas, situation.recreate(),
                                     in_place.options(), {}, nullptr);
  if (!against) return;
  if (against->reason == Reason::kRecreateStrategy && GoesOnAlone(situation, in_place)) return;
  if (against->reason == Reason::kNoBudget &&
      NeedsNoBudget(situation, in_place, *in_place.host())) {
    return;
  }
  std::get<phases::Staged>(in_place.now).against = against;
  if (in_place.options().policy != Policy::kOnly) return;
  // kNoBudget means that maxUnavailable and the surge are both 0. Pods that are down already can
  // still be patched, so the rollout may end, and is not refused.
  if (against->reason == Reason::kNoBudget) return;
  NotPossible(situation, in_place, CauseOf(*against));
}

void FindReturning(const workload::Situation& situation, InPlace& in_place,
                   const ReplicaSet& host) {
  const bool unfinished = IsUnderWay(situation.all, host);
  in_place.now = phases::Returning{.host = &host};
  if (situation.view.in_place_known) {
    FindPodsOrUnknown(situation, in_place);
    if (in_place.counts().to_update > 0 || unfinished) return;
  } else if (unfinished) {
    return Unknown(situation, in_place);
  }
  if (EndsADrain(in_place)) return;
  in_place = InPlace{.configuration = std::move(in_place.configuration)};
}

// Called if the number of ReplicaSets with Pods of their own is not one:
//   - none: does nothing
//   - several: an ordinary rollout is under way, and continues under every policy (P-010). If there
//     is no new ReplicaSet yet, the phase becomes replace.
void NotOneHost(const workload::Situation& situation, InPlace& in_place) {
  const bool several = std::ranges::count_if(
                           situation.all, [](const ReplicaSet* rs) { return HasOwnPods(*rs); }) > 1;
  if (!several || situation.new_replica_set != nullptr) return;
  Replace(in_place, CauseOf({Reason::kMultipleActiveReplicaSets, ""}));
}

void Decide(const workload::Situation& situation, InPlace& in_place, const ReplicaSet& host) {
  in_place.now = phases::Deciding{.host = &host};
  if (RefuseSettings(situation, in_place)) return;
  const workload::WantedTemplate& wanted = situation.wanted;
  if (LacksText(situation, host)) return EndWithoutText(situation, in_place, host);
  std::vector<const ReplicaSet*> others;
  std::ranges::copy_if(situation.all, std::back_inserter(others),
                       [](const ReplicaSet* rs) { return !HasStandIns(*rs); });
  const Options& options = in_place.options();
  if (const auto why = RefuseRollout(situation.workload.replicas, situation.recreate(), options,
                                     others, situation.new_replica_set)) {
    const bool alone =
        why->reason == Reason::kRecreateStrategy && IsAlone(situation, in_place, host);
    const bool gentle =
        why->reason == Reason::kNoBudget && NeedsNoBudget(situation, in_place, host);
    if (!alone && !gentle) return NotPossible(situation, in_place, CauseOf(*why));
  }
  if (!wanted.known) {
    // Nothing begins yet. The template may be known when the pause ends.
    if (situation.workload.paused) return;
    return NotPossible(
        situation, in_place,
        Named(kNoDryRun,
              "the API server does not return the defaults of the template, because it refuses the "
              "dry run of a ReplicaSet; Event TemplateNotChecked says why"));
  }
  const std::string& target = *wanted.json;
  const auto verdict = CompareTemplates(*host.template_json, target, options.resources);
  if (!verdict.ok()) {
    return NotPossible(
        situation, in_place,
        {"the old and the new template cannot be compared: " + verdict.error().message,
         std::string(kOtherCause)});
  }
  if (const auto* why = std::get_if<NotEligible>(&*verdict)) {
    return NotPossible(situation, in_place, CauseOf(*why));
  }
  if (const auto why = WhyNoStash(target, AnnotationsToBe(situation), host)) {
    return NotPossible(
        situation, in_place,
        Named(kTemplateTooLarge,
              "spec.template does not fit into an annotation of a replica set. Windlass stores it "
              "there while two replica sets exchange their templates. " +
                  *why));
  }
  if (!situation.view.in_place_known) return Unknown(situation, in_place);
  const auto* changes = std::get_if<TemplateChanges>(&*verdict);
  if (changes == nullptr) return;
  FindPodsOrUnknown(situation, in_place);
  if (in_place.phase() == InPlacePhase::kUnknown) return;
  if (SomePodLacksOnlyMetadata(situation, in_place)) {
    return NotPossible(situation, in_place, CauseOf({Reason::kMetadataOnly, ""}));
  }
  for (const Pod* pod : situation.view.whole_pods) {
    if (const auto why = RefuseKubelet(*pod, *changes, situation.view.nodes)) {
      return NotPossible(situation, in_place, CauseOf(*why));
    }
  }
}

// Called if the workload is aborted and has no revision to go back to. No Pod is updated, but the
// status counts the Pods of the revision that was being rolled out (RO-032). The first case that
// applies counts:
//   - that revision has no ReplicaSet: does nothing, because no Pods need to be examined
//   - the text of a template is not in memory: the phase becomes unknown if a ReplicaSet has notes.
//     Without notes, does nothing
//   - Pods cannot be seen: the phase becomes unknown
//   - otherwise: the phase becomes deciding, in which FindPods examines the Pods
void FindPodsThatStay(const workload::Situation& situation, InPlace& in_place,
                      const ReplicaSet& host) {
  const bool lacks_text = LacksText(situation, host);
  if (!situation.wanted.known || (lacks_text && !AnyHasNotes(situation.all))) return;
  in_place.now = phases::Deciding{.host = &host};
  if (!situation.view.in_place_known || lacks_text) Unknown(situation, in_place);
}

void FindStaged(const workload::Situation& situation, InPlace& in_place, const RolloutMode& mode) {
  const ReplicaSet& pending = *situation.new_replica_set;
  const auto host = std::ranges::find_if(
      situation.all, [&](const ReplicaSet* rs) { return rs->meta.uid == mode.host; });
  if (host == situation.all.end() || *host == &pending) {
    const ReplicaSet* only = OnlyActive(situation);
    if (only == &pending) return FindReturning(situation, in_place, pending);
    if (only == nullptr || HasOwnPods(pending)) return Replace(in_place, HostIsGone());
    // The note of the rollout names a host ReplicaSet that is gone, and `only` has the Pods. So the
    // rollout is decided anew, with `only` as the host. Example: a user deleted that ReplicaSet and
    // restored it, so it has another uid.
    return Decide(situation, in_place, *only);
  }
  // Another client gave the pending ReplicaSet Pods, so this rollout replaces Pods (P-072). A
  // rolling update by Windlass would have noted kReplace (extension.cc).
  if (HasOwnPods(pending)) return Replace(in_place, ForeignScale(pending));
  Pending staged{.replica_set = &pending};
  staged.block = BlockOf(pending, workload::RevisionText(pending.meta));
  if (HasForeignTemplate(**host, mode)) {
    staged.held =
        "another client changed the template of replica set " + (*host)->meta.name;  // P-073
  }
  in_place.now = phases::Staged{.host = *host, .pending = std::move(staged)};
  if (RefuseSettings(situation, in_place)) return;
  RefuseStaged(situation, in_place);
  if (in_place.phase() == InPlacePhase::kRefused) return;
  if (!situation.view.in_place_known) return Unknown(situation, in_place);
  if (LacksText(situation, **host)) EndWithoutText(situation, in_place, **host);
}

// Finds a half-done exchange. The exchange must be finished or given up even if the workload no
// longer asks for in-place updates (P-054).
void FindExchange(const workload::Situation& situation, InPlace& in_place) {
  for (const ReplicaSet* rs : situation.all) {
    const ReplicaSet* host = HostOfStash(*rs, situation.all);
    auto stash = host == nullptr ? std::nullopt : StashOf(*rs, *host);
    if (!stash) continue;
    in_place.now = phases::Committing{
        .host = host, .pending = {.replica_set = rs}, .stash = *std::move(stash)};
    return;
  }
}

void FindPhase(const workload::Situation& situation, InPlace& in_place) {
  const ReplicaSet* new_replica_set = situation.new_replica_set;
  const auto mode = new_replica_set == nullptr
                        ? std::nullopt
                        : ModeOf(*new_replica_set, workload::RevisionText(new_replica_set->meta));
  const ReplicaSet* host = OnlyActive(situation);
  const bool replaces = host != new_replica_set && !HasNoPods(situation);
  if (mode && mode->mode == Mode::kReplace && replaces)
    return Replace(in_place, CauseOfNote(mode->reason));
  if (mode && mode->mode == Mode::kInPlace) return FindStaged(situation, in_place, *mode);
  if (host == nullptr) host = FindSleepingHost(situation);
  if (host == nullptr) return NotOneHost(situation, in_place);
  if (host == new_replica_set) return FindReturning(situation, in_place, *host);
  // This rollout replaces Pods already (P-010).
  if (new_replica_set != nullptr && HasOwnPods(*new_replica_set)) return;
  if (in_place.options().policy == Policy::kRelease) return;
  if (workload::HasNothingToFollow(situation)) {
    return FindPodsThatStay(situation, in_place, *host);
  }
  Decide(situation, in_place, *host);
}

// Finds patched Pods that are left when no update in place is under way any more: the workload no
// longer asks for one, or this rollout replaces Pods. An ordinary rollout would treat these Pods as
// if they had the template of their ReplicaSet. So the Pods first go back to that template (phase
// returning, P-068) in two cases:
//   - that template is wanted again: no later step would look at these Pods
//   - steps or a partition are in force: an ordinary rollout would keep these Pods as if they were
//     old ones, and remove Pods that really have the old template
// Does nothing while Pods cannot be seen (P-078).
void FindLeftPatched(const workload::Situation& situation, InPlace& in_place) {
  const ReplicaSet* host = OnlyActive(situation);
  if (host == nullptr || !situation.view.in_place_known) return;
  const bool holds = situation.limits.holds_back() && host->template_json != nullptr;
  if (host != situation.new_replica_set && !holds) return;
  if (!AnyHasNotes(situation.all)) return;
  InPlace found{.configuration = in_place.configuration};
  if (found.options().policy == Policy::kDisabled) {
    found.configuration.options.max_unavailable = situation.limits.max_unavailable;
    found.configuration.options.max_surge = situation.limits.surge;
  }
  FindReturning(situation, found, *host);
  if (found.phase() != InPlacePhase::kReturning) return;
  const PodCounts counts = found.counts();
  if (counts.to_update > 0 || counts.in_flight > 0) in_place = std::move(found);
}

}  // namespace

bool IsLate(const workload::Situation& situation) {
  return IsLoading(situation) && AnyHasNotes(situation.all);
}

bool IsOnlyLate(const workload::Situation& situation) {
  return InPlaceOf(situation).options().policy != Policy::kDisabled && IsLoading(situation);
}

InPlace FindInPlace(const workload::Situation& situation) {
  InPlace in_place{.configuration = ReadOptions(situation.workload)};
  FindExchange(situation, in_place);
  const bool asks = in_place.options().policy != Policy::kDisabled;
  if (in_place.phase() == InPlacePhase::kNone && asks) FindPhase(situation, in_place);
  if (auto why = PendingNotKept(situation, in_place)) {
    NotPossible(situation, in_place, *std::move(why));
  }
  const bool replaces = in_place.phase() == InPlacePhase::kReplace;
  if (replaces || (in_place.phase() == InPlacePhase::kNone && !asks)) {
    FindLeftPatched(situation, in_place);
  }
  if (in_place.phase() == InPlacePhase::kRefused) {
    FindPods(situation, in_place);  // the cause stays, even if FindPods fails
  } else {
    FindPodsOrUnknown(situation, in_place);
  }
  FindLeftPods(situation, in_place);
  in_place.look_again = Sooner(in_place.look_again, MirrorAgainAt(situation));
  const bool late = IsLoading(situation);
  if (late && (asks || AnyHasNotes(situation.all))) {
    in_place.look_again = Sooner(in_place.look_again, {situation.now + kLateLookAgain});
  }
  return in_place;
}

}  // namespace windlass::in_place
