#include "controller/workload/ownership/claim.h"

#include <algorithm>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/selector.h"

namespace windlass::workload {

Claims ClaimReplicaSets(const View& view) {
  const Workload& workload = view.workload;
  const bool deleting = workload.meta.deleting();
  Claims claims;
  for (const ReplicaSet* rs : view.replica_sets) {
    const OwnerReference* owner = rs->meta.ControllerRef();
    if (owner != nullptr && owner->uid != workload.meta.uid) continue;  // another owner's (D-101)
    const bool matches = Matches(workload.selector, rs->meta.labels);
    if (owner != nullptr) {
      if (matches) {
        claims.ours.push_back(rs);
      } else if (!deleting) {
        claims.to_release.push_back(rs);
      }
    } else if (matches && !deleting && !rs->meta.deleting()) {
      claims.to_adopt.push_back(rs);
    }
  }
  std::sort(claims.ours.begin(), claims.ours.end(), OlderThenName<ReplicaSet>);
  return claims;
}

}  // namespace windlass::workload
