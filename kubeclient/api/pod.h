// v1 Pod, in two forms: PodMetadata, and the larger Pod.
//
//   - A rolling update needs no knowledge of single Pods.
//   - Strategy Recreate needs to know only that Pods exist.
//   - An in-place update needs to know what the containers of each Pod run.
// A cluster has many Pods. So texts that repeat are interned, and all containers of a Pod share one
// allocation (docs/design/005).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kubeclient/api/container_id.h"
#include "kubeclient/api/container_resources.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Decoder;

// Says that a Pod exists, and who owns it. Strategy Recreate needs to know no more, because the
// informer's field selector leaves out Pods that have ended (kLivePods in pod_list.h).
struct PodMetadata {
  ObjectMeta meta;  // annotations are not kept
};

enum class PodPhase : uint8_t { kUnknown, kPending, kRunning, kSucceeded, kFailed };

enum class ConditionStatus : uint8_t { kAbsent, kTrue, kFalse, kUnknown };

// One of the conditions of a Pod, in 8 bytes.
class PodCondition {
 public:
  PodCondition() = default;
  PodCondition(ConditionStatus status, WallTime last_transition_time)
      : packed_(last_transition_time.unix_seconds * 4 + static_cast<int64_t>(status)) {}

  ConditionStatus status() const { return static_cast<ConditionStatus>(packed_ & 3); }
  bool IsTrue() const { return status() == ConditionStatus::kTrue; }
  WallTime last_transition_time() const { return {packed_ >> 2}; }
  bool operator==(const PodCondition&) const = default;

 private:
  int64_t packed_ = 0;  // every RFC 3339 time fits
};

enum class ContainerKind : uint8_t {
  kApp,      // in spec.containers
  kInit,     // in spec.initContainers, not a sidecar: ends before the app containers start
  kSidecar,  // in spec.initContainers with restartPolicy Always: runs beside the app containers
};

enum class ContainerState : uint8_t { kNoStatus, kWaiting, kRunning, kTerminated };

// What the spec and the status say of one container. The two are matched by name.
//
// Not kept: status.image. A runtime may report any of an image's names, so the name proves nothing
// (P-047).
struct PodContainer {
  Symbol name;
  Symbol image;  // of the spec
  Symbol image_id;
  ContainerId id;         // of the container created last; stays after it has ended
  Symbol waiting_reason;  // for state kWaiting only
  Symbol resources;       // CPU and memory: ParseContainerResources reads the text
  WallTime started_at;    // for state kRunning only; by the node's clock
  int32_t restart_count = 0;
  ContainerKind kind = ContainerKind::kApp;
  ContainerState state = ContainerState::kNoStatus;
  ConditionStatus started = ConditionStatus::kAbsent;  // kAbsent: the status does not say
  bool ready : 1 = false;
  // True if the container itself sets restartPolicy or restartPolicyRules. The restartPolicy Always
  // that makes a container a sidecar does not count.
  bool own_restart_policy : 1 = false;
  // True if spec.resizePolicy says that another amount of this restarts the container.
  bool restarts_for_cpu : 1 = false;
  bool restarts_for_memory : 1 = false;
  bool operator==(const PodContainer&) const = default;
};

struct Pod {
  ObjectMeta meta;  // only annotations that DecodeInterests::KeepsPodAnnotation wants

  Symbol node_name;
  Symbol
      resize;  // the conditions of a resize: ParsePodResize reads the text; empty: there are none
  // Init containers first, then app containers; each group is in the order of the spec.
  std::vector<PodContainer> containers;
  int64_t observed_generation = 0;  // 0: the kubelet does not report it
  PodCondition ready;
  PodCondition containers_ready;
  PodCondition scheduled;
  int32_t termination_grace_period_seconds = 30;  // within [0, 2^31)
  PodPhase phase = PodPhase::kUnknown;
  // True if the Pod has any annotation, kept or not. If false, a JSON Patch must add the whole map
  // of annotations, because no patch can add a key to a map that is missing.
  bool has_annotations = false;
  bool has_gate = false;   // spec.readinessGates names DecodeInterest::pod_gate
  ConditionStatus gate{};  // the status of the condition of type pod_gate

  std::span<const PodContainer> init_containers() const;  // includes sidecars
  std::span<const PodContainer> app_containers() const;
  // Returns the init container or app container of that name; nullptr if there is none.
  const PodContainer* Find(std::string_view container) const;
  bool operator==(const Pod&) const = default;
};

// Decodes a PartialObjectMetadata or a whole Pod. Returns kMalformed if the object has no
// metadata.name.
Result<PodMetadata> DecodePodMetadata(Decoder& decoder, std::string_view object_json);
// Decodes a whole Pod. Returns kMalformed if the object has no metadata.name.
Result<Pod> DecodePod(Decoder& decoder, std::string_view object_json);

// These do for a Pod what the functions of the same names in object_meta.h do for an ObjectMeta.
//   - BytesOf includes sizeof(Pod), and the values of the annotations, which are not interned.
//   - TextBytesOf leaves out keys and values of annotations.
size_t BytesOf(const Pod& pod);
inline size_t TextBytesOf(const Pod& pod) {
  return pod.meta.labels.text_bytes() + TextBytesOf(pod.meta.owner_references);
}

}  // namespace windlass
