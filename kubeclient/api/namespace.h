// v1 Namespace: its labels, by which whole namespaces are selected.
#pragma once

#include "kubeclient/api/object_meta.h"

namespace windlass {

struct Namespace {
  ObjectMeta meta;  // annotations are not kept
};

}  // namespace windlass
