#include "controller/in_place/watch/lost_settings.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "controller/in_place/phases/decisions.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/workload/requests/replica_set_requests.h"

namespace windlass {
namespace {

// Settings that were lost are written again at once only if a user changes the workload's spec or
// settings. Returns a fingerprint of both: of the spec, by its generation, and of the settings, in
// whatever order they stand.
Fingerprint WantedBy(const Workload& workload) {
  std::vector<std::string> lines;
  for (const auto& [key, value] : workload.in_place_settings) {
    lines.push_back(std::string(key).append("=").append(value));
  }
  std::ranges::sort(lines);
  std::string text = std::to_string(workload.meta.generation);
  for (const std::string& line : lines) text.append(1, '\0').append(line);
  return FingerprintOf(text);
}

}  // namespace

LostSettings::LostSettings(Store<ReplicaSet>& replica_sets) {
  replica_sets.OnChange([this](const Change<ReplicaSet>& change) {
    if (change.new_object == nullptr) lost_.erase(change.old_object->meta.uid);
  });
}

void LostSettings::Note(View& view, const Learned& learned, WallTime now) {
  if (learned.empty()) return;
  const Outcome& last = learned.back();
  if (last.decided != in_place::decisions::kMirrorAnnotations || !last.said.ok()) return;
  const auto found = std::ranges::find_if(
      view.replica_sets, [&](const ReplicaSet* rs) { return KeyOf(rs->meta) == last.asked.key; });
  if (found == view.replica_sets.end()) return;
  const ReplicaSet& rs = **found;
  const in_place::TextChanges missing =
      in_place::MirrorDifference(view.workload.in_place_settings, rs.meta);
  // The settings are lost if the write would be the same once more. A write names the version of
  // its ReplicaSet, so it is the same only if that version is unchanged: nothing was stored,
  // because a webhook removed all that the write sets.
  const bool lost =
      !missing.empty() && workload::PatchAnnotations(rs, missing).Identity() == last.asked;
  if (!lost) return;
  lost_[rs.meta.uid] = {now, WantedBy(view.workload)};
  view.settings_lost[rs.meta.uid] = now;
}

void LostSettings::Fill(View& view) const {
  view.settings_lost.clear();
  if (lost_.empty()) return;
  std::optional<Fingerprint> wanted;
  for (const ReplicaSet* rs : view.replica_sets) {
    const auto lost = lost_.find(rs->meta.uid);
    if (lost == lost_.end()) continue;
    if (!wanted) wanted = WantedBy(view.workload);
    if (lost->second.wanted == *wanted) view.settings_lost.emplace(rs->meta.uid, lost->second.at);
  }
}

}  // namespace windlass
