#include "controller/deployment/in_vain.h"

#include <algorithm>

#include "controller/deployment/sync_length.h"

namespace windlass::deployment {

std::optional<Step> UnlessInVain(const Situation& situation, Write write) {
  const Learned& learned = situation.learned;
  if (FindOutcome(learned, write.request.Identity()) != nullptr) return std::nullopt;
  const auto patches = std::ranges::count_if(
      learned, [&](const Outcome& outcome) { return write.request.IsLike(outcome.asked); });
  if (patches >= kPatchesOfOneReplicaSet) return std::nullopt;
  return write;
}

}  // namespace windlass::deployment
