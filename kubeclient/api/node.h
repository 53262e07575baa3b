// v1 Node, as far as an in-place update reads it: whether and since when its kubelet is alive,
// whether that kubelet can restart a sidecar, and the zone.
#pragma once

#include <cstdint>
#include <string_view>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/symbol.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Decoder;

// The first two numbers of status.nodeInfo.kubeletVersion: 1 and 32 of "v1.32.4-gke.100". Zeros if
// they cannot be read.
struct KubeletVersion {
  int32_t major = 0;
  int32_t minor = 0;
  auto operator<=>(const KubeletVersion&) const = default;
};

struct Node {
  ObjectMeta meta;     // neither labels nor annotations are kept
  bool ready = false;  // condition Ready is True
  // Condition Ready is True or False, so the kubelet reports. If it has not reported for 40 s, the
  // node controller sets the condition to Unknown.
  bool heard = false;
  WallTime ready_since;  // when condition Ready last changed; zero if it does not say
  KubeletVersion kubelet_version;
  // Label topology.kubernetes.io/zone or, if that is absent, failure-domain.beta.kubernetes.io/zone
  // (its name before Kubernetes 1.17). Empty if the Node has neither.
  Symbol zone;
};

// Returns kMalformed if the object has no metadata.name.
Result<Node> DecodeNode(Decoder& decoder, std::string_view object_json);

}  // namespace windlass
