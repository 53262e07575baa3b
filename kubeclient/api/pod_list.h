// Reads from an uncached list of Pods (metadata only) which Pod has which controller.
#pragma once

#include <string_view>
#include <vector>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/result.h"

namespace windlass {

struct ListedPod {
  Uid uid;
  Uid controller;
  bool deleting = false;  // has a deletionTimestamp
  bool operator==(const ListedPod&) const = default;
};

// Returns every listed Pod that has a controller. A uid that is not a UUID is Uid::Foreign().
// Returns kMalformed if `list_body` is not a list, an item has no metadata, or more pages follow:
// the caller must not decide by an incomplete list.
Result<std::vector<ListedPod>> ControlledPods(std::string_view list_body);

}  // namespace windlass
