// The state of one Pod for people: what `get` prints in its row, and why it is not ready.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cmd/kubectl-windlass/json_fields.h"
#include "kubeclient/base/clock.h"

namespace windlass::cli {

// How a row is coloured, and the order of the Pods of a ReplicaSet. kBad is red and comes first,
// kWaiting is yellow, kGood has no colour and comes last. The last Pods are left out first.
enum class Mood : uint8_t { kGood, kWaiting, kBad };

struct PodState {
  std::string name;
  // "Running", "ImagePullBackOff", "Init:0/1": usually as kubectl's column STATUS.
  std::string status;
  // "1/2": app containers and sidecars that are ready, of all of them.
  std::string ready;
  // Of app containers and sidecars; while the Pod is initialized, of init containers up to the
  // first that is not done.
  int64_t restarts = 0;
  std::string node;
  // One line; "" if the Pod is available. Example: "app: ImagePullBackOff: no such tag".
  std::string why;
  std::optional<WallTime> created{};
  Mood mood = Mood::kWaiting;
};

// Returns the state of the Pod at the time `now`. `min_ready_seconds` is that of the workload: a
// Pod that has been ready for less is not available yet.
PodState StateOfPod(const Json& pod, int64_t min_ready_seconds, WallTime now);

}  // namespace windlass::cli
