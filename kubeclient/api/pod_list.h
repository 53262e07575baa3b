// An uncached list of Pods (metadata only), asked one question: whose are which?
#pragma once

#include <string_view>
#include <vector>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/result.h"

namespace windlass {

struct ListedPod {
  Uid uid;
  Uid controller;
  bool deleting = false;  // marked for deletion
  bool operator==(const ListedPod&) const = default;
};

// Every listed Pod that has a controller; a uid that is no UUID is Uid::Foreign(). Error kMalformed
// when `list_body` is no list, an item has no metadata, or there are further pages: nobody may lean
// on half a list.
Result<std::vector<ListedPod>> ControlledPods(std::string_view list_body);

}  // namespace windlass
