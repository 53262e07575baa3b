#include "controller/workload/status/patch_in_vain.h"

#include <algorithm>

#include "controller/workload/sync_limits.h"

namespace windlass::workload {

std::optional<Step> UnlessInVain(const Situation& situation, Write write) {
  const Learned& learned = situation.learned;
  if (FindOutcome(learned, write.request.Identity()) != nullptr) return std::nullopt;
  const auto patches = std::ranges::count_if(
      learned, [&](const Outcome& outcome) { return write.request.IsLike(outcome.asked); });
  if (patches >= kPatchesOfOneReplicaSet) return std::nullopt;
  return write;
}

}  // namespace windlass::workload
