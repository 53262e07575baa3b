#include "controller/workload/rollout_id.h"

#include <algorithm>

#include "controller/workload/annotations.h"

namespace windlass::workload {
namespace {

constexpr size_t kUidPart = 8;

bool Owns(const Workload& workload, const ReplicaSet& rs) {
  const OwnerReference* owner = rs.meta.ControllerRef();
  return owner != nullptr && owner->uid == workload.meta.uid;
}

}  // namespace

int64_t LatestRevision(const View& view) {
  int64_t latest = 0;
  for (const ReplicaSet* rs : view.replica_sets) {
    if (Owns(view.workload, *rs)) latest = std::max(latest, RevisionOf(rs->meta).value_or(0));
  }
  return latest;
}

std::string RolloutId(const ObjectMeta& meta, int64_t revision) {
  if (revision <= 0) return "";
  return meta.uid.ToString().substr(0, kUidPart) + "-" + std::to_string(revision);
}

}  // namespace windlass::workload
