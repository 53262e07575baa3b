// v1 ReplicationController: sizes, selector, template and the status counters that show when its
// controller has acted.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Decoder;

struct ReplicationControllerStatus {
  int64_t observed_generation = 0;
  int32_t replicas = 0;
  int32_t fully_labeled_replicas = 0;  // how many of `replicas` have all labels of the template
  int32_t ready_replicas = 0;
  int32_t available_replicas = 0;
  bool operator==(const ReplicationControllerStatus&) const = default;
};

struct ReplicationController {
  ObjectMeta meta;  // annotations without kubectl's last-applied-configuration
  int32_t replicas = 1;
  int32_t min_ready_seconds = 0;
  StringMap selector;  // the labels of its Pods; never empty in a stored object
  // spec.template: raw JSON text, byte for byte. Immutable; shared between copies of the object.
  std::shared_ptr<const std::string> template_json;
  ReplicationControllerStatus status;
};

// Returns true if the controller manager has seen the latest spec of `controller`: it now makes
// only as many Pods as that spec asks for, and makes them from the template of that spec.
inline bool IsObserved(const ReplicationController& controller) {
  return controller.status.observed_generation >= controller.meta.generation;
}

// Returns kMalformed if the object has no metadata.name. An absent spec.replicas is 1, an absent
// template is {}. A status of a later generation than the object's is dropped, as for a ReplicaSet.
Result<ReplicationController> DecodeReplicationController(Decoder& decoder,
                                                          std::string_view object_json);

// These functions do for a ReplicationController what the functions of the same names in
// object_meta.h do for an ObjectMeta. BytesOf includes sizeof(ReplicationController). A
// ReplicationController that was cut keeps its sizes and its status.
size_t BytesOf(const ReplicationController& object);
size_t TextBytesOf(const ReplicationController& object);
void Cut(ReplicationController& object);

}  // namespace windlass
