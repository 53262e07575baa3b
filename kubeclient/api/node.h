// v1 Node, as far as an in-place update reads it:
//   - whether the Node is ready and its kubelet reports, and since when
//   - the kubelet's version, which tells whether the kubelet can restart a sidecar
//   - the zone
#pragma once

#include <cstdint>
#include <string_view>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/symbol.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Decoder;

// The first two numbers of status.nodeInfo.kubeletVersion. Example: 1 and 32 of "v1.32.4-gke.100".
// Both are 0 if the text is not a version.
struct KubeletVersion {
  int32_t major = 0;
  int32_t minor = 0;
  auto operator<=>(const KubeletVersion&) const = default;
};

struct Node {
  ObjectMeta meta;     // neither labels nor annotations are kept
  bool ready = false;  // true if condition Ready is True
  // True if condition Ready is True or False, which shows that the kubelet reports. The node
  // controller sets the condition to Unknown after 40 s without a report (50 s in later
  // Kubernetes).
  bool heard = false;
  WallTime ready_since;  // lastTransitionTime of condition Ready; zero if absent
  // When this process first had the Node with this `heard` and `ready_since`, by the clock of this
  // process. Not part of the object: the cache of Nodes sets it, and DecodeNode leaves it zero.
  mutable WallTime here_since{};
  KubeletVersion kubelet_version;
  // Label topology.kubernetes.io/zone or, if that is absent, failure-domain.beta.kubernetes.io/zone
  // (its name before Kubernetes 1.17). Empty if the Node has neither.
  Symbol zone;
};

// Returns kMalformed if the object has no metadata.name.
Result<Node> DecodeNode(Decoder& decoder, std::string_view object_json);

}  // namespace windlass
