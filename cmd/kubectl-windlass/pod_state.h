// The state of one Pod for people: what `get` prints in its row, and why it is not ready.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cmd/kubectl-windlass/json_fields.h"
#include "kubeclient/base/clock.h"

namespace windlass::cli {

// How a row is coloured, and which rows are shown first when there is little room.
enum class Mood : uint8_t { kGood, kWaiting, kBad };

struct PodState {
  std::string name;
  std::string status;  // "Running", "ImagePullBackOff", "Terminating": as kubectl's column STATUS
  std::string ready;   // "1/2": containers that are ready
  int64_t restarts = 0;
  std::string node;
  // One line; "" if the Pod is available. Example: app: back-off pulling image "registry/app:v3".
  std::string why;
  std::optional<WallTime> created{};
  Mood mood = Mood::kWaiting;
};

// Returns the state of the Pod at the time `now`. `min_ready_seconds` is that of the workload: a
// Pod that has been ready for less is not available yet.
PodState StateOfPod(const Json& pod, int64_t min_ready_seconds, WallTime now);

}  // namespace windlass::cli
