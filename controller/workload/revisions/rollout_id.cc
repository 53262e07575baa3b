#include "controller/workload/revisions/rollout_id.h"

#include "controller/workload/revisions/new_replica_set.h"

namespace windlass::workload {
namespace {

constexpr size_t kUidPart = 8;

}  // namespace

int64_t LatestRevision(const std::vector<const ReplicaSet*>& ours) {
  return NextRevision(ours) - 1;
}

std::string RolloutId(const ObjectMeta& meta, int64_t number) {
  if (number <= 0) return "";
  return meta.uid.ToString().substr(0, kUidPart) + "-" + std::to_string(number);
}

}  // namespace windlass::workload
