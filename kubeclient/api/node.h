// v1 Node, as far as an in-place update needs it: can its kubelet be counted on, does it know how
// to restart a sidecar, and what would be lost together with it?
#pragma once

#include <cstdint>
#include <string_view>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/symbol.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Decoder;

// status.nodeInfo.kubeletVersion, "v1.32.4-gke.100": what comes behind the second number is
// nobody's business. Zeroes when it cannot be read.
struct KubeletVersion {
  int32_t major = 0;
  int32_t minor = 0;
  auto operator<=>(const KubeletVersion&) const = default;
};

struct Node {
  ObjectMeta meta;     // neither labels nor annotations are kept
  bool ready = false;  // condition Ready is True
  KubeletVersion kubelet_version;
  // Label topology.kubernetes.io/zone or, where there is none, the one it had before 1.17. Empty:
  // neither.
  Symbol zone;
};

// Error kMalformed without a metadata.name.
Result<Node> DecodeNode(Decoder& decoder, std::string_view object_json);

}  // namespace windlass
