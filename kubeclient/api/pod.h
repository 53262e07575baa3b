// v1 Pod, in the two sizes that planners need.
//
// A rolling update needs no Pods, Recreate only that they exist; an in-place update needs to know
// what their containers run. Every byte here is paid once per Pod of the cluster: what repeats is
// interned, and there is one allocation for all containers (docs/design/005).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kubeclient/api/container_id.h"
#include "kubeclient/api/object_meta.h"

namespace windlass {

// Whose the Pod is and that it is there. Terminal phases are kept out by the informer's field
// selector, so existence is all that Recreate asks for.
struct PodMetadata {
  ObjectMeta meta;  // labels, owner references, deletion; annotations are not kept
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
  int64_t packed_ = 0;  // RFC 3339 has no time that does not fit
};

enum class ContainerKind : uint8_t {
  kApp,      // of spec.containers
  kInit,     // of spec.initContainers, runs once before them
  kSidecar,  // of spec.initContainers with restartPolicy Always: runs beside them
};

enum class ContainerState : uint8_t { kNoStatus, kWaiting, kRunning, kTerminated };

// What the spec and the status say of one container; matched by name.
//
// Not kept: status.image. Which of an image's names a runtime reports is its own choice, so nothing
// may be concluded from it (P-047).
struct PodContainer {
  Symbol name;
  Symbol image;  // spec
  Symbol image_id;
  ContainerId id;         // of the last one created; stays when it has ended
  Symbol waiting_reason;  // state kWaiting only
  WallTime started_at;    // state kRunning only; by the node's clock
  int32_t restart_count = 0;
  ContainerKind kind = ContainerKind::kApp;
  ContainerState state = ContainerState::kNoStatus;
  ConditionStatus started = ConditionStatus::kAbsent;  // kAbsent: not said
  bool ready : 1 = false;
  // restartPolicy or restartPolicyRules of the container itself; not a sidecar's Always.
  bool own_restart_policy : 1 = false;
  bool operator==(const PodContainer&) const = default;
};

// The readinessGate of drain mode Gate (P-040).
inline constexpr std::string_view kInPlaceReadyGate = "windlass.dev/in-place-ready";

struct Pod {
  ObjectMeta meta;  // of its annotations only those for which IsKeptOfPods

  Symbol node_name;
  // Init containers first; each list in the order of the spec.
  std::vector<PodContainer> containers;
  int64_t observed_generation = 0;  // 0: the kubelet does not say
  PodCondition ready;
  PodCondition containers_ready;
  PodCondition scheduled;
  int32_t termination_grace_period_seconds = 30;  // within [0, 2^31)
  PodPhase phase = PodPhase::kUnknown;
  bool has_annotations = false;      // any at all: a JSON Patch cannot add to what is not there
  bool has_in_place_gate = false;    // spec.readinessGates names kInPlaceReadyGate
  ConditionStatus in_place_ready{};  // the condition of that name

  std::span<const PodContainer> init_containers() const;  // sidecars among them
  std::span<const PodContainer> app_containers() const;
  // The container of that name, of either list; nullptr when there is none.
  const PodContainer* Find(std::string_view container) const;
  bool operator==(const Pod&) const = default;
};

// Our own annotations, and the one that ReplicaSets choose victims by. A Pod's other ones are
// nobody's business, and often large.
bool IsKeptOfPods(std::string_view annotation);

}  // namespace windlass
