// The options of an uncached list of Pods (metadata only), and functions that read from the answer
// which controller each Pod has.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass {

// The field selector of live Pods: those that have not ended. Pods that have ended block no rollout
// (D-302).
inline constexpr std::string_view kLivePods = "status.phase!=Succeeded,status.phase!=Failed";

// Returns the options of a list of all live Pods that `label_selector` selects. The list has only
// the metadata of each Pod, so that the answer stays small.
ListOptions MetadataOfLivePods(std::string label_selector);

struct ListedPod {
  Uid uid;
  Uid controller;         // zero if the Pod has none
  bool deleting = false;  // has a deletionTimestamp
  bool operator==(const ListedPod&) const = default;
};

// Returns every listed Pod. A uid that is not a UUID is Uid::Foreign(). Returns kMalformed if
//   - `list_body` is not a list, or an item has no metadata
//   - more pages follow: the caller must not base a decision on an incomplete list
Result<std::vector<ListedPod>> AllPods(std::string_view list_body);
// Returns the Pods of AllPods that have a controller.
Result<std::vector<ListedPod>> ControlledPods(std::string_view list_body);

}  // namespace windlass
