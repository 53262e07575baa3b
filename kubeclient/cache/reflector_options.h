// Which objects a reflector follows, and for how long one watch lasts.
#pragma once

#include <string>

#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/reflector_times.h"

namespace windlass {

struct ReflectorOptions {
  ResourceId resource{};
  std::string namespace_;      // empty: all namespaces
  std::string field_selector;  // as in a query, e.g. "status.phase!=Succeeded,status.phase!=Failed"
  bool metadata_only = false;  // asks for PartialObjectMetadata
  // The server ends a watch after a time drawn between these two.
  Duration watch_timeout_low = kWatchTimeoutLow;
  Duration watch_timeout_high = kWatchTimeoutHigh;
};

}  // namespace windlass
