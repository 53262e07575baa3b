#include "controller/in_place/phases/mirror.h"

#include <algorithm>
#include <ranges>
#include <string>
#include <utility>

#include "controller/in_place/phases/decisions.h"
#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/annotation_texts.h"

namespace windlass::in_place {
namespace {

// Returns when Windlass may write the lost settings of `rs` again (View::settings_lost). Returns
// nullopt if Windlass may write them at once, for example because the clock was set back to a time
// before the loss.
std::optional<WallTime> LostUntil(const workload::Situation& situation, const ReplicaSet& rs) {
  const auto lost = situation.view.settings_lost.find(rs.meta.uid);
  if (lost == situation.view.settings_lost.end()) return std::nullopt;
  const WallTime until = lost->second + kNotKeptTryAgain;
  const bool lately = lost->second <= situation.now && situation.now < until;
  return lately ? std::optional(until) : std::nullopt;
}

// Returns true while a rollout is under way: there is no new ReplicaSet yet, or an old one is to
// have Pods.
bool IsRollingOut(const workload::Situation& situation) {
  const auto has_pods = [](const ReplicaSet* rs) { return rs->replicas > 0; };
  return situation.new_replica_set == nullptr || std::ranges::any_of(situation.old, has_pods);
}

// Returns true if `reply`, the ReplicaSet after the write of `missing`, has what was written.
bool Shows(std::string_view reply, const TextChanges& missing) {
  const auto kept = NotesIn(reply);
  return std::ranges::all_of(missing, [&](const auto& one) {
    const auto found = kept.find(one.first);
    return found == kept.end() ? !one.second : one.second == found->second;
  });
}

// Returns the settings that `rs` lacks and that this sync does not send any more (Mirror). Returns
// none if a patch of `rs` failed in this sync, or if the kind of workload mirrors no settings.
TextChanges UnsentSettings(const workload::Situation& situation, const ReplicaSet& rs) {
  if (!situation.workload.kind.traits().mirrors_settings) return {};
  TextChanges missing = MirrorDifference(situation.workload.in_place_settings, rs.meta);
  if (missing.empty() || Mirror(situation, rs, missing)) return {};
  return HasFailedPatch(situation, rs) ? TextChanges() : missing;
}

}  // namespace

bool AreLost(const workload::Situation& situation, const ReplicaSet& rs) {
  return LostUntil(situation, rs) || WasDropped(situation, rs, decisions::kMirrorAnnotations);
}

std::optional<WallTime> MirrorAgainAt(const workload::Situation& situation) {
  std::optional<WallTime> again;
  if (!IsRollingOut(situation)) return again;
  for (const ReplicaSet* rs : situation.all) again = Sooner(again, LostUntil(situation, *rs));
  return again;
}

std::optional<Step> Mirror(const workload::Situation& situation, const ReplicaSet& rs,
                           const TextChanges& missing) {
  if (AreLost(situation, rs)) return std::nullopt;
  return workload::UnlessInVain(
      situation, {.request = workload::PatchAnnotations(rs, missing),
                  .because = {decisions::kMirrorAnnotations,
                              {{"replicaset", rs.meta.name}, {"annotations", missing.size()}}},
                  .go_on_if_refused = true,
                  .shows = [missing](std::string_view reply) { return Shows(reply, missing); }});
}

std::map<std::string, std::string> NotesIn(std::string_view json) {
  return AnnotationTexts(json, [](std::string_view key) { return key == kMode || IsUserKey(key); })
      .value_or(std::map<std::string, std::string>());
}

bool WasDropped(const workload::Situation& situation, const ReplicaSet& rs, Decision decision) {
  const auto writes = [&](const Outcome& outcome) {
    return outcome.said.ok() && IsPatchOf(outcome, resources::kReplicaSets, rs.meta) &&
           outcome.decided == decision;
  };
  const auto latest = std::ranges::find_if(situation.learned | std::views::reverse, writes);
  return latest != situation.learned.rend() && !latest->tells;
}

bool HasFailedPatch(const workload::Situation& situation, const ReplicaSet& rs) {
  return std::ranges::any_of(situation.learned, [&](const Outcome& outcome) {
    return !outcome.said.ok() && IsPatchOf(outcome, resources::kReplicaSets, rs.meta);
  });
}

Cause NotKeptBy(const ReplicaSet& rs, std::string_view key) {
  return Named(kNotKept,
               "replica set " + rs.meta.name + " does not keep annotation " + std::string(key) +
                   ": find the admission webhook that removes the annotation, and exempt the "
                   "ReplicaSets of this workload from that webhook");
}

std::optional<Cause> SettingsNotKept(const workload::Situation& situation, const ReplicaSet& rs) {
  const TextChanges unsent = UnsentSettings(situation, rs);
  if (unsent.empty() || !AreLost(situation, rs)) return std::nullopt;
  return NotKeptBy(rs, unsent.begin()->first);
}

bool AreHeldBack(const workload::Situation& situation, const ReplicaSet& rs) {
  return !UnsentSettings(situation, rs).empty() && !AreLost(situation, rs);
}

// Looks for an old ReplicaSet that does not keep the settings. Begins with the newest one, because
// usually that one had the Pods when the rollout began.
std::optional<Cause> WhyReplacedUnnoted(const workload::Situation& situation) {
  if (InPlaceOf(situation).options().policy != Policy::kIfPossible) return std::nullopt;
  if (!IsRollingOut(situation)) return std::nullopt;
  for (const ReplicaSet* rs : situation.old | std::views::reverse) {
    if (auto why = SettingsNotKept(situation, *rs)) return why;
  }
  return std::nullopt;
}

}  // namespace windlass::in_place
