#include "controller/workload/rollout_id.h"

#include <algorithm>

#include "controller/workload/annotations.h"

namespace windlass::workload {
namespace {

constexpr size_t kUidPart = 8;

}  // namespace

int64_t LatestRevision(const std::vector<const ReplicaSet*>& ours) {
  int64_t latest = 0;
  for (const ReplicaSet* rs : ours) latest = std::max(latest, RevisionOf(rs->meta).value_or(0));
  return latest;
}

std::string RolloutId(const ObjectMeta& meta, int64_t number) {
  if (number <= 0) return "";
  return meta.uid.ToString().substr(0, kUidPart) + "-" + std::to_string(number);
}

}  // namespace windlass::workload
