// v1 Pod, metadata only: the Deployment controller needs to know that a Pod exists, whose it is and
// whether it is terminal. Terminal phases are kept out by the informer's field selector
// (cpp-stack §2.2), so existence is all that Recreate asks for.
#pragma once

#include "kubeclient/api/object_meta.h"

namespace windlass {

struct PodMetadata {
  ObjectMeta meta;  // labels, owner references, deletion; annotations are not kept
};

}  // namespace windlass
