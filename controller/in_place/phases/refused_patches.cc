#include "controller/in_place/phases/refused_patches.h"

#include <algorithm>
#include <ranges>
#include <string_view>

#include "controller/in_place/phases/decisions.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/requests/replica_set_requests.h"

namespace windlass::in_place {
namespace {

// Returns true if `outcome` is the reply to a patch or resize of the Pod, or to the patch of its
// status that begins a drain by closing the gate. A status patch that opens a closed gate does not
// count.
bool IsTryOf(const Outcome& outcome, const Pod& pod) {
  if (IsPatchOf(outcome, resources::kPods, pod.meta)) return true;
  if (IsPatchOf(outcome, resources::kPods, pod.meta, "resize")) return true;
  return pod.gate == ConditionStatus::kTrue &&
         IsPatchOf(outcome, resources::kPods, pod.meta, "status");
}

bool IsForGood(const Outcome& outcome) {
  return !outcome.said.ok() && (outcome.said.error().kind == ErrorKind::kForbidden ||
                                outcome.said.error().kind == ErrorKind::kInvalid);
}

// Returns the template that Pods are to get now.
Fingerprint Wanted(const workload::Situation& situation, const InPlace& in_place) {
  if (in_place.blocked() || GoesBackFirst(situation, in_place)) {
    return in_place.host()->template_fingerprint;
  }
  if (in_place.stash()) return in_place.stash()->fingerprint;
  return situation.wanted.fingerprint;
}

bool PatchesPods(const InPlace& in_place) {
  return in_place.phase() == InPlacePhase::kStaged ||
         in_place.phase() == InPlacePhase::kReturning ||
         in_place.phase() == InPlacePhase::kCommitting;
}

bool IsToBePatched(const InPlace& in_place, const RolloutPod& pod) {
  if (IsResizeDue(pod)) return true;
  return in_place.blocked() ? pod.verdict.failed : !pod.standing.updated;
}

// Returns the first refused try in this sync after the last accepted note of refusals; null if
// there is none. No note counts such a try yet. A patch of the new ReplicaSet for another purpose,
// such as one that scales stand-ins, is no such note.
const Outcome* RefusedTry(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (!in_place.pods || !PatchesPods(in_place) || in_place.held()) return nullptr;
  if (situation.new_replica_set == nullptr) return nullptr;
  const Outcome* first = nullptr;
  for (auto at = situation.learned.rbegin(); at != situation.learned.rend(); ++at) {
    if (at->said.ok() && at->decided == decisions::kNoteRefusedPodPatch) break;
    if (!IsForGood(*at)) continue;
    for (const RolloutPod& pod : in_place.pods->all) {
      if (IsToBePatched(in_place, pod) && IsTryOf(*at, *pod.pod)) first = &*at;
    }
  }
  return first;
}

}  // namespace

bool WasRefused(const Learned& learned, const Pod& pod) {
  return std::ranges::any_of(
      learned, [&](const Outcome& outcome) { return !outcome.said.ok() && IsTryOf(outcome, pod); });
}

bool WasPatched(const Learned& learned, const Pod& pod) {
  return std::ranges::any_of(learned, [&](const Outcome& outcome) {
    return outcome.said.ok() && IsPatchOf(outcome, resources::kPods, pod.meta);
  });
}

bool WasUndrained(const Learned& learned, const Pod& pod) {
  for (const Outcome& outcome : learned | std::views::reverse) {
    const bool of_pod = IsPatchOf(outcome, resources::kPods, pod.meta) ||
                        IsPatchOf(outcome, resources::kPods, pod.meta, "status");
    if (of_pod) return outcome.said.ok() && outcome.decided == decisions::kUndrainPod;
  }
  return false;
}

void FindRefusals(const workload::Situation& situation, InPlace& in_place) {
  const ReplicaSet* rs = situation.new_replica_set;
  if (rs == nullptr || !PatchesPods(in_place)) return;
  const Fingerprint wanted = Wanted(situation, in_place);
  auto noted = RefusalsOf(*rs, workload::RevisionText(rs->meta), wanted);
  if (!noted || IsOver(*noted, in_place.pods->all, wanted)) return;
  const std::optional<WallTime> next_try = NextTry(*noted, situation.now);
  in_place.pods->refused = {.noted = *std::move(noted), .next_try = next_try};
}

std::optional<std::string> WhyRefused(const workload::Situation& situation) {
  const auto& pods = InPlaceOf(situation).pods;
  if (pods && pods->refused) return pods->refused->noted.why;
  const Outcome* refused = RefusedTry(situation);
  if (refused == nullptr) return std::nullopt;
  return refused->said.error().message;
}

std::optional<Step> NoteRefusal(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const bool waits = in_place.pods && in_place.pods->waits_for_next_try();
  const Outcome* refused = waits ? nullptr : RefusedTry(situation);
  if (refused == nullptr) return std::nullopt;
  const auto& before = in_place.pods->refused;
  const ReplicaSet& rs = *situation.new_replica_set;
  const Refusals refusals{.tries = std::min(before ? before->noted.tries : 0, kUnlimited - 1) + 1,
                          .at = situation.now,
                          .why = refused->said.error().message};
  const std::string_view revision = workload::RevisionText(rs.meta);
  workload::ReplicaSetChange change;
  change.annotations[std::string(kRefusedPatches)] =
      WriteRefusals(refusals, revision, Wanted(situation, in_place));
  Write write{.request = workload::PatchReplicaSet(rs, change),
              .because = {decisions::kNoteRefusedPodPatch,
                          {{"revision", revision},
                           {"tries", refusals.tries},
                           {"request", refused->asked.text},
                           {"cause", refusals.why}}},
              .go_on_if_refused = true};
  return workload::UnlessInVain(situation, std::move(write));
}

const Error* RefusedAndNotNoted(const workload::Situation& situation) {
  const auto& pods = InPlaceOf(situation).pods;
  const bool waits = pods && pods->waits_for_next_try();
  const auto found = std::ranges::find_if(situation.learned, [&](const Outcome& outcome) {
    if (outcome.said.ok() || outcome.asked.verb != Verb::kPatch) return false;
    const bool of_pod = outcome.asked.resource == resources::kPods;
    return !(waits && of_pod && IsForGood(outcome));
  });
  return found == situation.learned.end() ? nullptr : &found->said.error();
}

}  // namespace windlass::in_place
