#include "controller/in_place/phases/stage.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <variant>

#include "controller/in_place/batch/budget.h"
#include "controller/in_place/phases/decisions.h"
#include "controller/in_place/phases/leftovers.h"
#include "controller/in_place/phases/lost_note.h"
#include "controller/in_place/phases/mirror.h"
#include "controller/in_place/phases/progress_text.h"
#include "controller/in_place/pod/nodes.h"
#include "controller/in_place/template/eligibility.h"
#include "controller/in_place/traffic/patch_for.h"
#include "controller/workload/actions/create.h"
#include "controller/workload/actions/scale.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/decisions.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/sizes/room_to_grow.h"
#include "controller/workload/workload_kind.h"

namespace windlass::in_place {
namespace {

Event Warning(std::string reason, std::string message) {
  return {Event::Type::kWarning, std::move(reason), std::move(message)};
}

Write WriteNote(const ReplicaSet& rs, std::string_view key, std::string value, Because because) {
  workload::ReplicaSetChange change;
  change.annotations[std::string(key)] = std::move(value);
  return {.request = workload::PatchReplicaSet(rs, change), .because = std::move(because)};
}

// Returns the write that gives `rs` the size `size`, and notes all of its Pods as stand-ins.
Step ResizeStandIns(const workload::Situation& situation, const ReplicaSet& rs, int32_t size,
                    Decision decision) {
  workload::ReplicaSetChange note;
  note.annotations[std::string(kStandIns)] = std::to_string(size);
  return workload::Resize(situation, rs, size, decision, std::move(note));
}

// Returns true if the object has a setting of in-place updates. When a user has removed the setting
// from the workload, Windlass removes it from the ReplicaSets, too. Otherwise `kubectl rollout
// undo` would copy it back to the workload.
bool HasUserKey(const ObjectMeta& meta) {
  return std::any_of(meta.annotations.begin(), meta.annotations.end(),
                     [](const auto& annotation) { return IsUserKey(annotation.first.text()); });
}

// Returns true if Pods may still be out of traffic, and no ReplicaSet has a note of an update in
// place (HasNotes). After a restart of Windlass, only the copies of windlass.dev/in-place on the
// ReplicaSets would then lead to these Pods. So the copies must stay (P-076).
bool IsNeededToRemember(const workload::Situation& situation) {
  return !AnyHasNotes(situation.all) && !NothingIsLeft(situation);
}

// The Pods of a ReplicaSet of stand-ins.
struct StandInCounts {
  int64_t present = 0;
  int64_t serving = 0;
  int64_t will_not_come = 0;  // as PodVerdict::will_not_come
  // Pods that are about to serve. A Pod that a user deleted is one of them, unless the ReplicaSet
  // controller cannot create another one.
  int64_t starting = 0;
  // How many of `starting` may stay. In all ReplicaSets together, one may stay for each Pod that is
  // coming back (ComingBack). The ReplicaSets that stand first in Situation::all take theirs first.
  // Example: 2 Pods are coming back, and 1, 2 and 1 stand-ins are starting: 1, 1 and 0 may stay.
  // Always 0 for the host, and for the stand-ins of the revision that is rolled out (IsOfRollout).
  int64_t starting_max = 0;
};

// By the uid of the ReplicaSet.
using StandInsByOwner = std::unordered_map<Uid, StandInCounts, UidHash>;

// Returns true if `rs` has the stand-ins of the revision that is rolled out.
bool IsOfRollout(const InPlace& in_place, const ReplicaSet& rs) {
  return &rs == in_place.pending() && !in_place.blocked();
}

// Returns how many patched Pods of the host are about to become available: those that were patched,
// or patched back, and are not available.
int64_t ComingBack(const PodsInPlace& pods) {
  return std::ranges::count_if(pods.all, [&](const RolloutPod& pod) {
    const PodStanding& standing = pod.standing;
    // While Pods go back to the host's template, `updated` does not show a patch: Pods that were
    // never patched have that template, too.
    const bool patched = standing.in_flight || (standing.updated && !pods.limits.returning) ||
                         pod.verdict.starts_reverted;
    return patched && !standing.stand_in && standing.waited_for() && !standing.available;
  });
}

// Counts the Pods of each ReplicaSet in Situation::all. Returns an empty map if Pods cannot be
// seen.
StandInsByOwner CountStandIns(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  StandInsByOwner counts;
  if (!in_place.pods) return counts;
  for (const RolloutPod& pod : in_place.pods->all) {
    StandInCounts& its = counts[pod.pod->meta.ControllerRef()->uid];
    ++its.present;
    its.serving += pod.standing.available ? 1 : 0;
    its.will_not_come += pod.verdict.will_not_come ? 1 : 0;
  }
  int64_t coming_back = ComingBack(*in_place.pods);
  for (const ReplicaSet* rs : situation.all) {
    StandInCounts& its = counts[rs->meta.uid];
    const int64_t size =
        RefusedPod(*rs) ? std::min<int64_t>(its.present, rs->replicas) : rs->replicas;
    its.starting = std::max<int64_t>(size - its.serving - its.will_not_come, 0);
    if (rs == in_place.host() || IsOfRollout(in_place, *rs)) continue;
    its.starting_max = std::min(its.starting, coming_back);
    coming_back -= its.starting_max;
  }
  return counts;
}

// Returns how many stand-ins of `rs` must stay, because too few Pods would be available without
// them. Example: 5 replicas, max_unavailable 0, 6 Pods available, 2 of them stand-ins of `rs`, no
// Pod about to be removed. Without the stand-ins 4 are available, so 5 - 4 = 1 must stay.
//
//   - Pods cannot be seen: all stay.
//   - Under Recreate: none needs to stay. A Pod gets another image only when the stand-ins are
//     gone.
//   - `rs` is not the pending ReplicaSet, or its revision is given up: its available Pods may stay.
//     Of its Pods that are still starting, `starting_max` may stay. Example: 2 are available, 3 are
//     starting, and 1 patched Pod of the host is not available: at most 2 + 1 = 3 stay. Other Pods
//     must not stay: they do not serve, and take the room of new stand-ins.
//
// A Pod for which the scheduler finds no node may be waiting for the room that stand-ins take. So
// it counts as available, and one stand-in fewer must stay. It counts only once no Pod is in
// flight, and no Pod of the host is left to be updated. A Pod that the scheduler has not judged yet
// does not count.
int32_t NeededOf(const workload::Situation& situation, const StandInsByOwner& stand_ins,
                 const ReplicaSet& rs) {
  const InPlace& in_place = InPlaceOf(situation);
  if (!in_place.pods) return rs.replicas;
  if (situation.recreate()) return 0;
  const PodCounts& counts = in_place.pods->counts;
  const StandInCounts& its = stand_ins.at(rs.meta.uid);
  int64_t left = counts.available - in_place.pods->limits.surplus - its.serving;
  if (ToUpdate(in_place.pods->all, in_place.pods->limits) == 0 && counts.in_flight == 0) {
    left += std::ranges::count_if(in_place.pods->all, [](const RolloutPod& pod) {
      return !pod.standing.stand_in && FitsOnNoNode(*pod.pod);
    });
  }
  const int64_t least = int64_t{situation.workload.replicas} - in_place.options().max_unavailable;
  int64_t most = rs.replicas;
  if (!IsOfRollout(in_place, rs)) {
    most = std::min(most, its.serving + its.starting_max);
  }
  return static_cast<int32_t>(std::clamp<int64_t>(least - left, 0, most));
}

// Returns the sum of the sizes of all ReplicaSets except the host and the pending one: their Pods
// count against maxSurge, too. These are stand-ins of revisions whose rollout was overtaken or
// undone, or Pods of a ReplicaSet that a user scaled up. The sum has 64 bits, because two sizes may
// each be 2^31-1.
int64_t OtherStandIns(const workload::Situation& situation) {
  int64_t others = 0;
  for (const ReplicaSet* rs : situation.all) {
    const bool ours = rs == InPlaceOf(situation).host() || rs == InPlaceOf(situation).pending();
    if (!ours) others += std::max(rs->replicas, 0);
  }
  return others;
}

// Returns how many stand-ins the pending ReplicaSet may have within maxSurge. Without a pending
// ReplicaSet, returns how many additional Pods the host (the ReplicaSet that owns the Pods) may
// have. Example: maxSurge 3, and 1 stand-in of an overtaken revision still exists: 3 - 1 = 2.
int32_t StandInsLeft(const workload::Situation& situation) {
  const int64_t left = InPlaceOf(situation).options().max_surge - OtherStandIns(situation);
  return static_cast<int32_t>(std::max<int64_t>(left, 0));
}

// Returns what the rollout changes in Pods; nothing if that is not known.
TemplateChanges WhatChanges(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const auto verdict = CompareTemplates(*in_place.host()->template_json, *situation.wanted.json,
                                        in_place.options().resources);
  const auto* changes = verdict.ok() ? std::get_if<TemplateChanges>(&*verdict) : nullptr;
  return changes != nullptr ? *changes : TemplateChanges();
}

// Returns "at most 1 of 4 at a time". If no Pod may be unavailable, other Pods stand in for those
// that restart: "with at most 1 stand-in at a time". If no container restarts: "without a restart".
std::string AtATime(const workload::Situation& situation, const TemplateChanges& changes) {
  const Options& options = InPlaceOf(situation).options();
  if (RestartNothing(changes)) return "without a restart";
  if (options.max_unavailable > 0) {
    return "at most " + std::to_string(options.max_unavailable) + " of " +
           std::to_string(situation.workload.replicas) + " at a time";
  }
  return "with at most " + std::to_string(options.max_surge) +
         (options.max_surge == 1 ? " stand-in at a time" : " stand-ins at a time");
}

// Returns true if the user's setting kUnblock names the pending revision.
bool AsksToUnblock(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const std::optional<int64_t>& asked = in_place.options().unblock;
  return asked && asked == workload::RevisionOf(in_place.pending()->meta);
}

// Returns the Event that announces an in-place rollout (P-084).
Event Started(const workload::Situation& situation) {
  const TemplateChanges changes = WhatChanges(situation);
  const std::string what = changes == TemplateChanges() ? "" : ": " + Describe(changes);
  return {Event::Type::kNormal, "InPlaceStarted",
          "Revision " + std::to_string(workload::RevisionToBe(situation)) +
              ": Pods of replica set " + InPlaceOf(situation).host()->meta.name +
              " are updated in place, " + AtATime(situation, changes) + what};
}

}  // namespace

std::optional<Step> Stage(const workload::Situation& situation) {
  std::optional<Step> step;
  if (situation.new_replica_set == nullptr) {
    step = workload::CreateNewReplicaSet(situation, 0);
  } else {
    step = workload::UpdateNewReplicaSet(situation, situation.new_replica_set->replicas);
  }
  if (Write* write = step ? std::get_if<Write>(&*step) : nullptr) {
    TellIfKept(*write, Started(situation));
  }
  return step;
}

std::optional<Step> MirrorAnnotations(const workload::Situation& situation) {
  if (!situation.workload.kind.traits().mirrors_settings) return std::nullopt;
  const InPlace& in_place = InPlaceOf(situation);
  const bool asks = in_place.options().policy != Policy::kDisabled;
  for (const ReplicaSet* rs : situation.all) {
    if (!asks && !HasUserKey(rs->meta)) continue;
    if (!asks && Asks(rs->meta) && IsNeededToRemember(situation)) continue;
    // Pods go back to the template of this host. The cache keeps that template only while the host
    // has the annotation, so the annotation stays.
    if (!asks && rs == in_place.host() && GoesBackFirst(situation, in_place)) continue;
    const TextChanges missing = MirrorDifference(situation.workload.in_place_settings, rs->meta);
    if (missing.empty()) continue;
    if (auto step = Mirror(situation, *rs, missing)) return step;
  }
  return std::nullopt;
}

std::optional<Step> KeepStandIns(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const ReplicaSet& pending = *in_place.pending();
  const Options& options = in_place.options();
  const int32_t needed = NeededOf(situation, CountStandIns(situation), pending);
  int32_t wanted = needed;
  if (!in_place.blocked()) {
    wanted =
        StandIns(in_place.pods->all, in_place.pods->limits,
                 {.max_surge = StandInsLeft(situation), .always = options.surge == Surge::kAlways});
    // Availability needs `needed` of the stand-ins. With only these, no Pod could be taken down for
    // its patch. So the other stand-ins stay, too.
    if (wanted < pending.replicas && needed > 0) return std::nullopt;
  }
  if (wanted == pending.replicas) return std::nullopt;
  const workload::Growth growth = workload::GrowthOf(situation, &pending, wanted);
  if (growth.ask) return growth.ask;
  if (growth.size == pending.replicas) return std::nullopt;
  return ResizeStandIns(situation, pending, growth.size, decisions::kScaleStandIns);
}

std::optional<Step> RemoveStandIns(const workload::Situation& situation, const ReplicaSet* except) {
  const StandInsByOwner stand_ins = CountStandIns(situation);
  for (const ReplicaSet* rs : situation.all) {
    if (rs == except || !HasStandIns(*rs)) continue;
    const int32_t needed = NeededOf(situation, stand_ins, *rs);
    if (needed == rs->replicas) continue;
    return ResizeStandIns(situation, *rs, needed, decisions::kScaleStandIns);
  }
  return std::nullopt;
}

std::optional<Step> EmptyOther(const workload::Situation& situation,
                               const std::function<bool(const ReplicaSet&)>& is_to_go) {
  const StandInsByOwner stand_ins = CountStandIns(situation);
  for (const ReplicaSet* rs : situation.all) {
    if (rs == InPlaceOf(situation).host() || !is_to_go(*rs)) continue;
    const int32_t needed = situation.recreate() ? 0 : NeededOf(situation, stand_ins, *rs);
    if (needed == rs->replicas) {
      if (NotedStandIns(*rs) == needed) continue;
      Write write = WriteNote(*rs, kStandIns, std::to_string(needed),
                              {decisions::kNoteStandIns, {{"replicaset", rs->meta.name}}});
      if (auto note = workload::UnlessInVain(situation, std::move(write))) return note;
      continue;
    }
    return ResizeStandIns(situation, *rs, needed, workload::decisions::kScaleDownOldReplicaSet);
  }
  return std::nullopt;
}

std::optional<Step> KeepHostWhileReturning(const workload::Situation& situation, bool may_grow) {
  const InPlace& in_place = InPlaceOf(situation);
  const ReplicaSet& host = *in_place.host();
  const int64_t above = std::max<int64_t>(int64_t{host.replicas} - situation.limits.desired, 0);
  int64_t going_back = in_place.pods ? 0 : above;
  if (in_place.pods && in_place.options().max_unavailable == 0) {
    for (const RolloutPod& one : in_place.pods->all) {
      const PodStanding& pod = one.standing;
      if (pod.stand_in || !pod.waited_for()) continue;
      const bool waits = !pod.updated && pod.available && !pod.gentle;
      going_back += waits || (above > 0 && pod.in_flight) ? 1 : 0;
    }
  }
  int64_t surge = std::min<int64_t>(going_back, StandInsLeft(situation));
  if (situation.workload.paused || !may_grow) surge = std::min(surge, above);
  return workload::KeepAtSize(situation, host, static_cast<int32_t>(surge));
}

Step BlockRevision(const workload::Situation& situation, const std::string& why) {
  const ReplicaSet& pending = *InPlaceOf(situation).pending();
  const std::string revision(workload::RevisionText(pending.meta));
  const Block block{.reason = why, .unblock_used = AsksToUnblock(situation)};
  Write write = WriteNote(pending, kBlocked, WriteBlock(block, revision),
                          {decisions::kBlockRevision, {{"revision", revision}, {"cause", why}}});
  write.on_success.push_back(
      Warning("InPlaceReverted",
              "Revision " + revision +
                  " is given up, and its failed Pods get the old template back: " + why));
  return write;
}

std::optional<Step> NoteUnblock(const workload::Situation& situation) {
  const Block* present = InPlaceOf(situation).block();
  const bool asks = AsksToUnblock(situation);
  if (present == nullptr || present->tried_since || asks == present->unblock_used) {
    return std::nullopt;
  }
  // Without Pods the try would show nothing, and the setting would be used up.
  if (asks && !InPlaceOf(situation).pods->any_of_host()) return std::nullopt;
  Block next{.reason = present->reason};
  if (asks) next.tried_since = situation.now;
  const ReplicaSet& pending = *InPlaceOf(situation).pending();
  const std::string revision(workload::RevisionText(pending.meta));
  return WriteNote(
      pending, kBlocked, WriteBlock(next, revision),
      {decisions::kNoteUnblock, {{"revision", revision}, {"tries", asks ? "true" : "false"}}});
}

std::optional<Step> NoteUnblockRemoved(const workload::Situation& situation) {
  return AsksToUnblock(situation) ? std::nullopt : NoteUnblock(situation);
}

Step FallBackToReplace(const workload::Situation& situation, const Cause& why) {
  const ReplicaSet& pending = *InPlaceOf(situation).pending();
  const std::string revision(workload::RevisionText(pending.meta));
  workload::ReplicaSetChange change;
  change.annotations[std::string(kMode)] =
      WriteMode({.mode = Mode::kReplace, .reason = NoteOf(why)}, revision);
  change.annotations[std::string(kStandIns)] = "0";  // the stand-ins stay, as ordinary Pods
  Write write{.request = workload::PatchReplicaSet(pending, change),
              .because = {decisions::kFallBackToReplace,
                          {{"revision", revision}, {"reason", NoteOf(why)}},
                          FallbackReason(InPlaceOf(situation).options(), why)}};
  write.on_success.push_back(Warning("InPlaceFellBackToRecreate",
                                     "Windlass replaces Pods to roll out revision " + revision +
                                         ", and no longer patches them: " + why.text));
  return write;
}

}  // namespace windlass::in_place
